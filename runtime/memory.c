/* Blocks and buffers: allocation, growth, and the release of what they hold. */
#include "rt.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Thread_local int64_t rt_live_objects;

sigil_buffer_header sigil_empty_buffer;

_Noreturn void rt_die(const char *reason) {
    sigil_flush();
    (void)rt_write_all(STDERR_FILENO, "sigil: ", 7);
    (void)rt_write_all(STDERR_FILENO, reason, (int64_t)strlen(reason));
    (void)rt_write_all(STDERR_FILENO, "\n", 1);
    _exit(RT_STATUS_PANIC);
}

/* ---- Blocks ----
 *
 * Small blocks come from free lists, one a size class; each 64 KiB chunk of a reserved range of addresses serves one
 * class, so that a block's address tells its class. Everything else comes from the system.
 */

typedef struct free_block {
    struct free_block *next;
} free_block;

typedef struct block_class {
    free_block *free;
    uint8_t *bump, *end; /* what is left of the newest chunk */
} block_class;

#define FINE_LIMIT 144 /* classes of 16, 32 … 144 bytes */
#define FINE_CLASSES (FINE_LIMIT / 16)
#define COARSE_LIMIT 1024 /* then 192, 256 … 1024, whose blocks lie as those from the system do */
#define CLASSES (FINE_CLASSES + COARSE_LIMIT / 64 - 2)
#define HEADER ((int64_t)sizeof(sigil_buffer_header))

/* Functions that a C program calls may run on several threads at a time: each has its own lists. */
static _Thread_local block_class classes[CLASSES];

static int64_t with_note(int64_t size) {
    if (size > INT64_MAX / 2) rt_die("out of memory");
    return size + (int64_t)sizeof(rt_mapping);
}

/* A block from the system lies behind its note, at 32 bytes past a multiple of 64, so that the data behind a buffer's
 * header is aligned. */
static void *behind(rt_mapping *note) {
    if (!note) rt_die("out of memory");
    return note + 1;
}

static rt_mapping *note_of(void *block) {
    return (rt_mapping *)block - 1;
}

static bool is_large(int64_t size) {
    return RT_POOLS && size >= RT_LARGE_FROM;
}

static void *system_block(int64_t size, bool is_growing) {
    int64_t bytes = with_note(size);
    if (is_large(size)) return behind(rt_large_new(bytes, is_growing));
    void *note = NULL;
    if (posix_memalign(&note, RT_ALIGNMENT, (size_t)bytes) != 0) rt_die("out of memory");
    ((rt_mapping *)note)->size = 0;
    return behind(note);
}

static void free_system_block(void *block) {
    rt_mapping *note = note_of(block);
    if (note->size) rt_large_free(note);
    else free(note);
}

/* From this size on the system may move a block by changing page tables only, which beats any copy. */
#define REMAPPED_FROM (256 << 10)

/* A larger block in the place of one from the system, with the first `kept` bytes of its content. */
static void *grown_system_block(void *block, int64_t size, int64_t kept) {
    rt_mapping *note = note_of(block);
    if (note->size) return behind(rt_large_grown(note, with_note(size)));
    if (!is_large(size)) {
        note = realloc(note, (size_t)with_note(size));
        if ((uintptr_t)note % RT_ALIGNMENT == 0) return behind(note);
        block = behind(note);
    }
    void *grown = system_block(size, true);
    memcpy(grown, block, (size_t)kept);
    free_system_block(block);
    return grown;
}

static int class_of_size(int64_t size) {
    if (size <= FINE_LIMIT) return size <= 16 ? 0 : (int)((size - 1) / 16);
    return FINE_CLASSES + (int)((size - 1) / 64) - 2;
}

static int64_t size_of_class(int class) {
    return class < FINE_CLASSES ? (class + 1) * 16 : (class - FINE_CLASSES + 3) * 64;
}

static void *new_chunk_block(int class, int64_t size) {
    block_class *c = &classes[class];
    int64_t block = size_of_class(class);
    if (c->end - c->bump < block) {
        uint8_t *chunk = rt_chunk_new(class);
        if (!chunk) return system_block(size, false);
        c->bump = chunk + HEADER;
        c->end = chunk + RT_CHUNK_SIZE;
    }
    void *made = c->bump;
    c->bump += block;
    return made;
}

void *sigil_alloc(int64_t size) {
    rt_live_objects++;
    if (!RT_POOLS || size > COARSE_LIMIT) return system_block(size, false);
    int class = class_of_size(size);
    free_block *block = classes[class].free;
    if (rt_unlikely(!block)) return new_chunk_block(class, size);
    classes[class].free = block->next;
    return block;
}

void sigil_free(void *block) {
    rt_live_objects--;
    int class = RT_POOLS ? rt_chunk_class(block) : -1;
    if (class < 0) {
        free_system_block(block);
        return;
    }
    free_block *freed = block;
    freed->next = classes[class].free;
    classes[class].free = freed;
}

void rt_release_box(sigil_box *box) {
    if (box->count > 0 && --box->count == 0) box->drop(box);
}

/* ---- Buffers ---- */

static int64_t item_size(const sigil_type *item) {
    return item ? item->size : 1;
}

sigil_buffer_header *sigil_buffer_new(int64_t capacity, int64_t size) {
    int64_t bytes;
    if (capacity < 0 || __builtin_mul_overflow(capacity, size, &bytes) ||
        bytes > INT64_MAX / 2 - HEADER)
        rt_die("out of memory");
    sigil_buffer_header *owner = sigil_alloc(bytes + HEADER);
    *owner = (sigil_buffer_header){.count = 1, .capacity = capacity};
    return owner;
}

void rt_drop_items(uint8_t *data, int64_t count, const sigil_type *item) {
    if (!item || !item->drop) return;
    for (int64_t i = 0; i < count; i++) item->drop(data + i * item->size);
}

/* What a value holds ends within its drop, in order, down to this depth. What lies deeper waits until the drop at this depth
 * is through: so a chain of any length ends in a stack of bounded size. */
#define DIRECT_DEPTH 64

/* How many drops are under way, and the blocks whose count is zero and whose drop waits for its turn: `count` links them; of a
 * buffer, `reserved` holds its item type. Each thread drops for itself. */
static _Thread_local int drop_depth;
static _Thread_local sigil_box *waiting_boxes;
static _Thread_local sigil_buffer_header *waiting_buffers;

static void drop_buffer_now(sigil_buffer_header *owner, const sigil_type *item) {
    rt_drop_items(rt_buffer_data(owner), owner->used, item);
    sigil_free(owner);
}

static void drop_waiting(void) {
    while (waiting_boxes || waiting_buffers) {
        if (waiting_boxes) {
            sigil_box *box = waiting_boxes;
            waiting_boxes = (sigil_box *)(intptr_t)box->count;
            box->drop(box);
        } else {
            sigil_buffer_header *owner = waiting_buffers;
            waiting_buffers = (sigil_buffer_header *)(intptr_t)owner->count;
            drop_buffer_now(owner, (const sigil_type *)(intptr_t)owner->reserved);
        }
    }
}

void sigil_drop_in_turn(sigil_box *box, void (*drop)(sigil_box *)) {
    if (drop_depth >= DIRECT_DEPTH) {
        box->count = (int64_t)(intptr_t)waiting_boxes;
        box->drop = drop;
        waiting_boxes = box;
        return;
    }
    drop_depth++;
    drop(box);
    if (drop_depth == DIRECT_DEPTH) drop_waiting();
    drop_depth--;
}

typedef struct drop_call {
    sigil_box *box;
    void (*drop)(sigil_box **);
} drop_call;

static void run_drop(void *argument) {
    drop_call *call = argument;
    call->drop(&call->box);
}

/* What the program's own code frees is freed at once, not behind what is being freed around it. */
void sigil_run_drop(sigil_box *box, void (*drop)(sigil_box **)) {
    int depth = drop_depth;
    sigil_box *boxes = waiting_boxes;
    sigil_buffer_header *buffers = waiting_buffers;
    drop_depth = 0, waiting_boxes = NULL, waiting_buffers = NULL;
    rt_failure failure;
    if (!rt_protect(RT_BOUNDARY_CATCH, run_drop, &(drop_call){box, drop}, &failure)) rt_die_of(&failure, "a panic in `drop`");
    drop_depth = depth, waiting_boxes = boxes, waiting_buffers = buffers;
}

void sigil_buffer_drop(sigil_buffer_header *owner, const sigil_type *item) {
    if (rt_unlikely(rt_is_window(owner))) {
        sigil_buffer_header *home = rt_window_home(owner);
        sigil_free(owner);
        rt_release_buffer(home, item);
    } else if (!item || !item->drop) {
        sigil_free(owner);
    } else if (drop_depth >= DIRECT_DEPTH) {
        owner->count = (int64_t)(intptr_t)waiting_buffers;
        owner->reserved = (int64_t)(intptr_t)item;
        waiting_buffers = owner;
    } else {
        drop_depth++;
        drop_buffer_now(owner, item);
        if (drop_depth == DIRECT_DEPTH) drop_waiting();
        drop_depth--;
    }
}

void rt_release_buffer(sigil_buffer_header *owner, const sigil_type *item) {
    if (owner->count > 0 && --owner->count == 0) sigil_buffer_drop(owner, item);
}

void rt_release_text(const sigil_buffer *text) {
    rt_release_buffer(text->owner, NULL);
}

/* The number of elements of a unique buffer that lie before the view. */
static int64_t elements_before(const sigil_buffer *array, int64_t size) {
    return size == 0 ? 0 : (array->data - rt_buffer_data(array->owner)) / size;
}

/* Moves the view's elements, whose buffer is unique, to `target` and frees the rest of that buffer. */
static void move_out(const sigil_buffer *array, uint8_t *target, const sigil_type *item) {
    int64_t size = item_size(item);
    memcpy(target, array->data, (size_t)(array->length * size));
    rt_drop_items(rt_buffer_data(array->owner), elements_before(array, size), item);
    sigil_free(array->owner);
}

static void copy_out(const sigil_buffer *array, uint8_t *target, const sigil_type *item) {
    int64_t size = item_size(item);
    if (array->length > 0) memcpy(target, array->data, (size_t)(array->length * size));
    if (item && item->retain)
        for (int64_t i = 0; i < array->length; i++) item->retain(target + i * size);
    rt_release_buffer(array->owner, item);
}

/* A capacity for `needed` elements: doubled, so that pushing one after the other costs a constant each. */
static int64_t grown_capacity(int64_t length, int64_t needed, int64_t size) {
    int64_t least = size <= 1 ? 32 : size <= 64 ? 4 : 1;
    int64_t doubled = length > INT64_MAX / 4 ? needed : 2 * length;
    int64_t capacity = doubled > needed ? doubled : needed;
    return capacity > least ? capacity : least;
}

/* Lets the system enlarge a unique buffer, where it is so large that this may cost less than a copy. */
static bool grow_in_place(sigil_buffer *array, int64_t capacity, int64_t size) {
    sigil_buffer_header *owner = array->owner;
    int64_t bytes;
    if (array->length * size < REMAPPED_FROM || array->data != rt_buffer_data(owner) ||
        __builtin_mul_overflow(capacity, size, &bytes) || bytes > INT64_MAX / 2 || (RT_POOLS && rt_chunk_class(owner) >= 0))
        return false;
    owner = grown_system_block(owner, bytes + HEADER, array->length * size + HEADER);
    owner->capacity = capacity;
    *array = (sigil_buffer){.data = rt_buffer_data(owner), .length = array->length, .owner = owner};
    return true;
}

void sigil_buffer_reserve(sigil_buffer *array, int64_t more, const sigil_type *item) {
    int64_t size = item_size(item), needed;
    if (more < 0 || __builtin_add_overflow(array->length, more, &needed)) rt_die("out of memory");
    sigil_buffer_header *owner = array->owner;
    bool unique = owner->count == 1 && !rt_is_window(owner);
    if (unique) {
        int64_t end = elements_before(array, size) + array->length;
        rt_drop_items(array->data + array->length * size, owner->used - end, item);
        owner->used = end;
        if (more <= owner->capacity - end) return;
    }
    int64_t capacity = more == 0 ? needed : grown_capacity(array->length, needed, size);
    if (unique && grow_in_place(array, capacity, size)) return;
    sigil_buffer_header *fresh = sigil_buffer_new(capacity, size);
    uint8_t *data = rt_buffer_data(fresh);
    if (unique) move_out(array, data, item);
    else copy_out(array, data, item);
    fresh->used = array->length;
    *array = (sigil_buffer){.data = data, .length = array->length, .owner = fresh};
}

void sigil_buffer_make_unique(sigil_buffer *array, const sigil_type *item) {
    sigil_buffer_reserve(array, 0, item);
}
