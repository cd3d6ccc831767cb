/* Forecasts as they were published, what they are made of, and how they turned out: hours of the
 * past, curves, tracked ones and their scores; written, and read back at start. */
#include "base/xmalloc.h"
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

/* ---- at start: a row about a token ---- */

void foresight_take_curve(struct token *t, const struct statement *q)
{
    struct curve c = { .origin = column_time(q, LOAD_CURVES_ORIGIN),
                       .spent_nano = (double)statement_integer(q, LOAD_CURVES_SPENT_NANO) };
    if (c.origin == TIME_NONE
        || !forecast_history_slugged(statement_text(q, LOAD_CURVES_HISTORY), &c.history)
        || !curve_unpack(statement_text(q, LOAD_CURVES_BYTES),
                         c.spent_nano + (double)t->last.balance.is.nano, &c))
        return;
    t->curve = xmalloc(sizeof *t->curve);
    *t->curve = c;
    t->curve_kept = c.origin;
}

/* A time that was forecast and is not stored is far. */
static unix_s column_forecast(const struct statement *q, int column)
{
    return statement_is_null(q, column) ? TIME_FAR : statement_integer(q, column);
}

/* As it was published last: what differs from it is news. */
static struct forecast read_forecast(const struct statement *q)
{
    struct forecast f = forecast_none();
    if (!forecast_verdict_slugged(statement_text(q, LOAD_FORECASTS_VERDICT), &f.verdict))
        return forecast_none();
    f.horizon = column_time(q, LOAD_FORECASTS_HORIZON_AT);
    f.limit = statement_integer(q, LOAD_FORECASTS_BY_CREDITS) ? LIMIT_CREDITS : LIMIT_BALANCE;
    f.made_at = f.read_at = column_time(q, LOAD_FORECASTS_FORECAST_AT);
    if (!statement_is_null(q, LOAD_FORECASTS_LASTS_BP))
        f.lasts = (double)statement_integer(q, LOAD_FORECASTS_LASTS_BP) / 10000;
    if (!forecast_has_times(&f) && !forecast_is_endless(&f))
        return f;
    f.early = column_forecast(q, LOAD_FORECASTS_EARLY_AT);
    f.likely = column_forecast(q, LOAD_FORECASTS_LIKELY_AT);
    f.late = column_forecast(q, LOAD_FORECASTS_LATE_AT);
    f.alarm = statement_is_null(q, LOAD_FORECASTS_ALARM_AT)
        ? f.likely
        : statement_integer(q, LOAD_FORECASTS_ALARM_AT);
    f.relief = statement_is_null(q, LOAD_FORECASTS_RELIEF_AT)
        ? f.alarm
        : statement_integer(q, LOAD_FORECASTS_RELIEF_AT);
    if (!forecast_history_slugged(statement_text(q, LOAD_FORECASTS_HISTORY), &f.history))
        f.history = HISTORY_NONE;
    return f;
}

void foresight_take_forecast(struct token *t, const struct statement *q)
{
    static const int burns[BURN_WINDOWS] = {
        [BURN_1H] = LOAD_FORECASTS_BURN_1H_NANO,
        [BURN_6H] = LOAD_FORECASTS_BURN_6H_NANO,
        [BURN_24H] = LOAD_FORECASTS_BURN_24H_NANO,
        [BURN_7D] = LOAD_FORECASTS_BURN_7D_NANO,
    };
    struct burn_rate burn[BURN_WINDOWS];
    for (int w = 0; w < BURN_WINDOWS; w++)
        burn[w] = (struct burn_rate){ .known = !statement_is_null(q, burns[w]),
                                      .nano_per_h = statement_integer(q, burns[w]) };
    t->forecast = read_forecast(q);
    if (t->last.budgeted && t->forecast.limit == LIMIT_BALANCE)
        t->forecast.available =
            t->last.balance; /* else the account's credits, once they are read */
    t->published = t->stored = gist_of(&t->forecast, burn);
    t->spent_nano = statement_integer(q, LOAD_FORECASTS_SPENT_NANO);
    t->spent_most_nano = statement_integer(q, LOAD_FORECASTS_SPENT_MOST_NANO);
}

static struct tracked_forecasts *promises_of(struct token *t)
{
    if (!t->promises)
        t->promises = tracked_new();
    return t->promises;
}

static void note_made(struct tracked_forecasts *p, unix_s made_at)
{
    if (p->last_made == TIME_NONE || made_at > p->last_made)
        p->last_made = made_at;
}

void foresight_take_promise(struct token *t, const struct statement *q)
{
    int64_t place = statement_integer(q, LOAD_PROMISES_PLACE);
    if (place < 0 || place >= TRACKED_MAX)
        return;
    struct tracked_forecasts *p = promises_of(t);
    p->at[place] = (struct tracked_forecast){
        .made_at = column_time(q, LOAD_PROMISES_MADE_AT),
        .amount = { statement_integer(q, LOAD_PROMISES_AMOUNT_NANO) },
        .target_nano = statement_integer(q, LOAD_PROMISES_TARGET_NANO),
        .early = column_time(q, LOAD_PROMISES_EARLY_AT),
        .likely = column_time(q, LOAD_PROMISES_LIKELY_AT),
        .late = column_time(q, LOAD_PROMISES_LATE_AT),
        .spent_at = TIME_NONE,
    };
    if (p->at[place].early == TIME_NONE || p->at[place].likely == TIME_NONE
        || p->at[place].late == TIME_NONE)
        p->at[place].made_at = TIME_NONE;
    note_made(p, p->at[place].made_at);
}

void foresight_take_score(struct token *t, const struct statement *q)
{
    struct tracked_forecast p = {
        .made_at = column_time(q, LOAD_SCORES_MADE_AT),
        .early = column_time(q, LOAD_SCORES_EARLY_AT),
        .likely = column_time(q, LOAD_SCORES_LIKELY_AT),
        .late = column_time(q, LOAD_SCORES_LATE_AT),
    };
    unix_s ended_at = column_time(q, LOAD_SCORES_ENDED_AT);
    if (p.made_at == TIME_NONE || p.early == TIME_NONE || p.likely <= p.made_at
        || p.late == TIME_NONE || ended_at <= p.made_at)
        return;
    struct due due = due_of(&p, ended_at);
    accuracy_book(&promises_of(t)->record, &due);
    note_made(t->promises, p.made_at);
}
