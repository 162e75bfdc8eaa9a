/* Text by a format spec: width in characters, fill, alignment, sign, zero padding and number bases, as Rust does it. */
#include "rt.h"

#include <string.h>

static void append_fill(sigil_buffer *place, uint32_t fill, int64_t count) {
    if (count <= 0) return;
    uint8_t unit[4];
    int64_t size = rt_utf8_put(unit, fill ? fill : ' ');
    uint8_t *at = rt_text_grow(place, count * size);
    if (size == 1) memset(at, unit[0], (size_t)count);
    else
        for (int64_t i = 0; i < count; i++) memcpy(at + i * size, unit, (size_t)size);
    rt_text_extend(place, count * size);
}

/* How much of `padding` goes before the text. */
static int64_t padding_before(uint32_t flags, int64_t padding, uint32_t own_alignment) {
    uint32_t alignment = flags & SIGIL_ALIGN_MASK ? flags & SIGIL_ALIGN_MASK : own_alignment;
    if (alignment == SIGIL_ALIGN_LEFT) return 0;
    return alignment == SIGIL_ALIGN_CENTRE ? padding / 2 : padding;
}

void sigil_text_format_str(sigil_buffer *place, const uint8_t *data, int64_t length, uint32_t fill, uint32_t flags,
                           int64_t width, int64_t precision) {
    if (flags & SIGIL_FORMAT_DEBUG) { /* Rust's Debug of text ignores width and precision */
        sigil_text_debug_str(place, data, length);
        return;
    }
    if (precision >= 0) {
        const uint8_t *end = data, *limit = data + length;
        for (int64_t i = 0; i < precision && end < limit; i++) (void)rt_utf8_next(&end);
        length = end - data;
    }
    int64_t padding = width > 0 ? width - rt_utf8_count(data, length) : 0;
    if (padding < 0) padding = 0;
    int64_t before = padding_before(flags, padding, SIGIL_ALIGN_LEFT);
    append_fill(place, fill, before);
    sigil_text_append(place, data, length);
    append_fill(place, fill, padding - before);
}

void rt_format_number(sigil_buffer *place, const rt_number *number, uint32_t fill, uint32_t flags, int64_t width) {
    int64_t sign = (int64_t)strlen(number->sign), prefix = (int64_t)strlen(number->prefix);
    int64_t padding = width > 0 ? width - sign - prefix - number->length : 0;
    if (padding < 0) padding = 0;
    bool is_zero_padded = flags & SIGIL_FORMAT_ZERO;
    int64_t before = is_zero_padded ? 0 : padding_before(flags, padding, SIGIL_ALIGN_RIGHT);
    append_fill(place, fill, before);
    sigil_text_append(place, (const uint8_t *)number->sign, sign);
    sigil_text_append(place, (const uint8_t *)number->prefix, prefix);
    if (is_zero_padded) append_fill(place, '0', padding);
    sigil_text_append(place, number->digits, number->length);
    if (!is_zero_padded) append_fill(place, fill, padding - before);
}

/* ---- Integers ---- */

typedef struct base {
    uint32_t flag;
    unsigned radix;
    const char *prefix;
} base;

static const base bases[] = {
    {SIGIL_FORMAT_LOWER_HEX, 16, "0x"},
    {SIGIL_FORMAT_UPPER_HEX, 16, "0x"},
    {SIGIL_FORMAT_OCTAL, 8, "0o"},
    {SIGIL_FORMAT_BINARY, 2, "0b"},
};

static base base_of(uint32_t flags) {
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (flags & bases[i].flag) return bases[i];
    return (base){.flag = 0, .radix = 10, .prefix = ""};
}

/* `1234` as `1.234e3`: all significant digits, the zeros at the end belong to the exponent. */
static int64_t exponent_digits(uint8_t *out, uint64_t magnitude) {
    unsigned zeros = 0;
    for (; magnitude >= 10 && magnitude % 10 == 0; magnitude /= 10) zeros++;
    uint8_t digits[20];
    unsigned count = 0;
    do digits[count++] = (uint8_t)('0' + magnitude % 10);
    while ((magnitude /= 10) != 0);
    uint8_t *at = out;
    *at++ = digits[count - 1];
    if (count > 1) *at++ = '.';
    for (unsigned i = count - 1; i-- > 0;) *at++ = digits[i];
    unsigned exponent = zeros + count - 1;
    *at++ = 'e';
    if (exponent >= 10) *at++ = (uint8_t)('0' + exponent / 10);
    *at++ = (uint8_t)('0' + exponent % 10);
    return at - out;
}

static void format_integer(sigil_buffer *place, bool is_negative, uint64_t magnitude, uint32_t fill, uint32_t flags,
                           int64_t width) {
    uint8_t digits[64], *end = digits + sizeof digits, *first = end;
    base chosen = base_of(flags);
    int64_t length;
    if (flags & SIGIL_FORMAT_EXPONENT) {
        first = digits;
        length = exponent_digits(digits, magnitude);
    } else {
        const char *names = flags & SIGIL_FORMAT_UPPER_HEX ? "0123456789ABCDEF" : "0123456789abcdef";
        do *--first = (uint8_t)names[magnitude % chosen.radix];
        while ((magnitude /= chosen.radix) != 0);
        length = end - first;
    }
    const char *sign = is_negative ? "-" : flags & SIGIL_FORMAT_SIGN ? "+" : "";
    const char *prefix = flags & SIGIL_FORMAT_ALTERNATE ? chosen.prefix : "";
    rt_number number = {.sign = sign, .prefix = prefix, .digits = first, .length = length};
    rt_format_number(place, &number, fill, flags, width);
}

void sigil_text_format_int(sigil_buffer *place, int64_t value, uint32_t fill, uint32_t flags, int64_t width) {
    bool is_negative = value < 0 && base_of(flags).radix == 10; /* the other bases show the two's complement */
    format_integer(place, is_negative, is_negative ? 0 - (uint64_t)value : (uint64_t)value, fill, flags, width);
}

void sigil_text_format_uint(sigil_buffer *place, uint64_t value, uint32_t fill, uint32_t flags, int64_t width) {
    format_integer(place, false, value, fill, flags, width);
}
