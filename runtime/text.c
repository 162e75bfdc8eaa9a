/* Building text: appending to the text at a place, which is made unique and grows by doubling. */
#include "rt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

sigil_buffer rt_text_empty(void) {
    return (sigil_buffer){.data = rt_buffer_data(&sigil_empty_buffer), .length = 0, .owner = &sigil_empty_buffer};
}

sigil_buffer rt_text_new(const void *data, int64_t length) {
    sigil_buffer text = rt_text_empty();
    if (length > 0) sigil_text_append(&text, data, length);
    return text;
}

sigil_buffer rt_text_static(const char *text) {
    /* The header of static data is only compared and never written. */
    return (sigil_buffer){.data = (uint8_t *)(uintptr_t)text, .length = (int64_t)strlen(text), .owner = &sigil_empty_buffer};
}

uint8_t *rt_text_grow(sigil_buffer *place, int64_t more) {
    sigil_buffer_header *owner = place->owner;
    bool has_room = owner->count == 1 && place->data + place->length == rt_buffer_data(owner) + owner->used &&
                    more <= owner->capacity - owner->used;
    if (rt_unlikely(!has_room)) sigil_buffer_reserve(place, more, NULL);
    return place->data + place->length;
}

void sigil_text_append(sigil_buffer *place, const uint8_t *data, int64_t length) {
    if (length <= 0) return;
    sigil_buffer_header *owner = place->owner;
    const uint8_t *begin = rt_buffer_data(owner);
    if (rt_unlikely(owner->count == 1 && data >= begin && data < begin + owner->used)) {
        /* A part of itself: growing must not free it before it is copied. */
        sigil_buffer part = rt_text_empty();
        sigil_text_append(&part, data, length);
        sigil_text_append(place, part.data, part.length);
        rt_release_text(&part);
        return;
    }
    memcpy(rt_text_grow(place, length), data, (size_t)length);
    rt_text_extend(place, length);
}

void sigil_text_append_char(sigil_buffer *place, uint32_t character) {
    uint8_t *end = rt_text_grow(place, 4);
    rt_text_extend(place, rt_utf8_put(end, character));
}

/* Two digits a step: the division is what takes the time. */
uint8_t *rt_decimal_digits(uint8_t *end, uint64_t value) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445"
                                "46474849505152535455565758596061626364656667686970717273747576777879808182838485868788899091"
                                "9293949596979899";
    for (; value >= 100; value /= 100) {
        end -= 2;
        memcpy(end, pairs + 2 * (value % 100), 2);
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, pairs + 2 * value, 2);
    } else {
        *--end = (uint8_t)('0' + value);
    }
    return end;
}

void sigil_text_append_uint(sigil_buffer *place, uint64_t value) {
    uint8_t digits[20], *first = rt_decimal_digits(digits + sizeof digits, value);
    sigil_text_append(place, first, digits + sizeof digits - first);
}

void sigil_text_append_int(sigil_buffer *place, int64_t value) {
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint8_t digits[21], *first = rt_decimal_digits(digits + sizeof digits, magnitude);
    if (value < 0) *--first = '-';
    sigil_text_append(place, first, digits + sizeof digits - first);
}

void rt_text_printf(sigil_buffer *place, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        uint8_t *end = rt_text_grow(place, length + 1);
        (void)vsnprintf((char *)end, (size_t)length + 1, format, again);
        rt_text_extend(place, length);
    }
    va_end(again);
}

bool sigil_str_equal(const uint8_t *a, int64_t a_length, const uint8_t *b, int64_t b_length) {
    return a_length == b_length && (a_length == 0 || memcmp(a, b, (size_t)a_length) == 0);
}

int32_t sigil_str_compare(const uint8_t *a, int64_t a_length, const uint8_t *b, int64_t b_length) {
    int64_t common = a_length < b_length ? a_length : b_length;
    int order = common > 0 ? memcmp(a, b, (size_t)common) : 0;
    if (order == 0) return (a_length > b_length) - (a_length < b_length);
    return order < 0 ? -1 : 1;
}

int64_t sigil_str_find(const uint8_t *text, int64_t length, const uint8_t *part, int64_t part_length, uint64_t from) {
    if (from > (uint64_t)length) return -1;
    if (part_length == 0) return (int64_t)from;
    const uint8_t *start = text + from;
    size_t left = (size_t)(length - (int64_t)from);
    const uint8_t *found = part_length == 1 ? memchr(start, part[0], left) : memmem(start, left, part, (size_t)part_length);
    return found ? found - text : -1;
}

int64_t sigil_bytes_find(const uint8_t *data, int64_t length, uint8_t byte, uint64_t from) {
    if (from >= (uint64_t)length) return -1;
    const uint8_t *found = memchr(data + from, byte, (size_t)length - from);
    return found ? found - data : -1;
}

int64_t sigil_str_find_char(const uint8_t *text, int64_t length, uint32_t character, uint64_t from) {
    uint8_t part[4];
    return sigil_str_find(text, length, part, rt_utf8_put(part, character), from);
}

int64_t sigil_str_rfind(const uint8_t *text, int64_t length, const uint8_t *part, int64_t part_length, uint64_t before) {
    int64_t end = before > (uint64_t)length ? length : (int64_t)before;
    if (part_length > end) return -1;
    if (part_length == 0) return end;
    const uint8_t *at = text + (end - part_length) + 1;
    while ((at = memrchr(text, part[0], (size_t)(at - text))) != NULL)
        if (memcmp(at, part, (size_t)part_length) == 0) return at - text;
    return -1;
}

int64_t sigil_str_rfind_char(const uint8_t *text, int64_t length, uint32_t character, uint64_t before) {
    uint8_t part[4];
    return sigil_str_rfind(text, length, part, rt_utf8_put(part, character), before);
}
