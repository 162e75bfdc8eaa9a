/* The index of a map: open addressing over groups of 16 tags, visited in triangular steps. */
#include "map.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define GROUP 16
#define CACHE_LINE 64
#define EMPTY 0x80u   /* ends a search */
#define REMOVED 0xFEu /* does not */

/* Bit i: tag i of the group equals `tag`. */
static inline uint32_t matches(const uint8_t *group, uint8_t tag) {
#ifdef __SSE2__
    __m128i tags = _mm_load_si128((const __m128i *)(const void *)group);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(tags, _mm_set1_epi8((char)tag)));
#else
    uint32_t found = 0;
    for (uint32_t i = 0; i < GROUP; i++) found |= (uint32_t)(group[i] == tag) << i;
    return found;
#endif
}

static inline uint8_t tag_of(uint64_t hash) {
    return (uint8_t)(hash & 0x7F);
}

/* The groups in the order in which a hash visits them: all of them, since their number is a power of two. */
typedef struct probe {
    uint64_t group, step, mask;
} probe;

static inline probe start(const map_index *index, uint64_t hash) {
    uint64_t mask = index->slots / GROUP - 1;
    return (probe){.group = hash >> 7 & mask, .step = 0, .mask = mask};
}

static inline void advance(probe *at) {
    at->group = (at->group + ++at->step) & at->mask;
}

void rt_index_new(map_index *index, int64_t entries) {
    uint64_t slots = GROUP;
    while (slots - slots / 8 < (uint64_t)entries) slots *= 2;
    uint8_t *block = sigil_alloc((int64_t)(slots * (1 + sizeof(uint32_t)) + CACHE_LINE));
    uint8_t *positions = block + (CACHE_LINE - (uintptr_t)block % CACHE_LINE);
    uint8_t *tags = positions + slots * sizeof(uint32_t);
    *index = (map_index){.tags = tags, .entries = (uint32_t *)(void *)positions, .block = block, .slots = slots};
    memset(tags, EMPTY, slots);
}

void rt_index_free(map_index *index) {
    if (index->block) sigil_free(index->block);
    *index = (map_index){0};
}

bool rt_index_is_full(const map_index *index) {
    return index->filled >= index->slots - index->slots / 8;
}

int64_t rt_index_find(const sigil_map *map, const void *key, uint64_t hash) {
    const map_index *index = &map->index;
    for (probe at = start(index, hash);; advance(&at)) {
        const uint8_t *group = index->tags + at.group * GROUP;
        __builtin_prefetch(&index->entries[at.group * GROUP]); /* comes while the tags do */
        for (uint32_t found = matches(group, tag_of(hash)); found; found &= found - 1) {
            uint32_t position = index->entries[at.group * GROUP + (uint64_t)__builtin_ctz(found)];
            if (rt_map_equal(map, rt_map_entry(map, position), key)) return position;
        }
        if (rt_likely(matches(group, EMPTY))) return -1;
    }
}

void rt_index_add(map_index *index, uint64_t hash, int64_t position) {
    for (probe at = start(index, hash);; advance(&at)) {
        const uint8_t *group = index->tags + at.group * GROUP;
        uint32_t free = matches(group, EMPTY) | matches(group, REMOVED);
        if (!free) continue;
        uint64_t slot = at.group * GROUP + (uint64_t)__builtin_ctz(free);
        if (index->tags[slot] == EMPTY) index->filled++;
        index->tags[slot] = tag_of(hash);
        index->entries[slot] = (uint32_t)position;
        return;
    }
}

/* A group that has an empty slot ends every search that reaches it, so that one more changes nothing. */
void rt_index_remove(map_index *index, uint64_t hash, int64_t position) {
    for (probe at = start(index, hash);; advance(&at)) {
        const uint8_t *group = index->tags + at.group * GROUP;
        for (uint32_t found = matches(group, tag_of(hash)); found; found &= found - 1) {
            uint64_t slot = at.group * GROUP + (uint64_t)__builtin_ctz(found);
            if (index->entries[slot] != (uint32_t)position) continue;
            bool has_empty = matches(group, EMPTY);
            index->tags[slot] = has_empty ? EMPTY : REMOVED;
            if (has_empty) index->filled--;
            return;
        }
        if (matches(group, EMPTY)) rt_die("a map's index has lost an entry: its key's hash or equality has changed");
    }
}
