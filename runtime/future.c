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

/* An absent option begins with the pointer to its fault, made odd where that is all of it. Of text, arrays and functions
 * the second word says that it is absent; of others their payload lies there, which nobody reads. */
static void put_fault(void *out, int64_t size, sigil_fault *fault) {
    const int64_t no_length = -1;
    const bool is_all = size == (int64_t)sizeof fault;
    const uint8_t *first = (const uint8_t *)fault + (is_all ? 1 : 0);
    memcpy(out, &first, sizeof first);
    if (!is_all)
        memcpy((uint8_t *)out + sizeof fault, &no_length, sizeof no_length);
}

void rt_future_fail(sigil_future *future, sigil_fault *fault) {
    put_fault(future->reply, future->reply_size, fault);
    future->state = RT_FUTURE_READY;
}

static void absent(void *out, int64_t size, const char *why) {
    put_fault(out, size, rt_fault_new(rt_text_static(why), NULL));
}

/* `main` has nothing else to do, and a handler that waits keeps its frame: both run the others meanwhile. */
void sigil_await(sigil_future *future, void *out) {
    while (future->state == RT_FUTURE_EMPTY)
        if (!rt_run_one()) {
            absent(out, future->reply_size, "deadlock: whoever could answer is waiting itself");
            return;
        }
    if (future->state == RT_FUTURE_TAKEN) {
        absent(out, future->reply_size, "taken: this answer has been awaited before");
        return;
    }
    memcpy(out, future->reply, (size_t)future->reply_size);
    future->state = RT_FUTURE_TAKEN;
}
