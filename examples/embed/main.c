/* Calls the functions of stats.sg from C; their declarations are in the header that sigilc writes. */
#include <inttypes.h>
#include <stdio.h>

#include "stats.h"

int main(void) {
    const double values[] = {20.5, 21.0, 19.5, 85.0, 20.0, 21.5};
    const size_t count = sizeof values / sizeof values[0];
    printf("mean near 20: %.2f\n", mean_near(values, count, 20.0, 5.0));
    printf("mean near -40: %.2f\n", mean_near(values, count, -40.0, 5.0));
    printf("records: %" PRIu64 "\n", count_records(values, count));
    printf("of nothing: %.2f, %" PRIu64 "\n", mean_near(NULL, 0, 0.0, 1.0), count_records(NULL, 0));
    return 0;
}
