/* The leak check at the end of the program. */
#include "rt.h"

#include <stdlib.h>
#include <string.h>

int rt_check_leaks(int status) {
    const char *wanted = getenv("SIGIL_CHECK_LEAKS");
    if (!wanted || strcmp(wanted, "1") != 0 || rt_live_objects == 0) return status;
    long long alive = rt_live_objects;
    sigil_buffer text = rt_text_empty();
    rt_text_printf(&text, "%lld object%s still alive\n", alive, alive == 1 ? " is" : "s are");
    rt_error_text(&text);
    rt_release_text(&text);
    return RT_STATUS_LEAK;
}
