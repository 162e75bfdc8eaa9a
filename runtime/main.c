/* The program's frame: from C's `main` to the exit status. Not linked into libraries. */
#include "rt.h"

#include <stdlib.h>

static void run_program(void *status) {
    *(int32_t *)status = sigil_program();
}

int main(int count, char **arguments) {
    rt_keep_arguments(count, arguments);
    rt_watch_stack();
    int32_t result = 0;
    rt_failure failure;
    int status;
    if (rt_protect(RT_BOUNDARY_MAIN, run_program, &result, &failure)) {
        status = result & 0xFF;
        rt_run_all();
    } else {
        rt_failure_drop(&failure);
        status = RT_STATUS_PANIC;
    }
    rt_end_actors();
    sigil_flush();
    return rt_check_leaks(status);
}
