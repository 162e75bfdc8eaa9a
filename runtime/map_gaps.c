/* Removed entries of a map: from entry numbers to positions and back in logarithmic time. */
#include "map.h"

#include <string.h>

/* The sums are a Fenwick tree: sums[i], 1-based, covers the i & -i words that end before word i. The number of words is a
 * power of two; those behind the last entry have no gaps. */

void rt_gaps_add(map_gaps *gaps, int64_t position, int64_t capacity) {
    if (!gaps->bits) {
        uint64_t words = 1;
        while (words * 64 < (uint64_t)capacity) words *= 2;
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

/* The place of the set bit that has `number` set bits below it; there is one. The counts up to each byte stand side by side
 * in a word (Vigna, Broadword implementation of rank/select queries, 2008). */
static int64_t place_of_bit(uint64_t bits, uint64_t number) {
    const uint64_t ones = 0x0101010101010101, highest = 0x8080808080808080;
    uint64_t counts = bits - (bits >> 1 & 0x5555555555555555);
    counts = (counts & 0x3333333333333333) + (counts >> 2 & 0x3333333333333333);
    counts = ((counts + (counts >> 4)) & 0x0f0f0f0f0f0f0f0f) * ones;
    uint64_t is_before = ((number * ones | highest) - counts) & highest;
    uint64_t byte = (is_before >> 7) * ones >> 56;
    uint64_t left = number - (counts << 8 >> 8 * byte & 0xff);
    uint64_t rest = bits >> 8 * byte;
    for (; left > 0; left--) rest &= rest - 1;
    return (int64_t)(8 * byte) + __builtin_ctzll(rest);
}

int64_t rt_gaps_position(const map_gaps *gaps, int64_t number) {
    if (!gaps->bits) return number;
    uint64_t word = 0, left = (uint64_t)number;
    for (uint64_t step = gaps->words / 2; step > 0; step /= 2) {
        uint64_t living = 64 * step - gaps->sums[word + step];
        bool is_behind = living <= left;
        left -= is_behind ? living : 0;
        word += is_behind ? step : 0;
    }
    return (int64_t)(word * 64) + place_of_bit(~gaps->bits[word], left);
}

void rt_gaps_free(map_gaps *gaps) {
    if (gaps->bits) sigil_free(gaps->bits);
    *gaps = (map_gaps){0};
}
