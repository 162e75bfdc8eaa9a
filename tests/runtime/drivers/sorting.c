/* Sorting: right, stable, and whole after a panic in the comparison. */
#include "check.h"

typedef struct item {
    int64_t key, place;
    sigil_buffer text;
} item;

static int64_t panic_after = -1;

static void retain_item(void *at) {
    retain_buffer(&((item *)at)->text);
}

static void drop_item(void *at) {
    release_text(&((item *)at)->text);
}

static const sigil_type item_type = {.size = sizeof(item), .align = 8, .retain = retain_item, .drop = drop_item};

static int32_t by_key(const void *a, const void *b, const void *context) {
    (void)context;
    if (panic_after >= 0 && panic_after-- == 0) sigil_panic_division("sort.sg:1:1");
    int64_t x = ((const item *)a)->key, y = ((const item *)b)->key;
    return (x > y) - (x < y);
}

/* What the compiler makes for a type and a comparison, here with moves of whole items. */

static int64_t run(const uint8_t *items, int64_t count, const void *context) {
    const item *xs = (const void *)items;
    bool falls = by_key(&xs[0], &xs[1], context) > 0;
    int64_t length = 2;
    while (length < count && (by_key(&xs[length - 1], &xs[length], context) > 0) == falls) length++;
    return falls ? -length : length;
}

static void insert(uint8_t *items, int64_t count, uint8_t *scratch, const void *context) {
    item *xs = (void *)items;
    (void)scratch;
    for (int64_t i = 1; i < count; i++) {
        int64_t place = i;
        while (place > 0 && by_key(&xs[place - 1], &xs[i], context) > 0) place--;
        item moved = xs[i];
        memmove(&xs[place + 1], &xs[place], (size_t)(i - place) * sizeof *xs);
        xs[place] = moved;
    }
}

static int64_t partition(item *xs, int64_t count, const uint8_t *pivot, item *scratch, int32_t limit, const void *context) {
    int64_t fronts = 0;
    for (int64_t i = 0; i < count; i++) {
        bool is_front = by_key(&xs[i], pivot, context) < limit;
        scratch[is_front ? fronts : count - 1 - i + fronts] = xs[i];
        fronts += is_front;
    }
    for (int64_t i = 0; i < count; i++) xs[i] = scratch[i < fronts ? i : count - 1 - i + fronts];
    return fronts;
}

static int64_t part_less(uint8_t *items, int64_t count, const uint8_t *pivot, uint8_t *scratch, const void *context) {
    return partition((void *)items, count, pivot, (void *)scratch, 0, context);
}

static int64_t part_not_greater(uint8_t *items, int64_t count, const uint8_t *pivot, uint8_t *scratch, const void *context) {
    return partition((void *)items, count, pivot, (void *)scratch, 1, context);
}

static const sigil_sort_code code = {by_key, run, insert, part_less, part_not_greater};

static void sort(sigil_buffer *xs, bool is_by_code) {
    if (is_by_code) sigil_array_sort_by(xs, &item_type, &code, NULL);
    else sigil_array_sort(xs, &item_type, by_key, NULL, NULL, NULL);
}

static sigil_buffer make(int64_t count, int pattern) {
    sigil_buffer xs = empty_text();
    sigil_buffer_reserve(&xs, count, &item_type);
    item *items = (item *)(void *)xs.data;
    for (int64_t i = 0; i < count; i++) {
        int64_t keys[] = {i, count - i, (int64_t)random_below(10), (int64_t)random_below((uint64_t)count + 1), i % 7,
                          i < count / 2 ? i : count - i, i == count - 1 ? 0 : i, 5};
        items[i] = (item){.key = keys[pattern], .place = i, .text = text_of("owned")};
    }
    xs.length = xs.owner->used = count;
    return xs;
}

static void is_permutation(const sigil_buffer *xs) {
    const item *items = (const item *)(void *)xs->data;
    uint8_t *seen = calloc((size_t)xs->length + 1, 1);
    for (int64_t i = 0; i < xs->length; i++) {
        CHECK(!seen[items[i].place]);
        seen[items[i].place] = 1;
    }
    free(seen);
}

static void sorted(bool is_by_code) {
    const int64_t counts[] = {0, 1, 2, 3, 11, 12, 13, 25, 100, 1000, 5000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (int pattern = 0; pattern < 8; pattern++) {
            sigil_buffer xs = make(counts[c], pattern);
            sort(&xs, is_by_code);
            is_permutation(&xs);
            const item *items = (const item *)(void *)xs.data;
            for (int64_t i = 1; i < xs.length; i++) {
                CHECK(items[i - 1].key <= items[i].key);
                CHECK(items[i - 1].key < items[i].key || items[i - 1].place < items[i].place);
            }
            release_buffer(&xs, &item_type);
        }
}

/* A key that stands for the order in part, so that equal ones are compared: of 32 bits, and of more. */
static void by_keys(void) {
    const sigil_sort_key kinds[] = {
        {.offset = offsetof(item, key), .stride = sizeof(item), .kind = SIGIL_SORT_I64},
        {.offset = offsetof(item, key), .stride = sizeof(item), .kind = SIGIL_SORT_I64, .is_exact = true},
        {.offset = offsetof(item, key), .stride = sizeof(item), .kind = SIGIL_SORT_U8},
    };
    for (int64_t count = 2; count < 5000; count = count * 3 + 1)
        for (int pattern = 0; pattern < 8; pattern++)
            for (size_t kind = 0; kind < (pattern == 4 || pattern == 7 ? 3 : 2); kind++) {
                sigil_buffer xs = make(count, pattern);
                item *items = (item *)(void *)xs.data;
                for (int64_t i = 0; kind < 2 && i < count; i += 5) items[i].key -= (int64_t)1 << (pattern % 2 ? 20 : 50);
                sigil_array_sort(&xs, &item_type, by_key, NULL, &kinds[kind], NULL);
                is_permutation(&xs);
                items = (item *)(void *)xs.data;
                for (int64_t i = 1; i < count; i++)
                    CHECK(items[i - 1].key < items[i].key ||
                          (items[i - 1].key == items[i].key && items[i - 1].place < items[i].place));
                release_buffer(&xs, &item_type);
            }
}

static void shared(void) {
    sigil_buffer xs = make(50, 1), ys = xs;
    retain_buffer(&ys);
    sigil_array_sort(&ys, &item_type, by_key, NULL, NULL, NULL);
    CHECK(((item *)(void *)xs.data)[0].place == 0 && ((item *)(void *)ys.data)[0].place == 49);
    release_buffer(&xs, &item_type);
    release_buffer(&ys, &item_type);
}

static sigil_buffer unsorted;

static void check_unsorted(const int *unused) {
    (void)unused;
    is_permutation(&unsorted);
    CHECK(unsorted.length == 400);
    release_buffer(&unsorted, &item_type);
    (void)fprintf(stderr, "whole\n");
}

static void panicking(int64_t after, bool is_by_code) {
    unsorted = make(400, 3);
    int watch __attribute__((cleanup(check_unsorted))) = 0;
    panic_after = after;
    sort(&unsorted, is_by_code);
    (void)watch;
}

int32_t sigil_program(void) {
    if (is_case("sorted")) sorted(false);
    else if (is_case("sorted_by_code")) sorted(true);
    else if (is_case("by_keys")) by_keys();
    else if (is_case("shared")) shared();
    else if (is_case("panic_early")) panicking(5, false);
    else if (is_case("panic_late")) panicking(2500, false);
    else if (is_case("panic_by_code")) panicking(2500, true);
    else return 8;
    return 0;
}
