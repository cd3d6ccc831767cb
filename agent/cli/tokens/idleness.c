/* Our records count by the hour, from falls of the balance: a lower bound, and quick. The endpoint
 * counts everything, but later and by UTC day: every day that the idle time touches must be empty,
 * so that the proof may take up to a day longer than was asked for. */
#include "cli/tokens/idleness.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "core/calendar.h"
#include "core/state.h"
#include "edge/store.h"

static enum idleness disproved(struct fault *why)
{
    why->kind = FAULT_REJECT;
    return IDLENESS_DISPROVED;
}

static bool ask_store(const struct idle_query *q, const char *account,
                      struct cell cells[QUERY_IDLE_COLUMNS], bool *ret_known, struct fault *why)
{
    const struct query_filter scope = { .now = q->now,
                                        .since = q->now - q->idle_s,
                                        .until = TIME_NONE,
                                        .token = q->token,
                                        .account = account };
    struct store *store;
    struct query_result *a;
    if (access(q->store, F_OK) != 0 && errno == ENOENT)
        return fault(why, FAULT_REJECT, "no data in %s yet", q->store);
    if (!store_open(q->store, STORE_READ, &store, why))
        return false;
    bool ok = query_open(store, QUERY_IDLE, &scope, &a, why);
    if (ok) {
        ok = query_next(a, cells, QUERY_IDLE_COLUMNS, ret_known, why);
        query_close(a);
    }
    store_close(store);
    return ok;
}

static bool is_watched(const struct idle_query *q, const struct cell *c, struct fault *why)
{
    char for_long[DURATION_TEXT_BYTES], asked[DURATION_TEXT_BYTES];
    int64_t watched_s = q->now - c[QUERY_IDLE_FIRST_SEEN].integer;
    if (watched_s < q->idle_s)
        return fault(why, FAULT_REJECT, "Ebb's records cover only %s, not %s",
                     duration_format(watched_s, for_long), duration_format(q->idle_s, asked));
    if (stamp_is_stale(c[QUERY_IDLE_LAST_OK_AT].kind == CELL_INTEGER
                           ? c[QUERY_IDLE_LAST_OK_AT].integer
                           : TIME_NONE,
                       c[QUERY_IDLE_STALE_S].integer, q->now))
        return fault(why, FAULT_REJECT,
                     "Ebb's records are stale: the account's last complete poll is not recent (is "
                     "`ebb run` running?)");
    if (c[QUERY_IDLE_MISSING].integer)
        return fault(why, FAULT_REJECT, "it is missing from the last token list");
    return true;
}

static bool fell_since_the_poll(const struct idle_query *q, const struct cell *c)
{
    return q->now_is->budgeted && q->now_is->balance.known
        && c[QUERY_IDLE_BALANCE_NANO].kind == CELL_INTEGER
        && q->now_is->balance.is.nano < c[QUERY_IDLE_BALANCE_NANO].integer;
}

static enum idleness by_our_records(const struct session *s, const struct idle_query *q,
                                    struct fault *why)
{
    struct cell c[QUERY_IDLE_COLUMNS];
    char spent[MONEY_TEXT_BYTES], hour[TIME_TEXT_BYTES];
    bool known = false;
    if (!ask_store(q, s->account->name, c, &known, why))
        return IDLENESS_UNKNOWN;
    if (!known) {
        fault(why, FAULT_REJECT, "Ebb has no record of it: it was never polled");
        return IDLENESS_UNKNOWN;
    }
    if (c[QUERY_IDLE_SPENT_NANO].integer != 0) {
        fault(why, FAULT_REJECT,
              "according to Ebb's records it spent %s USD in this time, last in the hour from %s",
              money_format((struct money){ c[QUERY_IDLE_SPENT_NANO].integer }, spent),
              calendar_format(c[QUERY_IDLE_LAST_HOUR].integer, hour));
        return disproved(why);
    }
    if (fell_since_the_poll(q, c)) {
        fault(why, FAULT_REJECT, "its balance has fallen since the last poll");
        return disproved(why);
    }
    return is_watched(q, c, why) ? IDLENESS_PROVED : IDLENESS_UNKNOWN;
}

static unix_s day_of(unix_s at)
{
    return at - at % DAY_S;
}

static enum idleness by_the_endpoint(const struct session *s, const struct idle_query *q,
                                     struct fault *why)
{
    struct usage_book book = { 0 };
    char cost[MONEY_TEXT_BYTES], day[TIME_TEXT_BYTES];
    enum idleness found = IDLENESS_PROVED;
    if (!client_usage(s->client, &q->asks, day_of(q->now - q->idle_s), day_of(q->now), &book,
                      why)) {
        fault_within(why, "cannot query the usage endpoint");
        return IDLENESS_UNKNOWN;
    }
    for (size_t i = 0; i < book.count && found == IDLENESS_PROVED; i++) {
        const struct usage_line *line = &book.lines[i];
        if (!line->calls && !line->cost.nano)
            continue;
        fault(why, FAULT_REJECT,
              "according to the usage endpoint it spent %s USD in %" PRId64 " call%s on %.10s (it "
              "counts whole UTC days, and every day that the idle time touches must be empty)",
              money_format(line->cost, cost), line->calls, line->calls == 1 ? "" : "s",
              calendar_format(line->day, day));
        found = disproved(why);
    }
    usage_done(&book);
    return found;
}

enum idleness idleness_of(const struct session *s, const struct idle_query *q, struct fault *why)
{
    enum idleness ours = by_our_records(s, q, why);
    return ours == IDLENESS_PROVED ? by_the_endpoint(s, q, why) : ours;
}
