/* Maps against a simple model: a list of pairs in insertion order. */
#include "check.h"

static int living_keys;

typedef struct key {
    int64_t number;
    sigil_buffer text;
} key;

static void retain_key(void *place) {
    living_keys++;
    retain_buffer(&((key *)place)->text);
}

static void drop_key(void *place) {
    living_keys--;
    release_text(&((key *)place)->text);
}

static uint64_t hash_key(const void *place) {
    const key *k = place;
    return sigil_hash_combine(sigil_hash_u64((uint64_t)k->number), sigil_hash_str(k->text.data, k->text.length));
}

/* All keys in one probe sequence, half of them with one tag. */
static uint64_t bad_hash(const void *place) {
    return (uint64_t)((const key *)place)->number & 1;
}

static bool equal_keys(const void *a, const void *b) {
    const key *x = a, *y = b;
    return x->number == y->number &&
           sigil_str_equal(x->text.data, x->text.length, y->text.data, y->text.length);
}

static const sigil_map_type good_type = {
    .key = {.size = sizeof(key), .align = 8, .retain = retain_key, .drop = drop_key},
    .value = {.size = sizeof(sigil_buffer), .align = 8, .retain = retain_text_place, .drop = drop_text_place},
    .hash = hash_key,
    .equal = equal_keys};
static sigil_map_type bad_type;

static key make_key(int64_t number) {
    char name[32];
    (void)snprintf(name, sizeof name, "key number %lld", (long long)number);
    living_keys++;
    return (key){.number = number, .text = text_of(name)};
}

static sigil_buffer make_value(int64_t number) {
    sigil_buffer text = empty_text();
    sigil_text_append_int(&text, number);
    return text;
}

/* ---- The model ---- */

enum { MOST = 4000 };
typedef struct model {
    int64_t count, keys[MOST], values[MOST];
} model;

static int64_t model_find(const model *m, int64_t number) {
    for (int64_t i = 0; i < m->count; i++)
        if (m->keys[i] == number) return i;
    return -1;
}

static void model_remove(model *m, int64_t at) {
    m->count--;
    for (int64_t i = at; i < m->count; i++) m->keys[i] = m->keys[i + 1], m->values[i] = m->values[i + 1];
}

static void compare(sigil_map *map, const model *m) {
    CHECK(sigil_map_length(map) == m->count);
    for (int64_t i = 0; i < m->count; i++) {
        CHECK(((key *)sigil_map_key(map, i))->number == m->keys[i]);
        sigil_buffer value = make_value(m->values[i]);
        const sigil_buffer *found = sigil_map_value(map, i);
        CHECK(sigil_str_equal(value.data, value.length, found->data, found->length));
        release_text(&value);
    }
}

static int64_t find(sigil_map *map, int64_t number) {
    key k = make_key(number);
    int64_t entry = sigil_map_find(map, &k);
    drop_key(&k);
    return entry;
}

static void step(sigil_map **map, model *m, uint64_t range, uint64_t removals) {
    int64_t number = (int64_t)random_below(range), at = model_find(m, number);
    CHECK(find(*map, number) == at);
    if (random_below(100) >= removals) {
        if (at < 0 && m->count == MOST) return;
        int64_t content = (int64_t)random_below(1000);
        key k = make_key(number);
        sigil_buffer value = make_value(content);
        sigil_map_insert(map, &k, &value);
        if (at < 0) m->keys[at = m->count++] = number;
        m->values[at] = content;
    } else if (at >= 0) {
        sigil_map_remove(map, at);
        model_remove(m, at);
    }
}

static void against_model(const sigil_map_type *type, uint64_t range, int steps) {
    static model now, then;
    memset(&now, 0, sizeof now);
    sigil_map *map = sigil_map_new(type), *copy = NULL;
    for (int i = 0; i < steps; i++) {
        uint64_t removals = i % (steps / 4) < steps / 8 ? 20 : 75; /* grows, then shrinks */
        step(&map, &now, range, removals);
        if (i % 97 == 0) compare(map, &now);
        if (i % 501 == 0) { /* a copy must not see later changes */
            if (copy) {
                compare(copy, &then);
                release_box(copy);
            }
            copy = map;
            ((sigil_box *)map)->count++;
            then = now;
        }
    }
    compare(map, &now);
    if (copy) release_box(copy);
    release_box(map);
    CHECK(living_keys == 0);
}

/* Always the oldest leaves, as from a queue. */
static void queue(void) {
    sigil_map *map = sigil_map_new(&good_type);
    for (int64_t i = 0; i < 30000; i++) {
        key k = make_key(i);
        sigil_buffer value = make_value(i);
        sigil_map_insert(&map, &k, &value);
        if (i < 500) continue;
        CHECK(((key *)sigil_map_key(map, 0))->number == i - 500);
        sigil_map_remove(&map, 0);
        CHECK(sigil_map_length(map) == 500 && find(map, i - 499) == 0 && find(map, i) == 499 && find(map, i - 500) == -1);
    }
    release_box(map);
    CHECK(living_keys == 0);
}

static uint64_t hash_int(const void *place) {
    return sigil_hash_u64(*(const uint64_t *)place);
}

static bool equal_ints(const void *a, const void *b) {
    return *(const int64_t *)a == *(const int64_t *)b;
}

/* A set of integers whose differences lie in different bits: none may degenerate. */
static void patterns(void) {
    static const sigil_map_type set = {
        .key = {.size = 8, .align = 8}, .value = {.size = 0, .align = 1}, .hash = hash_int, .equal = equal_ints};
    for (int shift = 0; shift < 48; shift += 8) {
        sigil_map *map = sigil_map_new(&set);
        for (uint64_t i = 0; i < 20000; i++) {
            uint64_t k = i << shift;
            sigil_map_insert(&map, &k, NULL);
            sigil_map_insert(&map, &k, NULL);
        }
        CHECK(sigil_map_length(map) == 20000);
        for (uint64_t i = 0; i < 20000; i++) {
            uint64_t k = i << shift, other = k + 1;
            CHECK(sigil_map_find(map, &k) == (int64_t)i);
            CHECK(shift == 0 || sigil_map_find(map, &other) == -1);
        }
        release_box(map);
    }
}

int32_t sigil_program(void) {
    bad_type = good_type;
    bad_type.hash = bad_hash;
    if (is_case("few")) against_model(&good_type, 12, 20000);
    else if (is_case("many")) against_model(&good_type, 3000, 40000);
    else if (is_case("colliding")) against_model(&bad_type, 200, 8000);
    else if (is_case("queue")) queue();
    else if (is_case("patterns")) patterns();
    else return 8;
    return 0;
}
