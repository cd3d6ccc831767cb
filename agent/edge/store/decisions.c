/* Every combination of what can be known of a token, with the state that core says it is. */
#include "edge/store/decisions.h"

#include "core/state.h"
#include "sql.h"

static bool put_state(struct statement *q, enum verdict stored, const struct presence *p,
                      struct fault *why)
{
    enum verdict verdict = p->listed_lately ? stored : state_aged(stored);
    statement_bind_text(q, ":verdict", span_of(forecast_verdict_slug(stored)));
    statement_bind_integer(q, ":missing", p->missing);
    statement_bind_integer(q, ":unreadable", p->unreadable);
    statement_bind_integer(q, ":expired", p->expired);
    statement_bind_integer(q, ":fresh", p->listed_lately);
    statement_bind_text(q, ":state", span_of(state_slug(state_of(verdict, p))));
    statement_bind_text(q, ":is_verdict", span_of(forecast_verdict_slug(verdict)));
    return statement_run(q, why);
}

static bool put_states(struct statement *q, struct fault *why)
{
    enum { MISSING = 1, UNREADABLE = 2, EXPIRED = 4, FRESH = 8, COMBINATIONS = 16 };
    for (enum verdict v = 0; v < VERDICTS; v++)
        for (int bits = 0; bits < COMBINATIONS; bits++) {
            const struct presence p = { bits & MISSING, bits & UNREADABLE, bits & FRESH,
                                        bits & EXPIRED };
            if (!put_state(q, v, &p, why))
                return false;
        }
    return true;
}

static bool put_levels(struct statement *q, struct fault *why)
{
    for (enum level l = 0; l < LEVELS; l++) {
        statement_bind_text(q, ":name", span_of(level_name(l)));
        statement_bind_integer(q, ":urgency", (int64_t)l);
        if (!statement_run(q, why))
            return false;
    }
    return true;
}

static bool put_sources(struct statement *q, struct fault *why)
{
    for (enum credits_source c = 0; c < CREDITS_SOURCES; c++) {
        enum state state = state_of_credits(c, VERDICT_LEARNING, true);
        statement_bind_text(q, ":name", span_of(credits_source_name(c)));
        if (state != STATE_LEARNING)
            statement_bind_text(q, ":state", span_of(state_slug(state)));
        if (!statement_run(q, why))
            return false;
    }
    return true;
}

static bool put_all(struct sqlite *db, struct fault *why)
{
    struct statement *states = NULL, *levels = NULL, *sources = NULL;
    bool ok = sqlite_prepare(db, sql_put_state_when, &states, why)
        && sqlite_prepare(db, sql_put_level, &levels, why)
        && sqlite_prepare(db, sql_put_credits_source, &sources, why) && put_states(states, why)
        && put_levels(levels, why) && put_sources(sources, why);
    statement_free(states);
    statement_free(levels);
    statement_free(sources);
    return ok;
}

bool decisions_write(struct sqlite *db, struct fault *why)
{
    struct fault ignored;
    if (!sqlite_run(db, "BEGIN IMMEDIATE", why))
        return false;
    if (put_all(db, why) && sqlite_run(db, "COMMIT", why))
        return true;
    if (sqlite_in_transaction(db) && !sqlite_run(db, "ROLLBACK", &ignored)) {
        /* the first fault is the one to report */
    }
    return false;
}
