/* Hashing: a seeded folded multiply, so that keys from outside can't be chosen to collide. */
#include "rt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static struct {
    uint64_t seed, multiplier;
    bool is_set;
} key;

static uint64_t fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* SIGIL_SEED fixes the order of everything that a seed decides, for tests and for replaying a run. */
uint64_t rt_entropy(void) {
    const char *fixed = getenv("SIGIL_SEED");
    uint64_t seed = 0;
    if (fixed) {
        seed = strtoull(fixed, NULL, 10);
    } else if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed) {
        struct timespec now;
        (void)clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 32 ^ (uint64_t)(uintptr_t)&now;
    }
    return seed;
}

static void __attribute__((noinline, cold)) set_key(void) {
    uint64_t seed = rt_entropy();
    key.seed = fold(seed ^ 0x9E3779B97F4A7C15u, 0xD6E8FEB86659FD93u);
    key.multiplier = fold(key.seed ^ 0xA0761D6478BD642Fu, 0xE7037ED1A0B428DBu) | 1;
    key.is_set = true;
}

uint64_t sigil_hash_u64(uint64_t value) {
    if (rt_unlikely(!key.is_set)) set_key();
    return fold(value ^ key.seed, 0x9FB21C651E98DF25u ^ key.multiplier);
}

uint64_t sigil_hash_combine(uint64_t a, uint64_t b) {
    return fold(a ^ 0x8BB84B93962EACC9u, b ^ 0x2D358DCCAA6C78A5u);
}

static uint64_t read8(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, 8);
    return word;
}

static uint64_t read4(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, 4);
    return word;
}

/* Up to 16 bytes: two reads that overlap. More: 16 bytes a step, and the last 16 once more. */
uint64_t sigil_hash_str(const uint8_t *data, int64_t length) {
    if (rt_unlikely(!key.is_set)) set_key();
    uint64_t state = key.seed ^ fold((uint64_t)length ^ 0xE7037ED1A0B428DBu, key.multiplier), low, high;
    if (length <= 16) {
        if (length >= 8) {
            low = read8(data);
            high = read8(data + length - 8);
        } else if (length >= 4) {
            low = read4(data);
            high = read4(data + length - 4);
        } else if (length > 0) {
            low = (uint64_t)data[0] << 8 | data[length - 1];
            high = data[length / 2];
        } else {
            low = high = 0;
        }
    } else {
        const uint8_t *last = data + length - 16;
        for (; data < last; data += 16)
            state = fold(read8(data) ^ key.multiplier, read8(data + 8) ^ state);
        low = read8(last);
        high = read8(last + 8);
    }
    return fold(fold(low ^ key.multiplier, high ^ state) ^ key.seed, 0x9FB21C651E98DF25u);
}

/* The order that sorting and keys use: by value, -0 before 0, NaN last. */
int32_t sigil_f64_total_compare(double a, double b) {
    bool a_is_nan = a != a, b_is_nan = b != b;
    if (a_is_nan || b_is_nan) return a_is_nan - b_is_nan;
    if (a < b) return -1;
    if (a > b) return 1;
    int64_t a_bits, b_bits;
    memcpy(&a_bits, &a, 8);
    memcpy(&b_bits, &b, 8);
    return (a_bits > b_bits) - (a_bits < b_bits);
}
