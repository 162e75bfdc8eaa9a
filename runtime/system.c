/* The system: files, environment, arguments, processes and the clock. */
#include "rt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct {
    int count;
    char **values;
} arguments; /* written by main, before anything else runs */

void rt_keep_arguments(int count, char **values) {
    arguments.count = count;
    arguments.values = values;
}

/* A zero-terminated copy, to be freed; null when the text has a zero inside, which no name may have. */
static char *c_string(const uint8_t *data, int64_t length) {
    if (length > 0 && memchr(data, 0, (size_t)length)) return NULL;
    char *copy = malloc((size_t)length + 1);
    if (!copy) rt_die("out of memory");
    if (length > 0) memcpy(copy, data, (size_t)length);
    copy[length] = 0;
    return copy;
}

static void replace(sigil_buffer *place, sigil_buffer value) {
    sigil_buffer old = *place;
    *place = value;
    rt_release_text(&old);
}

/* Reads to the end; 0 or errno. Reserves what a regular file announces, so that it is read at once. */
static int read_all(int descriptor, sigil_buffer *content) {
    struct stat about;
    int64_t expected = fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) ? (int64_t)about.st_size : 0;
    for (int64_t step = expected + 1;; step = 1 << 16) {
        uint8_t *end = rt_text_grow(content, step);
        ssize_t got = read(descriptor, end, (size_t)step);
        if (got == 0) return 0;
        if (got > 0) rt_text_extend(content, got);
        else if (errno != EINTR) return errno;
    }
}

/* ---- Files ---- */

int32_t sigil_fs_read_file(const uint8_t *path, int64_t path_length, sigil_buffer *place) {
    char *name = c_string(path, path_length);
    if (!name) return EINVAL;
    int descriptor = open(name, O_RDONLY | O_CLOEXEC), error = errno;
    free(name);
    if (descriptor < 0) return error;
    sigil_buffer content = rt_text_empty();
    error = read_all(descriptor, &content);
    (void)close(descriptor);
    if (error) rt_release_text(&content);
    else replace(place, content);
    return error;
}

int32_t sigil_fs_write_file(const uint8_t *path, int64_t path_length, const uint8_t *data, int64_t length) {
    char *name = c_string(path, path_length);
    if (!name) return EINVAL;
    int descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), error = errno;
    free(name);
    if (descriptor < 0) return error;
    error = rt_write_all(descriptor, data, length) ? 0 : errno;
    if (close(descriptor) != 0 && !error) error = errno;
    return error;
}

void sigil_os_error_text(sigil_buffer *out, int32_t error) {
    char text[256];
    const char *found = strerror_r(error, text, sizeof text);
    *out = rt_text_new(found, (int64_t)strlen(found));
}

/* ---- Environment ---- */

/* False when the variable is missing or is no valid text. */
bool sigil_env_var(const uint8_t *name, int64_t length, sigil_buffer *place) {
    char *key = c_string(name, length);
    const char *value = key ? getenv(key) : NULL;
    free(key);
    if (!value) return false;
    int64_t size = (int64_t)strlen(value);
    if (sigil_utf8_valid((const uint8_t *)value, size) >= 0) return false;
    replace(place, rt_text_new(value, size));
    return true;
}

/* What is no UTF-8 is replaced by U+FFFD, a byte at a time. */
static sigil_buffer valid_text(const char *bytes) {
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
    for (int i = 0; i < arguments.count; i++) items[i] = valid_text(arguments.values[i]);
    owner->used = arguments.count;
    *out = (sigil_buffer){.data = rt_buffer_data(owner), .length = arguments.count, .owner = owner};
}

/* ---- Processes and time ---- */

static _Noreturn void run_shell(const char *command, const int pipe_ends[2]) {
    (void)dup2(pipe_ends[1], STDOUT_FILENO);
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* Runs a shell command; its exit status, 128 and the signal's number when one ended it, or -1 if it could not start. */
int32_t sigil_process_run(const uint8_t *command, int64_t length, sigil_buffer *place) {
    sigil_flush();
    char *text = c_string(command, length);
    int pipe_ends[2];
    if (!text || pipe2(pipe_ends, O_CLOEXEC) != 0) {
        free(text);
        return -1;
    }
    pid_t child = fork();
    if (child == 0) run_shell(text, pipe_ends);
    free(text);
    (void)close(pipe_ends[1]);
    sigil_buffer output = rt_text_empty();
    if (child > 0) (void)read_all(pipe_ends[0], &output);
    (void)close(pipe_ends[0]);
    replace(place, output);
    if (child < 0) return -1;
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int64_t sigil_clock_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
