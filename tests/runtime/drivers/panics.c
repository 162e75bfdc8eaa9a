/* Panics and faults: messages, clean-ups on the way, and where they end. */
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static int cleaned;

static void clean(const int *unused) {
    (void)unused;
    cleaned++;
}

static void clean_text(const sigil_buffer *text) {
    cleaned++;
    release_text(text);
}

static void __attribute__((noinline)) deep(int depth, void (*leaf)(void)) {
    sigil_buffer owned __attribute__((cleanup(clean_text))) = text_of("owned by a frame");
    if (depth > 0) deep(depth - 1, leaf);
    else leaf();
}

static void panic_text(void) {
    sigil_buffer message = text_of("went wrong");
    sigil_panic(&message, "p.sg:3:7");
}
static void overflow(void) { sigil_panic_overflow("addition", "p.sg:1:2"); }
static void division(void) { sigil_panic_division("p.sg:1:2"); }
static void shift(void) { sigil_panic_shift("p.sg:1:2"); }
static void bounds(void) { sigil_panic_bounds(7, 3, "p.sg:1:2"); }
static void huge_index(void) { sigil_panic_bounds(-1, 3, "p.sg:1:2"); }
static void slice(void) { sigil_panic_slice(2, 9, 3, "p.sg:1:2"); }
static void char_boundary(void) { sigil_panic_char_boundary(1, "p.sg:1:2"); }

static sigil_fault *make_fault(const char *why, sigil_fault *cause) {
    sigil_buffer message = text_of(why), stage = text_of("φ{even}");
    return sigil_fault_new(&message, &stage, "f.sg:9:9", 8, cause);
}

static void fault(void) {
    sigil_raise_fault(make_fault("no such thing", make_fault("because", NULL)), "p.sg:1:2");
}

static const struct {
    const char *name;
    void (*leaf)(void);
} leaves[] = {{"panic", panic_text}, {"overflow", overflow}, {"division", division},           {"shift", shift},
              {"bounds", bounds},    {"slice", slice},       {"char_boundary", char_boundary}, {"fault", fault},
              {"huge_index", huge_index}};

/* Runs when the frame of `sigil_program` is unwound: everything below must have been cleaned by then. */
static void check_all_cleaned(const int *unused) {
    (void)unused;
    CHECK(cleaned == 21);
}

static void run_leaf(void (*leaf)(void)) {
    int watch __attribute__((cleanup(check_all_cleaned))) = 0;
    sigil_print((const uint8_t *)"before\n", 7);
    deep(20, leaf);
    (void)watch;
}

static void panic_in_cleanup(const int *unused) {
    (void)unused;
    sigil_panic_shift("second.sg:1:1");
}

static void twice(void) {
    int watch __attribute__((cleanup(panic_in_cleanup))) = 0;
    sigil_panic_division("first.sg:1:1");
    (void)watch;
}

static volatile int64_t deepest = INT64_MAX;

static int64_t __attribute__((noinline)) recurse(int64_t depth) {
    volatile char room[512];
    room[0] = (char)depth;
    return depth == deepest ? 0 : recurse(depth + 1) + room[0];
}

static void report(void) {
    sigil_fault *chain = make_fault("middle", make_fault("last", NULL));
    chain = make_fault("first", chain);
    sigil_report_fault(chain);
    sigil_buffer site;
    sigil_fault_site(&site, chain);
    CHECK(text_is(&site, "f.sg:9:9"));
    release_text(&site);
    release_box(chain);
}

/* Many causes are dropped without recursion. */
static void long_chain(void) {
    sigil_fault *chain = NULL;
    for (int i = 0; i < 300000; i++) {
        sigil_buffer message = empty_text(), stage = empty_text();
        chain = sigil_fault_new(&message, &stage, "f.sg:1:1", 8, chain);
    }
    release_box(chain);
}

/* At a fault the address is not near the stack: it stays a plain signal. */
static void wild(void) {
    static volatile uintptr_t address = 16;
    *(volatile int *)address = 1;
}

int32_t sigil_program(void) {
    int watch __attribute__((cleanup(clean))) = 0;
    (void)watch;
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        if (is_case(leaves[i].name)) run_leaf(leaves[i].leaf);
    if (is_case("twice")) twice();
    else if (is_case("stack_overflow")) return (int32_t)recurse(0);
    else if (is_case("report")) report();
    else if (is_case("long_chain")) long_chain();
    else if (is_case("wild")) wild();
    else if (is_case("status")) return 42;
    else return 8;
    return 0;
}
