/* The parts of a hash table: dense entries in insertion order, an index over them, and a record of removed ones. */
#ifndef RT_MAP_H
#define RT_MAP_H

#include "rt.h"

#include <string.h>

/* Slots hold the number of an entry and, apart, a tag of 7 bits of its key's hash; tags are compared 16 at a time. */
typedef struct map_index {
    uint8_t *tags;     /* null: no index, entries are searched one by one */
    uint32_t *entries; /* those of a group fill a cache line */
    void *block;       /* both are in it */
    uint64_t slots;    /* a power of two, at least 16 */
    uint64_t filled;   /* slots that are not empty: in use, or left by a removal */
} map_index;

/* Which entries have been removed: a bit each, and sums over their words (a Fenwick tree), so that the entry numbers that
 * the program sees stay dense although removed entries keep their room for a while. */
typedef struct map_gaps {
    uint64_t *bits; /* null: none was removed */
    uint32_t *sums;
    uint64_t words;
    int64_t count;
} map_gaps;

struct sigil_map {
    sigil_box box;
    const sigil_map_type *type;
    int64_t stride, value_offset;
    int64_t end;      /* entries in use, removed ones included */
    int64_t capacity; /* room for entries */
    uint8_t *entries;
    map_index index;
    map_gaps gaps;
};

static inline uint64_t rt_map_hash(const sigil_map *map, const void *key) {
    const sigil_buffer *text = key;
    switch (map->type->keys) {
    case SIGIL_KEYS_WORD: return sigil_hash_u64(*(const uint64_t *)key);
    case SIGIL_KEYS_TEXT: return sigil_hash_str(text->data, text->length);
    case SIGIL_KEYS_ANY: break;
    }
    return map->type->hash(key);
}

static inline bool rt_map_equal(const sigil_map *map, const void *a, const void *b) {
    const sigil_buffer *x = a, *y = b;
    switch (map->type->keys) {
    case SIGIL_KEYS_WORD: return *(const uint64_t *)a == *(const uint64_t *)b;
    case SIGIL_KEYS_TEXT: return x->length == y->length && memcmp(x->data, y->data, (size_t)x->length) == 0;
    case SIGIL_KEYS_ANY: break;
    }
    return map->type->equal(a, b);
}

static inline uint8_t *rt_map_entry(const sigil_map *map, int64_t position) {
    return map->entries + position * map->stride;
}

/* ---- map_index.c ---- */

/* A fresh index with room for `entries` of them. */
void rt_index_new(map_index *index, int64_t entries);
void rt_index_free(map_index *index);
bool rt_index_is_full(const map_index *index);
/* The position of the key's entry, or -1. */
int64_t rt_index_find(const sigil_map *map, const void *key, uint64_t hash);
void rt_index_add(map_index *index, uint64_t hash, int64_t position);
void rt_index_remove(map_index *index, uint64_t hash, int64_t position);

/* ---- map_gaps.c ---- */

static inline bool rt_gaps_has(const map_gaps *gaps, int64_t position) {
    return gaps->bits && (gaps->bits[position / 64] >> (position % 64) & 1);
}
void rt_gaps_add(map_gaps *gaps, int64_t position, int64_t capacity);
/* From an entry's number to its position, and back; numbers count entries that have not been removed. */
int64_t rt_gaps_position(const map_gaps *gaps, int64_t number);
int64_t rt_gaps_number(const map_gaps *gaps, int64_t position);
void rt_gaps_free(map_gaps *gaps);

#endif
