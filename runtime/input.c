/* Standard input, which is buffered. */
#include "rt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct {
    int64_t start, end; /* what was read and not yet asked for */
    uint8_t data[RT_INPUT_SIZE];
} held;

/* More input, once all of it has been taken; 0 at the end, else its length, or minus errno. */
static int64_t refill(void) {
    sigil_flush(); /* a question stands before its answer */
    for (;;) {
        ssize_t got = read(STDIN_FILENO, held.data, sizeof held.data);
        if (got < 0 && errno == EINTR) continue;
        held.start = 0;
        held.end = got > 0 ? got : 0;
        return got >= 0 ? got : -errno;
    }
}

/* Appends a line with its end to the bytes in `place`: 0, -1 when there is none any more, or errno. */
int32_t sigil_input_line(sigil_buffer *place) {
    bool has_some = false;
    for (;;) {
        if (held.start == held.end) {
            int64_t got = refill();
            if (got <= 0) return got < 0 ? (int32_t)-got : has_some ? 0 : -1;
        }
        has_some = true;
        const uint8_t *from = held.data + held.start, *line_end = memchr(from, '\n', (size_t)(held.end - held.start));
        int64_t length = line_end ? line_end - from + 1 : held.end - held.start;
        sigil_text_append(place, from, length);
        held.start += length;
        if (line_end) return 0;
    }
}

/* Appends all that is left: 0 or errno. */
int32_t sigil_input_rest(sigil_buffer *place) {
    sigil_flush();
    sigil_text_append(place, held.data + held.start, held.end - held.start);
    held.start = held.end = 0;
    return rt_read_all(STDIN_FILENO, place);
}
