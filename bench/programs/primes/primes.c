/* Primes by trial division: a loop of divisions. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_prime(int64_t n) {
    if (n < 2) {
        return false;
    }
    for (int64_t divisor = 2; divisor * divisor <= n; divisor++) {
        if (n % divisor == 0) {
            return false;
        }
    }
    return true;
}

int main(int count, char **arguments) {
    int64_t limit = count > 1 ? strtoll(arguments[1], NULL, 10) : 100000;
    int64_t found = 0;
    for (int64_t n = 0; n < limit; n++) {
        found += is_prime(n);
    }
    printf("%" PRId64 "\n", found);
    return 0;
}
