/* Naive recursion: the cost of a call. The argument is how far. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t fib(int64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

int main(int count, char **arguments) {
    int64_t n = count > 1 ? strtoll(arguments[1], NULL, 10) : 35;
    printf("%" PRId64 "\n", fib(n));
    return 0;
}
