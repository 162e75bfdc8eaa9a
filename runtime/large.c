/* Large blocks: mappings of their own, in huge pages where they are made at their full size, that grow without being copied. */
#include "rt.h"

#include <stdatomic.h>
#include <sys/mman.h>

/* The first touch of a small page costs more than filling it, and a large array has more of them than the processor
 * remembers the places of. So each mapping begins at a multiple of this, and moves as a whole to another one: only then
 * does the system move entire pages, instead of breaking them up. A part that is never touched costs nothing. */
#define HUGE_PAGE ((size_t)2 << 20)
#define PAGE ((size_t)64 << 10) /* what the small pages of any system divide */

/* A program that frees a block often wants one as large again, which shall not be cleared anew. One is kept, from the
 * second of its size on: the first may have been the only one. */
#define KEPT_AT_MOST ((int64_t)32 << 20)

/* Release on giving a block away, acquire on taking it: what the former thread wrote there comes before. */
static _Atomic(rt_mapping *) spare;
static _Atomic(int64_t) largest_freed;

static size_t whole_pages(int64_t size) {
    return ((size_t)size + PAGE - 1) / PAGE * PAGE;
}

/* Addresses for `size` bytes from a multiple of HUGE_PAGE on, or null. */
static uint8_t *map_aligned(size_t size) {
    uint8_t *got = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED) return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)got % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0) (void)munmap(got, before);
    (void)munmap(got + before + size, HUGE_PAGE - before);
    return got + before;
}

/* Keeps the block and lets go of the one that was kept. */
static void keep(rt_mapping *block) {
    rt_mapping *other = atomic_exchange_explicit(&spare, block, memory_order_acq_rel);
    if (other) (void)munmap(other, (size_t)other->size);
}

static rt_mapping *take_spare(int64_t size) {
    if (!atomic_load_explicit(&spare, memory_order_relaxed)) return NULL;
    rt_mapping *block = atomic_exchange_explicit(&spare, NULL, memory_order_acq_rel);
    if (!block || (block->size >= size && block->size / 2 <= size)) return block;
    keep(block);
    return NULL;
}

rt_mapping *rt_large_new(int64_t size, bool is_growing) {
    rt_mapping *block = take_spare(size);
    if (block) return block;
    size_t bytes = whole_pages(size);
    block = (void *)map_aligned(bytes);
    if (!block) return NULL;
    /* A system without huge pages is fine too. What grows by and by takes small ones: a virtual machine may have to get each
     * huge page from its host, which costs more than a small one that was free, and does so as often as the array grows. */
    if (!is_growing) (void)madvise(block, bytes, MADV_HUGEPAGE);
    block->size = (int64_t)bytes;
    return block;
}

rt_mapping *rt_large_grown(rt_mapping *block, int64_t size) {
    size_t old = (size_t)block->size, bytes = whole_pages(size);
    rt_mapping *grown = mremap(block, old, bytes, 0);
    if (grown == MAP_FAILED) {
        uint8_t *place = map_aligned(bytes);
        if (!place) return NULL;
        grown = mremap(block, old, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
        if (grown == MAP_FAILED) return NULL;
    }
    grown->size = (int64_t)bytes;
    return grown;
}

void rt_large_free(rt_mapping *block) {
    int64_t size = block->size, largest = atomic_load_explicit(&largest_freed, memory_order_relaxed);
    if (size <= largest) {
        keep(block);
        return;
    }
    /* Relaxed: another thread's size may be lost, and one more block of that size will go. */
    if (size <= KEPT_AT_MOST) atomic_store_explicit(&largest_freed, size, memory_order_relaxed);
    (void)munmap(block, (size_t)size);
}
