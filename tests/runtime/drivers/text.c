/* Text operations, one a line of standard input; prints each result on a line of its own.
 *
 * `KIND FILL FLAGS WIDTH PRECISION VALUE`, where FILL is a code point and VALUE is a number (floats by their bits in
 * hexadecimal) or text as bytes in hexadecimal. */
#include "check.h"

static sigil_buffer unhex(const char *hex) {
    sigil_buffer bytes = empty_text();
    for (; hex[0] && hex[1]; hex += 2) {
        char pair[3] = {hex[0], hex[1], 0};
        uint8_t byte = (uint8_t)strtoul(pair, NULL, 16);
        sigil_text_append(&bytes, &byte, 1);
    }
    return bytes;
}

static double f64_of(const char *hex) {
    uint64_t bits = strtoull(hex, NULL, 16);
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

static float f32_of(const char *hex) {
    uint32_t bits = (uint32_t)strtoul(hex, NULL, 16);
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

typedef struct request {
    char kind[16];
    uint32_t fill, flags;
    long long width, precision;
    const char *value;
} request;

static void number(sigil_buffer *out, const request *r) {
    if (!strcmp(r->kind, "int")) sigil_text_format_int(out, strtoll(r->value, NULL, 10), r->fill, r->flags, r->width);
    else if (!strcmp(r->kind, "uint")) sigil_text_format_uint(out, strtoull(r->value, NULL, 10), r->fill, r->flags, r->width);
    else if (!strcmp(r->kind, "f64")) sigil_text_format_f64(out, f64_of(r->value), r->fill, r->flags, r->width, r->precision);
    else if (!strcmp(r->kind, "f32")) sigil_text_format_f32(out, f32_of(r->value), r->fill, r->flags, r->width, r->precision);
    else if (!strcmp(r->kind, "plain_int")) sigil_text_append_int(out, strtoll(r->value, NULL, 10));
    else if (!strcmp(r->kind, "plain_uint")) sigil_text_append_uint(out, strtoull(r->value, NULL, 10));
    else if (!strcmp(r->kind, "debug_char")) sigil_text_debug_char(out, (uint32_t)strtoul(r->value, NULL, 10));
    else CHECK(!"a known kind");
}

static bool on_text(sigil_buffer *out, const request *r) {
    sigil_buffer text = unhex(r->value), other;
    bool is_known = true;
    double parsed = 0;
    float single = 0;
    if (!strcmp(r->kind, "str")) sigil_text_format_str(out, text.data, text.length, r->fill, r->flags, r->width, r->precision);
    else if (!strcmp(r->kind, "digits"))
        sigil_text_format_digits(out, text.data, text.length, r->fill, r->flags, r->width, r->precision);
    else if (!strcmp(r->kind, "debug_str")) sigil_text_debug_str(out, text.data, text.length);
    else if (!strcmp(r->kind, "valid")) sigil_text_append_int(out, sigil_utf8_valid(text.data, text.length));
    else if (!strcmp(r->kind, "lower") || !strcmp(r->kind, "upper")) {
        if (!strcmp(r->kind, "lower")) sigil_str_to_lower(&other, text.data, text.length);
        else sigil_str_to_upper(&other, text.data, text.length);
        sigil_text_append(out, other.data, other.length);
        release_text(&other);
    } else if (!strcmp(r->kind, "parse")) {
        if (sigil_parse_f64(text.data, text.length, &parsed)) sigil_text_debug_f64(out, parsed);
        else sigil_text_append(out, (const uint8_t *)"none", 4);
    } else if (!strcmp(r->kind, "parse_f32")) {
        if (sigil_parse_f32(text.data, text.length, &single)) sigil_text_debug_f32(out, single);
        else sigil_text_append(out, (const uint8_t *)"none", 4);
    } else if (!strcmp(r->kind, "rfind")) { /* the width is the part's length, the precision where it has to end */
        const uint8_t *part = text.data + text.length - r->width;
        int64_t length = text.length - (int64_t)r->width;
        sigil_text_append_int(out, sigil_str_rfind(text.data, length, part, r->width, (uint64_t)r->precision));
    } else if (!strcmp(r->kind, "kinds")) { /* of each character: four digits, one for each kind */
        for (int64_t i = 0; i + 4 <= text.length; i += 4) {
            uint32_t character;
            memcpy(&character, text.data + i, 4);
            for (uint32_t kind = 0; kind < 4; kind++) sigil_text_append_int(out, sigil_char_is(character, kind));
        }
    } else {
        is_known = false;
    }
    release_text(&text);
    return is_known;
}

int32_t sigil_program(void) {
    static char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        request r;
        int consumed = 0;
        CHECK(sscanf(line, "%15s %u %u %lld %lld %n", r.kind, &r.fill, &r.flags, &r.width, &r.precision, &consumed) == 5);
        line[strcspn(line, "\n")] = 0;
        r.value = line + consumed;
        sigil_buffer out = empty_text();
        if (!on_text(&out, &r)) number(&out, &r);
        sigil_text_append_char(&out, '\n');
        sigil_print(out.data, out.length);
        release_text(&out);
    }
    return 0;
}
