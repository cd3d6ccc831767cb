/* What forecasts are made of, and how they turned out: hours of the past, tracked ones and their
 * scores. */
#include "core/forecast/packed.h"
#include "edge/store/store_private.h"

bool store_load_past(struct store *s, int64_t token, struct past *past, struct fault *why)
{
    struct statement *q;
    bool row = true, ok = true;
    if (past->last_seen == TIME_NONE)
        return true;
    if (!store_query(s, SQL_LOAD_PAST, &q, why))
        return false;
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":since", past->last_seen - (PAST_HOURS + 1) * (int64_t)HOUR_S);
    while (ok && row) {
        ok = statement_step(q, &row, why);
        if (ok && row && is_stamp(statement_integer(q, LOAD_PAST_HOUR)))
            past_add_hour(past, statement_integer(q, LOAD_PAST_HOUR),
                          (struct money){ statement_integer(q, LOAD_PAST_SPENT_NANO) });
    }
    statement_reset(q);
    return ok;
}

static bool drop_curve(struct store *s, int64_t token, struct fault *why)
{
    struct statement *q = s->queries[SQL_DELETE_CURVE];
    statement_bind_integer(q, ":token", token);
    return statement_run(q, why);
}

bool store_put_curve(struct store *s, const struct token *t, struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_CURVE];
    const struct curve *c = t->curve;
    unsigned char bytes[CURVE_BYTES];
    if (!c)
        return drop_curve(s, t->id, why);
    curve_pack(c, bytes);
    statement_bind_integer(q, ":token", t->id);
    statement_bind_integer(q, ":origin", c->origin);
    statement_bind_integer(q, ":spent_nano", t->spent_nano - (int64_t)c->spent_nano);
    statement_bind_text(q, ":history", span_of(forecast_history_slug(c->history)));
    statement_bind_blob(q, ":bytes", (struct span){ (const char *)bytes, sizeof bytes });
    return statement_run(q, why);
}

static void bind_promise(struct statement *q, int64_t token, int place,
                         const struct tracked_forecast *p)
{
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":place", place);
    statement_bind_integer(q, ":made_at", p->made_at);
    statement_bind_integer(q, ":amount_nano", p->amount.nano);
    statement_bind_integer(q, ":target_nano", p->target_nano);
    statement_bind_integer(q, ":early_at", p->early);
    statement_bind_integer(q, ":likely_at", p->likely);
    statement_bind_integer(q, ":late_at", p->late);
}

bool store_put_tracked(struct store *s, int64_t token, int place, const struct tracked_forecast *p,
                       struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_PROMISE];
    bind_promise(q, token, place, p);
    return statement_run(q, why);
}

bool store_drop_tracked(struct store *s, int64_t token, int place, struct fault *why)
{
    struct statement *q = s->queries[SQL_DELETE_PROMISE];
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":place", place);
    return statement_run(q, why);
}

bool store_add_score(struct store *s, int64_t token, int place, const struct tracked_forecast *p,
                     const struct score *score, struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_SCORE];
    bind_promise(q, token, place, p);
    statement_bind_integer(q, ":kept", SCORES_KEPT);
    statement_bind_integer(q, ":ended_at", score->ended_at);
    statement_bind_integer(q, ":spent", score->spent);
    statement_bind_integer(q, ":within", due_within(&score->due));
    statement_bind_integer(q, ":error_milli", (int64_t)(1000 * due_error(&score->due)));
    return statement_run(q, why) && store_drop_tracked(s, token, place, why);
}

bool store_accuracy(struct store *s, const char *account, struct accuracy_summary *ret,
                    struct fault *why)
{
    struct statement *q = s->queries[SQL_TRACK_RECORD];
    bool row;
    statement_bind_text(q, ":account", span_of(account));
    bool ok = statement_step(q, &row, why);
    if (ok && row)
        *ret = (struct accuracy_summary){ statement_integer(q, QUERY_RECORD_COUNT),
                                          statement_integer(q, QUERY_RECORD_WITHIN),
                                          statement_integer(q, QUERY_RECORD_OFF_MILLI),
                                          statement_integer(q, QUERY_RECORD_BIAS_MILLI),
                                          statement_integer(q, QUERY_RECORD_OVER_S),
                                          { { 0, 0 } } };
    statement_reset(q);
    return ok;
}
