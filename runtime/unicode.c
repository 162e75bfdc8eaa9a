/* UTF-8: validation, decoding and encoding. */
#include "rt.h"

int64_t rt_utf8_put(uint8_t *out, uint32_t character) {
    if (character < 0x80) {
        out[0] = (uint8_t)character;
        return 1;
    }
    int64_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (int64_t i = length - 1; i > 0; i--, character >>= 6) out[i] = (uint8_t)(0x80 | (character & 0x3F));
    out[0] = (uint8_t)((0xF00u >> length & 0xF0u) | character);
    return length;
}

uint32_t rt_utf8_next(const uint8_t **at) {
    const uint8_t *p = *at;
    if (p[0] < 0x80) {
        *at = p + 1;
        return p[0];
    }
    int more = p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;
    uint32_t character = p[0] & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) character = character << 6 | (p[i] & 0x3Fu);
    *at = p + more + 1;
    return character;
}

int64_t rt_utf8_count(const uint8_t *data, int64_t length) {
    int64_t count = 0;
    for (int64_t i = 0; i < length; i++) count += (data[i] & 0xC0) != 0x80;
    return count;
}

/* The length of the well-formed character at `p`, or 0 (Unicode 15, table 3-7). */
static int64_t character_length(const uint8_t *p, int64_t room) {
    uint8_t lead = p[0];
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    int64_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length > room) return 0;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high) return 0;
    for (int64_t i = 2; i < length; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    return length;
}

int64_t sigil_utf8_valid(const uint8_t *data, int64_t length) {
    for (int64_t i = 0; i < length;) {
        uint64_t word;
        if (i + 8 <= length && (__builtin_memcpy(&word, data + i, 8), (word & 0x8080808080808080u) == 0)) {
            i += 8;
            continue;
        }
        int64_t step = character_length(data + i, length - i);
        if (step == 0) return i;
        i += step;
    }
    return -1;
}
