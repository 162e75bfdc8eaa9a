/* What the runtime's files know of each other. Generated code sees only include/sigil_rt.h. */
#ifndef RT_H
#define RT_H

#include "config.h"
#include "include/sigil_rt.h"

#include <signal.h>

/* ---- memory.c ---- */

extern _Thread_local int64_t rt_live_objects;
/* Prints `sigil: REASON` and ends the program with status 101, without unwinding: for what nothing can be done about. */
_Noreturn void rt_die(const char *reason);
/* One reference less. */
void rt_release_buffer(sigil_buffer_header *owner, const sigil_type *item);
void rt_release_text(const sigil_buffer *text);
void rt_release_box(sigil_box *box);
static inline void rt_retain_box(sigil_box *box) {
    if (rt_likely(box->count > 0)) box->count++;
}
static inline uint8_t *rt_buffer_data(sigil_buffer_header *owner) {
    return (uint8_t *)(owner + 1);
}
/* A window owns a part of another buffer, its home, while that part is lent: it has no elements of its own. */
#define RT_WINDOW_CAPACITY (-1)
static inline bool rt_is_window(const sigil_buffer_header *owner) {
    return owner->capacity == RT_WINDOW_CAPACITY;
}
static inline sigil_buffer_header *rt_window_home(const sigil_buffer_header *window) {
    return (sigil_buffer_header *)(intptr_t)window->reserved;
}
/* Drops `count` elements that begin at `data`. */
void rt_drop_items(uint8_t *data, int64_t count, const sigil_type *item);

/* ---- chunks.c ---- */

/* A chunk of RT_CHUNK_SIZE bytes for blocks of a class, or null when there is no room any more. */
uint8_t *rt_chunk_new(int class);
/* The class of the chunk that a block lies in, or -1. */
int rt_chunk_class(const void *block);

/* ---- large.c ---- */

/* What stands before each block from the system, which is as large as a buffer's header: the bytes of its mapping, or 0 where
 * malloc gave it. */
typedef struct rt_mapping {
    int64_t size;
    int64_t unused[3];
} rt_mapping;

/* A mapping of at least `size` bytes with `size` set, or null. `is_growing`: it takes the place of a smaller block. */
rt_mapping *rt_large_new(int64_t size, bool is_growing);
/* The same, larger, with its content; null, and unchanged, when there is no memory. */
rt_mapping *rt_large_grown(rt_mapping *block, int64_t size);
void rt_large_free(rt_mapping *block);

/* ---- text.c ---- */

/* An empty text, for a place that is built up. */
sigil_buffer rt_text_empty(void);
sigil_buffer rt_text_new(const void *data, int64_t length);
/* Text that lives as long as the program. */
sigil_buffer rt_text_static(const char *text);
/* Room for `more` bytes behind the text at `place`, which is unique then; the text's end. */
uint8_t *rt_text_grow(sigil_buffer *place, int64_t more);
/* The `length` bytes behind the text's end have been written. */
static inline void rt_text_extend(sigil_buffer *place, int64_t length) {
    place->length += length;
    place->owner->used += length;
}
/* Writes the decimal digits of `value` so that they end before `end`, at most 20; where they begin. */
uint8_t *rt_decimal_digits(uint8_t *end, uint64_t value);
void rt_text_printf(sigil_buffer *place, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- format.c ---- */

/* A number's text in its parts, which padding goes between: sign, prefix, and digits. */
typedef struct rt_number {
    const char *sign;
    const char *prefix;
    const uint8_t *digits;
    int64_t length;
} rt_number;
void rt_format_number(sigil_buffer *place, const rt_number *number, uint32_t fill, uint32_t flags, int64_t width);

/* ---- unicode.c ---- */

/* Decodes the character at `*at` of valid UTF-8 and moves on. */
uint32_t rt_utf8_next(const uint8_t **at);
/* Writes a character at `out` (4 bytes of room); its length. */
int64_t rt_utf8_put(uint8_t *out, uint32_t character);
int64_t rt_utf8_count(const uint8_t *data, int64_t length);
/* Whether Debug text shows the character as it is, rather than as an escape. */
bool rt_is_printable(uint32_t character);

/* ---- hash.c ---- */

/* A number that nobody outside can foresee; with SIGIL_SEED, that one. */
uint64_t rt_entropy(void);

/* ---- output.c ---- */

/* Writes all of it to a file descriptor; false after an error. */
bool rt_write_all(int descriptor, const void *data, int64_t length);
/* To stderr, after stdout has been flushed. */
void rt_error_text(const sigil_buffer *text);
/* Writes what stdout holds back; for a signal handler. */
void rt_flush_from_signal(void);

/* ---- panic.c ---- */

typedef enum rt_failure_kind { RT_NO_FAILURE, RT_PANIC, RT_FAULT } rt_failure_kind;

/* Why a protected call ended early; owns the message or the fault. */
typedef struct rt_failure {
    rt_failure_kind kind;
    sigil_buffer message; /* of a panic */
    const char *site;     /* of a panic */
    sigil_fault *fault;   /* of a fault */
} rt_failure;

/* What a boundary is for decides who hears of a panic: `main`'s prints it, a message's tells asker and supervisor, an
 * exported function's leaves it to its caller, that of a block which must panic says nothing. */
typedef enum rt_boundary_kind {
    RT_BOUNDARY_MAIN,
    RT_BOUNDARY_MESSAGE,
    RT_BOUNDARY_EXPORT,
    RT_BOUNDARY_CATCH
} rt_boundary_kind;

/* Calls `body(argument)`; false when a panic or fault ended it, which `failure` then describes. */
bool rt_protect(rt_boundary_kind kind, void (*body)(void *), void *argument, rt_failure *failure);
/* The fault that an asker gets; takes over what `failure` owns. */
sigil_fault *rt_failure_to_fault(rt_failure *failure);
void rt_failure_drop(rt_failure *failure);
/* Prints the failure, and ends the program as `rt_die`. */
_Noreturn void rt_die_of(const rt_failure *failure, const char *reason);

/* ---- fault.c ---- */

/* A fault without stage or cause; takes over message. `site` is immortal, or null. */
sigil_fault *rt_fault_new(sigil_buffer message, const char *site);
/* Appends the message and, each on a line of its own, what caused it; a line break ends each line. */
void rt_text_fault(sigil_buffer *text, const sigil_fault *fault);

/* ---- actor.c, mailbox.c, scheduler.c ---- */

struct sigil_future {
    sigil_box box;
    int64_t reply_size;
    void (*drop_reply)(void *); /* null when there is nothing to drop */
    enum { RT_FUTURE_EMPTY, RT_FUTURE_READY, RT_FUTURE_TAKEN } state;
    _Alignas(16) uint8_t reply[];
};

sigil_future *rt_future_new(int64_t reply_size, void (*drop_reply)(void *));
/* Makes the reply absent; takes over the fault. */
void rt_future_fail(sigil_future *future, sigil_fault *fault);

typedef struct rt_message {
    struct rt_message *next;
    sigil_future *future; /* or null for a tell; owns a reference */
    int32_t handler;
    _Alignas(16) uint8_t payload[];
} rt_message;

rt_message *rt_message_new(int32_t handler, const void *payload, int64_t payload_size, sigil_future *future);
/* Drops a message that will not be handled: its payload, and its asker gets `stopped` as the fault. */
void rt_message_discard(rt_message *message, const sigil_actor_type *type);

/* An actor's slot. Slots are reused, never given back; the generation tells an old address from a new one. */
typedef struct rt_actor {
    const sigil_actor_type *type; /* null while the slot is free */
    void *state;
    rt_message *first, *last; /* the mailbox, oldest first */
    struct rt_actor *next_ready;
    struct rt_actor *older, *newer; /* living actors in the order of spawning */
    uint32_t index, generation;
    bool is_queued;   /* in the run queue */
    bool is_running;  /* inside a handler */
    bool is_closed;   /* takes no more messages */
    bool is_killed;   /* ends after its handler */
    bool is_ending;   /* is being dropped */
} rt_actor;

/* The living actor at an address, or null. */
rt_actor *rt_actor_at(sigil_address address);
sigil_address rt_actor_address(const rt_actor *actor);
/* Drops mailbox and state and frees the slot. */
void rt_actor_end(rt_actor *actor);
rt_actor *rt_newest_actor(void);

void rt_mailbox_push(rt_actor *actor, rt_message *message);
rt_message *rt_mailbox_pop(rt_actor *actor);
void rt_mailbox_discard(rt_actor *actor);

void rt_schedule(rt_actor *actor);
void rt_unschedule(rt_actor *actor);
/* Gives one actor a turn; false when none has a message. */
bool rt_run_one(void);
/* Runs actors until no message is queued. */
void rt_run_all(void);
/* Ends all actors that are left, the newest first. */
void rt_end_actors(void);

/* ---- files.c, descriptors.c ---- */

/* A new descriptor, or -1 and an error (0 else); a path with a zero inside is EINVAL. */
int rt_open_file(const uint8_t *path, int64_t length, int flags, int *error);
/* Appends what can be read up to the end, in one piece where the size is known; 0 or errno. */
int rt_read_all(int descriptor, sigil_buffer *content);

/* A reader that has gone must not end the program: the signal is held back on this thread, and taken if it came. */
typedef struct rt_held_signal {
    sigset_t broken_pipe, before;
    bool was_pending;
} rt_held_signal;
void rt_hold_broken_pipe(rt_held_signal *held);
void rt_release_broken_pipe(const rt_held_signal *held);

/* ---- system.c, stack.c, debug.c ---- */

void rt_keep_arguments(int count, char **arguments);
/* A zero-terminated copy, to be freed; null when the text has a zero inside, which no name may have. */
char *rt_c_string(const uint8_t *data, int64_t length);
/* Text from outside: what is no UTF-8 is replaced by U+FFFD, a byte at a time. */
sigil_buffer rt_valid_text(const char *bytes);
/* Puts a text or bytes into a place, whose own are released. */
void rt_replace_text(sigil_buffer *place, sigil_buffer value);
void rt_watch_stack(void);
/* The exit status: 104 when SIGIL_CHECK_LEAKS=1 and an object is alive, else `status`. */
int rt_check_leaks(int status);

#endif
