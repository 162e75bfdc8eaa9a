/* What the drivers share: checks that name their line, and values to put into containers. */
#ifndef CHECK_H
#define CHECK_H

#include "sigil_rt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            (void)fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);     \
            exit(9);                                                                           \
        }                                                                                      \
    } while (0)

static inline sigil_buffer empty_text(void) {
    return (sigil_buffer){.data = (uint8_t *)(&sigil_empty_buffer + 1), .length = 0, .owner = &sigil_empty_buffer};
}

static inline sigil_buffer text_of(const char *text) {
    sigil_buffer made = empty_text();
    sigil_text_append(&made, (const uint8_t *)text, (int64_t)strlen(text));
    return made;
}

static inline bool text_is(const sigil_buffer *text, const char *expected) {
    return text->length == (int64_t)strlen(expected) && memcmp(text->data, expected, (size_t)text->length) == 0;
}

/* What generated code does inline. */
static inline void retain_buffer(const sigil_buffer *array) {
    if (array->owner->count > 0) array->owner->count++;
}

static inline void release_buffer(const sigil_buffer *array, const sigil_type *item) {
    if (array->owner->count > 0 && --array->owner->count == 0) sigil_buffer_drop(array->owner, item);
}

static inline void release_text(const sigil_buffer *text) {
    release_buffer(text, NULL);
}

static inline void release_box(void *block) {
    sigil_box *box = block;
    if (box->count > 0 && --box->count == 0) box->drop(box);
}

static inline void retain_text_place(void *place) {
    retain_buffer(place);
}

static inline void drop_text_place(void *place) {
    release_text(place);
}

static const sigil_type text_type __attribute__((unused)) = {
    .size = sizeof(sigil_buffer), .align = 8, .retain = retain_text_place, .drop = drop_text_place};
static const sigil_type int_type __attribute__((unused)) = {.size = 8, .align = 8};

/* A small generator of random numbers (xorshift), the same in each run. */
static uint64_t random_state __attribute__((unused)) = 88172645463325252u;
static inline uint64_t random_below(uint64_t bound) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % bound;
}

/* The first argument of the program, which names the case. */
static inline bool is_case(const char *name) {
    static sigil_buffer wanted;
    if (!wanted.owner) {
        sigil_buffer all;
        sigil_env_args(&all);
        CHECK(all.length >= 2);
        wanted = ((sigil_buffer *)(void *)all.data)[1];
        /* Freed only as far as the leak check needs it: the text moves to static room. */
        static char kept[64];
        CHECK(wanted.length < (int64_t)sizeof kept);
        memcpy(kept, wanted.data, (size_t)wanted.length);
        int64_t length = wanted.length;
        release_buffer(&all, &text_type);
        wanted = (sigil_buffer){.data = (uint8_t *)kept, .length = length, .owner = &sigil_empty_buffer};
    }
    return text_is(&wanted, name);
}

#endif
