/* Chunks of memory for small blocks, out of one range of addresses, in which a block's address tells its chunk. */
#include "rt.h"

#include <stdatomic.h>
#include <sys/mman.h>

#define CHUNKS (RT_CHUNK_RANGE / (uint64_t)RT_CHUNK_SIZE)

/* Addresses that no block has, so that none seems to lie in a range that isn't there. */
#define NOT_RESERVED ((uintptr_t)1 << 63)
#define REFUSED (NOT_RESERVED + 1)

/* Any thread may take chunks: `taken` hands each out once. */
static struct {
    _Atomic(uintptr_t) base;
    _Atomic(uint64_t) taken;
} range = {.base = NOT_RESERVED};

/* Written before a block of the chunk exists. */
static uint8_t class_by_chunk[CHUNKS];

/* Addresses cost nothing until they are used. Where so many are refused, all blocks come from the system. */
static uintptr_t reserve(void) {
    void *got = mmap(NULL, RT_CHUNK_RANGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uintptr_t base = got == MAP_FAILED ? REFUSED : (uintptr_t)got, none = NOT_RESERVED;
    /* Release: pairs with the acquire of another thread, which may have been faster. */
    if (atomic_compare_exchange_strong_explicit(&range.base, &none, base, memory_order_release, memory_order_acquire))
        return base;
    if (got != MAP_FAILED) (void)munmap(got, RT_CHUNK_RANGE);
    return none;
}

uint8_t *rt_chunk_new(int class) {
    uintptr_t base = atomic_load_explicit(&range.base, memory_order_acquire);
    if (base == NOT_RESERVED) base = reserve();
    if (base == REFUSED) return NULL;
    /* Chunks begin at multiples of 64 because the range does, at a page. */
    uint64_t number = atomic_fetch_add_explicit(&range.taken, 1, memory_order_relaxed);
    if (number >= CHUNKS) {
        atomic_store_explicit(&range.taken, CHUNKS, memory_order_relaxed);
        return NULL;
    }
    class_by_chunk[number] = (uint8_t)class;
    return (uint8_t *)base + (int64_t)number * RT_CHUNK_SIZE;
}

int rt_chunk_class(const void *block) {
    /* Relaxed: whoever has a block of a chunk got it from a thread that had seen the range. */
    uint64_t offset = (uintptr_t)block - atomic_load_explicit(&range.base, memory_order_relaxed);
    return offset < RT_CHUNK_RANGE ? class_by_chunk[offset / (uint64_t)RT_CHUNK_SIZE] : -1;
}
