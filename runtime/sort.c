/* Stable sorting of arrays: merges of the runs that are already there. */
#include "sort.h"

#include <string.h>

#define SHORT_RUN 12    /* elements up to which insertion is faster than merging */
#define BY_KEYS_FROM 32 /* elements from which on reading their keys first is faster */

static inline int32_t order_of(const rt_sorter *s, const uint8_t *a, const uint8_t *b) {
    return s->compare(a, b, s->context);
}

static inline void copy_item(uint8_t *to, const uint8_t *from, int64_t size) {
    if (size == 8) memcpy(to, from, 8);
    else if (size == 24) memcpy(to, from, 24);
    else memcpy(to, from, (size_t)size);
}

/* ---- Merging ----
 *
 * The comparison is the program's code and may panic: each element must be in the array exactly once then. So what
 * lies in scratch is put back into the gap by a clean-up, which is also how a merge ends. */

typedef struct merge {
    uint8_t *from, *end; /* what is left in scratch */
    uint8_t *gap;        /* where it belongs if the merge ends now */
    bool is_backward;    /* the gap ends, rather than begins, there */
} merge;

static void finish_merge(merge *state) {
    size_t rest = (size_t)(state->end - state->from);
    if (rest > 0) memcpy(state->is_backward ? state->gap - rest : state->gap, state->from, rest);
}

/* The left run is the shorter one: it moves to scratch, and the array fills from the left. */
static void merge_forward(const rt_sorter *s, uint8_t *first, uint8_t *middle, uint8_t *last) {
    size_t left = (size_t)(middle - first);
    memcpy(s->scratch, first, left);
    merge state __attribute__((cleanup(finish_merge))) = {
        .from = s->scratch, .end = s->scratch + left, .gap = first, .is_backward = false};
    for (uint8_t *right = middle; state.from < state.end && right < last; state.gap += s->size) {
        bool takes_right = order_of(s, state.from, right) > 0;
        copy_item(state.gap, takes_right ? right : state.from, s->size);
        right += takes_right ? s->size : 0;
        state.from += takes_right ? 0 : s->size;
    }
}

static void merge_backward(const rt_sorter *s, uint8_t *first, uint8_t *middle, uint8_t *last) {
    size_t right = (size_t)(last - middle);
    memcpy(s->scratch, middle, right);
    merge state __attribute__((cleanup(finish_merge))) = {
        .from = s->scratch, .end = s->scratch + right, .gap = last, .is_backward = true};
    for (uint8_t *left = middle; state.from < state.end && left > first; state.gap -= s->size) {
        bool takes_right = order_of(s, left - s->size, state.end - s->size) <= 0;
        state.end -= takes_right ? s->size : 0;
        left -= takes_right ? 0 : s->size;
        copy_item(state.gap - s->size, takes_right ? state.end : left, s->size);
    }
}

void rt_merge_runs(const rt_sorter *s, uint8_t *first, uint8_t *middle, uint8_t *last) {
    if (order_of(s, middle - s->size, middle) <= 0) return;
    if (middle - first <= last - middle) merge_forward(s, first, middle, last);
    else merge_backward(s, first, middle, last);
}

/* ---- Runs ---- */

void rt_reverse_items(const rt_sorter *s, uint8_t *first, uint8_t *last) {
    for (last -= s->size; first < last; first += s->size, last -= s->size) {
        copy_item(s->scratch, first, s->size);
        copy_item(first, last, s->size);
        copy_item(last, s->scratch, s->size);
    }
}

/* Puts the element at `at` into the sorted elements before it, behind its equals. */
static void insert(const rt_sorter *s, uint8_t *first, uint8_t *at) {
    int64_t low = 0, high = (at - first) / s->size;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (order_of(s, first + middle * s->size, at) <= 0) low = middle + 1;
        else high = middle;
    }
    uint8_t *target = first + low * s->size;
    if (target == at) return;
    copy_item(s->scratch, at, s->size);
    memmove(target + s->size, target, (size_t)(at - target));
    copy_item(target, s->scratch, s->size);
}

/* The end of a sorted run that begins at `first`: what is sorted already, strictly falling elements turned round, and at
 * least SHORT_RUN elements. */
uint8_t *rt_make_run(const rt_sorter *s, uint8_t *first, uint8_t *last) {
    uint8_t *at = first + s->size;
    if (at >= last) return last;
    bool is_falling = order_of(s, first, at) > 0;
    for (at += s->size; at < last; at += s->size)
        if ((order_of(s, at - s->size, at) > 0) != is_falling) break;
    if (is_falling) rt_reverse_items(s, first, at);
    uint8_t *least = last - first > SHORT_RUN * s->size ? first + SHORT_RUN * s->size : last;
    for (; at < least; at += s->size) insert(s, first, at);
    return at;
}

/* Runs wait on a stack until the one above is at least half as long, so that merges stay balanced and the stack short:
 * each run is less than half of the one below. */
void rt_sort_runs(const rt_sorter *s, uint8_t *first, uint8_t *last, rt_run_maker *make_run) {
    uint8_t *starts[72];
    int depth = 0;
    for (uint8_t *at = first; at < last;) {
        starts[depth++] = at;
        uint8_t *end = make_run(s, at, last);
        while (depth >= 2 && end - starts[depth - 1] > (starts[depth - 1] - starts[depth - 2]) / 2) {
            rt_merge_runs(s, starts[depth - 2], starts[depth - 1], end);
            depth--;
        }
        at = end;
    }
    for (; depth >= 2; depth--) rt_merge_runs(s, starts[depth - 2], starts[depth - 1], last);
}

static void free_scratch(rt_sorter *s) {
    sigil_free(s->scratch);
}

void rt_sort_by_comparing(uint8_t *items, int64_t count, int64_t size, rt_compare compare, const void *context) {
    rt_sorter s __attribute__((cleanup(free_scratch))) = {.size = size, .compare = compare, .context = context};
    s.scratch = sigil_alloc((count / 2 + 1) * size);
    rt_sort_runs(&s, items, items + count * size, rt_make_run);
}

void sigil_array_sort(sigil_buffer *array, const sigil_type *item, sigil_compare *compare, const void *context,
                      const sigil_sort_key *key, const sigil_buffer *keys) {
    if (array->length < 2 || item->size == 0) return;
    if (!rt_is_window(array->owner) || array->owner->count != 1) sigil_buffer_make_unique(array, item);
    if (keys || (key && array->length >= BY_KEYS_FROM))
        rt_sort_by_keys(array, item->size, compare, key, keys ? keys->data : array->data);
    else
        rt_sort_by_comparing(array->data, array->length, item->size, compare, context);
}
