/* Stable sorting by comparing, with code that the compiler has made for the elements, so that no loop over them calls
 * through a pointer: a quicksort out of place that keeps the order of equals, and merges of what is in order already.
 * After Peters and Bergdoll, "driftsort" (2024). */
#include "sort.h"

#include <string.h>

#define FEW 20        /* elements up to which insertion is faster than partitions */
#define MAX_DEPTH 128 /* twice the logarithm of the number of elements */

typedef struct code_sorter {
    rt_sorter base;
    const sigil_sort_code *code;
    int64_t least_run; /* elements in order from which on it pays to merge them */
    uint8_t *pivots;   /* copies, one for each depth; they own nothing, and the elements themselves are in the array */
} code_sorter;

static bool is_less(const code_sorter *s, const uint8_t *a, const uint8_t *b) {
    return s->base.compare(a, b, s->base.context) < 0;
}

/* The middle one of three elements, or of the middle ones of each three near them. */
static const uint8_t *middle_of(const code_sorter *s, const uint8_t *a, const uint8_t *b, const uint8_t *c, int64_t reach) {
    if (reach >= 8) {
        int64_t part = reach / 8, step = part * s->base.size;
        a = middle_of(s, a, a + 4 * step, a + 7 * step, part);
        b = middle_of(s, b, b + 4 * step, b + 7 * step, part);
        c = middle_of(s, c, c + 4 * step, c + 7 * step, part);
    }
    bool is_a_less = is_less(s, a, b);
    if (is_a_less != is_less(s, a, c)) return a;
    return is_less(s, b, c) == is_a_less ? b : c;
}

/* `lowest`, if there is one, is not greater than any of the elements. */
static void quicksort(const code_sorter *s, uint8_t *items, int64_t count, int depth, const uint8_t *lowest) {
    const rt_sorter *base = &s->base;
    for (; count > FEW; depth--) {
        if (depth == 0) {
            rt_sort_runs(base, items, items + count * base->size, rt_make_run);
            return;
        }
        int64_t part = count / 8, step = part * base->size;
        uint8_t *pivot = s->pivots + depth * base->size;
        memcpy(pivot, middle_of(s, items, items + 4 * step, items + 7 * step, part), (size_t)base->size);
        bool is_lowest = lowest && !is_less(s, lowest, pivot);
        int64_t front = is_lowest ? 0 : s->code->part_less(items, count, pivot, base->scratch, base->context);
        if (front > 0) {
            quicksort(s, items + front * base->size, count - front, depth - 1, pivot);
            count = front;
        } else { /* those that are equal to the lowest are where they belong then */
            front = s->code->part_not_greater(items, count, pivot, base->scratch, base->context);
            items += front * base->size;
            count -= front;
            lowest = NULL;
        }
    }
    s->code->insert(items, count, base->scratch, base->context);
}

static int logarithm(int64_t count) {
    return 63 - __builtin_clzll((uint64_t)count);
}

/* A long run that is there already, or else all elements before the next one; those are looked for at intervals. */
static uint8_t *make_run(const rt_sorter *base, uint8_t *first, uint8_t *last) {
    const code_sorter *s = (const code_sorter *)base;
    uint8_t *at = first;
    while (at < last) {
        int64_t left = (last - at) / base->size, least = left < s->least_run ? left : s->least_run;
        int64_t run = left < 2 ? left : s->code->run(at, left, base->context), length = run < 0 ? -run : run;
        if (length >= least && at > first) break;
        if (length >= least) {
            uint8_t *end = at + length * base->size;
            if (run < 0) rt_reverse_items(base, at, end);
            return end;
        }
        at += least * base->size;
    }
    int64_t count = (at - first) / base->size;
    quicksort(s, first, count, 2 * logarithm(count), NULL);
    return at;
}

static void free_scratch(code_sorter *s) {
    sigil_free(s->base.scratch);
}

void sigil_array_sort_by(sigil_buffer *array, const sigil_type *item, const sigil_sort_code *code, const void *context) {
    int64_t count = array->length, size = item->size;
    if (count < 2 || size == 0) return;
    if (!rt_is_window(array->owner) || array->owner->count != 1) sigil_buffer_make_unique(array, item);
    code_sorter s __attribute__((cleanup(free_scratch))) = {
        .base = {.size = size, .compare = code->compare, .context = context}, .code = code};
    int64_t room = count <= FEW ? 1 : count + MAX_DEPTH;
    s.base.scratch = sigil_alloc(room * size);
    if (count <= FEW) {
        code->insert(array->data, count, s.base.scratch, context);
        return;
    }
    s.pivots = s.base.scratch + count * size;
    s.least_run = count <= 4096 ? 64 : (int64_t)1 << logarithm(count) / 2;
    rt_sort_runs(&s.base, array->data, array->data + count * size, make_run);
}
