/* The system: environment, arguments, its errors and the clock. */
#include "rt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static struct {
    int count;
    char **values;
} arguments; /* written by main, before anything else runs */

void rt_keep_arguments(int count, char **values) {
    arguments.count = count;
    arguments.values = values;
}

char *rt_c_string(const uint8_t *data, int64_t length) {
    if (length > 0 && memchr(data, 0, (size_t)length)) return NULL;
    char *copy = malloc((size_t)length + 1);
    if (!copy) rt_die("out of memory");
    if (length > 0) memcpy(copy, data, (size_t)length);
    copy[length] = 0;
    return copy;
}

void rt_replace_text(sigil_buffer *place, sigil_buffer value) {
    sigil_buffer old = *place;
    *place = value;
    rt_release_text(&old);
}

void sigil_os_error_text(sigil_buffer *out, int32_t error) {
    char text[256];
    const char *found = strerror_r(error, text, sizeof text);
    *out = rt_text_new(found, (int64_t)strlen(found));
}

/* ---- Environment ---- */

/* False when the variable is missing or is no valid text. */
bool sigil_env_var(const uint8_t *name, int64_t length, sigil_buffer *place) {
    char *key = rt_c_string(name, length);
    const char *value = key ? getenv(key) : NULL;
    free(key);
    if (!value) return false;
    int64_t size = (int64_t)strlen(value);
    if (sigil_utf8_valid((const uint8_t *)value, size) >= 0) return false;
    rt_replace_text(place, rt_text_new(value, size));
    return true;
}

sigil_buffer rt_valid_text(const char *bytes) {
    const uint8_t *at = (const uint8_t *)bytes;
    int64_t left = (int64_t)strlen(bytes);
    sigil_buffer text = rt_text_empty();
    for (int64_t bad; left > 0 && (bad = sigil_utf8_valid(at, left)) >= 0; at += bad + 1, left -= bad + 1) {
        sigil_text_append(&text, at, bad);
        sigil_text_append_char(&text, 0xFFFD);
    }
    sigil_text_append(&text, at, left);
    return text;
}

void sigil_env_args(sigil_buffer *out) {
    sigil_buffer_header *owner = sigil_buffer_new(arguments.count, (int64_t)sizeof(sigil_buffer));
    sigil_buffer *items = (sigil_buffer *)(void *)rt_buffer_data(owner);
    for (int i = 0; i < arguments.count; i++) items[i] = rt_valid_text(arguments.values[i]);
    owner->used = arguments.count;
    *out = (sigil_buffer){.data = rt_buffer_data(owner), .length = arguments.count, .owner = owner};
}

/* `NAME=value` each. */
void sigil_env_vars(sigil_buffer *out) {
    int64_t count = 0;
    while (environ && environ[count]) count++;
    sigil_buffer_header *owner = sigil_buffer_new(count, (int64_t)sizeof(sigil_buffer));
    sigil_buffer *items = (sigil_buffer *)(void *)rt_buffer_data(owner);
    for (int64_t i = 0; i < count; i++) items[i] = rt_valid_text(environ[i]);
    owner->used = count;
    *out = (sigil_buffer){.data = rt_buffer_data(owner), .length = count, .owner = owner};
}

/* ---- Time ---- */

int64_t sigil_clock_unix_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t sigil_entropy(void) {
    return rt_entropy();
}

int64_t sigil_clock_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
