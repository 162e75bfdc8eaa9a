/* A C program that uses exported functions: it has its own `main`, and there is no boundary for panics. */
#include "check.h"

int32_t sigil_program(void);
int32_t sigil_program(void) { return 0; }

static void __attribute__((noinline)) exported(int64_t divisor) {
    if (divisor == 0) sigil_panic_division("lib.sg:4:5");
}

int main(int count, char **arguments) {
    (void)arguments;
    sigil_print((const uint8_t *)"held back\n", 10);
    exported(count - 1);
    sigil_flush();
    return 0;
}
