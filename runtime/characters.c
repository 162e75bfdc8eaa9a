/* Properties of characters and the mapping between upper and lower case, by the tables in tables/. */
#include "rt.h"

#include <string.h>

#include "tables/character_classes.h"
#include "tables/unicode.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define CAPITAL_SIGMA 0x3A3u
#define FINAL_SIGMA 0x3C2u

static bool is_in(const uint32_t (*ranges)[2], size_t count, uint32_t character) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (character > ranges[middle][1]) low = middle + 1;
        else high = middle;
    }
    return low < count && character >= ranges[low][0];
}

bool rt_is_printable(uint32_t character) {
    if (character < 0x7F) return character >= ' ';
    return !is_in(escaped_characters, COUNT(escaped_characters), character);
}

bool sigil_char_is(uint32_t character, uint32_t kind) {
    switch (kind) {
        case SIGIL_ALPHABETIC: return is_in(alphabetic_characters, COUNT(alphabetic_characters), character);
        case SIGIL_NUMERIC: return is_in(numeric_characters, COUNT(numeric_characters), character);
        case SIGIL_LOWERCASE: return is_in(lowercase_characters, COUNT(lowercase_characters), character);
        case SIGIL_UPPERCASE: return is_in(uppercase_characters, COUNT(uppercase_characters), character);
        default: return false;
    }
}

/* ---- Case ---- */

typedef struct case_table {
    const case_run *runs;
    size_t run_count;
    const uint32_t (*longer)[4];
    size_t longer_count;
} case_table;

static const case_table to_lower = {lower_runs, COUNT(lower_runs), lower_longer, COUNT(lower_longer)};
static const case_table to_upper = {upper_runs, COUNT(upper_runs), upper_longer, COUNT(upper_longer)};

/* The row of a longer mapping, {from, to, to, to or 0}, or null. */
static const uint32_t *find_longer(const case_table *table, uint32_t character) {
    for (size_t i = 0; i < table->longer_count; i++)
        if (table->longer[i][0] == character) return table->longer[i];
    return NULL;
}

static uint32_t find_single(const case_table *table, uint32_t character) {
    size_t low = 0, high = table->run_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (character > table->runs[middle].last) low = middle + 1;
        else high = middle;
    }
    if (low == table->run_count) return character;
    const case_run *run = &table->runs[low];
    bool is_mapped = character >= run->first && (character - run->first) % (uint32_t)run->stride == 0;
    return is_mapped ? (uint32_t)((int32_t)character + run->delta) : character;
}

static void append_mapped(sigil_buffer *place, const case_table *table, uint32_t character) {
    const uint32_t *longer = find_longer(table, character);
    if (!longer) {
        sigil_text_append_char(place, find_single(table, character));
        return;
    }
    for (int i = 1; i < 4 && longer[i]; i++) sigil_text_append_char(place, longer[i]);
}

/* Whether the first character that is not ignored is a cased one; forward from `at`, or backward. */
static bool is_cased_ahead(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        uint32_t character = rt_utf8_next(&at);
        if (is_in(cased_characters, COUNT(cased_characters), character)) return true;
        if (!is_in(case_ignorable_characters, COUNT(case_ignorable_characters), character)) return false;
    }
    return false;
}

static bool is_cased_behind(const uint8_t *begin, const uint8_t *at) {
    while (at > begin) {
        do at--;
        while ((*at & 0xC0) == 0x80);
        const uint8_t *p = at;
        uint32_t character = rt_utf8_next(&p);
        if (is_in(cased_characters, COUNT(cased_characters), character)) return true;
        if (!is_in(case_ignorable_characters, COUNT(case_ignorable_characters), character)) return false;
    }
    return false;
}

static int64_t ascii_length(const uint8_t *data, int64_t length) {
    int64_t i = 0;
    while (i < length && data[i] < 0x80) i++;
    return i;
}

/* Appends ASCII text in the other case: letters from `first` to `first + 25` have bit 0x20 flipped. */
static void append_ascii_mapped(sigil_buffer *place, const uint8_t *data, int64_t length, uint8_t first) {
    uint8_t *to = rt_text_grow(place, length);
    for (int64_t i = 0; i < length; i++)
        to[i] = (uint8_t)(data[i] ^ ((uint8_t)(data[i] - first) < 26 ? 0x20 : 0));
    rt_text_extend(place, length);
}

void sigil_str_to_lower(sigil_buffer *out, const uint8_t *data, int64_t length) {
    *out = rt_text_empty();
    int64_t ascii = ascii_length(data, length);
    if (ascii > 0) append_ascii_mapped(out, data, ascii, 'A');
    const uint8_t *end = data + length;
    for (const uint8_t *at = data + ascii; at < end;) {
        const uint8_t *start = at;
        uint32_t character = rt_utf8_next(&at);
        bool is_final = character == CAPITAL_SIGMA && is_cased_behind(data, start) && !is_cased_ahead(at, end);
        if (is_final) sigil_text_append_char(out, FINAL_SIGMA);
        else append_mapped(out, &to_lower, character);
    }
}

void sigil_str_to_upper(sigil_buffer *out, const uint8_t *data, int64_t length) {
    *out = rt_text_empty();
    int64_t ascii = ascii_length(data, length);
    if (ascii > 0) append_ascii_mapped(out, data, ascii, 'a');
    const uint8_t *end = data + length;
    for (const uint8_t *at = data + ascii; at < end;) append_mapped(out, &to_upper, rt_utf8_next(&at));
}
