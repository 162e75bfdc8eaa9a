/* What the files of sorting share. */
#ifndef RT_SORT_H
#define RT_SORT_H

#include "rt.h"

typedef sigil_compare *rt_compare;

/* Sorts `count` elements stably by comparing them. Whenever a comparison panics, each is in the array exactly once. */
void rt_sort_by_comparing(uint8_t *items, int64_t count, int64_t size, rt_compare compare, const void *context);
/* Sorts by numbers that stand for the elements' keys, and by comparing where those are the same but the keys may not be.
 * `keys` are those of the elements, `stride` bytes apart; the elements themselves, or apart. */
void rt_sort_by_keys(sigil_buffer *array, int64_t size, rt_compare compare, const sigil_sort_key *how, const uint8_t *keys);

#endif
