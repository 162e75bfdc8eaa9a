/* Actors: their slots, addresses, and what is asked of them. */
#include "rt.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 1024                        /* slots a chunk; chunks never move */
#define LAST_GENERATION ((1u << 30) - 1u) /* a slot whose generations are used up is retired */

static struct {
    rt_actor **chunks;
    uint32_t chunk_count, used; /* `used` slots have ever been taken */
    rt_actor *free;             /* linked by next_ready */
    rt_actor *newest;           /* living actors, linked by older and newer */
} slots;                        /* written by the only worker */

static rt_actor *slot_at(uint32_t index) {
    return &slots.chunks[index / CHUNK][index % CHUNK];
}

/* The generation of a fresh slot is 0; the first actor in it has 1, so that no address is zero. */
static rt_actor *take_slot(void) {
    rt_actor *actor = slots.free;
    if (actor) {
        slots.free = actor->next_ready;
        return actor;
    }
    if (slots.used == slots.chunk_count * CHUNK) {
        rt_actor **chunks = realloc(slots.chunks, (slots.chunk_count + 1) * sizeof *chunks);
        rt_actor *chunk = calloc(CHUNK, sizeof *chunk);
        if (!chunks || !chunk || slots.used > UINT32_MAX - 2 * CHUNK) rt_die("out of memory for actors");
        slots.chunks = chunks;
        chunks[slots.chunk_count++] = chunk;
    }
    actor = slot_at(slots.used);
    actor->index = slots.used++;
    return actor;
}

sigil_address rt_actor_address(const rt_actor *actor) {
    return (sigil_address)actor->generation << 32 | actor->index;
}

rt_actor *rt_actor_at(sigil_address address) {
    uint32_t index = (uint32_t)address, generation = (uint32_t)(address >> 32) & LAST_GENERATION;
    if (index >= slots.used) return NULL;
    rt_actor *actor = slot_at(index);
    return actor->type && actor->generation == generation ? actor : NULL;
}

rt_actor *rt_newest_actor(void) {
    return slots.newest;
}

sigil_address sigil_actor_spawn(const sigil_actor_type *type, const void *state) {
    rt_actor *actor = take_slot();
    uint32_t index = actor->index, generation = actor->generation + 1;
    *actor = (rt_actor){.type = type, .index = index, .generation = generation, .older = slots.newest};
    if (slots.newest) slots.newest->newer = actor;
    slots.newest = actor;
    actor->state = sigil_alloc(type->state_size);
    if (type->state_size > 0) memcpy(actor->state, state, (size_t)type->state_size);
    return rt_actor_address(actor);
}

void rt_actor_end(rt_actor *actor) {
    if (actor->is_ending) return; /* its own state, while it is dropped, stopped it */
    const sigil_actor_type *type = actor->type;
    actor->is_ending = actor->is_closed = true; /* what dropping sends here is discarded */
    rt_unschedule(actor);
    rt_mailbox_discard(actor);
    if (type->drop_state) type->drop_state(actor->state);
    sigil_free(actor->state);
    if (actor->newer) actor->newer->older = actor->older;
    else slots.newest = actor->older;
    if (actor->older) actor->older->newer = actor->newer;
    actor->type = NULL;
    if (actor->generation == LAST_GENERATION) return;
    actor->next_ready = slots.free;
    slots.free = actor;
}

/* ---- Messages ---- */

/* Takes over payload and future. */
static void send(sigil_address to, const sigil_actor_type *type, int32_t handler, const void *payload,
                 int64_t payload_size, sigil_future *future) {
    rt_message *message = rt_message_new(handler, payload, payload_size, future);
    rt_actor *actor = rt_actor_at(to);
    if (!actor || actor->is_closed) {
        rt_message_discard(message, type);
        return;
    }
    rt_mailbox_push(actor, message);
    rt_schedule(actor);
}

void sigil_actor_tell(sigil_address to, const sigil_actor_type *type, int32_t handler, const void *payload,
                      int64_t payload_size) {
    send(to, type, handler, payload, payload_size, NULL);
}

sigil_future *sigil_actor_ask(sigil_address to, const sigil_actor_type *type, int32_t handler, const void *payload,
                              int64_t payload_size, int64_t reply_size, void (*drop_reply)(void *)) {
    sigil_future *future = rt_future_new(reply_size, drop_reply);
    future->box.count++; /* the asker's reference and the message's */
    send(to, type, handler, payload, payload_size, future);
    return future;
}

/* Takes no more messages, and ends behind those that it has. */
void sigil_actor_stop(sigil_address address) {
    rt_actor *actor = rt_actor_at(address);
    if (!actor) return;
    actor->is_closed = true;
    if (!actor->first && !actor->is_running) rt_actor_end(actor);
}

void sigil_actor_kill(sigil_address address) {
    rt_actor *actor = rt_actor_at(address);
    if (!actor) return;
    actor->is_closed = actor->is_killed = true;
    if (!actor->is_running) rt_actor_end(actor);
}
