/* Standard output, which is buffered, and standard error, which is not. */
#include "rt.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static struct {
    int64_t length;
    int is_terminal; /* 0 not known yet, 1 yes, -1 no */
    uint8_t data[RT_OUTPUT_SIZE];
} held;

bool rt_write_all(int descriptor, const void *data, int64_t length) {
    const uint8_t *at = data;
    while (length > 0) {
        ssize_t written = write(descriptor, at, (size_t)length);
        if (written >= 0) {
            at += written;
            length -= written;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
            (void)poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* When nobody reads the output any more the program ends quietly. (Mostly SIGPIPE has ended it before.) */
static void write_out(const uint8_t *data, int64_t length) {
    static const char failed[] = "sigil: can't write the output: ";
    if (rt_write_all(STDOUT_FILENO, data, length)) return;
    if (errno != EPIPE) {
        const char *reason = strerror(errno);
        (void)rt_write_all(STDERR_FILENO, failed, (int64_t)sizeof failed - 1);
        (void)rt_write_all(STDERR_FILENO, reason, (int64_t)strlen(reason));
        (void)rt_write_all(STDERR_FILENO, "\n", 1);
    }
    _exit(1);
}

void sigil_flush(void) {
    int64_t length = held.length;
    held.length = 0;
    if (length > 0) write_out(held.data, length);
}

/* A library has no `main` of ours that would do it. */
static void __attribute__((destructor)) flush_at_exit(void) {
    sigil_flush();
}

void rt_flush_from_signal(void) {
    if (held.length > 0 && held.length <= RT_OUTPUT_SIZE) (void)rt_write_all(STDOUT_FILENO, held.data, held.length);
    held.length = 0;
}

void sigil_print(const uint8_t *data, int64_t length) {
    if (length <= 0) return;
    if (length > RT_OUTPUT_SIZE - held.length) sigil_flush();
    if (length > RT_OUTPUT_SIZE) {
        write_out(data, length);
        return;
    }
    memcpy(held.data + held.length, data, (size_t)length);
    held.length += length;
    if (rt_unlikely(held.is_terminal == 0)) held.is_terminal = isatty(STDOUT_FILENO) ? 1 : -1;
    if (held.is_terminal == 1 && memchr(data, '\n', (size_t)length)) sigil_flush();
}

void sigil_eprint(const uint8_t *data, int64_t length) {
    sigil_flush();
    (void)rt_write_all(STDERR_FILENO, data, length);
}

void rt_error_text(const sigil_buffer *text) {
    sigil_eprint(text->data, text->length);
}
