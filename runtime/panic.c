/* Panics and faults: forced unwinding from where they happen to the innermost boundary.
 *
 * The mechanism is that of pthread_cancel: `_Unwind_ForcedUnwind` runs the landing pads of each frame, and a stop
 * function ends the walk at the boundary, to which it jumps. Nothing is paid while all goes well.
 */
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

#if defined(__x86_64__)
typedef void *jump_buffer[5];
#define set_jump(buffer) __builtin_setjmp(buffer)
#define jump(buffer) __builtin_longjmp(buffer, 1)
#else
#include <setjmp.h>
typedef jmp_buf jump_buffer;
#define set_jump(buffer) _setjmp(buffer)
#define jump(buffer) longjmp(buffer, 1)
#endif

typedef struct boundary {
    struct boundary *outer;
    rt_boundary_kind kind;
    jump_buffer target;
    rt_failure failure; /* written by the panic, read after the jump */
} boundary;

/* All of it belongs to its thread. */
static _Thread_local struct {
    boundary *innermost;
    bool is_unwinding;
    struct _Unwind_Exception exception;
} thread;

/* AddressSanitizer must forget the frames that are left; the weak reference lets one object serve with and without. */
extern void __asan_handle_no_return(void) __attribute__((weak));

bool __attribute__((noinline)) rt_protect(rt_boundary_kind kind, void (*body)(void *), void *argument,
                                          rt_failure *failure) {
    boundary here;
    here.outer = thread.innermost;
    here.kind = kind;
    thread.innermost = &here;
    if (set_jump(here.target) == 0) {
        body(argument);
        thread.innermost = here.outer;
        return true;
    }
    boundary *reached = thread.innermost;
    thread.innermost = reached->outer;
    thread.is_unwinding = false;
    *failure = reached->failure;
    return false;
}

/* A frame's address as the unwinder gives it is its stack pointer: the first one above the boundary's record belongs to
 * the boundary's caller, whose landing pads must not run. */
static _Unwind_Reason_Code stop(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
                                struct _Unwind_Exception *exception, struct _Unwind_Context *context, void *argument) {
    (void)version, (void)class, (void)exception;
    boundary *target = argument;
    if ((uintptr_t)_Unwind_GetCFA(context) > (uintptr_t)target) {
        if (__asan_handle_no_return) __asan_handle_no_return();
        jump(target->target);
    }
    if (actions & _UA_END_OF_STACK) rt_die("a panic can't unwind: a function on the stack has no unwind table");
    return _URC_NO_REASON;
}

/* `panic at SITE: MESSAGE`. A fault keeps the site where its value became absent, and its causes follow. */
static void print_failure(const rt_failure *failure) {
    sigil_buffer text = rt_text_empty();
    const sigil_fault *fault = failure->fault;
    bool has_own_site = fault && fault->site_length > 0;
    if (has_own_site) rt_text_printf(&text, "panic at %.*s: ", (int)fault->site_length, fault->site);
    else rt_text_printf(&text, "panic at %s: ", failure->site);
    if (fault) {
        rt_text_fault(&text, fault);
    } else {
        sigil_text_append(&text, failure->message.data, failure->message.length);
        sigil_text_append(&text, (const uint8_t *)"\n", 1);
    }
    rt_error_text(&text);
    rt_release_text(&text);
}

/* Takes over what `failure` owns. */
static _Noreturn void unwind(const rt_failure *failure) {
    boundary *target = thread.innermost;
    if (!target || target->kind == RT_BOUNDARY_MAIN || thread.is_unwinding) print_failure(failure);
    if (thread.is_unwinding) rt_die("a panic during the clean-up after another one");
    if (!target) abort();
    target->failure = *failure;
    thread.is_unwinding = true;
    memset(&thread.exception, 0, sizeof thread.exception);
    (void)_Unwind_ForcedUnwind(&thread.exception, stop, target);
    rt_die("a panic can't unwind: a function on the stack has no unwind table");
}

_Noreturn void rt_die_of(const rt_failure *failure, const char *reason) {
    print_failure(failure);
    rt_die(reason);
}

bool sigil_catch(void (*body)(void *), void *frame) {
    rt_failure failure;
    if (rt_protect(RT_BOUNDARY_CATCH, body, frame, &failure)) return false;
    rt_failure_drop(&failure);
    return true;
}

_Noreturn void sigil_panic_at_border(void) {
    boundary *target = thread.innermost;
    if (target && target->kind != RT_BOUNDARY_MAIN) print_failure(&target->failure);
    sigil_flush();
    abort();
}

_Noreturn void sigil_panic(const sigil_buffer *message, const char *site) {
    unwind(&(rt_failure){.kind = RT_PANIC, .message = *message, .site = site});
}

_Noreturn void sigil_raise_fault(sigil_fault *fault, const char *site) {
    unwind(&(rt_failure){.kind = RT_FAULT, .message = rt_text_empty(), .site = site, .fault = fault});
}

_Noreturn void sigil_panic_overflow(const char *operation, const char *site) {
    sigil_buffer message = rt_text_empty();
    rt_text_printf(&message, "integer overflow in %s", operation);
    sigil_panic(&message, site);
}

_Noreturn void sigil_panic_division(const char *site) {
    sigil_buffer message = rt_text_static("division by zero");
    sigil_panic(&message, site);
}

_Noreturn void sigil_panic_shift(const char *site) {
    sigil_buffer message = rt_text_static("shift amount out of range");
    sigil_panic(&message, site);
}

/* Indices and lengths are unsigned: a negative one is a large one. */
_Noreturn void sigil_panic_bounds(int64_t index, int64_t length, const char *site) {
    sigil_buffer message = rt_text_empty();
    rt_text_printf(&message, "index %llu out of bounds for length %lld", (unsigned long long)index, (long long)length);
    sigil_panic(&message, site);
}

_Noreturn void sigil_panic_slice(int64_t low, int64_t high, int64_t length, const char *site) {
    sigil_buffer message = rt_text_empty();
    rt_text_printf(&message, "slice %llu..%llu out of bounds for length %lld", (unsigned long long)low,
                   (unsigned long long)high, (long long)length);
    sigil_panic(&message, site);
}

_Noreturn void sigil_panic_char_boundary(int64_t index, const char *site) {
    sigil_buffer message = rt_text_empty();
    rt_text_printf(&message, "byte index %llu is not a character boundary", (unsigned long long)index);
    sigil_panic(&message, site);
}

sigil_fault *rt_failure_to_fault(rt_failure *failure) {
    sigil_fault *fault = failure->kind == RT_FAULT ? failure->fault : rt_fault_new(failure->message, failure->site);
    *failure = (rt_failure){.kind = RT_NO_FAILURE};
    return fault;
}

void rt_failure_drop(rt_failure *failure) {
    if (failure->kind == RT_PANIC) rt_release_text(&failure->message);
    if (failure->kind == RT_FAULT) rt_release_box(&failure->fault->box);
    *failure = (rt_failure){.kind = RT_NO_FAILURE};
}
