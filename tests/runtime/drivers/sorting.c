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

static void sorted(void) {
    const int64_t counts[] = {0, 1, 2, 3, 11, 12, 13, 25, 100, 1000, 5000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (int pattern = 0; pattern < 8; pattern++) {
            sigil_buffer xs = make(counts[c], pattern);
            sigil_array_sort(&xs, &item_type, by_key, NULL, NULL, NULL);
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

static void panicking(int64_t after) {
    unsorted = make(400, 3);
    int watch __attribute__((cleanup(check_unsorted))) = 0;
    panic_after = after;
    sigil_array_sort(&unsorted, &item_type, by_key, NULL, NULL, NULL);
    (void)watch;
}

int32_t sigil_program(void) {
    if (is_case("sorted")) sorted();
    else if (is_case("by_keys")) by_keys();
    else if (is_case("shared")) shared();
    else if (is_case("panic_early")) panicking(5);
    else if (is_case("panic_late")) panicking(2500);
    else return 8;
    return 0;
}
