/* Faults: why a value is absent. */
#include "rt.h"

#include <string.h>

/* Iterative over the causes, of which there may be many. */
static void drop_fault(sigil_box *box) {
    sigil_fault *fault = (sigil_fault *)box;
    while (fault) {
        sigil_fault *cause = fault->cause;
        rt_release_text(&fault->message);
        rt_release_text(&fault->stage);
        sigil_free(fault);
        bool is_last = cause && cause->box.count > 0 && --cause->box.count == 0;
        fault = is_last ? cause : NULL;
    }
}

sigil_fault *sigil_fault_new(const sigil_buffer *message, const sigil_buffer *stage, const char *site,
                             int64_t site_length, sigil_fault *cause) {
    sigil_fault *fault = sigil_alloc(sizeof *fault);
    *fault = (sigil_fault){.box = {.count = 1, .drop = drop_fault},
                           .message = *message,
                           .stage = *stage,
                           .site = site,
                           .site_length = site_length,
                           .cause = cause};
    return fault;
}

sigil_fault *rt_fault_new(sigil_buffer message, const char *site) {
    sigil_buffer stage = rt_text_empty();
    return sigil_fault_new(&message, &stage, site ? site : "", site ? (int64_t)strlen(site) : 0, NULL);
}

void sigil_fault_site(sigil_buffer *out, const sigil_fault *fault) {
    /* A site is immortal, so that the empty buffer's header may own it. */
    *out = (sigil_buffer){
        .data = (uint8_t *)(uintptr_t)fault->site, .length = fault->site_length, .owner = &sigil_empty_buffer};
}

void rt_text_fault(sigil_buffer *text, const sigil_fault *fault) {
    sigil_text_append(text, fault->message.data, fault->message.length);
    sigil_text_append(text, (const uint8_t *)"\n", 1);
    for (const sigil_fault *cause = fault->cause; cause; cause = cause->cause) {
        rt_text_printf(text, "  caused by: fault");
        if (cause->site_length > 0) rt_text_printf(text, " at %.*s", (int)cause->site_length, cause->site);
        rt_text_printf(text, ": ");
        sigil_text_append(text, cause->message.data, cause->message.length);
        sigil_text_append(text, (const uint8_t *)"\n", 1);
    }
}

void sigil_report_fault(const sigil_fault *fault) {
    sigil_buffer text = rt_text_empty();
    rt_text_printf(&text, "fault");
    if (fault->site_length > 0) rt_text_printf(&text, " at %.*s", (int)fault->site_length, fault->site);
    rt_text_printf(&text, ": ");
    rt_text_fault(&text, fault);
    rt_error_text(&text);
    rt_release_text(&text);
}
