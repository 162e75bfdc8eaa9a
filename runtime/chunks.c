/* Chunks of memory for small blocks, out of one range of addresses, in which a block's address tells its chunk. */
#include "rt.h"

#include <stdatomic.h>
#include <sys/mman.h>

#define CHUNKS (RT_CHUNK_RANGE / (uint64_t)RT_CHUNK_SIZE)

/* Addresses that no block has, so that none seems to lie in a range that isn't there. */
#define NOT_RESERVED ((uintptr_t)1 << 63)

/* Any thread may take chunks: `taken` hands each out once. `reserved` is where the range begins, at a page, with the
 * logarithm of its size in the bits that are zero there; `base` is the same without them, for a quick look. */
static struct {
    _Atomic(uintptr_t) base, reserved;
    _Atomic(uint64_t) taken;
} range = {.base = NOT_RESERVED};

#define SIZE_BITS ((uintptr_t)63)

/* Written before a block of the chunk exists: its class and 1. The rest of a small range may be anybody's, and stays 0. */
static uint8_t class_by_chunk[CHUNKS];

/* Addresses cost nothing until they are used, but there may be a limit (`ulimit -v`, valgrind): then we take less. Where
 * even that is refused, all blocks come from the system. */
static uintptr_t reserve(void) {
    uint64_t size = RT_CHUNK_RANGE;
    void *got = MAP_FAILED;
    for (; got == MAP_FAILED && size >= RT_CHUNK_LEAST; size /= 2)
        got = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    size *= 2;
    uintptr_t mine = got == MAP_FAILED ? NOT_RESERVED : (uintptr_t)got | (uintptr_t)__builtin_ctzll(size), none = 0;
    if (atomic_compare_exchange_strong_explicit(&range.reserved, &none, mine, memory_order_relaxed, memory_order_relaxed))
        return mine;
    if (got != MAP_FAILED) (void)munmap(got, size);
    return none; /* another thread was faster */
}

uint8_t *rt_chunk_new(int class) {
    uintptr_t reserved = atomic_load_explicit(&range.reserved, memory_order_relaxed);
    if (!reserved) reserved = reserve();
    if (reserved == NOT_RESERVED) return NULL;
    uintptr_t base = reserved & ~SIZE_BITS;
    uint64_t chunks = ((uint64_t)1 << (reserved & SIZE_BITS)) / (uint64_t)RT_CHUNK_SIZE;
    atomic_store_explicit(&range.base, base, memory_order_relaxed);
    /* Chunks begin at multiples of 64 because the range does, at a page. */
    uint64_t number = atomic_fetch_add_explicit(&range.taken, 1, memory_order_relaxed);
    if (number >= chunks) {
        atomic_store_explicit(&range.taken, chunks, memory_order_relaxed);
        return NULL;
    }
    class_by_chunk[number] = (uint8_t)(class + 1);
    return (uint8_t *)base + (int64_t)number * RT_CHUNK_SIZE;
}

int rt_chunk_class(const void *block) {
    /* Relaxed: whoever has a block of a chunk got it from a thread that had stored the base. */
    uint64_t offset = (uintptr_t)block - atomic_load_explicit(&range.base, memory_order_relaxed);
    return offset < RT_CHUNK_RANGE ? class_by_chunk[offset / (uint64_t)RT_CHUNK_SIZE] - 1 : -1;
}
