/* Changes of arrays in their place that move elements without looking at them. */
#include "rt.h"

#include <string.h>

#define KEPT_BYTES 256 /* what a rotation keeps aside */

static void exchange(uint8_t *a, uint8_t *b, size_t bytes) {
    uint8_t kept[KEPT_BYTES];
    for (size_t step; bytes > 0; a += step, b += step, bytes -= step) {
        step = bytes < sizeof kept ? bytes : sizeof kept;
        memcpy(kept, a, step);
        memcpy(a, b, step);
        memcpy(b, kept, step);
    }
}

/* Exchanges the shorter part with what lies at the far end of the longer one, which is then in place, until the shorter
 * one fits aside. */
static void rotate(uint8_t *low, size_t left, size_t right) {
    uint8_t kept[KEPT_BYTES];
    while (left > 0 && right > 0) {
        if (left <= sizeof kept) {
            memcpy(kept, low, left);
            memmove(low, low + left, right);
            memcpy(low + right, kept, left);
            return;
        }
        if (right <= sizeof kept) {
            memcpy(kept, low + left, right);
            memmove(low + right, low, left);
            memcpy(low, kept, right);
            return;
        }
        if (left <= right) {
            exchange(low, low + right, left);
            right -= left;
        } else {
            exchange(low, low + left, right);
            low += right;
            left -= right;
        }
    }
}

void sigil_array_rotate(sigil_buffer *array, int64_t low, int64_t middle, int64_t high, const sigil_type *item) {
    if (array->owner->count != 1) sigil_buffer_make_unique(array, item);
    rotate(array->data + low * item->size, (size_t)((middle - low) * item->size), (size_t)((high - middle) * item->size));
}

void sigil_array_truncate(sigil_buffer *array, int64_t count, const sigil_type *item) {
    int64_t dropped = array->length - count;
    if (array->owner->count == 1) {
        sigil_buffer_make_unique(array, item);
        array->owner->used -= dropped;
    }
    array->length = count;
    if (array->owner->count == 1) rt_drop_items(array->data + count * item->size, dropped, item);
}

void sigil_array_extend(sigil_buffer *array, const sigil_buffer *items, const sigil_type *item) {
    if (items->length == 0) return;
    sigil_buffer_reserve(array, items->length, item);
    uint8_t *end = array->data + array->length * item->size;
    memcpy(end, items->data, (size_t)(items->length * item->size));
    for (int64_t i = 0; item->retain && i < items->length; i++) item->retain(end + i * item->size);
    array->length += items->length;
    array->owner->used += items->length;
}

/* The buffer that holds the elements of an array. */
static sigil_buffer_header *holder(const sigil_buffer *array) {
    return rt_is_window(array->owner) ? rt_window_home(array->owner) : array->owner;
}

int64_t sigil_slice_lend(sigil_buffer *array, int64_t low, int64_t high, sigil_buffer *part, const sigil_type *item) {
    if (array->owner->count != 1) sigil_buffer_make_unique(array, item);
    sigil_buffer_header *home = holder(array);
    int64_t count = home->count++;
    sigil_buffer_header *window = sigil_alloc(sizeof *window);
    *window = (sigil_buffer_header){.count = 1, .capacity = RT_WINDOW_CAPACITY, .reserved = (int64_t)(intptr_t)home};
    *part = (sigil_buffer){.data = array->data + low * item->size, .length = high - low, .owner = window};
    return count;
}

/* The elements of `part`, whose buffer is unique and no window, change places with those at `home`. */
static void put_back(uint8_t *home, int64_t count, const sigil_buffer *part, const sigil_type *item) {
    exchange(home, part->data, (size_t)((part->length < count ? part->length : count) * item->size));
    rt_release_buffer(part->owner, item);
}

void sigil_elements_give_back(uint8_t *home, int64_t count, sigil_buffer *part, const sigil_type *item) {
    sigil_buffer_make_unique(part, item);
    put_back(home, count, part, item);
}

void sigil_slice_give_back(sigil_buffer *array, int64_t low, int64_t count, int64_t holders, sigil_buffer *part,
                           const sigil_type *item) {
    bool is_in_place = part->data == array->data + low * item->size && rt_is_window(part->owner);
    if (is_in_place) rt_release_buffer(part->owner, item);
    else sigil_buffer_make_unique(part, item);
    /* Whoever still has the window will be its only owner, and may write to what it sees. */
    if (holder(array)->count != holders) sigil_buffer_make_unique(array, item);
    if (!is_in_place) put_back(array->data + low * item->size, count, part, item);
}
