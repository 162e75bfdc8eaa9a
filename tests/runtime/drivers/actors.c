/* Actors: order, replies, faults, panics, stopping, stale addresses and the end of the program. */
#include "check.h"

typedef struct state {
    int64_t total;
    sigil_buffer name;
    sigil_address other;
} state;

enum { ADD, GET, FAIL, CRASH, NAME, FORWARD, LOOP, STOP_SELF, KILL_SELF, NEST };

static void drop_state(void *place) {
    const state *s = place;
    sigil_print((const uint8_t *)"drop ", 5);
    sigil_print(s->name.data, s->name.length);
    sigil_print((const uint8_t *)"\n", 1);
    release_text(&s->name);
}

/* An option of a number, and one of a text: both begin with the fault. */
typedef struct number_reply {
    sigil_fault *fault;
    int64_t value;
} number_reply;
typedef struct text_reply {
    sigil_fault *fault;
    sigil_buffer value;
} text_reply;

static void drop_text_reply(void *place) {
    text_reply *reply = place;
    if (reply->fault) release_box(reply->fault);
    else release_text(&reply->value);
}

static void drop_number_reply(void *place) {
    number_reply *reply = place;
    if (reply->fault) release_box(reply->fault);
}

static void drop_payload(int32_t handler, void *payload) {
    if (handler == NAME) release_text(payload);
}

static void handle(void *at, int32_t handler, void *payload, void *reply);
static const char *const names[] = {"Add", "Get", "Fail", "Crash", "Name", "Forward", "Loop", "StopSelf", "KillSelf", "Nest"};
static const sigil_actor_type counter = {.name = "Counter",
                                         .state_size = sizeof(state),
                                         .drop_state = drop_state,
                                         .handle = handle,
                                         .drop_payload = drop_payload,
                                         .handler_count = 10,
                                         .handler_names = names};

static void tell(sigil_address to, int32_t handler, int64_t value) {
    sigil_actor_tell(to, &counter, handler, &value, sizeof value);
}

static sigil_future *ask(sigil_address to, int32_t handler, int64_t value) {
    return sigil_actor_ask(to, &counter, handler, &value, sizeof value, sizeof(number_reply), drop_number_reply);
}

static number_reply answer(sigil_future *future) {
    number_reply reply;
    sigil_await(future, &reply);
    release_box(future);
    return reply;
}

static void forward(const state *s, int64_t hops) {
    if (hops > 0) tell(s->other, FORWARD, hops - 1);
}

/* A handler that waits for another actor, whose answer comes while this one's frame stays. */
static void nest(const state *s, number_reply *reply) {
    number_reply inner = answer(ask(s->other, GET, 0));
    if (inner.fault) {
        sigil_print(inner.fault->message.data, inner.fault->message.length);
        sigil_print((const uint8_t *)"\n", 1);
        *reply = inner;
        return;
    }
    *reply = (number_reply){.value = inner.value + 1};
}

static void crash(void) {
    sigil_buffer message = text_of("crashed");
    sigil_panic(&message, "a.sg:5:6");
}

static void handle(void *at, int32_t handler, void *payload, void *reply) {
    state *s = at;
    int64_t value = 0;
    if (handler != NAME) memcpy(&value, payload, 8);
    switch (handler) {
    case ADD: s->total = s->total * 3 + value; break;
    case GET: *(number_reply *)reply = (number_reply){.value = s->total}; break;
    case FAIL: {
        sigil_buffer message = text_of("bad data"), stage = empty_text();
        s->total += 1000;
        sigil_raise_fault(sigil_fault_new(&message, &stage, "a.sg:1:2", 8, NULL), "a.sg:1:2");
    }
    case CRASH: crash(); break;
    case NAME: *(text_reply *)reply = (text_reply){.value = *(sigil_buffer *)payload}; break;
    case FORWARD: s->total++; forward(s, value); break;
    case LOOP: s->total++; if (value > 0) tell(sigil_actor_self(), LOOP, value - 1); break;
    case STOP_SELF: sigil_actor_stop(sigil_actor_self()); break;
    case KILL_SELF: sigil_actor_kill(sigil_actor_self()); break;
    case NEST: nest(s, reply); break;
    default: CHECK(!"known handler");
    }
}

static sigil_address spawn(const char *name, sigil_address other) {
    state initial = {.total = 0, .name = text_of(name), .other = other};
    return sigil_actor_spawn(&counter, &initial);
}

static bool failed_with(number_reply reply, const char *why) {
    bool is_so = reply.fault && reply.fault->message.length >= (int64_t)strlen(why) &&
                 memcmp(reply.fault->message.data, why, strlen(why)) == 0;
    if (reply.fault) release_box(reply.fault);
    return is_so;
}

static void order(void) {
    sigil_address a = spawn("a", 0), b = spawn("b", 0);
    int64_t expected = 0;
    for (int64_t i = 0; i < 1000; i++) {
        tell(a, ADD, i % 3);
        tell(b, ADD, i % 3 + 1);
        expected = (int64_t)((uint64_t)expected * 3) % 1000000007 + i % 3;
        if (i % 30 == 29) CHECK(answer(ask(a, GET, 0)).fault == NULL);
        if (i == 30) break;
    }
    /* base-3 digits in order of sending */
    int64_t total = 0;
    for (int64_t i = 0; i <= 30; i++) total = total * 3 + i % 3;
    CHECK(answer(ask(a, GET, 0)).value == total);
}

static void replies(void) {
    sigil_address a = spawn("a", 0);
    sigil_buffer text = text_of("moved through");
    sigil_future *future = sigil_actor_ask(a, &counter, NAME, &text, sizeof text, sizeof(text_reply), drop_text_reply);
    text_reply reply;
    sigil_await(future, &reply);
    CHECK(!reply.fault && text_is(&reply.value, "moved through"));
    release_text(&reply.value);
    number_reply again;
    CHECK(sizeof again < sizeof reply);
    sigil_await(future, &reply);
    CHECK(reply.fault);
    release_box(reply.fault);
    release_box(future);
    /* Dropped before it is answered, and after. */
    text = text_of("never taken");
    future = sigil_actor_ask(a, &counter, NAME, &text, sizeof text, sizeof(text_reply), drop_text_reply);
    release_box(future);
    text = text_of("taken by nobody");
    future = sigil_actor_ask(a, &counter, NAME, &text, sizeof text, sizeof(text_reply), drop_text_reply);
    CHECK(answer(ask(a, GET, 0)).value == 0);
    release_box(future);
}

static void faults(void) {
    sigil_address a = spawn("a", 0);
    tell(a, FAIL, 0);
    CHECK(failed_with(answer(ask(a, FAIL, 0)), "bad data"));
    CHECK(answer(ask(a, GET, 0)).value == 2000);
}

static void panics(void) {
    sigil_address a = spawn("a", 0), b = spawn("b", 0);
    sigil_future *first = ask(a, CRASH, 0), *second = ask(a, GET, 0);
    sigil_buffer text = text_of("queued");
    sigil_future *third = sigil_actor_ask(a, &counter, NAME, &text, sizeof text, sizeof(text_reply), drop_text_reply);
    tell(a, ADD, 1);
    CHECK(failed_with(answer(first), "crashed"));
    CHECK(failed_with(answer(second), "stopped: "));
    release_box(third);
    tell(a, ADD, 1);
    CHECK(failed_with(answer(ask(a, GET, 0)), "stopped: "));
    sigil_address c = spawn("c", 0); /* in the same slot */
    CHECK((uint32_t)c == (uint32_t)a && c != a);
    CHECK(failed_with(answer(ask(a, GET, 0)), "stopped: "));
    CHECK(answer(ask(c, GET, 0)).value == 0 && answer(ask(b, GET, 0)).value == 0);
    for (int i = 0; i < 1000; i++) { /* panics in a row leave nothing behind */
        sigil_address d = spawn("d", 0);
        sigil_actor_kill(d);
    }
}

static void stopping(void) {
    sigil_address a = spawn("a", 0), b = spawn("b", 0), c = spawn("c", 0), d = spawn("d", 0);
    tell(a, ADD, 7);
    sigil_future *queued = ask(a, GET, 0);
    sigil_actor_stop(a);
    tell(a, ADD, 100);
    CHECK(failed_with(answer(ask(a, GET, 0)), "stopped: "));
    CHECK(answer(queued).value == 7);
    sigil_future *late = ask(b, GET, 0);
    sigil_actor_kill(b);
    CHECK(failed_with(answer(late), "stopped: "));
    tell(c, STOP_SELF, 0);
    CHECK(failed_with(answer(ask(c, GET, 0)), "stopped: ") == false);
    tell(d, KILL_SELF, 0);
    CHECK(failed_with(answer(ask(d, GET, 0)), "stopped: "));
    sigil_actor_stop(a);
    sigil_actor_kill(0);
    sigil_actor_stop(a | (sigil_address)7 << 33);
}

static void rings(void) {
    sigil_address first = spawn("ring", 0), previous = first;
    for (int i = 0; i < 99; i++) previous = spawn("ring", previous);
    /* the first one hands on to the last: closing the ring needs a message, so it only goes round once here */
    tell(previous, FORWARD, 99);
    CHECK(answer(ask(first, GET, 0)).fault == NULL);
    tell(first, LOOP, 100000);
    for (int i = 0; i < 3000; i++) { /* many slots, reused */
        sigil_address a = spawn("x", 0);
        tell(a, STOP_SELF, 0);
        if (i % 3 == 0) CHECK(answer(ask(first, GET, 0)).fault == NULL);
    }
}

static void nesting(void) {
    sigil_address a = spawn("a", 0), b = spawn("b", a), c = spawn("c", b);
    tell(a, ADD, 5);
    CHECK(answer(ask(b, NEST, 0)).value == 6);
    CHECK(answer(ask(c, NEST, 0)).value == 1);
    state looped = {.name = text_of("self"), .other = 0};
    sigil_address self = sigil_actor_spawn(&counter, &looped);
    (void)self;
}

/* An actor that asks itself, and waits: absent, not a hang. The first spawned has slot 0 and generation 1. */
static void deadlock(void) {
    sigil_address self = spawn("self", (sigil_address)1 << 32);
    CHECK(self == (sigil_address)1 << 32);
    CHECK(failed_with(answer(ask(self, NEST, 0)), "deadlock"));
    CHECK(answer(ask(self, GET, 0)).value == 0);
}

static void at_the_end(void) {
    sigil_address a = spawn("first", 0), b = spawn("second", 0);
    (void)spawn("third", 0);
    tell(a, LOOP, 5);
    tell(b, LOOP, 5);
    sigil_print((const uint8_t *)"main returns\n", 13);
}

static void panic_in_main(void) {
    sigil_address a = spawn("a", 0);
    sigil_buffer text = text_of("queued when main panics");
    release_box(sigil_actor_ask(a, &counter, NAME, &text, sizeof text, sizeof(text_reply), drop_text_reply));
    sigil_panic_bounds(3, 3, "m.sg:1:1");
}

int32_t sigil_program(void) {
    if (is_case("order")) order();
    else if (is_case("replies")) replies();
    else if (is_case("faults")) faults();
    else if (is_case("panics")) panics();
    else if (is_case("stopping")) stopping();
    else if (is_case("rings")) rings();
    else if (is_case("nesting")) nesting();
    else if (is_case("deadlock")) deadlock();
    else if (is_case("at_the_end")) at_the_end();
    else if (is_case("panic_in_main")) panic_in_main();
    else return 8;
    return 0;
}
