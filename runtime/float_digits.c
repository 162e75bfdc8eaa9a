/* The shortest decimal that reads back as the same float: Schubfach (R. Giulietti, "The Schubfach way to render
 * doubles", 2021). All floats that round to the value form an interval; the shortest decimal inside is found with one
 * 128-bit power of ten and three products. */
#include "float_digits.h"

#include <stdbool.h>
#include <string.h>

#include "tables/float_powers.h"

/* A float as significand * 2^exponent; `is_lower_closer` at powers of two, where the gap below is half of that above. */
typedef struct binary {
    uint64_t significand;
    int exponent;
    bool is_lower_closer;
} binary;

/* floor(log2(10^e)) and floor(log10(2^q)), the latter also for 3/4 * 2^q; exact in the range of doubles. */
static int log2_of_power(int e) {
    return (e * 1741647) >> 19;
}

static int log10_of_power(int q, bool is_lower_closer) {
    return (q * 1262611 - (is_lower_closer ? 524031 : 0)) >> 22;
}

/* The product's upper words, with a last bit that says whether anything was cut off. */
static uint64_t round_to_odd(const uint64_t power[2], uint64_t factor) {
    unsigned __int128 low = (unsigned __int128)power[1] * factor;
    unsigned __int128 high = (unsigned __int128)power[0] * factor + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* At most 19 of them. */
static rt_decimal without_zeros(rt_decimal decimal) {
    static const struct {
        uint64_t power;
        int zeros;
    } steps[] = {{100000000, 8}, {100000000, 8}, {10000, 4}, {100, 2}, {10, 1}};
    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
        uint64_t shorter = decimal.digits / steps[i].power;
        if (shorter * steps[i].power != decimal.digits) continue;
        decimal.digits = shorter;
        decimal.exponent += steps[i].zeros;
    }
    return decimal;
}

static rt_decimal shortest(binary value) {
    uint64_t c = value.significand;
    if (value.exponent <= 0 && value.exponent > -53 && (c & ((1ull << -value.exponent) - 1)) == 0)
        return (rt_decimal){.digits = c >> -value.exponent, .exponent = 0};
    bool is_odd = c & 1; /* the interval's ends belong to it when the significand is even */
    int k = log10_of_power(value.exponent, value.is_lower_closer);
    int shift = value.exponent + log2_of_power(-k) + 1;
    const uint64_t *power = float_powers[-k - FIRST_POWER];
    uint64_t lower = round_to_odd(power, (4 * c - 2 + value.is_lower_closer) << shift) + is_odd;
    uint64_t middle = round_to_odd(power, (4 * c) << shift);
    uint64_t upper = round_to_odd(power, (4 * c + 2) << shift) - is_odd;

    uint64_t s = middle / 4;
    if (s >= 10) { /* one digit less */
        uint64_t tens = s / 10;
        bool below = lower <= 40 * tens, above = 40 * tens + 40 <= upper;
        if (below != above) return (rt_decimal){.digits = tens + above, .exponent = k + 1};
    }
    bool below = lower <= 4 * s, above = 4 * s + 4 <= upper;
    if (below != above) return (rt_decimal){.digits = s + above, .exponent = k};
    uint64_t half = 4 * s + 2;
    bool is_up = middle > half || (middle == half && (s & 1));
    return (rt_decimal){.digits = s + is_up, .exponent = k};
}

rt_decimal rt_shortest_f64(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((1ull << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7FF);
    binary parts = {.significand = fraction, .exponent = 1 - 1075};
    if (exponent != 0) {
        parts.significand |= 1ull << 52;
        parts.exponent = exponent - 1075;
        parts.is_lower_closer = fraction == 0 && exponent > 1;
    }
    return without_zeros(shortest(parts));
}

rt_decimal rt_shortest_f32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t fraction = bits & ((1u << 23) - 1);
    int exponent = (int)(bits >> 23 & 0xFF);
    binary parts = {.significand = fraction, .exponent = 1 - 150};
    if (exponent != 0) {
        parts.significand |= 1u << 23;
        parts.exponent = exponent - 150;
        parts.is_lower_closer = fraction == 0 && exponent > 1;
    }
    return without_zeros(shortest(parts));
}
