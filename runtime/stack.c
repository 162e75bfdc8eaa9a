/* Stack overflow: a message and exit status 101, rather than a bare signal. */
#include "rt.h"

#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define NEAR ((uintptr_t)1 << 20) /* a frame larger than this may miss the page behind the stack unrecognised */

static uintptr_t stack_pointer(const ucontext_t *context) {
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.sp;
#else
#error "where does this processor's signal context keep the stack pointer?"
#endif
}

/* Any other fault takes its usual course: the instruction runs again, without a handler. */
static void on_fault(int signal_number, siginfo_t *info, void *context) {
    static const char message[] = "stack overflow\n";
    uintptr_t address = (uintptr_t)info->si_addr, top = stack_pointer(context);
    if (address + NEAR > top && address < top + NEAR) {
        rt_flush_from_signal();
        (void)rt_write_all(STDERR_FILENO, message, (int64_t)sizeof message - 1);
        _exit(RT_STATUS_PANIC);
    }
    (void)signal(signal_number, SIG_DFL);
}

void rt_watch_stack(void) {
    static _Alignas(16) uint8_t room[RT_SIGNAL_STACK];
    stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    if (sigaltstack(&stack, NULL) != 0) return;
    (void)sigaction(SIGSEGV, &action, NULL);
    (void)sigaction(SIGBUS, &action, NULL);
}
