/* The scheduler: one worker, which gives the actors that have messages their turns, first come, first served. */
#include "rt.h"

static struct {
    rt_actor *first, *last; /* actors with messages that are not running, linked by next_ready */
    rt_actor *current;      /* whose handler runs */
} worker;

void rt_schedule(rt_actor *actor) {
    if (actor->is_queued || actor->is_running || !actor->first) return;
    actor->is_queued = true;
    actor->next_ready = NULL;
    if (worker.first) worker.last->next_ready = actor;
    else worker.first = actor;
    worker.last = actor;
}

/* Only an actor that ends while it waits for its turn is searched for. */
void rt_unschedule(rt_actor *actor) {
    if (!actor->is_queued) return;
    actor->is_queued = false;
    rt_actor *before = NULL;
    for (rt_actor *at = worker.first; at != actor; at = at->next_ready) before = at;
    if (before) before->next_ready = actor->next_ready;
    else worker.first = actor->next_ready;
    if (worker.last == actor) worker.last = before;
}

sigil_address sigil_actor_self(void) {
    return worker.current ? rt_actor_address(worker.current) : 0;
}

/* ---- One turn ---- */

typedef struct turn {
    rt_actor *actor;
    rt_message *message; /* the one in the handler */
    int left;            /* messages until the next actor's turn */
} turn;

static void settle(rt_message *message) {
    if (message->future) rt_release_box(&message->future->box);
    sigil_free(message);
}

/* Handles messages until the turn is over; one boundary serves all of them as long as none fails. */
static void handle_messages(void *argument) {
    turn *t = argument;
    rt_actor *actor = t->actor;
    while (t->left > 0 && !actor->is_killed && (t->message = rt_mailbox_pop(actor)) != NULL) {
        t->left--;
        sigil_future *future = t->message->future;
        actor->type->handle(actor->state, t->message->handler, t->message->payload, future ? future->reply : NULL);
        if (future) future->state = RT_FUTURE_READY;
        settle(t->message);
    }
}

static void report_stop(const rt_actor *actor, const rt_failure *failure) {
    sigil_buffer text = rt_text_empty();
    rt_text_printf(&text, "actor %s stopped: panic at %s: ", actor->type->name, failure->site);
    sigil_text_append(&text, failure->message.data, failure->message.length);
    sigil_text_append(&text, (const uint8_t *)"\n", 1);
    rt_error_text(&text);
    rt_release_text(&text);
}

/* A fault ends the message alone; a panic is a bug and ends the actor, which nobody supervises. */
static void fail(const turn *t, rt_failure *failure) {
    if (failure->kind == RT_PANIC) {
        report_stop(t->actor, failure);
        t->actor->is_closed = t->actor->is_killed = true;
    }
    if (t->message->future) rt_future_fail(t->message->future, rt_failure_to_fault(failure));
    else rt_failure_drop(failure);
    settle(t->message);
}

bool rt_run_one(void) {
    rt_actor *actor = worker.first, *outer = worker.current;
    if (!actor) return false;
    worker.first = actor->next_ready;
    worker.current = actor;
    actor->is_queued = false;
    actor->is_running = true;
    turn t = {.actor = actor, .left = RT_TURN_MESSAGES};
    rt_failure failure;
    while (!rt_protect(RT_BOUNDARY_MESSAGE, handle_messages, &t, &failure)) fail(&t, &failure);
    actor->is_running = false;
    worker.current = outer;
    if (actor->is_killed || (actor->is_closed && !actor->first)) rt_actor_end(actor);
    else rt_schedule(actor);
    return true;
}

void rt_run_all(void) {
    while (rt_run_one()) continue;
}

void rt_end_actors(void) {
    for (rt_actor *actor; (actor = rt_newest_actor()) != NULL;) rt_actor_end(actor);
}
