/* What exported functions need at the border to C: a boundary for panics, the last error, and the end of results. */
#include "rt.h"

#include <stdlib.h>
#include <string.h>

/* Belongs to its thread; zero-terminated, or null before the first error. Not a live object: it is never given back. */
static _Thread_local char *last_error;

void sigil_set_last_error(const uint8_t *data, int64_t length) {
    char *text = realloc(last_error, (size_t)length + 1);
    if (!text) rt_die("out of memory");
    memcpy(text, data, (size_t)length);
    text[length] = '\0';
    last_error = text;
}

const char *sigil_last_error(void) {
    return last_error;
}

void sigil_guard(void (*body)(void *), void *frame) {
    rt_failure failure;
    if (rt_protect(RT_BOUNDARY_EXPORT, body, frame, &failure)) return;
    sigil_fault *fault = rt_failure_to_fault(&failure);
    sigil_set_last_error(fault->message.data, fault->message.length);
    rt_release_box(&fault->box);
}

void sigil_release(void *owner) {
    if (owner) rt_release_buffer(owner, NULL);
}
