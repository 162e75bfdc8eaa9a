/* Debug text: quoted and escaped as Rust does it. */
#include "rt.h"

static void append_ascii(sigil_buffer *place, const char *text) {
    int64_t length = 0;
    while (text[length]) length++;
    sigil_text_append(place, (const uint8_t *)text, length);
}

/* The two-character escape of a character, or null. */
static const char *short_escape(uint32_t character, uint32_t quote) {
    switch (character) {
    case '\0': return "\\0";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\\': return "\\\\";
    case '"': return quote == '"' ? "\\\"" : NULL;
    case '\'': return quote == '\'' ? "\\'" : NULL;
    default: return NULL;
    }
}

static void append_escaped(sigil_buffer *place, uint32_t character, uint32_t quote) {
    const char *escape = short_escape(character, quote);
    if (escape) append_ascii(place, escape);
    else if (rt_is_printable(character)) sigil_text_append_char(place, character);
    else rt_text_printf(place, "\\u{%x}", (unsigned)character);
}

void sigil_text_debug_char(sigil_buffer *place, uint32_t character) {
    sigil_text_append_char(place, '\'');
    append_escaped(place, character, '\'');
    sigil_text_append_char(place, '\'');
}

/* What needs no escape is appended run by run. */
void sigil_text_debug_str(sigil_buffer *place, const uint8_t *data, int64_t length) {
    sigil_text_append_char(place, '"');
    const uint8_t *end = data + length, *run = data;
    for (const uint8_t *at = data; at < end;) {
        const uint8_t *start = at;
        uint32_t character = rt_utf8_next(&at);
        if (character >= ' ' && character < 0x7F && character != '"' && character != '\\') continue;
        sigil_text_append(place, run, start - run);
        append_escaped(place, character, '"');
        run = at;
    }
    sigil_text_append(place, run, end - run);
    sigil_text_append_char(place, '"');
}
