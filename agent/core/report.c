/* Groups, their items, and the days of which not all is known. */
#include "core/report.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/report/parts.h"

static const char *const source_names[] = {
    [REPORT_FROM_NOTHING] = "",
    [REPORT_FROM_ENDPOINT] = "endpoint",
    [REPORT_FROM_BALANCE] = "balance",
    [REPORT_MIXED] = "mixed",
};

const char *report_source_name(enum report_source source)
{
    return source_names[source];
}

bool report_endpoint_tells(const struct report_known *k, unix_s day)
{
    return k->usage_from != TIME_NONE && day >= k->usage_from
        && day < period_start(PER_DAY, k->usage_at);
}

/* The first bucket's forerunner counts too, wherever the period before lies. */
static unix_s earliest(const struct report *r)
{
    if (r->per == PER_TOTAL)
        return r->before.since;
    unix_s forerunner = period_start(r->per, period_start(r->per, r->during.since) - 1);
    return forerunner < r->before.since ? forerunner : r->before.since;
}

static size_t day_place(const struct report *r, unix_s day)
{
    return (size_t)((period_start(PER_DAY, day) - r->first_day) / DAY_S);
}

void report_init(struct report *r, enum period_length per, const struct period *during,
                 const struct period *before)
{
    *r = (struct report){
        .per = per,
        .during = *during,
        .before = *before,
        .known_from = INT64_MAX,
        .now = INT64_MAX,
    };
    r->first_day = period_start(PER_DAY, earliest(r));
    r->day_count = during->until > r->first_day ? day_place(r, during->until - 1) + 1 : 0;
    r->unknown = xcalloc(r->day_count + 1, 1);
}

void report_done(struct report *r)
{
    report_finish_done(r);
    for (size_t i = 0; i < r->group_count; i++) {
        free(r->groups[i].unknown);
        free(r->groups[i].rows);
    }
    for (size_t i = 0; i < r->item_count; i++)
        free(r->items[i].shares);
    free(r->unknown);
    free(r->items);
    free(r->groups);
    free(r->rows);
    *r = (struct report){ 0 };
}

size_t report_add_group(struct report *r)
{
    r->groups = xgrown(r->groups, r->group_count, &r->group_room, sizeof *r->groups);
    r->groups[r->group_count] = (struct report_group){ .known_from = TIME_NONE };
    return r->group_count++;
}

size_t report_add_item(struct report *r, size_t group, unix_s known_from,
                       const struct report_budget *budget)
{
    assert(group < r->group_count);
    r->items = xgrown(r->items, r->item_count, &r->item_room, sizeof *r->items);
    struct report_item *item = &r->items[r->item_count];
    *item = (struct report_item){ .group = group,
                                  .known_from = known_from,
                                  .has_budget = budget != NULL };
    if (budget)
        item->budget = *budget;
    if (known_from > r->groups[group].known_from)
        r->groups[group].known_from = known_from;
    if (known_from < r->known_from)
        r->known_from = known_from;
    return r->item_count++;
}

void report_set_left(struct report *r, size_t item, struct maybe_money left)
{
    r->items[item].budget.left = left;
}

size_t report_group_of(const struct report *r, size_t item)
{
    return r->items[item].group;
}

enum { OF_SOMEBODY = 1, OF_EVERYBODY = 2 };

void report_mark_unknown(struct report *r, size_t group, unix_s day)
{
    size_t place = day_place(r, day);
    if (day < r->first_day || place >= r->day_count)
        return;
    r->unknown[place] |= OF_SOMEBODY | (group == REPORT_EVERY_GROUP ? OF_EVERYBODY : 0);
    if (group == REPORT_EVERY_GROUP || group == REPORT_NO_GROUP)
        return;
    if (!r->groups[group].unknown)
        r->groups[group].unknown = xcalloc(r->day_count + 1, sizeof *r->groups[group].unknown);
    r->groups[group].unknown[place] = true;
}

bool report_is_unknown(const struct report *r, unix_s day)
{
    return r->unknown[day_place(r, day)] != 0;
}

int64_t report_days(const struct period *p)
{
    unix_s first = period_start(PER_DAY, p->since);
    return p->until > p->since ? (period_start(PER_DAY, p->until - 1) - first) / DAY_S + 1 : 0;
}

int64_t report_unknown_days(const struct report *r, const struct report_group *g,
                            const struct period *p)
{
    int64_t count = 0;
    size_t first = day_place(r, p->since > r->first_day ? p->since : r->first_day);
    size_t end = first + (size_t)report_days(p);
    for (size_t i = first; i < end && i < r->day_count; i++)
        count += g ? (r->unknown[i] & OF_EVERYBODY) || (g->unknown && g->unknown[i])
                   : r->unknown[i] != 0;
    return count;
}
