/* The contract between generated code and the runtime.
 *
 * `sigil_*` is called by generated code; `rt_*` crosses runtime files. Counts: positive = owned by one thread, plain
 * arithmetic; zero = immortal; negative = shared between threads (reserved). Every counted block begins with its count.
 */
#ifndef SIGIL_RT_H
#define SIGIL_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

/* Header of an array's or text's buffer; its data follows at once (32 bytes on).
 * `used` is the number of initialised elements (bytes for text), which a drop of the buffer releases. A capacity below zero
 * says that the data lies in another buffer. */
typedef struct sigil_buffer_header {
    int64_t count;
    int64_t capacity; /* in elements */
    int64_t used;
    int64_t reserved;
} sigil_buffer_header;

/* An array or text as a value: three words. `owner` is never null: static data has an immortal one. */
typedef struct sigil_buffer {
    uint8_t *data;
    int64_t length;
    sigil_buffer_header *owner;
} sigil_buffer;

/* Header of any other counted block (fault, closure environment, map, future): `drop` releases what the block holds
 * and frees it; called when the count has reached zero. */
typedef struct sigil_box {
    int64_t count;
    void (*drop)(struct sigil_box *);
} sigil_box;

/* Never null (out of memory ends the program); 16-aligned. Counted as a live object. */
void *sigil_alloc(int64_t size);
void sigil_free(void *block);
/* Runs `drop` on a block whose count has reached zero. A drop that drops further blocks does not nest: those wait until
 * it is done, so that a list of ten million nodes takes no stack. */
void sigil_drop_in_turn(sigil_box *box, void (*drop)(sigil_box *));
/* Calls a program's own `drop` with the place of its value's block, whose contents are released afterwards. A panic in it
 * ends the program. */
void sigil_run_drop(sigil_box *box, void (*drop)(sigil_box **));
/* A buffer header with count 1, used 0, room for `capacity` elements of `item_size` bytes. */
sigil_buffer_header *sigil_buffer_new(int64_t capacity, int64_t item_size);
extern sigil_buffer_header sigil_empty_buffer; /* immortal, capacity 0 */

/* What the runtime must know of an element, key or value type; made by the compiler, one a type.
 * `retain` and `drop` act on what a place holds and are null for types without counts. */
typedef struct sigil_type {
    int64_t size;
    int64_t align;
    void (*retain)(void *place);
    void (*drop)(void *place);
} sigil_type;

/* Slow paths of buffers: `array` is a place. After each the buffer is unique (count 1), and its view ends at `used`. */
void sigil_buffer_make_unique(sigil_buffer *array, const sigil_type *item);
void sigil_buffer_reserve(sigil_buffer *array, int64_t more, const sigil_type *item);
/* The count of an array's buffer has reached zero: drops its `used` elements and frees it. Text passes item = null. */
void sigil_buffer_drop(sigil_buffer_header *owner, const sigil_type *item);
/* Puts the elements [middle, high) before those of [low, middle), in a buffer that is unique afterwards. */
void sigil_array_rotate(sigil_buffer *array, int64_t low, int64_t middle, int64_t high, const sigil_type *item);
/* Drops all but the first `count` elements; of a shared buffer only the view becomes shorter. */
void sigil_array_truncate(sigil_buffer *array, int64_t count, const sigil_type *item);
/* Lends the elements [low, high) of an array, which is unique then: `part` sees them in their place, alone, so that who
 * writes to `part` writes to the array. Whoever makes the view shared, longer or shorter has a copy from then on.
 * Gives the count of the buffer that holds the elements, as it is to be after the loan. */
int64_t sigil_slice_lend(sigil_buffer *array, int64_t low, int64_t high, sigil_buffer *part, const sigil_type *item);
/* The end of a loan of `count` elements, where lending gave `holders`: what was written to a copy of them replaces those of
 * the array, as many as there are in both. Releases `part`. */
void sigil_slice_give_back(sigil_buffer *array, int64_t low, int64_t count, int64_t holders, sigil_buffer *part,
                           const sigil_type *item);
/* The same for elements that lie at `home`, of which `part` was a copy. */
void sigil_elements_give_back(uint8_t *home, int64_t count, sigil_buffer *part, const sigil_type *item);
/* Adds copies of the elements of `items`. */
void sigil_array_extend(sigil_buffer *array, const sigil_buffer *items, const sigil_type *item);

/* Below zero, zero or above: the order of the values at two places. */
typedef int32_t sigil_compare(const void *a, const void *b, const void *context);

/* Where a number with the order of an element's key is: the element's own first part, or that of its key. Keys that are
 * not exact may differ where their numbers are the same; text never is. `stride` is the size of what holds the key. */
typedef struct sigil_sort_key {
    int64_t offset, stride;
    enum {
        SIGIL_SORT_U8,
        SIGIL_SORT_U16,
        SIGIL_SORT_U32,
        SIGIL_SORT_U64,
        SIGIL_SORT_I8,
        SIGIL_SORT_I16,
        SIGIL_SORT_I32,
        SIGIL_SORT_I64,
        SIGIL_SORT_F32,
        SIGIL_SORT_F64,
        SIGIL_SORT_TEXT
    } kind;
    bool is_exact, is_descending;
} sigil_sort_key;

/* Sorts stably, in a buffer that is unique afterwards: by `compare`, to which `context` is handed on, or faster by `key`
 * (or null). With `keys`, an array of as many keys, those and not the elements are looked at; they are exact. */
void sigil_array_sort(sigil_buffer *array, const sigil_type *item, sigil_compare *compare, const void *context,
                      const sigil_sort_key *key, const sigil_buffer *keys);

/* Code that the compiler makes for a size of elements and a comparison, which is inlined there. `scratch` has room for as
 * many elements; when the comparison panics, the elements are where they were. */
typedef int64_t sigil_partition(uint8_t *items, int64_t count, const uint8_t *pivot, uint8_t *scratch, const void *context);
typedef struct sigil_sort_code {
    sigil_compare *compare;
    /* How many of two or more elements are sorted from the first on; below zero when they fall strictly. */
    int64_t (*run)(const uint8_t *items, int64_t count, const void *context);
    /* Sorts a few elements. */
    void (*insert)(uint8_t *items, int64_t count, uint8_t *scratch, const void *context);
    /* Move the elements to the front that are less than the pivot, or not greater; how many these are. */
    sigil_partition *part_less, *part_not_greater;
} sigil_sort_code;

/* Sorts stably by comparing, in a buffer that is unique afterwards; `context` is handed on to the comparison. */
void sigil_array_sort_by(sigil_buffer *array, const sigil_type *item, const sigil_sort_code *code, const void *context);

/* ---- Maps: insertion order; a set has a value type of size 0 ----------------------------------------------------- */

typedef struct sigil_map_type {
    sigil_type key;
    sigil_type value;
    uint64_t (*hash)(const void *key);
    bool (*equal)(const void *a, const void *b);
    /* Keys of which the runtime itself knows what both functions do: any others, 8-byte integers, texts. */
    enum { SIGIL_KEYS_ANY, SIGIL_KEYS_WORD, SIGIL_KEYS_TEXT } keys;
} sigil_map_type;

typedef struct sigil_map sigil_map; /* begins with a sigil_box */

sigil_map *sigil_map_new(const sigil_map_type *type);
int64_t sigil_map_length(const sigil_map *map);
/* Entry number, or -1. */
int64_t sigil_map_find(const sigil_map *map, const void *key);
void *sigil_map_key(sigil_map *map, int64_t entry);
void *sigil_map_value(sigil_map *map, int64_t entry);
/* `place` holds a map; these make it unique first. Insert takes over *key and *value. */
void sigil_map_make_unique(sigil_map **place);
/* Makes room for `more` entries, so that adding them moves nothing. */
void sigil_map_reserve(sigil_map **place, int64_t more);
void sigil_map_insert(sigil_map **place, void *key, void *value);
void sigil_map_remove(sigil_map **place, int64_t entry);

/* ---- Faults ------------------------------------------------------------------------------------------------------ */

typedef struct sigil_fault {
    sigil_box box;
    sigil_buffer message;
    sigil_buffer stage;
    const char *site; /* file:line:col, immortal */
    int64_t site_length;
    struct sigil_fault *cause; /* or null */
} sigil_fault;

/* Takes over message, stage and cause. */
sigil_fault *sigil_fault_new(const sigil_buffer *message, const sigil_buffer *stage, const char *site,
                             int64_t site_length, sigil_fault *cause);
void sigil_fault_site(sigil_buffer *out, const sigil_fault *fault);

/* ---- Panics: forced unwinding to the message boundary, or the end of the program --------------------------------- */

/* `site` is `file:line:col`, zero-terminated. Takes over message. */
_Noreturn void sigil_panic(const sigil_buffer *message, const char *site);
/* Takes over the fault. */
_Noreturn void sigil_raise_fault(sigil_fault *fault, const char *site);
_Noreturn void sigil_panic_overflow(const char *operation, const char *site); /* "addition", "negation" … */
_Noreturn void sigil_panic_division(const char *site);
_Noreturn void sigil_panic_shift(const char *site);
_Noreturn void sigil_panic_bounds(int64_t index, int64_t length, const char *site);
_Noreturn void sigil_panic_slice(int64_t low, int64_t high, int64_t length, const char *site);
_Noreturn void sigil_panic_char_boundary(int64_t index, const char *site);

/* ---- The border to C --------------------------------------------------------------------------------------------- */

/* Looks at a place, as far as the caller can tell: what is in it must have been computed. */
void sigil_observe(void *place);
/* Calls `body(frame)`; true when a panic or fault ended it, of which nothing else is left. */
bool sigil_catch(void (*body)(void *), void *frame);
/* Inside a landing pad of an exported function: prints the panic and aborts, for no panic crosses the C border. */
_Noreturn void sigil_panic_at_border(void);
/* Calls `body(frame)` for an exported function that gives a status; a panic ends it, and is the last error then. */
void sigil_guard(void (*body)(void *), void *frame);
/* The last error on this thread, zero-terminated until the next one; null before the first. Called by C. */
const char *sigil_last_error(void);
/* One reference less to the buffer of an array or text that an exported function has given. Called by C. */
void sigil_release(void *owner);

/* ---- Actors ------------------------------------------------------------------------------------------------------ */

/* A kind of actor; made by the compiler. `handle` runs message `handler` on the state: `payload` points to the
 * message's payload, which it takes over on success and on unwinding; for an ask, `reply` points to where the reply's
 * option goes (uninitialised), null for a tell. An option is `{fault pointer, payload}`, the pointer null when there is a
 * payload; of text, arrays and functions it is these themselves, or `{fault pointer, -1}`; of one pointer, and of nothing,
 * it is one word, odd when it is the fault's address plus one. */
typedef struct sigil_actor_type {
    const char *name;
    int64_t state_size;
    void (*drop_state)(void *state);
    void (*handle)(void *state, int32_t handler, void *payload, void *reply);
    /* Drops the payload of a message that will not be handled. */
    void (*drop_payload)(int32_t handler, void *payload);
    int32_t handler_count;
    const char *const *handler_names;
} sigil_actor_type;

/* An address: index, generation and tag in one word; 0 is no actor. */
typedef uint64_t sigil_address;

/* Moves `state` (state_size bytes) into a new actor. */
sigil_address sigil_actor_spawn(const sigil_actor_type *type, const void *state);
/* Moves the payload (size bytes) into a message; to a dead actor: drops it. `type` is the receiver's kind. */
void sigil_actor_tell(sigil_address to, const sigil_actor_type *type, int32_t handler, const void *payload,
                      int64_t payload_size);
/* A future is a counted block; its reply is an option of `reply_size` bytes, dropped by `drop_reply` if never taken. */
typedef struct sigil_future sigil_future;
sigil_future *sigil_actor_ask(sigil_address to, const sigil_actor_type *type, int32_t handler, const void *payload,
                              int64_t payload_size, int64_t reply_size, void (*drop_reply)(void *));
/* Runs actors until the future is filled and moves the option to `out`. */
void sigil_await(sigil_future *future, void *out);
void sigil_actor_stop(sigil_address actor);
void sigil_actor_kill(sigil_address actor);
sigil_address sigil_actor_self(void);

/* ---- The program ------------------------------------------------------------------------------------------------- */

/* Made by the compiler: runs `main` and gives the exit status (an absent result is reported by sigil_report_fault). */
int32_t sigil_program(void);
/* Prints the fault to stderr, as `main` does for an absent result. Does not take it over. */
void sigil_report_fault(const sigil_fault *fault);

/* ---- What `sigilc/ir/runtime_abi.py` lists ----------------------------------------------------------------------------
 *
 * A text or array argument is `(data, length)`, only to be read. A result of that kind comes back through `out`, which is
 * uninitialised and then owns a reference. A `place` holds a value, which is changed or replaced. Nothing is consumed. */

void sigil_print(const uint8_t *data, int64_t length);
void sigil_eprint(const uint8_t *data, int64_t length);
void sigil_flush(void);

/* A format's flags; alignment 0 is the type's own (text left, numbers right). A fill of 0 is a space; width -1: none. */
enum {
    SIGIL_ALIGN_LEFT = 1,
    SIGIL_ALIGN_CENTRE = 2,
    SIGIL_ALIGN_RIGHT = 3,
    SIGIL_ALIGN_MASK = 3,
    SIGIL_FORMAT_SIGN = 4,
    SIGIL_FORMAT_ALTERNATE = 8,
    SIGIL_FORMAT_ZERO = 16,
    SIGIL_FORMAT_LOWER_HEX = 32,
    SIGIL_FORMAT_UPPER_HEX = 64,
    SIGIL_FORMAT_OCTAL = 128,
    SIGIL_FORMAT_BINARY = 256,
    SIGIL_FORMAT_EXPONENT = 512,
    SIGIL_FORMAT_DEBUG = 1024,
    SIGIL_FORMAT_UPPER_EXPONENT = 2048 /* with SIGIL_FORMAT_EXPONENT */
};

void sigil_text_append(sigil_buffer *place, const uint8_t *data, int64_t length);
void sigil_text_append_char(sigil_buffer *place, uint32_t character);
void sigil_text_append_int(sigil_buffer *place, int64_t value);
void sigil_text_append_uint(sigil_buffer *place, uint64_t value);
void sigil_text_append_f64(sigil_buffer *place, double value);
void sigil_text_append_f32(sigil_buffer *place, float value);
void sigil_text_debug_str(sigil_buffer *place, const uint8_t *data, int64_t length);
void sigil_text_debug_char(sigil_buffer *place, uint32_t character);
void sigil_text_debug_f64(sigil_buffer *place, double value);
void sigil_text_debug_f32(sigil_buffer *place, float value);
void sigil_text_format_str(sigil_buffer *place, const uint8_t *data, int64_t length, uint32_t fill, uint32_t flags,
                           int64_t width, int64_t precision);
void sigil_text_format_int(sigil_buffer *place, int64_t value, uint32_t fill, uint32_t flags, int64_t width);
void sigil_text_format_uint(sigil_buffer *place, uint64_t value, uint32_t fill, uint32_t flags, int64_t width);
void sigil_text_format_digits(sigil_buffer *place, const uint8_t *data, int64_t length, uint32_t fill, uint32_t flags,
                              int64_t width, int64_t precision);
void sigil_text_format_f64(sigil_buffer *place, double value, uint32_t fill, uint32_t flags, int64_t width,
                           int64_t precision);
void sigil_text_format_f32(sigil_buffer *place, float value, uint32_t fill, uint32_t flags, int64_t width,
                           int64_t precision);

bool sigil_str_equal(const uint8_t *a, int64_t a_length, const uint8_t *b, int64_t b_length);
int32_t sigil_str_compare(const uint8_t *a, int64_t a_length, const uint8_t *b, int64_t b_length);
int64_t sigil_str_find(const uint8_t *text, int64_t length, const uint8_t *part, int64_t part_length, uint64_t from);
int64_t sigil_str_rfind(const uint8_t *text, int64_t length, const uint8_t *part, int64_t part_length, uint64_t before);
int64_t sigil_bytes_find(const uint8_t *data, int64_t length, uint8_t byte, uint64_t from);
int64_t sigil_str_find_char(const uint8_t *text, int64_t length, uint32_t character, uint64_t from);
int64_t sigil_str_rfind_char(const uint8_t *text, int64_t length, uint32_t character, uint64_t before);
int64_t sigil_utf8_valid(const uint8_t *data, int64_t length);
void sigil_str_to_lower(sigil_buffer *out, const uint8_t *data, int64_t length);
void sigil_str_to_upper(sigil_buffer *out, const uint8_t *data, int64_t length);
/* Kinds of characters, as Unicode's properties and categories define them. */
enum { SIGIL_ALPHABETIC = 0, SIGIL_NUMERIC = 1, SIGIL_LOWERCASE = 2, SIGIL_UPPERCASE = 3 };
bool sigil_char_is(uint32_t character, uint32_t kind);
bool sigil_parse_f64(const uint8_t *data, int64_t length, double *value);
bool sigil_parse_f32(const uint8_t *data, int64_t length, float *value);

void sigil_set_last_error(const uint8_t *data, int64_t length);

uint64_t sigil_hash_u64(uint64_t value);
uint64_t sigil_hash_str(const uint8_t *data, int64_t length);
uint64_t sigil_hash_combine(uint64_t a, uint64_t b);
int32_t sigil_f64_total_compare(double a, double b);

int32_t sigil_fs_read_file(const uint8_t *path, int64_t path_length, sigil_buffer *place);
int32_t sigil_fs_write_file(const uint8_t *path, int64_t path_length, const uint8_t *data, int64_t length, bool appends);
int32_t sigil_fs_copy_file(const uint8_t *from, int64_t from_length, const uint8_t *to, int64_t to_length);
int32_t sigil_fs_rename(const uint8_t *from, int64_t from_length, const uint8_t *to, int64_t to_length);
enum { SIGIL_REMOVE_FILE = 0, SIGIL_REMOVE_FOLDER = 1, SIGIL_CREATE_FOLDER = 2, SIGIL_ENTER_FOLDER = 3 };
int32_t sigil_fs_change(const uint8_t *path, int64_t length, uint32_t change);
int32_t sigil_fs_real_path(const uint8_t *path, int64_t length, sigil_buffer *place);
void sigil_fs_metadata(sigil_buffer *out, const uint8_t *path, int64_t length, bool follows, int32_t *error);
void sigil_fs_read_dir(sigil_buffer *out, const uint8_t *path, int64_t length, int32_t *error);
enum {
    SIGIL_FILE_READ = 1,
    SIGIL_FILE_WRITE = 2,
    SIGIL_FILE_APPEND = 4,
    SIGIL_FILE_CREATE = 8,
    SIGIL_FILE_CREATE_NEW = 16,
    SIGIL_FILE_TRUNCATE = 32
};
int32_t sigil_file_open(const uint8_t *path, int64_t length, uint32_t how, int32_t *descriptor);
int32_t sigil_file_close(int32_t descriptor);
int32_t sigil_file_read(int32_t descriptor, uint64_t most, sigil_buffer *place);
int32_t sigil_file_read_all(int32_t descriptor, sigil_buffer *place);
int32_t sigil_file_write(int32_t descriptor, const uint8_t *data, int64_t length);
int32_t sigil_file_seek(int32_t descriptor, int64_t offset, uint32_t origin, int64_t *place);
int32_t sigil_file_set_len(int32_t descriptor, int64_t length);
int32_t sigil_file_sync(int32_t descriptor);
bool sigil_is_terminal(int32_t descriptor);
void sigil_os_error_text(sigil_buffer *out, int32_t error);
bool sigil_env_var(const uint8_t *name, int64_t length, sigil_buffer *place);
void sigil_env_args(sigil_buffer *out);
void sigil_env_vars(sigil_buffer *out);
int32_t sigil_input_line(sigil_buffer *place);
int32_t sigil_input_rest(sigil_buffer *place);
int32_t sigil_process_run(const uint8_t *program, int64_t length, const uint8_t *arguments, int64_t count,
                          const uint8_t *input, int64_t input_length, sigil_buffer *output, sigil_buffer *errors,
                          int32_t *status);
int32_t sigil_process_start(const uint8_t *program, int64_t length, const uint8_t *arguments, int64_t count,
                            uint32_t streams, int32_t *id, int32_t *input, int32_t *output, int32_t *errors);
int32_t sigil_process_wait(int32_t id, bool blocks, int32_t *status);
int32_t sigil_process_kill(int32_t id);
void sigil_process_exit(int32_t status);
int64_t sigil_clock_ns(void);
int64_t sigil_clock_unix_ns(void);
uint64_t sigil_entropy(void);
int64_t sigil_bench_batch(void);

double sigil_math_sqrt(double x);
double sigil_math_floor(double x);
double sigil_math_ceil(double x);
double sigil_math_round(double x);
double sigil_math_trunc(double x);
double sigil_math_sin(double x);
double sigil_math_cos(double x);
double sigil_math_tan(double x);
double sigil_math_asin(double x);
double sigil_math_acos(double x);
double sigil_math_atan(double x);
double sigil_math_sinh(double x);
double sigil_math_cosh(double x);
double sigil_math_tanh(double x);
double sigil_math_exp(double x);
double sigil_math_exp2(double x);
double sigil_math_ln(double x);
double sigil_math_log2(double x);
double sigil_math_log10(double x);
double sigil_math_cbrt(double x);
double sigil_math_pow(double x, double y);
double sigil_math_atan2(double x, double y);
double sigil_math_hypot(double x, double y);
double sigil_math_fmod(double x, double y);
double sigil_math_copysign(double x, double y);
double sigil_math_rint(double x);
double sigil_math_fabs(double x);
double sigil_math_expm1(double x);
double sigil_math_log1p(double x);
double sigil_math_asinh(double x);
double sigil_math_acosh(double x);
double sigil_math_atanh(double x);
double sigil_math_fma(double x, double y, double z);
uint64_t sigil_f64_to_bits(double value);
double sigil_f64_from_bits(uint64_t bits);
uint32_t sigil_f32_to_bits(float value);
float sigil_f32_from_bits(uint32_t bits);

#endif
