/* Buffers: growth, sharing, slices, drops and alignment. */
#include "check.h"

#include <pthread.h>

#ifdef __SANITIZE_ADDRESS__
#define IS_CHECKED 1
#else
#define IS_CHECKED 0
#endif

static int dropped;

static void count_drop(void *place) {
    dropped++;
    drop_text_place(place);
}

static const sigil_type counted_text = {
    .size = sizeof(sigil_buffer), .align = 8, .retain = retain_text_place, .drop = count_drop};

static void push_int(sigil_buffer *array, int64_t value) {
    sigil_buffer_header *owner = array->owner;
    bool has_room = owner->count == 1 && owner->used < owner->capacity &&
                    array->data + array->length * 8 == (uint8_t *)(owner + 1) + owner->used * 8;
    if (!has_room) sigil_buffer_reserve(array, 1, &int_type);
    memcpy(array->data + array->length * 8, &value, 8);
    array->length++;
    array->owner->used++;
}

static int64_t int_at(const sigil_buffer *array, int64_t index) {
    int64_t value;
    memcpy(&value, array->data + index * 8, 8);
    return value;
}

static void push_text(sigil_buffer *array, const char *text) {
    sigil_buffer_reserve(array, 1, &counted_text);
    ((sigil_buffer *)(void *)array->data)[array->length++] = text_of(text);
    array->owner->used++;
}

static sigil_buffer *text_at(const sigil_buffer *array, int64_t index) {
    return (sigil_buffer *)(void *)array->data + index;
}

static void growth(void) {
    sigil_buffer xs = empty_text();
    int growths = 0;
    for (int64_t i = 0; i < 100000; i++) {
        const sigil_buffer_header *before = xs.owner;
        push_int(&xs, i * i);
        growths += xs.owner != before;
        CHECK(xs.length * 8 < 128 || xs.owner->capacity * 8 < 128 || (uintptr_t)xs.data % 64 == 0);
    }
    CHECK(growths < 25);
    for (int64_t i = 0; i < 100000; i++) CHECK(int_at(&xs, i) == i * i);
    CHECK(xs.owner->count == 1 && xs.owner->used == 100000);
    release_buffer(&xs, &int_type);
}

static void shared(void) {
    sigil_buffer xs = empty_text();
    for (int64_t i = 0; i < 10; i++) push_int(&xs, i);
    sigil_buffer ys = xs;
    retain_buffer(&ys);
    sigil_buffer_make_unique(&ys, &int_type);
    CHECK(ys.owner != xs.owner && xs.owner->count == 1 && ys.owner->count == 1);
    memset(ys.data, 0, 8 * 10);
    CHECK(int_at(&xs, 9) == 9 && int_at(&ys, 9) == 0);
    const sigil_buffer_header *owner = ys.owner;
    sigil_buffer_make_unique(&ys, &int_type);
    CHECK(ys.owner == owner);
    release_buffer(&xs, &int_type);
    release_buffer(&ys, &int_type);
}

/* A view of the middle, the only reference: what lies outside is dropped, what is inside stays. */
static void unique_slice(void) {
    sigil_buffer xs = empty_text();
    const char *names[] = {"zero", "one", "two", "three", "four", "five"};
    for (int i = 0; i < 6; i++) push_text(&xs, names[i]);
    sigil_buffer slice = {.data = xs.data + 2 * sizeof(sigil_buffer), .length = 2, .owner = xs.owner};
    sigil_buffer_make_unique(&slice, &counted_text);
    CHECK(dropped >= 2 && slice.length == 2);
    push_text(&slice, "six");
    sigil_buffer_reserve(&slice, 1000, &counted_text);
    CHECK(dropped == 4);
    CHECK(text_is(text_at(&slice, 0), "two") && text_is(text_at(&slice, 1), "three"));
    CHECK(text_is(text_at(&slice, 2), "six") && slice.owner->used == 3 && slice.owner->capacity >= 1003);
    release_buffer(&slice, &counted_text);
    CHECK(dropped == 7);
}

static void shared_slice(void) {
    sigil_buffer xs = empty_text();
    for (int i = 0; i < 6; i++) push_text(&xs, "text");
    sigil_buffer slice = {.data = xs.data + 3 * sizeof(sigil_buffer), .length = 2, .owner = xs.owner};
    retain_buffer(&slice);
    push_text(&slice, "own");
    CHECK(xs.owner->count == 1 && slice.owner != xs.owner && slice.length == 3);
    CHECK(text_at(&xs, 3)->owner->count == 2 && text_at(&xs, 0)->owner->count == 1);
    release_buffer(&xs, &counted_text);
    CHECK(dropped == 6 && text_at(&slice, 0)->owner->count == 1);
    release_buffer(&slice, &counted_text);
    CHECK(dropped == 9);
}

static void text_appends_to_itself(void) {
    sigil_buffer text = text_of("ab");
    for (int i = 0; i < 12; i++) sigil_text_append(&text, text.data, text.length);
    CHECK(text.length == 2 << 12);
    for (int64_t i = 0; i < text.length; i++) CHECK(text.data[i] == (i % 2 ? 'b' : 'a'));
    sigil_buffer tail = {.data = text.data + 1, .length = 3, .owner = text.owner};
    sigil_text_append(&tail, (const uint8_t *)"!", 1);
    CHECK(text_is(&tail, "bab!"));
    release_text(&tail);
}

static void static_text(void) {
    static sigil_buffer_header immortal = {.count = 0};
    static uint8_t data[] = "fixed";
    sigil_buffer text = {.data = data, .length = 5, .owner = &immortal};
    sigil_buffer copy = text;
    retain_buffer(&copy);
    sigil_text_append(&copy, (const uint8_t *)"?", 1);
    CHECK(text_is(&text, "fixed") && text_is(&copy, "fixed?") && immortal.count == 0);
    sigil_buffer_make_unique(&text, NULL);
    CHECK(text.data != data && text_is(&text, "fixed"));
    release_text(&text);
    release_text(&copy);
}

static void blocks(void) {
    enum { COUNT = 3000 };
    static uint8_t *kept[COUNT];
    for (int round = 0; round < 40000; round++) {
        uint64_t i = random_below(COUNT);
        int64_t size = (int64_t)random_below(random_below(20) ? 200 : 5000);
        if (kept[i]) {
            int64_t old;
            memcpy(&old, kept[i], 8);
            for (int64_t k = 8; k < old + 8; k++) CHECK(kept[i][k] == (uint8_t)(i + (uint64_t)old));
            sigil_free(kept[i]);
        }
        kept[i] = sigil_alloc(size + 8);
        CHECK((uintptr_t)kept[i] % 16 == 0);
        memcpy(kept[i], &size, 8);
        memset(kept[i] + 8, (int)(i + (uint64_t)size), (size_t)size);
    }
    for (int i = 0; i < COUNT; i++)
        if (kept[i]) sigil_free(kept[i]);
}

/* Where the system grants few addresses, small blocks lie as close together as elsewhere. */
static void few_addresses(void) {
    uint8_t *one = sigil_alloc(16), *next = sigil_alloc(16);
    CHECK(next == one + 16);
    sigil_free(one);
    sigil_free(next);
    blocks();
}

/* The memory that the process has in use, in bytes. */
static int64_t resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%*d %ld", &pages) == 1);
    (void)fclose(file);
    return pages * 4096;
}

/* A large array grows with its content, moves past its neighbours, and takes no more memory than it has elements for. */
static void large(void) {
    enum { COUNT = 3000000, HUGE_PAGE = 2 << 20 };
    int64_t before = resident();
    sigil_buffer xs = empty_text(), ys = empty_text();
    for (int64_t i = 0; i < COUNT; i++) {
        push_int(&xs, i * i);
        push_int(&ys, -i);
    }
    CHECK((uintptr_t)xs.data % 64 == 0 && xs.owner->capacity > COUNT + 2 * HUGE_PAGE / 8);
    for (int64_t i = 0; i < COUNT; i++) CHECK(int_at(&xs, i) == i * i && int_at(&ys, i) == -i);
    CHECK(IS_CHECKED || resident() - before < 2 * (COUNT * 8 + HUGE_PAGE) + (1 << 20));
    release_buffer(&xs, &int_type);
    release_buffer(&ys, &int_type);
}

static void *use_large(void *number) {
    int64_t mine = *(const int64_t *)number;
    for (int64_t round = 0; round < 200; round++) {
        int64_t count = (4 + (mine + round) % 5) << 17; /* 4 MB and more */
        int64_t *block = sigil_alloc(count * 8);
        for (int64_t i = 0; i < count; i += 4096) block[i] = mine + i;
        for (int64_t i = 0; i < count; i += 4096) CHECK(block[i] == mine + i);
        sigil_free(block);
    }
    return NULL;
}

/* What one thread frees another may get, and no two have the same. */
static void large_in_threads(void) {
    static int64_t numbers[] = {1, 2, 3, 4};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, use_large, &numbers[i]) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

/* From the second of its size on a freed block is given again, uncleared. */
static void large_again(void) {
    enum { SIZE = 6 << 20 };
    sigil_free(sigil_alloc(SIZE));
    int64_t *block = sigil_alloc(SIZE);
    block[1] = 77;
    sigil_free(block);
    int64_t *larger = sigil_alloc(4 * SIZE);
    CHECK(larger != block);
    int64_t *again = sigil_alloc(SIZE - 4096);
    CHECK(again == block && again[1] == 77);
    sigil_free(again);
    sigil_free(larger);
}

static void leak(void) {
    sigil_buffer text = text_of("nobody frees this");
    (void)text;
}

int32_t sigil_program(void) {
    if (is_case("growth")) growth();
    else if (is_case("shared")) shared();
    else if (is_case("unique_slice")) unique_slice();
    else if (is_case("shared_slice")) shared_slice();
    else if (is_case("text_appends_to_itself")) text_appends_to_itself();
    else if (is_case("static_text")) static_text();
    else if (is_case("blocks")) blocks();
    else if (is_case("large")) large();
    else if (is_case("large_in_threads")) large_in_threads();
    else if (is_case("large_again")) large_again();
    else if (is_case("few_addresses")) few_addresses();
    else if (is_case("leak")) leak();
    else return 8;
    return 0;
}
