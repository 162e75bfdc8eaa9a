/* Messages and the mailboxes that hold them, oldest first. */
#include "rt.h"

#include <string.h>

rt_message *rt_message_new(int32_t handler, const void *payload, int64_t payload_size, sigil_future *future) {
    rt_message *message = sigil_alloc((int64_t)sizeof *message + payload_size);
    *message = (rt_message){.future = future, .handler = handler};
    if (payload_size > 0) memcpy(message->payload, payload, (size_t)payload_size);
    return message;
}

void rt_message_discard(rt_message *message, const sigil_actor_type *type) {
    if (type->drop_payload) type->drop_payload(message->handler, message->payload);
    if (message->future) {
        sigil_buffer why = rt_text_empty();
        rt_text_printf(&why, "stopped: actor %s has stopped", type->name);
        rt_future_fail(message->future, rt_fault_new(why, NULL));
        rt_release_box(&message->future->box);
    }
    sigil_free(message);
}

void rt_mailbox_push(rt_actor *actor, rt_message *message) {
    if (actor->first) actor->last->next = message;
    else actor->first = message;
    actor->last = message;
}

rt_message *rt_mailbox_pop(rt_actor *actor) {
    rt_message *message = actor->first;
    if (message) actor->first = message->next;
    return message;
}

void rt_mailbox_discard(rt_actor *actor) {
    for (rt_message *message; (message = rt_mailbox_pop(actor)) != NULL;) rt_message_discard(message, actor->type);
}
