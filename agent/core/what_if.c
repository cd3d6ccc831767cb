/* Reading a wish, and scaling by it. */
#include "core/what_if.h"

#include <string.h>

#include "base/span.h"

static struct span after_blanks(struct span s)
{
    while (s.len && s.at[0] == ' ')
        s = (struct span){ s.at + 1, s.len - 1 };
    return s;
}

static bool skip(struct span *s, const char *word)
{
    size_t len = strlen(word);
    *s = after_blanks(*s);
    if (s->len < len || memcmp(s->at, word, len) != 0)
        return false;
    *s = (struct span){ s->at + len, s->len - len };
    return true;
}

static bool refuse(struct span text, struct fault *why)
{
    return fault(why, FAULT_REJECT,
                 "takes +20.00, -5.00 or \"burn x1.5\" (from x0.01 to x100), not \"%.*s\"",
                 (int)(text.len < 60 ? text.len : 60), text.at);
}

static bool parse_pace(struct span rest, double *ret)
{
    struct money times;
    struct fault ignored;
    if (!skip(&rest, "x") || !money_parse(after_blanks(rest), &times, &ignored))
        return false;
    *ret = (double)times.nano / NANO_PER_USD;
    return *ret >= 0.01 && *ret <= 100;
}

bool what_if_parse(struct span text, struct what_if *ret, struct fault *why)
{
    struct span rest = text;
    struct what_if w = { .burn_times = 1 };
    struct fault ignored;
    if (skip(&rest, "burn")) {
        if (!parse_pace(rest, &w.burn_times))
            return refuse(text, why);
    } else {
        bool more = skip(&rest, "+");
        rest = after_blanks(rest);
        if ((!more && (!rest.len || rest.at[0] != '-')) || (more && rest.len && rest.at[0] == '-')
            || !money_parse(rest, &w.extra, &ignored))
            return refuse(text, why);
    }
    *ret = w;
    return true;
}

void what_if_apply(const struct what_if *w, struct curve *c, struct reading *r)
{
    if (r->balance.known
        && __builtin_add_overflow(r->balance.is.nano, w->extra.nano, &r->balance.is.nano))
        r->balance.is.nano = w->extra.nano > 0 ? INT64_MAX : INT64_MIN;
    c->unit_nano *= w->burn_times;
    c->spent_nano *= w->burn_times;
}
