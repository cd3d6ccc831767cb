/* Both sides sorted by name, then one walk along them. */
#include "core/token_plan.h"

#include <stdlib.h>

#include "base/xmalloc.h"

static int by_wanted_name(const void *a, const void *b)
{
    return strcmp((*(const struct wanted_token *const *)a)->name,
                  (*(const struct wanted_token *const *)b)->name);
}

static int by_reading_name(const void *a, const void *b)
{
    return strcmp((*(const struct reading *const *)a)->name,
                  (*(const struct reading *const *)b)->name);
}

static int by_kind_and_name(const void *a, const void *b)
{
    const struct token_plan_step *x = a, *y = b;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->name, y->name);
}

static void add(struct token_plan *p, struct token_plan_step step)
{
    p->steps[p->count++] = step;
    p->of_kind[step.kind]++;
}

static void compare(struct token_plan *p, const struct wanted_token *w, const struct reading *is)
{
    struct token_plan_step step = { .name = w->name, .wanted = w, .is = is };
    if (w->absent) {
        step.kind = TOKEN_PLAN_DELETE;
    } else {
        step.wish = token_spec_unlike(&w->wish, is);
        step.wish.given[SPEC_BALANCE] = false;
        step.kind = token_spec_is_empty(&step.wish) ? TOKEN_PLAN_SAME
            : token_spec_is_possible(&step.wish)    ? TOKEN_PLAN_CHANGE
                                                    : TOKEN_PLAN_CONFLICT;
    }
    add(p, step);
}

/* What is wanted absent and is not there is no step at all. */
static void add_missing(struct token_plan *p, const struct wanted_token *w)
{
    if (!w->absent)
        add(p,
            (struct token_plan_step){
                .kind = TOKEN_PLAN_CREATE, .name = w->name, .wanted = w, .wish = w->wish });
}

void token_plan_make(const struct wanted_token *wanted, size_t wanted_count,
                     const struct reading *readings, size_t count, struct token_plan *ret)
{
    const struct wanted_token **want = xcalloc(wanted_count + 1, sizeof *want);
    const struct reading **have = xcalloc(count + 1, sizeof *have);
    struct token_plan p = { .steps = xcalloc(wanted_count + count + 1, sizeof *p.steps) };
    for (size_t i = 0; i < wanted_count; i++)
        want[i] = &wanted[i];
    for (size_t i = 0; i < count; i++)
        have[i] = &readings[i];
    qsort(want, wanted_count, sizeof *want, by_wanted_name);
    qsort(have, count, sizeof *have, by_reading_name);

    for (size_t w = 0, h = 0; w < wanted_count || h < count;) {
        int order = w == wanted_count ? 1 : h == count ? -1 : strcmp(want[w]->name, have[h]->name);
        if (order == 0)
            compare(&p, want[w++], have[h++]);
        else if (order < 0)
            add_missing(&p, want[w++]);
        else {
            add(&p,
                (struct token_plan_step){
                    .kind = TOKEN_PLAN_UNKNOWN, .name = have[h]->name, .is = have[h] });
            h++;
        }
    }
    qsort(p.steps, p.count, sizeof *p.steps, by_kind_and_name);
    free(want);
    free(have);
    *ret = p;
}

void token_plan_done(struct token_plan *p)
{
    free(p->steps);
    *p = (struct token_plan){ 0 };
}

bool token_plan_has_work(const struct token_plan *p)
{
    return p->of_kind[TOKEN_PLAN_CREATE] || p->of_kind[TOKEN_PLAN_CHANGE]
        || p->of_kind[TOKEN_PLAN_DELETE];
}

bool token_plan_is_fulfilled(const struct token_plan *p)
{
    return !token_plan_has_work(p) && !p->of_kind[TOKEN_PLAN_CONFLICT];
}

const char *token_plan_kind_name(enum token_plan_kind kind)
{
    static const char *const names[] = {
        [TOKEN_PLAN_CREATE] = "create",     [TOKEN_PLAN_CHANGE] = "change",
        [TOKEN_PLAN_DELETE] = "delete",     [TOKEN_PLAN_SAME] = "same",
        [TOKEN_PLAN_CONFLICT] = "conflict", [TOKEN_PLAN_UNKNOWN] = "unknown",
    };
    _Static_assert(COUNT(names) == TOKEN_PLAN_KINDS, "a kind has no name");
    return names[kind];
}
