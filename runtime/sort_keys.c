/* Sorting by a number of 64 bits that has the order of an element's key: integers and floats exactly, of text the first
 * bytes in which the keys differ. The numbers are sorted beside the elements' places, and each element moves once. */
#include "sort.h"

#include <string.h>

#define SIGN ((uint64_t)1 << 63)
#define NAN_KEY UINT64_MAX /* behind infinity; no other float has it */

typedef struct record {
    uint64_t key, place;
} record;

#define RECORD record
#define KEY(r) ((r).key)
#define NAMED(f) records_##f
#include "sort_records.h"
#undef RECORD
#undef KEY
#undef NAMED

#define RECORD uint64_t
#define KEY(r) (r)
#define NAMED(f) numbers_##f
#include "sort_records.h"
#undef RECORD
#undef KEY
#undef NAMED

static void *scratch_for(int64_t count, int64_t size) {
    if (count > INT64_MAX / 2 / size) rt_die("out of memory");
    return sigil_alloc(count * size);
}

/* ---- Keys ---- */

static uint64_t key_of_float(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value) return NAN_KEY;
    return bits & SIGN ? ~bits : bits | SIGN;
}

static double float_of_key(uint64_t key) {
    uint64_t bits = key & SIGN ? key ^ SIGN : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The bytes of a text from `skip` on, the first one most significant, and zeros behind its end. */
static uint64_t key_of_text(const sigil_buffer *text, int64_t skip) {
    int64_t rest = text->length - skip;
    uint8_t bytes[8] = {0};
    uint64_t key;
    if (rest > 0) memcpy(bytes, text->data + skip, rest < 8 ? (size_t)rest : 8);
    memcpy(&key, bytes, sizeof key);
    return __builtin_bswap64(key);
}

/* How many bytes all texts begin with in common. */
static int64_t common_bytes(const uint8_t *keys, int64_t stride, int64_t count) {
    const sigil_buffer *first = (const void *)keys;
    int64_t common = first->length;
    for (int64_t i = 1; i < count && common > 0; i++) {
        const sigil_buffer *text = (const void *)(keys + i * stride);
        if (text->length < common) common = text->length;
        if (memcmp(text->data, first->data, (size_t)common) == 0) continue;
        int64_t same = 0;
        while (text->data[same] == first->data[same]) same++;
        common = same;
    }
    return common;
}

/* The number of each key: its kind is looked at once, outside of the loop. */
#define EACH_AS(type, number)                            \
    for (int64_t i = 0; i < count; i++) {                \
        type value;                                      \
        memcpy(&value, keys + i * stride, sizeof value); \
        numbers[i] = (number) ^ flip;                    \
    }                                                    \
    break;

static void read_keys(uint64_t *numbers, const uint8_t *keys, int64_t stride, int64_t count, const sigil_sort_key *how) {
    uint64_t flip = how->is_descending ? UINT64_MAX : 0;
    keys += how->offset;
    switch (how->kind) {
    case SIGIL_SORT_U8: EACH_AS(uint8_t, value)
    case SIGIL_SORT_U16: EACH_AS(uint16_t, value)
    case SIGIL_SORT_U32: EACH_AS(uint32_t, value)
    case SIGIL_SORT_U64: EACH_AS(uint64_t, value)
    case SIGIL_SORT_I8: EACH_AS(int8_t, (uint64_t)(int64_t)value ^ SIGN)
    case SIGIL_SORT_I16: EACH_AS(int16_t, (uint64_t)(int64_t)value ^ SIGN)
    case SIGIL_SORT_I32: EACH_AS(int32_t, (uint64_t)(int64_t)value ^ SIGN)
    case SIGIL_SORT_I64: EACH_AS(int64_t, (uint64_t)value ^ SIGN)
    case SIGIL_SORT_F32: EACH_AS(float, key_of_float((double)value))
    case SIGIL_SORT_F64: EACH_AS(double, key_of_float(value))
    case SIGIL_SORT_TEXT: {
        int64_t skip = common_bytes(keys, stride, count);
        EACH_AS(sigil_buffer, key_of_text(&value, skip))
    }
    default: rt_die("an array is sorted by keys of an unknown kind");
    }
}

/* ---- Numbers of 64 bits, which are their keys ---- */

/* False where a NaN's bits would be lost. */
static bool to_numbers(uint64_t *numbers, int64_t count, const sigil_sort_key *how) {
    uint64_t flip = (how->is_descending ? UINT64_MAX : 0) ^ (how->kind == SIGIL_SORT_I64 ? SIGN : 0);
    bool is_float = how->kind == SIGIL_SORT_F64, has_nan = false;
    for (int64_t i = 0; is_float && i < count; i++) {
        double value;
        memcpy(&value, &numbers[i], sizeof value);
        has_nan |= value != value;
    }
    for (int64_t i = 0; !has_nan && i < count; i++) {
        double value;
        memcpy(&value, &numbers[i], sizeof value);
        numbers[i] = (is_float ? key_of_float(value) : numbers[i]) ^ flip;
    }
    return !has_nan;
}

static void from_numbers(uint64_t *numbers, int64_t count, const sigil_sort_key *how) {
    uint64_t flip = (how->is_descending ? UINT64_MAX : 0) ^ (how->kind == SIGIL_SORT_I64 ? SIGN : 0);
    for (int64_t i = 0; i < count; i++) {
        numbers[i] ^= flip;
        if (how->kind == SIGIL_SORT_F64) {
            double value = float_of_key(numbers[i]);
            memcpy(&numbers[i], &value, sizeof value);
        }
    }
}

static bool is_number(int64_t size, const sigil_sort_key *how) {
    return size == 8 && how->is_exact &&
           (how->kind == SIGIL_SORT_U64 || how->kind == SIGIL_SORT_I64 || how->kind == SIGIL_SORT_F64);
}

static void sort_numbers(uint64_t *numbers, int64_t count, const sigil_sort_key *how) {
    uint64_t *scratch = scratch_for(count, sizeof *scratch);
    numbers_sort(numbers, count, scratch, 0);
    from_numbers(numbers, count, how);
    sigil_free(scratch);
}

/* ---- Elements ---- */

/* The order that the elements are to have: their places, beside their keys. Where the keys lie within 32 bits both fit
 * one number, the key above the place, which is half the memory and half the bytes to look at. */
typedef struct order {
    uint64_t *numbers; /* the packed form, or null */
    record *records;
} order;

static inline uint64_t place_at(const order *sorted, int64_t i) {
    return sorted->numbers ? sorted->numbers[i] & UINT32_MAX : sorted->records[i].place;
}

static inline bool is_same_key(const order *sorted, int64_t i, int64_t j) {
    return sorted->numbers ? sorted->numbers[i] >> 32 == sorted->numbers[j] >> 32
                           : sorted->records[i].key == sorted->records[j].key;
}

static void free_order(order *sorted) {
    if (sorted->numbers) sigil_free(sorted->numbers);
    if (sorted->records) sigil_free(sorted->records);
}

/* Takes over `numbers`, the keys. */
static order sort_places(uint64_t *numbers, int64_t count) {
    uint64_t least = UINT64_MAX, most = 0;
    for (int64_t i = 0; i < count; i++) {
        least = numbers[i] < least ? numbers[i] : least;
        most = numbers[i] > most ? numbers[i] : most;
    }
    if (most - least <= UINT32_MAX && count <= UINT32_MAX) {
        uint64_t *scratch = scratch_for(count, sizeof *scratch);
        for (int64_t i = 0; i < count; i++) numbers[i] = (numbers[i] - least) << 32 | (uint64_t)i;
        numbers_sort(numbers, count, scratch, 4);
        sigil_free(scratch);
        return (order){.numbers = numbers};
    }
    record *records = scratch_for(2 * count, sizeof *records);
    for (int64_t i = 0; i < count; i++) records[i] = (record){.key = numbers[i], .place = (uint64_t)i};
    sigil_free(numbers);
    records_sort(records, count, records + count, 0);
    return (order){.records = records};
}

/* The elements in their new order, in a buffer of their own where nothing else lies in the old one. */
static void permute(sigil_buffer *array, int64_t size, const order *sorted) {
    int64_t count = array->length;
    sigil_buffer_header *owner = sigil_buffer_new(count, size);
    uint8_t *moved = rt_buffer_data(owner);
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *from = array->data + (int64_t)place_at(sorted, i) * size;
        if (size == 8) memcpy(moved + i * 8, from, 8);
        else if (size == 24) memcpy(moved + i * 24, from, 24);
        else memcpy(moved + i * size, from, (size_t)size);
    }
    if (array->data == rt_buffer_data(array->owner)) {
        owner->used = count;
        sigil_free(array->owner);
        *array = (sigil_buffer){.data = moved, .length = count, .owner = owner};
    } else {
        memcpy(array->data, moved, (size_t)(count * size));
        sigil_free(owner);
    }
}

void rt_sort_by_keys(sigil_buffer *array, int64_t size, rt_compare compare, const sigil_sort_key *how, const uint8_t *keys) {
    int64_t count = array->length;
    if (keys == array->data && is_number(size, how) && to_numbers((void *)array->data, count, how)) {
        sort_numbers((void *)array->data, count, how);
        return;
    }
    uint64_t *numbers = scratch_for(count, sizeof *numbers);
    read_keys(numbers, keys, how->stride, count, how);
    order sorted __attribute__((cleanup(free_order))) = sort_places(numbers, count);
    permute(array, size, &sorted);
    for (int64_t first = 0, i = 1; !how->is_exact && i <= count; i++) {
        if (i < count && is_same_key(&sorted, i, first)) continue;
        if (i - first > 1) rt_sort_by_comparing(array->data + first * size, i - first, size, compare, NULL);
        first = i;
    }
}
