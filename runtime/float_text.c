/* Floats as text and back: shortest digits, fixed precision and exponents, as Rust prints and parses them. */
#include "rt.h"

#include "float_digits.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 20      /* of a shortest decimal */
#define MAX_SHORTEST 400   /* characters of a float in full: at most 324 zeros and 17 digits */

/* A host program may have set a locale with another decimal point. */
static locale_t plain_locale(void) {
    static locale_t plain; /* written once, by the only thread that formats */
    if (!plain) plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return plain;
}

/* ---- Shortest forms; each writes at `out` and gives the length. ---- */

/* The digits' text, which ends at the array's end. */
typedef struct digit_text {
    uint8_t room[MAX_DIGITS];
    const uint8_t *first;
    int count;
} digit_text;

static void write_digits(digit_text *text, uint64_t value) {
    text->first = rt_decimal_digits(text->room + MAX_DIGITS, value);
    text->count = (int)(text->room + MAX_DIGITS - text->first);
}

/* All digits, without an exponent; `.0` behind a whole number when `has_point`. */
static int64_t write_plain(char *out, rt_decimal decimal, bool has_point) {
    digit_text text;
    write_digits(&text, decimal.digits);
    const uint8_t *digits = text.first;
    int count = text.count, whole = count + decimal.exponent;
    char *at = out;
    if (whole <= 0) {
        *at++ = '0';
        *at++ = '.';
        memset(at, '0', (size_t)-whole);
        at += -whole;
        memcpy(at, digits, (size_t)count);
        return at + count - out;
    }
    int before = whole < count ? whole : count;
    memcpy(at, digits, (size_t)before);
    at += before;
    memset(at, '0', (size_t)(whole - before));
    at += whole - before;
    if (whole < count || has_point) *at++ = '.';
    if (whole < count) {
        memcpy(at, digits + whole, (size_t)(count - whole));
        at += count - whole;
    } else if (has_point) {
        *at++ = '0';
    }
    return at - out;
}

static int64_t write_exponent(char *out, rt_decimal decimal) {
    digit_text text;
    write_digits(&text, decimal.digits);
    int exponent = decimal.exponent + text.count - 1;
    char *at = out;
    *at++ = (char)text.first[0];
    if (text.count > 1) {
        *at++ = '.';
        memcpy(at, text.first + 1, (size_t)(text.count - 1));
        at += text.count - 1;
    }
    *at++ = 'e';
    if (exponent < 0) *at++ = '-';
    write_digits(&text, (uint64_t)abs(exponent));
    memcpy(at, text.first, (size_t)text.count);
    return at + text.count - out;
}

/* ---- What both widths share ---- */

/* A finite float without its sign. */
typedef struct magnitude {
    double value;
    rt_decimal shortest; /* unused when `value` is zero */
} magnitude;

static int64_t write_shortest(char *out, const magnitude *number, uint32_t flags) {
    bool is_zero = number->value == 0, is_debug = flags & SIGIL_FORMAT_DEBUG;
    bool is_extreme = !is_zero && (number->value < 1e-4 || number->value >= 1e16);
    rt_decimal decimal = is_zero ? (rt_decimal){.digits = 0, .exponent = 0} : number->shortest;
    if (flags & SIGIL_FORMAT_EXPONENT || (is_debug && is_extreme)) return write_exponent(out, decimal);
    return write_plain(out, decimal, is_debug);
}

/* C writes at least two digits of exponent and a plus: `1.50e+00` becomes `1.50e0`. */
static int64_t shorten_exponent(char *text, int64_t length) {
    char *mark = memchr(text, 'e', (size_t)length);
    if (!mark) return length;
    char *to = mark + 1, *from = mark + 1, *end = text + length;
    if (*from == '-') *to++ = '-';
    from++;
    while (from + 1 < end && *from == '0') from++;
    while (from < end) *to++ = *from++;
    return to - text;
}

/* The exact value, rounded half to even at `precision`; the C library does this right. The caller frees the text. */
static int64_t write_rounded(char **out, double value, int64_t precision, bool has_exponent) {
    int places = precision > RT_MAX_PRECISION ? (int)RT_MAX_PRECISION : (int)precision;
    size_t room = (size_t)places + MAX_SHORTEST;
    char *text = malloc(room);
    if (!text) rt_die("out of memory");
    locale_t before = uselocale(plain_locale());
    int length = snprintf(text, room, has_exponent ? "%.*e" : "%.*f", places, value);
    (void)uselocale(before);
    *out = text;
    return has_exponent ? shorten_exponent(text, length) : length;
}

static void format_float(sigil_buffer *place, const magnitude *number, bool is_negative, uint32_t fill, uint32_t flags,
                         int64_t width, int64_t precision) {
    char shortest[MAX_SHORTEST], *text = shortest, *rounded = NULL;
    rt_number parts = {.sign = is_negative ? "-" : flags & SIGIL_FORMAT_SIGN ? "+" : "", .prefix = ""};
    if (isnan(number->value)) {
        parts.sign = "";
        memcpy(text, "NaN", 3);
        parts.length = 3;
    } else if (isinf(number->value)) {
        memcpy(text, "inf", 3);
        parts.length = 3;
    } else if (precision >= 0) {
        parts.length = write_rounded(&rounded, number->value, precision, flags & SIGIL_FORMAT_EXPONENT);
        text = rounded;
    } else {
        parts.length = write_shortest(text, number, flags);
    }
    char *mark = flags & SIGIL_FORMAT_UPPER_EXPONENT ? memchr(text, 'e', (size_t)parts.length) : NULL;
    if (mark) *mark = 'E';
    parts.digits = (const uint8_t *)text;
    rt_format_number(place, &parts, fill, flags, width);
    free(rounded);
}

/* ---- The entry points ---- */

void sigil_text_format_f64(sigil_buffer *place, double value, uint32_t fill, uint32_t flags, int64_t width,
                           int64_t precision) {
    magnitude number = {.value = fabs(value)};
    if (isfinite(value) && value != 0) number.shortest = rt_shortest_f64(number.value);
    format_float(place, &number, signbit(value), fill, flags, width, precision);
}

void sigil_text_format_f32(sigil_buffer *place, float value, uint32_t fill, uint32_t flags, int64_t width,
                           int64_t precision) {
    magnitude number = {.value = fabs((double)value)};
    if (isfinite(value) && value != 0) number.shortest = rt_shortest_f32(fabsf(value));
    format_float(place, &number, signbit(value), fill, flags, width, precision);
}

/* The usual case, without a format's detours. */
static void append_f64(sigil_buffer *place, double value, uint32_t flags) {
    if (rt_unlikely(!isfinite(value) || value == 0)) {
        sigil_text_format_f64(place, value, ' ', flags, -1, -1);
        return;
    }
    char text[MAX_SHORTEST];
    text[0] = '-';
    bool is_negative = value < 0;
    magnitude number = {.value = fabs(value)};
    number.shortest = rt_shortest_f64(number.value);
    int64_t length = write_shortest(text + is_negative, &number, flags) + is_negative;
    sigil_text_append(place, (const uint8_t *)text, length);
}

void sigil_text_append_f64(sigil_buffer *place, double value) {
    append_f64(place, value, 0);
}

void sigil_text_append_f32(sigil_buffer *place, float value) {
    sigil_text_format_f32(place, value, ' ', 0, -1, -1);
}

void sigil_text_debug_f64(sigil_buffer *place, double value) {
    append_f64(place, value, SIGIL_FORMAT_DEBUG);
}

void sigil_text_debug_f32(sigil_buffer *place, float value) {
    sigil_text_format_f32(place, value, ' ', SIGIL_FORMAT_DEBUG, -1, -1);
}

/* ---- Parsing ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* `digits[.digits][e[+-]digits]` with a digit on one side of the point at least. */
static bool is_decimal(const char *at) {
    int digits = 0;
    for (; is_digit(*at); at++) digits++;
    if (*at == '.')
        for (at++; is_digit(*at); at++) digits++;
    if (digits == 0) return false;
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '+' || *at == '-') at++;
        if (!is_digit(*at)) return false;
        while (is_digit(*at)) at++;
    }
    return *at == 0;
}

static bool is_word(const char *text, const char *word) {
    for (; *text && *word; text++, word++)
        if ((*text | 0x20) != *word) return false;
    return *text == *word;
}

/* A decimal is rounded once, to the width that is wanted: rounding to a double first would round some floats wrongly. */
static double decimal_value(const char *digits, bool is_single) {
    return is_single ? (double)strtof_l(digits, NULL, plain_locale()) : strtod_l(digits, NULL, plain_locale());
}

static bool parse_text(const char *text, bool is_single, double *value) {
    bool is_negative = *text == '-';
    const char *digits = text + (*text == '-' || *text == '+');
    double magnitude;
    if (is_decimal(digits)) magnitude = decimal_value(digits, is_single);
    else if (is_word(digits, "inf") || is_word(digits, "infinity")) magnitude = (double)INFINITY;
    else if (is_word(digits, "nan")) magnitude = (double)NAN;
    else return false;
    *value = is_negative ? -magnitude : magnitude;
    return true;
}

static bool parse_float(const uint8_t *data, int64_t length, bool is_single, double *value) {
    char small[64];
    if (length <= 0 || memchr(data, 0, (size_t)length)) return false;
    char *text = length < (int64_t)sizeof small ? small : malloc((size_t)length + 1);
    if (!text) rt_die("out of memory");
    memcpy(text, data, (size_t)length);
    text[length] = 0;
    bool is_number = parse_text(text, is_single, value);
    if (text != small) free(text);
    return is_number;
}

bool sigil_parse_f64(const uint8_t *data, int64_t length, double *value) {
    return parse_float(data, length, false, value);
}

bool sigil_parse_f32(const uint8_t *data, int64_t length, float *value) {
    double wide;
    if (!parse_float(data, length, true, &wide)) return false;
    *value = (float)wide;
    return true;
}
