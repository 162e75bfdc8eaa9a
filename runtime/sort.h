/* What the files of sorting share. */
#ifndef RT_SORT_H
#define RT_SORT_H

#include "rt.h"

typedef sigil_compare *rt_compare;

/* How elements are sorted by comparing. The comparison is the program's code and may panic: whenever it is called, each
 * element is in the array exactly once, or would be put there on the way out. */
typedef struct rt_sorter {
    int64_t size; /* of an element, in bytes */
    rt_compare compare;
    const void *context;
    uint8_t *scratch; /* room for half of the elements and one more, from malloc */
} rt_sorter;

/* Sorts some elements from `first` on; where they end. */
typedef uint8_t *rt_run_maker(const rt_sorter *s, uint8_t *first, uint8_t *last);
/* A run that is there already, strictly falling elements turned round; a short one becomes longer by insertion. */
uint8_t *rt_make_run(const rt_sorter *s, uint8_t *first, uint8_t *last);
/* Merges the runs that `make_run` makes until there is one. */
void rt_sort_runs(const rt_sorter *s, uint8_t *first, uint8_t *last, rt_run_maker *make_run);
/* Merges two runs, one behind the other. */
void rt_merge_runs(const rt_sorter *s, uint8_t *first, uint8_t *middle, uint8_t *last);
void rt_reverse_items(const rt_sorter *s, uint8_t *first, uint8_t *last);

/* Sorts `count` elements stably by comparing them. Whenever a comparison panics, each is in the array exactly once. */
void rt_sort_by_comparing(uint8_t *items, int64_t count, int64_t size, rt_compare compare, const void *context);
/* Sorts by numbers that stand for the elements' keys, and by comparing where those are the same but the keys may not be.
 * `keys` are those of the elements, `stride` bytes apart; the elements themselves, or apart. */
void rt_sort_by_keys(sigil_buffer *array, int64_t size, rt_compare compare, const sigil_sort_key *how, const uint8_t *keys);

#endif
