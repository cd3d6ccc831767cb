/* The lines of one answer, growing. */
#include "core/usage.h"

#include <stdlib.h>

#include "base/xmalloc.h"

void usage_add(struct usage_book *b, const struct usage_line *line)
{
    if (b->count == b->room) {
        b->room = b->room ? b->room * 2 : 64;
        b->lines = xrealloc(b->lines, b->room, sizeof *b->lines);
    }
    b->lines[b->count++] = *line;
}

void usage_refuse(struct usage_book *b, const struct fault *why)
{
    if (b->refused++ == 0)
        b->refusal = *why;
}

void usage_add_gap(struct usage_book *b, uint32_t payer, unix_s day)
{
    const struct usage_gap *last = b->gap_count ? &b->gaps[b->gap_count - 1] : NULL;
    if (last && last->payer == payer && last->day == day)
        return;
    if (b->gap_count == b->gap_room) {
        b->gap_room = b->gap_room ? b->gap_room * 2 : 16;
        b->gaps = xrealloc(b->gaps, b->gap_room, sizeof *b->gaps);
    }
    b->gaps[b->gap_count++] = (struct usage_gap){ payer, day };
}

void usage_refuse_element(struct usage_book *b, const char *flaw)
{
    struct fault why;
    fault(&why, FAULT_REJECT, "an element: %s", flaw);
    usage_refuse(b, &why);
    usage_add_gap(b, USAGE_NOBODY, TIME_NONE);
}

void usage_say_refused(const struct usage_book *b, struct fault *ret)
{
    fault(ret, FAULT_REJECT, "%zu usage line%s could not be read%s%s", b->refused,
          b->refused == 1 ? "" : "s", b->refused == 1 ? ": " : "; the first: ", b->refusal.text);
}

void usage_done(struct usage_book *b)
{
    free(b->lines);
    free(b->gaps);
    intern_done(&b->payers);
    intern_done(&b->words);
    *b = (struct usage_book){ 0 };
}
