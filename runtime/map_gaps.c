/* Removed entries of a map: from entry numbers to positions and back in logarithmic time. */
#include "map.h"

#include <string.h>

/* The sums are a Fenwick tree: sums[i], 1-based, covers the i & -i words that end before word i. */

void rt_gaps_add(map_gaps *gaps, int64_t position, int64_t capacity) {
    if (!gaps->bits) {
        uint64_t words = ((uint64_t)capacity + 63) / 64;
        gaps->words = words;
        gaps->bits = sigil_alloc((int64_t)(words * 8 + (words + 1) * 4));
        gaps->sums = (uint32_t *)(void *)(gaps->bits + words);
        memset(gaps->bits, 0, words * 8 + (words + 1) * 4);
    }
    uint64_t word = (uint64_t)position / 64;
    gaps->bits[word] |= 1ull << (position % 64);
    for (uint64_t i = word + 1; i <= gaps->words; i += i & (0 - i)) gaps->sums[i]++;
    gaps->count++;
}

int64_t rt_gaps_number(const map_gaps *gaps, int64_t position) {
    if (!gaps->bits) return position;
    uint64_t word = (uint64_t)position / 64;
    uint64_t before = gaps->bits[word] & ((1ull << (position % 64)) - 1);
    int64_t removed = __builtin_popcountll(before);
    for (uint64_t i = word; i > 0; i -= i & (0 - i)) removed += gaps->sums[i];
    return position - removed;
}

int64_t rt_gaps_position(const map_gaps *gaps, int64_t number) {
    if (!gaps->bits) return number;
    uint64_t word = 0, left = (uint64_t)number, step = 1;
    while (step * 2 <= gaps->words) step *= 2;
    for (; step > 0; step /= 2) {
        if (word + step > gaps->words) continue;
        uint64_t living = 64 * step - gaps->sums[word + step];
        if (living > left) continue;
        left -= living;
        word += step;
    }
    uint64_t living = ~gaps->bits[word];
    for (; left > 0; left--) living &= living - 1;
    return (int64_t)(word * 64) + __builtin_ctzll(living);
}

void rt_gaps_free(map_gaps *gaps) {
    if (gaps->bits) sigil_free(gaps->bits);
    *gaps = (map_gaps){0};
}
