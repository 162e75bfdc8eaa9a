/* The quote calculator of examples/quote_file.sg, as a C programmer writes it: rows point into the file's text.
 * The markups are two, so they are a list that is searched rather than a hash table. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 5 };

typedef struct {
    const char *data;
    size_t length;
} text;

typedef struct {
    text name;
    int64_t unit;
    int64_t quantity;
    text material;
    int64_t minutes;
} quote_item;

typedef struct {
    const char *material;
    int64_t markup;
} material_markup;

typedef struct {
    int64_t tax_rate;
    int64_t labor_rate;
    size_t markup_count;
    material_markup markups[2];
} pricing_config;

typedef struct {
    quote_item item;
    int64_t cost;
    int64_t labor;
} line;

static void *checked(void *memory) {
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static text read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    size_t length = (size_t)ftell(file);
    rewind(file);
    char *data = checked(malloc(length + 1));
    if (fread(data, 1, length, file) != length) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return (text){data, length};
}

static bool parse_number(text digits, int64_t *number) {
    bool negative = digits.length > 0 && digits.data[0] == '-';
    size_t start = negative || (digits.length > 0 && digits.data[0] == '+') ? 1 : 0;
    if (digits.length == start || digits.length > start + 18) {
        return false;
    }
    int64_t value = 0;
    for (size_t i = start; i < digits.length; i++) {
        char c = digits.data[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *number = negative ? -value : value;
    return true;
}

static bool parse_item(text row, quote_item *item) {
    text parts[FIELDS];
    size_t count = 0;
    const char *end = row.data + row.length;
    for (const char *start = row.data;;) {
        const char *comma = memchr(start, ',', (size_t)(end - start));
        const char *stop = comma ? comma : end;
        if (count == FIELDS) {
            return false;
        }
        parts[count++] = (text){start, (size_t)(stop - start)};
        if (!comma) {
            break;
        }
        start = comma + 1;
    }
    item->name = parts[0];
    item->material = count == FIELDS ? parts[3] : parts[0];
    return count == FIELDS && parse_number(parts[1], &item->unit) && parse_number(parts[2], &item->quantity) &&
           parse_number(parts[4], &item->minutes);
}

static bool is_plausible(const quote_item *item) {
    return item->unit > 0 && item->unit <= 10000000 && item->quantity > 0 && item->quantity <= 10000 &&
           item->minutes >= 0 && item->minutes <= 480;
}

static int64_t markup_of(const pricing_config *config, text material) {
    for (size_t i = 0; i < config->markup_count; i++) {
        const char *name = config->markups[i].material;
        if (strlen(name) == material.length && memcmp(name, material.data, material.length) == 0) {
            return config->markups[i].markup;
        }
    }
    return 0;
}

static line price(quote_item item, const pricing_config *config) {
    line result = {item, item.unit * item.quantity, item.minutes * config->labor_rate / 60};
    int64_t percent = item.quantity <= 9 ? 0 : item.quantity <= 99 ? 5 : 12;
    result.cost = result.cost * (100 - percent) / 100;
    result.cost = result.cost * (10000 + markup_of(config, item.material)) / 10000;
    result.labor *= item.quantity;
    return result;
}

int main(int count, char **arguments) {
    const pricing_config config = {1900, 4800, 2, {{"steel", 1500}, {"titanium", 4250}}};
    text content = read_file(count > 1 ? arguments[1] : "items.csv");
    size_t capacity = 1024, accepted = 0, rows = 0;
    line *lines = checked(malloc(capacity * sizeof *lines));
    const char *end = content.data + content.length;
    for (const char *start = content.data; start < end;) {
        const char *newline = memchr(start, '\n', (size_t)(end - start));
        const char *stop = newline ? newline : end;
        quote_item item;
        rows++;
        if (parse_item((text){start, (size_t)(stop - start)}, &item) && is_plausible(&item)) {
            if (accepted == capacity) {
                capacity *= 2;
                lines = checked(realloc(lines, capacity * sizeof *lines));
            }
            lines[accepted++] = price(item, &config);
        }
        start = stop + 1;
    }
    int64_t goods = 0, labor = 0;
    for (size_t i = 0; i < accepted; i++) {
        goods += lines[i].cost;
        labor += lines[i].labor;
    }
    int64_t net = goods + labor, tax = net * config.tax_rate / 10000;
    printf("%zu lines, net %" PRId64 ", tax %" PRId64 ", gross %" PRId64 "\n", accepted, net, tax, net + tax);
    printf("%zu rows refused\n", rows - accepted);
    free(lines);
    free((void *)content.data);
    return 0;
}
