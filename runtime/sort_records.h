/* Stable sorting of records by a key of 64 bits. Included once for each kind of record: RECORD is the type, KEY(r) its
 * key, NAMED(f) the name of a function for this kind. No comparison can panic here, so nothing needs a clean-up. */

#define RECORD_RUN 16      /* records up to which insertion is faster than merging */
#define RADIX_FROM 1024    /* records from which on a pass for each byte is faster */
#define MERGED_RUNS 24     /* runs up to which merging them is faster all the same */

/* The left run moves to scratch, and the array fills from the left; the choice is a conditional move. */
static void NAMED(merge)(RECORD *first, RECORD *middle, RECORD *last, RECORD *scratch) {
    if (KEY(middle[-1]) <= KEY(middle[0])) return;
    while (KEY(first[0]) <= KEY(middle[0])) first++;
    size_t count = (size_t)(middle - first);
    memcpy(scratch, first, count * sizeof *first);
    RECORD *left = scratch, *left_end = scratch + count, *right = middle;
    while (left < left_end && right < last) {
        bool takes_right = KEY(*right) < KEY(*left);
        *first++ = takes_right ? *right : *left;
        right += takes_right;
        left += !takes_right;
    }
    memcpy(first, left, (size_t)(left_end - left) * sizeof *left);
}

static void NAMED(insert)(RECORD *first, RECORD *at) {
    RECORD moved = *at;
    for (; at > first && KEY(at[-1]) > KEY(moved); at--) *at = at[-1];
    *at = moved;
}

/* The end of a sorted run from `first` on: what is in order already, or falls strictly and is turned round. */
static RECORD *NAMED(make_run)(RECORD *first, RECORD *last) {
    RECORD *at = first + 1;
    if (at >= last) return last;
    bool is_falling = KEY(first[0]) > KEY(first[1]);
    for (at++; at < last && (KEY(at[-1]) > KEY(at[0])) == is_falling; at++) {}
    if (is_falling)
        for (RECORD *low = first, *high = at - 1; low < high; low++, high--) {
            RECORD kept = *low;
            *low = *high;
            *high = kept;
        }
    RECORD *least = last - first > RECORD_RUN ? first + RECORD_RUN : last;
    for (; at < least; at++) NAMED(insert)(first, at);
    return at;
}

/* As sort_range in sort.c. */
static void NAMED(merge_sort)(RECORD *first, RECORD *last, RECORD *scratch) {
    RECORD *starts[72];
    int depth = 0;
    for (RECORD *at = first; at < last;) {
        starts[depth++] = at;
        RECORD *end = NAMED(make_run)(at, last);
        while (depth >= 2 && end - starts[depth - 1] > (starts[depth - 1] - starts[depth - 2]) / 2) {
            NAMED(merge)(starts[depth - 2], starts[depth - 1], end, scratch);
            depth--;
        }
        at = end;
    }
    for (; depth >= 2; depth--) NAMED(merge)(starts[depth - 2], starts[depth - 1], last, scratch);
}

/* Least significant byte first; a byte that is the same everywhere is left out, and those below `first_byte` are in order. */
static void NAMED(radix_sort)(RECORD *records, int64_t count, RECORD *scratch, int first_byte) {
    uint64_t places[8][256];
    memset(places, 0, sizeof places);
    for (int64_t i = 0; i < count; i++)
        for (int byte = first_byte; byte < 8; byte++) places[byte][KEY(records[i]) >> (8 * byte) & 0xFF]++;
    RECORD *from = records, *to = scratch;
    for (int byte = first_byte; byte < 8; byte++) {
        uint64_t *place = places[byte], sum = 0;
        if (place[KEY(records[0]) >> (8 * byte) & 0xFF] == (uint64_t)count) continue;
        for (int value = 0; value < 256; value++) {
            uint64_t here = place[value];
            place[value] = sum;
            sum += here;
        }
        for (int64_t i = 0; i < count; i++) to[place[KEY(from[i]) >> (8 * byte) & 0xFF]++] = from[i];
        RECORD *kept = from;
        from = to;
        to = kept;
    }
    if (from != records) memcpy(records, from, (size_t)count * sizeof *records);
}

/* Sorts stably; `scratch` has room for as many records. The bytes of the keys below `first_byte` rise from one to the next. */
static void NAMED(sort)(RECORD *records, int64_t count, RECORD *scratch, int first_byte) {
    int64_t falls = 0;
    for (int64_t i = 1; i < count; i++) falls += KEY(records[i - 1]) > KEY(records[i]);
    if (falls == 0) return;
    bool has_few_runs = falls < MERGED_RUNS || count - 1 - falls < MERGED_RUNS;
    if (count < RADIX_FROM || has_few_runs) NAMED(merge_sort)(records, records + count, scratch);
    else NAMED(radix_sort)(records, count, scratch, first_byte);
}

#undef RECORD_RUN
#undef RADIX_FROM
#undef MERGED_RUNS
