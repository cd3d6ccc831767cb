/* The world's parts, in and out of memory. */
#include "sim/world.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "sim/http.h"

struct sim_account *world_add_account(struct world *w, const char *name, const char *key)
{
    w->tenants = xrealloc(w->tenants, w->tenant_count + 1, sizeof *w->tenants);
    struct tenant *t = &w->tenants[w->tenant_count++];
    *t = (struct tenant){ .account = account_new(name, key, w->seed, w->started) };
    t->account->settle_every_s = w->settle_every_s;
    return t->account;
}

void world_settle_every(struct world *w, int64_t every_s)
{
    w->settle_every_s = every_s;
    for (size_t i = 0; i < w->tenant_count; i++)
        account_settle_every(w->tenants[i].account, every_s);
}

const char *world_word(struct world *w, const char *text)
{
    char *known = index_find(&w->words, span_of(text));
    if (!known) {
        known = xstrdup(text);
        index_put(&w->words, known, known);
    }
    return known;
}

unix_s world_advance(struct world *w)
{
    unix_s now = virtual_clock_now(&w->clock, clock_mono());
    for (size_t i = 0; i < w->tenant_count; i++)
        account_advance(w->tenants[i].account, now);
    return now;
}

void world_done(struct world *w)
{
    for (size_t i = 0; i < w->tenant_count; i++) {
        account_free(w->tenants[i].account);
        body_release(w->tenants[i].list.body);
    }
    free(w->tenants);
    for (size_t i = 0; i < w->words.room; i++)
        free(w->words.rows[i].item);
    index_done(&w->words);
    sim_faults_clear(&w->sim_faults);
    request_log_done(&w->log);
}
