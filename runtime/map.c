/* Maps and sets that iterate in insertion order. */
#include "map.h"

#include <string.h>

#define UNINDEXED 8 /* entries up to which a search compares one by one */
#define MAX_ENTRIES ((int64_t)UINT32_MAX)

static int64_t round_up(int64_t size, int64_t align) {
    return align > 1 ? (size + align - 1) / align * align : size;
}

static uint8_t *value_at(const sigil_map *map, int64_t position) {
    return rt_map_entry(map, position) + map->value_offset;
}

static void drop_place(const sigil_type *type, void *place) {
    if (type->drop) type->drop(place);
}

/* ---- Life ---- */

static void free_parts(sigil_map *map) {
    if (map->entries) sigil_free(map->entries);
    rt_index_free(&map->index);
    rt_gaps_free(&map->gaps);
}

static void drop_map(sigil_box *box) {
    sigil_map *map = (sigil_map *)box;
    bool has_drops = map->type->key.drop || map->type->value.drop;
    for (int64_t i = 0; has_drops && i < map->end; i++) {
        if (rt_gaps_has(&map->gaps, i)) continue;
        drop_place(&map->type->key, rt_map_entry(map, i));
        drop_place(&map->type->value, value_at(map, i));
    }
    free_parts(map);
    sigil_free(map);
}

sigil_map *sigil_map_new(const sigil_map_type *type) {
    int64_t align = type->key.align > type->value.align ? type->key.align : type->value.align;
    sigil_map *map = sigil_alloc(sizeof *map);
    *map = (sigil_map){.box = {.count = 1, .drop = drop_map}, .type = type};
    map->value_offset = round_up(type->key.size, type->value.align);
    map->stride = round_up(map->value_offset + type->value.size, align);
    return map;
}

/* ---- Growth ---- */

/* Half an index would hide entries. Without removed ones a search goes without, and the next growth tries again. */
static void drop_unfinished(sigil_map **map) {
    if (*map && (*map)->gaps.count == 0) rt_index_free(&(*map)->index);
}

/* A map with removed entries always has an index: only so does a search pass them over. Hashing may panic. */
static void build_index(sigil_map *map, int64_t room) {
    rt_index_free(&map->index);
    if (room <= UNINDEXED && map->gaps.count == 0) return;
    sigil_map *unfinished __attribute__((cleanup(drop_unfinished))) = map;
    rt_index_new(&map->index, room);
    for (int64_t i = 0; i < map->end; i++)
        if (!rt_gaps_has(&map->gaps, i)) rt_index_add(&map->index, rt_map_hash(map, rt_map_entry(map, i)), i);
    unfinished = NULL;
}

/* Copies the entries that were not removed, in order, to `target`, which may be where they are. */
static int64_t pack(const sigil_map *map, uint8_t *target) {
    if (map->gaps.count == 0) {
        if (target != map->entries && map->end > 0) memcpy(target, map->entries, (size_t)(map->end * map->stride));
        return map->end;
    }
    int64_t count = 0;
    for (int64_t i = 0; i < map->end; i++)
        if (!rt_gaps_has(&map->gaps, i))
            memmove(target + count++ * map->stride, rt_map_entry(map, i), (size_t)map->stride);
    return count;
}

static void compact(sigil_map *map) {
    map->end = pack(map, map->entries);
    rt_gaps_free(&map->gaps);
    build_index(map, map->end <= UNINDEXED ? map->end : map->end + map->end / 2);
}

static void move_entries(sigil_map *map, int64_t capacity) {
    uint8_t *entries = sigil_alloc(capacity * map->stride);
    int64_t end = pack(map, entries);
    bool has_moved = end != map->end;
    if (map->entries) sigil_free(map->entries);
    map->entries = entries;
    map->capacity = capacity;
    map->end = end;
    rt_gaps_free(&map->gaps);
    if (has_moved) build_index(map, capacity);
}

static void grow(sigil_map *map) {
    if (map->gaps.count > map->end / 4) {
        compact(map);
        return;
    }
    if (map->capacity >= MAX_ENTRIES) rt_die("a map has too many entries");
    move_entries(map, map->capacity < 4 ? 4 : map->capacity * 2);
}

static void drop_copy(sigil_map **map) {
    if (*map) rt_release_box(&(*map)->box);
}

void sigil_map_make_unique(sigil_map **place) {
    sigil_map *old = *place;
    if (old->box.count == 1) return;
    sigil_map *map = sigil_map_new(old->type);
    sigil_map *unfinished __attribute__((cleanup(drop_copy))) = map;
    map->capacity = sigil_map_length(old);
    map->entries = sigil_alloc(map->capacity * map->stride);
    map->end = pack(old, map->entries);
    const sigil_map_type *type = map->type;
    for (int64_t i = 0; i < map->end; i++) {
        if (type->key.retain) type->key.retain(rt_map_entry(map, i));
        if (type->value.retain) type->value.retain(value_at(map, i));
    }
    build_index(map, map->end);
    unfinished = NULL;
    rt_release_box(&old->box);
    *place = map;
}

void sigil_map_reserve(sigil_map **place, int64_t more) {
    sigil_map_make_unique(place);
    sigil_map *map = *place;
    int64_t wanted;
    if (more < 0 || __builtin_add_overflow(sigil_map_length(map), more, &wanted) || wanted > MAX_ENTRIES)
        rt_die("a map has too many entries");
    if (more <= map->capacity - map->end) return;
    move_entries(map, wanted);
    build_index(map, wanted);
}

/* ---- Access ---- */

int64_t sigil_map_length(const sigil_map *map) {
    return map->end - map->gaps.count;
}

static int64_t find_position(const sigil_map *map, const void *key) {
    if (map->index.tags) return rt_index_find(map, key, rt_map_hash(map, key));
    for (int64_t i = 0; i < map->end; i++) /* without an index there are no gaps */
        if (rt_map_equal(map, rt_map_entry(map, i), key)) return i;
    return -1;
}

int64_t sigil_map_find(const sigil_map *map, const void *key) {
    int64_t position = find_position(map, key);
    return position < 0 ? -1 : rt_gaps_number(&map->gaps, position);
}

void *sigil_map_key(sigil_map *map, int64_t entry) {
    return rt_map_entry(map, rt_gaps_position(&map->gaps, entry));
}

void *sigil_map_value(sigil_map *map, int64_t entry) {
    return value_at(map, rt_gaps_position(&map->gaps, entry));
}

/* ---- Change ---- */

static void append(sigil_map *map, const void *key, const void *value) {
    if (map->end == map->capacity) grow(map);
    int64_t position = map->end;
    memcpy(rt_map_entry(map, position), key, (size_t)map->type->key.size);
    if (map->type->value.size > 0) memcpy(value_at(map, position), value, (size_t)map->type->value.size);
    map->end++;
    bool has_index = map->index.tags;
    if (has_index && !rt_index_is_full(&map->index)) rt_index_add(&map->index, rt_map_hash(map, key), position);
    else if (has_index || map->end > UNINDEXED) build_index(map, 2 * sigil_map_length(map));
}

/* The new entry until the map has taken it over: a panic in the comparison of keys must not lose it. */
typedef struct pending {
    const sigil_map_type *type; /* null when it has been taken over */
    void *key, *value;
} pending;

static void drop_pending(pending *entry) {
    if (!entry->type) return;
    drop_place(&entry->type->key, entry->key);
    drop_place(&entry->type->value, entry->value);
}

static void replace_value(sigil_map *map, int64_t position, void *key, void *value) {
    const sigil_type *type = &map->type->value;
    uint8_t *place = value_at(map, position), *old = value;
    for (int64_t i = 0; i < type->size; i++) { /* swap, so that the map is whole when the old value is dropped */
        uint8_t byte = place[i];
        place[i] = old[i];
        old[i] = byte;
    }
    drop_place(&map->type->key, key);
    drop_place(type, value);
}

void sigil_map_insert(sigil_map **place, void *key, void *value) {
    pending entry __attribute__((cleanup(drop_pending))) = {.type = (*place)->type, .key = key, .value = value};
    sigil_map_make_unique(place);
    sigil_map *map = *place;
    int64_t position = find_position(map, key);
    entry.type = NULL;
    if (position >= 0) replace_value(map, position, key, value);
    else append(map, key, value);
}

static void take_out(sigil_map *map, int64_t position) {
    if (!map->index.tags) {
        uint8_t *at = rt_map_entry(map, position);
        memmove(at, at + map->stride, (size_t)((map->end - position - 1) * map->stride));
        map->end--;
        return;
    }
    if (position == map->end - 1) {
        map->end--;
        return;
    }
    rt_gaps_add(&map->gaps, position, map->capacity);
    if (map->gaps.count > map->end / 2) compact(map);
}

void sigil_map_remove(sigil_map **place, int64_t entry) {
    sigil_map_make_unique(place);
    sigil_map *map = *place;
    int64_t position = rt_gaps_position(&map->gaps, entry);
    if (map->index.tags)
        rt_index_remove(&map->index, rt_map_hash(map, rt_map_entry(map, position)), position);
    _Alignas(16) uint8_t small[128];
    uint8_t *removed = map->stride <= (int64_t)sizeof small ? small : sigil_alloc(map->stride);
    memcpy(removed, rt_map_entry(map, position), (size_t)map->stride);
    take_out(map, position);
    drop_place(&map->type->key, removed);
    drop_place(&map->type->value, removed + map->value_offset);
    if (removed != small) sigil_free(removed);
}
