/* Futures: the cells that asks fill. */
#include "rt.h"

#include <string.h>

static void drop_future(sigil_box *box) {
    sigil_future *future = (sigil_future *)box;
    if (future->state == RT_FUTURE_READY && future->drop_reply) future->drop_reply(future->reply);
    sigil_free(future);
}

sigil_future *rt_future_new(int64_t reply_size, void (*drop_reply)(void *)) {
    sigil_future *future = sigil_alloc((int64_t)sizeof *future + reply_size);
    *future = (sigil_future){
        .box = {.count = 1, .drop = drop_future}, .reply_size = reply_size, .drop_reply = drop_reply};
    return future;
}

/* The reply is an option, which begins with the pointer to its fault. */
void rt_future_fail(sigil_future *future, sigil_fault *fault) {
    memcpy(future->reply, &fault, sizeof fault);
    future->state = RT_FUTURE_READY;
}

static void absent(void *out, const char *why) {
    sigil_fault *fault = rt_fault_new(rt_text_static(why), NULL);
    memcpy(out, &fault, sizeof fault);
}

/* `main` has nothing else to do, and a handler that waits keeps its frame: both run the others meanwhile. */
void sigil_await(sigil_future *future, void *out) {
    while (future->state == RT_FUTURE_EMPTY)
        if (!rt_run_one()) {
            absent(out, "deadlock: whoever could answer is waiting itself");
            return;
        }
    if (future->state == RT_FUTURE_TAKEN) {
        absent(out, "taken: this answer has been awaited before");
        return;
    }
    memcpy(out, future->reply, (size_t)future->reply_size);
    future->state = RT_FUTURE_TAKEN;
}
