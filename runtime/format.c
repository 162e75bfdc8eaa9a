/* Text by a format spec: width in characters, fill, alignment, sign, zero padding and number bases, as Rust does it. */
#include "rt.h"

#include <stdlib.h>
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

/* Rounds decimal digits half to even to `keep` of them; true when that made one more of it: `99` became `10`. */
static bool round_digits(uint8_t *digits, int64_t count, int64_t keep) {
    if (keep >= count || digits[keep] < '5') return false;
    bool is_tie = digits[keep] == '5';
    for (int64_t i = keep + 1; i < count && is_tie; i++) is_tie = digits[i] == '0';
    if (is_tie && (digits[keep - 1] - '0') % 2 == 0) return false;
    int64_t i = keep;
    while (i > 0 && digits[i - 1] == '9') digits[--i] = '0';
    if (i > 0) {
        digits[i - 1]++;
        return false;
    }
    digits[0] = '1';
    return true;
}

/* `1234` as `1.234e3`: all significant digits, or one and `precision` more. The digits, at most 39, may be changed; `out`
 * has room for 48 and the precision. */
static int64_t exponent_form(uint8_t *out, uint8_t *digits, int64_t count, int64_t precision, uint32_t flags) {
    int64_t exponent = count - 1, shown = precision + 1;
    if (precision >= 0) exponent += round_digits(digits, count, shown);
    else
        for (shown = count; shown > 1 && digits[shown - 1] == '0';) shown--;
    uint8_t *at = out;
    *at++ = digits[0];
    if (shown > 1) *at++ = '.';
    for (int64_t i = 1; i < shown; i++) *at++ = i < count ? digits[i] : '0';
    *at++ = flags & SIGIL_FORMAT_UPPER_EXPONENT ? 'E' : 'e';
    if (exponent >= 10) *at++ = (uint8_t)('0' + exponent / 10);
    *at++ = (uint8_t)('0' + exponent % 10);
    return at - out;
}

void sigil_text_format_digits(sigil_buffer *place, const uint8_t *data, int64_t length, uint32_t fill, uint32_t flags,
                              int64_t width, int64_t precision) {
    bool is_negative = length > 0 && data[0] == '-';
    const char *prefix = flags & SIGIL_FORMAT_ALTERNATE ? base_of(flags).prefix : "";
    rt_number number = {.sign = is_negative ? "-" : flags & SIGIL_FORMAT_SIGN ? "+" : "", .prefix = prefix,
                        .digits = data + is_negative, .length = length - is_negative};
    uint8_t *formed = NULL, digits[39];
    if (flags & SIGIL_FORMAT_EXPONENT) {
        if (precision > RT_MAX_PRECISION) precision = RT_MAX_PRECISION;
        formed = malloc((size_t)(precision > 0 ? precision : 0) + 48);
        if (!formed || number.length > (int64_t)sizeof digits) rt_die("out of memory");
        memcpy(digits, number.digits, (size_t)number.length);
        number.length = exponent_form(formed, digits, number.length, precision, flags);
        number.digits = formed;
    }
    rt_format_number(place, &number, fill, flags, width);
    free(formed);
}

static void format_integer(sigil_buffer *place, bool is_negative, uint64_t magnitude, uint32_t fill, uint32_t flags,
                           int64_t width) {
    uint8_t digits[64], formed[48], *end = digits + sizeof digits, *first = end;
    base chosen = base_of(flags);
    int64_t length;
    if (flags & SIGIL_FORMAT_EXPONENT) {
        first = rt_decimal_digits(end, magnitude);
        length = exponent_form(formed, first, end - first, -1, flags);
        first = formed;
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
