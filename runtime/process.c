/* Running other programs, without a shell between. */
#include "rt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { INPUT, OUTPUT, ERRORS, STREAMS };

/* Two bits for each stream. */
enum { INHERITED = 0, PIPED = 1, NOWHERE = 2, ALL_PIPED = 1 | 1 << 2 | 1 << 4 };

/* Our ends of the pipes to a child's three streams, -1 when closed. */
typedef struct child {
    pid_t id;
    int ends[STREAMS];
} child;

static void close_end(int *end) {
    if (*end >= 0) (void)close(*end);
    *end = -1;
}

static char **arguments_of(const char *program, const sigil_buffer *arguments, int64_t count) {
    char **values = calloc((size_t)count + 2, sizeof *values);
    if (!values) rt_die("out of memory");
    values[0] = (char *)(uintptr_t)program;
    for (int64_t i = 0; i < count; i++) {
        values[i + 1] = rt_c_string(arguments[i].data, arguments[i].length);
        if (values[i + 1]) continue;
        while (i-- > 0) free(values[i + 1]);
        free(values);
        return NULL;
    }
    return values;
}

/* Prepares a stream of the child: ours and its end of a pipe, or nothing; 0 or errno. */
static int prepare_stream(posix_spawn_file_actions_t *actions, int stream, uint32_t kind, int *ours, int *theirs) {
    int ends[2];
    if (kind == INHERITED) return 0;
    if (kind == NOWHERE) return posix_spawn_file_actions_addopen(actions, stream, "/dev/null", O_RDWR, 0);
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    *ours = ends[stream == INPUT];
    *theirs = ends[stream != INPUT];
    return posix_spawn_file_actions_adddup2(actions, *theirs, stream);
}

/* Starts a program found by PATH; 0 or errno. */
static int start(child *made, uint32_t streams, const char *program, char *const *arguments) {
    posix_spawn_file_actions_t actions;
    int theirs[STREAMS] = {-1, -1, -1}, error = 0;
    (void)posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < STREAMS; i++) made->ends[i] = -1;
    for (int i = 0; i < STREAMS && !error; i++)
        error = prepare_stream(&actions, i, streams >> 2 * i & 3, &made->ends[i], &theirs[i]);
    if (!error) error = posix_spawnp(&made->id, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; i < STREAMS; i++) {
        close_end(&theirs[i]);
        if (error) close_end(&made->ends[i]);
    }
    return error;
}

static void read_some(int *end, sigil_buffer *content) {
    uint8_t *room = rt_text_grow(content, 1 << 16);
    ssize_t got = read(*end, room, 1 << 16);
    if (got > 0) rt_text_extend(content, got);
    else if (got == 0 || errno != EINTR) close_end(end);
}

/* The input's end does not block, so that a child that first writes much and then reads is not waited for in vain. */
static void write_some(int *end, const uint8_t **data, int64_t *left) {
    ssize_t written = *left > 0 ? write(*end, *data, (size_t)*left) : 0;
    if (written > 0) {
        *data += written;
        *left -= written;
    }
    bool is_over = written < 0 && errno != EAGAIN && errno != EINTR; /* it reads no more: that is its own affair */
    if (*left == 0 || is_over) close_end(end);
}

static void exchange(child *running, const uint8_t *input, int64_t input_length, sigil_buffer *output,
                     sigil_buffer *errors) {
    (void)fcntl(running->ends[INPUT], F_SETFL, O_NONBLOCK);
    while (running->ends[INPUT] >= 0 || running->ends[OUTPUT] >= 0 || running->ends[ERRORS] >= 0) {
        struct pollfd polled[STREAMS];
        for (int i = 0; i < STREAMS; i++)
            polled[i] = (struct pollfd){.fd = running->ends[i], .events = i == INPUT ? POLLOUT : POLLIN, .revents = 0};
        if (poll(polled, STREAMS, -1) < 0 && errno != EINTR) rt_die("poll failed");
        if (running->ends[INPUT] >= 0 && polled[INPUT].revents) write_some(&running->ends[INPUT], &input, &input_length);
        if (running->ends[OUTPUT] >= 0 && polled[OUTPUT].revents) read_some(&running->ends[OUTPUT], output);
        if (running->ends[ERRORS] >= 0 && polled[ERRORS].revents) read_some(&running->ends[ERRORS], errors);
    }
}

static char **program_and_arguments(char *name, const uint8_t *arguments, int64_t count) {
    return name ? arguments_of(name, (const sigil_buffer *)(const void *)arguments, count) : NULL;
}

/* Starts a program and frees the copies of its arguments; 0 or errno. */
static int start_and_free(child *made, uint32_t streams, char *name, char **values, int64_t count) {
    sigil_flush();
    int error = values ? start(made, streams, name, values) : EINVAL;
    for (int64_t i = 1; values && i <= count; i++) free(values[i]);
    free(values);
    free(name);
    return error;
}

static int32_t status_of(int ended) {
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}

int32_t sigil_process_run(const uint8_t *program, int64_t length, const uint8_t *arguments, int64_t count,
                          const uint8_t *input, int64_t input_length, sigil_buffer *output, sigil_buffer *errors,
                          int32_t *status) {
    char *name = rt_c_string(program, length);
    char **values = program_and_arguments(name, arguments, count);
    child running;
    int error = start_and_free(&running, ALL_PIPED, name, values, count), ended;
    if (error) return error;
    rt_held_signal held;
    rt_hold_broken_pipe(&held);
    exchange(&running, input, input_length, output, errors);
    rt_release_broken_pipe(&held);
    while (waitpid(running.id, &ended, 0) < 0)
        if (errno != EINTR) return errno;
    *status = status_of(ended);
    return 0;
}

/* Our end of each piped stream, else -1. */
int32_t sigil_process_start(const uint8_t *program, int64_t length, const uint8_t *arguments, int64_t count,
                            uint32_t streams, int32_t *id, int32_t *input, int32_t *output, int32_t *errors) {
    char *name = rt_c_string(program, length);
    char **values = program_and_arguments(name, arguments, count);
    child running;
    int error = start_and_free(&running, streams, name, values, count);
    if (error) return error;
    *id = running.id;
    *input = running.ends[INPUT];
    *output = running.ends[OUTPUT];
    *errors = running.ends[ERRORS];
    return 0;
}

/* The status of a child that has ended; it stays as it is while the child runs on and `blocks` is false. */
int32_t sigil_process_wait(int32_t id, bool blocks, int32_t *status) {
    int ended;
    for (;;) {
        pid_t found = waitpid(id, &ended, blocks ? 0 : WNOHANG);
        if (found > 0) *status = status_of(ended);
        if (found >= 0) return 0;
        if (errno != EINTR) return errno;
    }
}

int32_t sigil_process_kill(int32_t id) {
    return kill(id, SIGKILL) == 0 ? 0 : errno;
}

void sigil_process_exit(int32_t status) {
    sigil_flush();
    exit(status);
}
