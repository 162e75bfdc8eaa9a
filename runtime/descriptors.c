/* Open files, by their descriptors. What returns an error gives 0 or errno. */
#include "rt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static int flags_of(uint32_t how) {
    bool writes = how & (SIGIL_FILE_WRITE | SIGIL_FILE_APPEND), reads = how & SIGIL_FILE_READ;
    int flags = writes ? (reads ? O_RDWR : O_WRONLY) : O_RDONLY;
    if (how & SIGIL_FILE_APPEND) flags |= O_APPEND;
    if (how & SIGIL_FILE_CREATE) flags |= O_CREAT;
    if (how & SIGIL_FILE_CREATE_NEW) flags |= O_CREAT | O_EXCL;
    if (how & SIGIL_FILE_TRUNCATE) flags |= O_TRUNC;
    return flags;
}

int32_t sigil_file_open(const uint8_t *path, int64_t length, uint32_t how, int32_t *descriptor) {
    int error;
    *descriptor = rt_open_file(path, length, flags_of(how), &error);
    return error;
}

int32_t sigil_file_close(int32_t descriptor) {
    return close(descriptor) == 0 ? 0 : errno;
}

/* Appends what one read gives, at most `most` bytes; nothing at the end. */
int32_t sigil_file_read(int32_t descriptor, uint64_t most, sigil_buffer *place) {
    uint8_t *room = rt_text_grow(place, (int64_t)most);
    for (;;) {
        ssize_t got = read(descriptor, room, most);
        if (got >= 0) {
            rt_text_extend(place, got);
            return 0;
        }
        if (errno == EAGAIN) {
            struct pollfd ready = {.fd = descriptor, .events = POLLIN};
            (void)poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
}

int32_t sigil_file_read_all(int32_t descriptor, sigil_buffer *place) {
    return rt_read_all(descriptor, place);
}

void rt_hold_broken_pipe(rt_held_signal *held) {
    sigset_t pending;
    (void)sigemptyset(&held->broken_pipe);
    (void)sigaddset(&held->broken_pipe, SIGPIPE);
    (void)sigpending(&pending);
    held->was_pending = sigismember(&pending, SIGPIPE) == 1;
    (void)pthread_sigmask(SIG_BLOCK, &held->broken_pipe, &held->before);
}

void rt_release_broken_pipe(const rt_held_signal *held) {
    const struct timespec at_once = {0};
    if (!held->was_pending) (void)sigtimedwait(&held->broken_pipe, NULL, &at_once);
    (void)pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

int32_t sigil_file_write(int32_t descriptor, const uint8_t *data, int64_t length) {
    rt_held_signal held;
    rt_hold_broken_pipe(&held);
    int error = rt_write_all(descriptor, data, length) ? 0 : errno;
    rt_release_broken_pipe(&held);
    return error;
}

/* `origin`: 0 the start, 1 the current place, 2 the end. */
int32_t sigil_file_seek(int32_t descriptor, int64_t offset, uint32_t origin, int64_t *place) {
    static const int origins[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    off_t reached = lseek(descriptor, offset, origins[origin % 3]);
    if (reached < 0) return errno;
    *place = reached;
    return 0;
}

int32_t sigil_file_set_len(int32_t descriptor, int64_t length) {
    return ftruncate(descriptor, length) == 0 ? 0 : errno;
}

int32_t sigil_file_sync(int32_t descriptor) {
    return fsync(descriptor) == 0 ? 0 : errno;
}

bool sigil_is_terminal(int32_t descriptor) {
    return isatty(descriptor) == 1;
}
