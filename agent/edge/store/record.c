/* Writing down what a poll found out. All of it runs inside the caller's transaction. */
#include "core/ledger.h"
#include "edge/store/rollup.h"
#include "edge/store/store_private.h"

/* An account is found or added: both are read alike. */
_Static_assert((int)ADD_ACCOUNT_ID == FIND_ACCOUNT_ID
                   && (int)ADD_ACCOUNT_LAST_OK_AT == FIND_ACCOUNT_LAST_OK_AT,
               "columns differ");

static bool settle_account(struct statement *q, const char *name, int64_t interval_s,
                           int64_t *ret_id, unix_s *ret_last_ok, bool *ret_found, struct fault *why)
{
    statement_bind_text(q, ":name", span_of(name));
    statement_bind_integer(q, ":interval_s", interval_s);
    bool ok = statement_step(q, ret_found, why);
    if (ok && *ret_found) {
        *ret_id = statement_integer(q, FIND_ACCOUNT_ID);
        *ret_last_ok = column_time(q, FIND_ACCOUNT_LAST_OK_AT);
    }
    statement_reset(q);
    return ok;
}

/* Writes only what is new: a start must not fail on a full disk. */
bool store_account(struct store *s, const char *name, int64_t interval_s, int64_t *ret_id,
                   unix_s *ret_last_ok, struct fault *why)
{
    static const enum statement_name finds[] = { SQL_FIND_ACCOUNT, SQL_ADD_ACCOUNT };
    bool found = false;
    for (size_t i = 0; !found && i < COUNT(finds); i++)
        if (!settle_account(s->queries[finds[i]], name, interval_s, ret_id, ret_last_ok, &found,
                            why))
            return false;
    return true;
}

static bool set_last_ok(struct store *s, const struct poll_row *row, struct fault *why)
{
    struct statement *q = s->queries[SQL_SET_LAST_OK];
    statement_bind_integer(q, ":account", row->account);
    statement_bind_integer(q, ":at", row->at);
    return statement_run(q, why);
}

/* A row that could not be written has no id, and nothing was seen before it. */
static bool read_added(struct store *s, struct statement *q, const struct poll_row *row,
                       struct fault *why)
{
    bool added;
    bool ok = statement_step(q, &added, why);
    s->poll = ok && added ? statement_integer(q, ADD_POLL_ID) : 0;
    s->prior_at = ok && added ? column_time(q, ADD_POLL_PRIOR_AT) : TIME_NONE;
    s->poll_at = row->at;
    s->added_poll = s->poll;
    s->newest_poll = s->poll;
    statement_reset(q);
    return ok;
}

bool store_add_poll(struct store *s, const struct poll_row *row, struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_POLL];
    statement_bind_integer(q, ":account", row->account);
    statement_bind_integer(q, ":at", row->at);
    statement_bind_text(q, ":result", span_of(poll_result_name(row->result)));
    statement_bind_integer(q, ":http_status", row->http_status);
    if (row->reason)
        statement_bind_text(q, ":reason", span_of(row->reason));
    statement_bind_integer(q, ":tokens", row->tokens);
    statement_bind_integer(q, ":changed", row->changed);
    statement_bind_integer(q, ":missing", row->missing);
    statement_bind_integer(q, ":bytes", row->bytes);
    statement_bind_integer(q, ":took_ms", row->took_ms);
    statement_bind_integer(q, ":calls", row->calls);
    return read_added(s, q, row, why) && (row->result != POLL_OK || set_last_ok(s, row, why));
}

bool store_put_plan(struct store *s, const struct plan_row *row, struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_PLAN];
    statement_bind_integer(q, ":account", row->account);
    bind_time(q, ":next_poll_at", row->next_poll_at);
    statement_bind_text(q, ":rhythm", span_of(pace_name(row->rhythm)));
    statement_bind_integer(q, ":wait_s", row->wait_s);
    if (row->token)
        statement_bind_integer(q, ":token", row->token);
    bind_time(q, ":about_at", row->about_at);
    statement_bind_integer(q, ":stale_s", row->stale_s);
    statement_bind_integer(q, ":calls_milli_per_s", row->calls_milli_per_s);
    bind_time(q, ":not_before", row->rest.until);
    statement_bind_integer(q, ":failures", row->rest.failures);
    statement_bind_text(q, ":url", span_of(row->url));
    return statement_run(q, why);
}

enum poll_result column_poll_result(const struct statement *q, int column)
{
    for (enum poll_result r = 0; r < POLL_RESULTS; r++)
        if (span_is(statement_text(q, column), poll_result_name(r)))
            return r;
    return POLL_UNAVAILABLE;
}

bool store_load_plan(struct store *s, int64_t account, const char *url, struct plan_memory *ret,
                     struct fault *why)
{
    struct statement *q = s->queries[SQL_LOAD_PLAN];
    bool row;
    statement_bind_integer(q, ":account", account);
    statement_bind_text(q, ":url", span_of(url));
    bool ok = statement_step(q, &row, why);
    *ret = (struct plan_memory){ .known = ok && row };
    if (ret->known) {
        ret->rest = (struct schedule_rest){ statement_integer(q, LOAD_PLAN_NOT_BEFORE_AT),
                                            (int)statement_integer(q, LOAD_PLAN_FAILURES) };
        ret->polled_at = statement_integer(q, LOAD_PLAN_AT);
        ret->result = column_poll_result(q, LOAD_PLAN_RESULT);
    }
    statement_reset(q);
    return ok;
}

bool store_rebase(struct store *s, unix_s floor, int64_t step_s, struct fault *why)
{
    static const enum statement_name all[] = {
        SQL_REBASE_POLLS,    SQL_REBASE_BOOKINGS, SQL_REBASE_TOKENS, SQL_REBASE_STATES,
        SQL_REBASE_ACCOUNTS, SQL_REBASE_ALERTS,   SQL_REBASE_EVENTS, SQL_REBASE_GAPS,
        SQL_REBASE_HOURS,    SQL_DROP_HOURS,      SQL_REBASE_DAYS,   SQL_DROP_DAYS,
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        struct statement *q = s->queries[all[i]];
        statement_bind_integer(q, ":floor", floor);
        statement_bind_integer(q, ":step_s", step_s);
        if (!statement_run(q, why))
            return false;
    }
    return true;
}

bool store_step_newcomers(struct store *s, int64_t account, unix_s began, int64_t step_s,
                          struct fault *why)
{
    struct statement *q = s->queries[SQL_STEP_NEWCOMERS];
    statement_bind_integer(q, ":account", account);
    statement_bind_integer(q, ":began", began);
    statement_bind_integer(q, ":step_s", step_s);
    return statement_run(q, why);
}

int64_t store_last_poll(const struct store *s)
{
    return s->poll;
}

void store_resume_poll(struct store *s, int64_t poll)
{
    s->poll = poll;
}

static void bind_reading(struct statement *q, const struct reading *r)
{
    bind_terms(q, r);
    bind_maybe_money(q, ":balance_nano", r->balance);
}

bool store_follows(const struct store *s, const struct change *c)
{
    return s->poll == s->added_poll && ledger_follows(c, s->prior_at, s->poll_at);
}

bool store_add_reading(struct store *s, const struct token *t, const struct change *c,
                       struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_READING];
    bool follows = c && store_follows(s, c);
    int64_t terms;
    if (!terms_id(s, &t->last, &terms, why))
        return false;
    statement_bind_integer(q, ":poll", s->poll);
    statement_bind_integer(q, ":token", t->id);
    bind_maybe_money(q, ":balance_nano", t->last.balance);
    statement_bind_integer(q, ":terms", terms);
    s->open_readings++;
    if (follows)
        statement_bind_integer(q, ":spent_nano", c->entries[0].amount.nano);
    return statement_run(q, why) && (!c || follows || store_add_change(s, t->id, c, why));
}

static bool add_entry(struct store *s, int64_t token, const struct entry *e, size_t seq,
                      struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_ENTRY];
    statement_bind_integer(q, ":poll", s->poll);
    statement_bind_integer(q, ":token", token);
    statement_bind_integer(q, ":seq", (int64_t)seq);
    statement_bind_integer(q, ":kind", e->kind); /* booking_kind has the same order */
    statement_bind_integer(q, ":amount_nano", e->amount.nano);
    statement_bind_integer(q, ":since", e->since);
    return statement_run(q, why);
}

bool store_add_change(struct store *s, int64_t token, const struct change *c, struct fault *why)
{
    for (size_t i = 0; i < c->entry_count; i++)
        if (!add_entry(s, token, &c->entries[i], i, why))
            return false;
    return rollup_change(s, token, c, why);
}

static const char *const burn_parameters[BURN_WINDOWS] = {
    [BURN_1H] = ":burn_1h_nano",
    [BURN_6H] = ":burn_6h_nano",
    [BURN_24H] = ":burn_24h_nano",
    [BURN_7D] = ":burn_7d_nano",
};

static void bind_forecast(struct statement *q, const struct forecast *f)
{
    statement_bind_text(q, ":verdict", span_of(forecast_verdict_slug(f->verdict)));
    bind_time(q, ":early_at", f->early);
    bind_time(q, ":likely_at", f->likely);
    bind_time(q, ":late_at", f->late);
    bind_time(q, ":alarm_at", f->alarm);
    bind_time(q, ":relief_at", f->relief);
    bind_time(q, ":horizon_at", f->horizon);
    if (f->lasts >= 0)
        statement_bind_integer(q, ":lasts_bp", (int64_t)(f->lasts * 10000 + 0.5));
    statement_bind_text(q, ":history", span_of(forecast_history_slug(f->history)));
    bind_time(q, ":forecast_at", f->made_at);
    if (f->available.known)
        statement_bind_text(q, ":limited_by", span_of(forecast_limit_name(f->limit)));
}

/* The row says what every poll up to the newest one found. */
static bool newest_poll(struct store *s, struct fault *why)
{
    return s->newest_poll || statement_ask(s->queries[SQL_NEWEST_POLL], 0, &s->newest_poll, why);
}

bool store_put_token(struct store *s, const struct token *t, struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_STATE];
    if (!newest_poll(s, why))
        return false;
    statement_bind_integer(q, ":token", t->id);
    statement_bind_integer(q, ":seen_at", t->seen_at + t->stepped_s);
    statement_bind_integer(q, ":missing", t->missing);
    if (t->missing)
        bind_time(q, ":missing_since", t->absent_since);
    statement_bind_integer(q, ":lost_in_mass", t->missing && t->lost_in_mass);
    bind_reading(q, &t->last);
    bind_time(q, ":last_reset", t->last_reset);
    bind_maybe_money(q, ":risen_to_nano", t->high_water);
    for (size_t w = 0; w < BURN_WINDOWS; w++) {
        struct burn_rate rate = burn_over(&t->burn, (enum burn_window)w);
        if (rate.known)
            statement_bind_integer(q, burn_parameters[w], rate.nano_per_h);
    }
    bind_forecast(q, &t->forecast);
    statement_bind_integer(q, ":spent_nano", t->spent_nano);
    statement_bind_integer(q, ":spent_most_nano", t->spent_most_nano);
    statement_bind_text(q, ":burn_source", span_of(token_burn_source(t)));
    if (t->unreadable)
        statement_bind_text(q, ":unreadable", span_of(t->unreadable));
    statement_bind_integer(q, ":known_poll", s->newest_poll);
    return statement_run(q, why);
}

bool store_delete_token(struct store *s, const struct token *t, unix_s at, unix_s revoked_at,
                        struct fault *why)
{
    struct statement *q = s->queries[SQL_DELETE_TOKEN];
    statement_bind_integer(q, ":token", t->id);
    statement_bind_integer(q, ":at", at);
    bind_time(q, ":revoked_at", revoked_at);
    return store_run_or_owe(s, t->id, q, why);
}

bool store_put_alert(struct store *s, int64_t token, const struct rule *rule, const struct alert *a,
                     struct fault *why)
{
    struct statement *q = s->queries[SQL_PUT_ALERT];
    statement_bind_integer(q, ":token", token);
    statement_bind_text(q, ":rule", span_of(rule->name));
    statement_bind_text(q, ":kind", span_of(rule_kind_name(rule->kind)));
    statement_bind_text(q, ":level", span_of(level_name(a->level)));
    statement_bind_text(q, ":pending", span_of(level_name(a->pending)));
    statement_bind_integer(q, ":pending_since", a->pending_since);
    statement_bind_integer(q, ":since", a->since);
    statement_bind_integer(q, ":episode", a->episode);
    statement_bind_integer(q, ":step", a->step);
    statement_bind_integer(q, ":contact", a->contact);
    return store_run_or_owe(s, token, q, why);
}

bool store_add_event(struct store *s, const struct event_row *row, struct fault *why)
{
    struct statement *q = s->queries[SQL_ADD_EVENT];
    const struct transition *t = &row->transition;

    statement_bind_text(q, ":id", span_of(row->id));
    statement_bind_integer(q, ":at", row->at);
    statement_bind_integer(q, ":token", row->token);
    statement_bind_text(q, ":rule", span_of(row->rule));
    statement_bind_text(q, ":kind", span_of(transition_name(t->kind)));
    statement_bind_text(q, ":level", span_of(level_name(t->is)));
    statement_bind_text(q, ":was", span_of(level_name(t->was)));
    if (t->known) {
        statement_bind_integer(q, ":value", t->value);
        statement_bind_integer(q, ":threshold", t->threshold);
    }
    statement_bind_text(q, ":unit", span_of(row->unit));
    statement_bind_integer(q, ":since", row->since);
    statement_bind_text(q, ":summary", span_of(row->summary));
    if (row->reason)
        statement_bind_text(q, ":reason", span_of(row->reason));
    if (row->digest)
        statement_bind_text(q, ":digest", span_of(row->digest));
    return store_run_or_owe(s, row->token, q, why);
}
