/* Whatever keeps the gate from an answer is "unknown", also a store that cannot be read: a failure
 * must not read as "low". */
#include "view/gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "view/standing.h"

/* What was found of the name that was asked for. */
struct found {
    size_t count; /* more than one: the same name in several accounts */
    struct gate_view view;
    struct maybe_money balance; /* its own; view.balance is what can be spent */
    struct text account;
};

static void keep(struct found *f, struct span account, enum state state)
{
    text_clear(&f->account);
    text_add(&f->account, account);
    f->view.state = state;
    f->count++;
}

static bool has_source(const struct cell *cell, enum credits_source source)
{
    return cell->kind == CELL_TEXT && credits_source_named(cell->text) == source;
}

static void take_token(struct found *f, const struct cell *cells, enum state state, unix_s now)
{
    bool spends_credits = !cells[STANDING_BUDGETED].integer;
    bool by_credits = cells[STANDING_LIMITED_BY].kind == CELL_TEXT
        && span_is(cells[STANDING_LIMITED_BY].text, forecast_limit_name(LIMIT_CREDITS));
    f->balance = cell_money(&cells[STANDING_BALANCE]);
    f->view = (struct gate_view){
        .balance = spends_credits ? f->balance : cell_money(&cells[STANDING_AVAILABLE]),
        .is_free = type_is_free(cells[STANDING_TYPE].text),
        .spends_credits = spends_credits,
        .by_credits = by_credits,
        .credits_unknown = !spends_credits && !cells[STANDING_CREDITS_KNOWN].integer
            && !has_source(&cells[STANDING_CREDITS_SOURCE], CREDITS_NOT_OFFERED),
        .is_estimate = by_credits && has_source(&cells[STANDING_CREDITS_SOURCE], CREDITS_ESTIMATED),
        .seen = cell_time(&cells[STANDING_SEEN]),
        .likely = cell_time(&cells[STANDING_LIKELY]),
        .refilled = calendar_next_reset(calendar_period_named(cells[STANDING_PERIOD].text), now),
    };
    keep(f, cells[STANDING_ACCOUNT].text, state);
}

static void take_credits(struct found *f, const struct cell *cells, enum state state)
{
    f->balance = cell_money(&cells[CREDITS_BALANCE]);
    f->view = (struct gate_view){
        .balance = f->balance,
        .seen = cell_time(&cells[CREDITS_SEEN]),
        .likely = cell_time(&cells[CREDITS_LIKELY]),
        .is_estimate = has_source(&cells[CREDITS_SOURCE], CREDITS_ESTIMATED),
        .refilled = TIME_NONE,
    };
    keep(f, cells[CREDITS_ACCOUNT].text, state);
}

/* `token` NULL: the credits. How old a reading may be is said by whoever asks, whatever the plan of
 * the polls. */
static bool find(struct store *s, const struct gate_query *q, const char *token,
                 const char *account, struct found *ret, struct fault *why)
{
    const struct query_filter scope = query_at(q->now, account);
    struct cell cells[STANDING_COLUMNS];
    struct standing *standing;
    ret->count = 0;
    if (!(token ? standing_of_tokens(s, &scope, q->spec.max_age_s, &standing, why)
                : standing_of_credits(s, &scope, q->spec.max_age_s, &standing, why)))
        return false;
    while (standing_next(standing, cells, token ? STANDING_COLUMNS : CREDITS_COLUMNS))
        if (!token)
            take_credits(ret, cells, standing_state(standing));
        else if (span_is(cells[STANDING_TOKEN].text, token))
            take_token(ret, cells, standing_state(standing), q->now);
    standing_end(standing);
    return true;
}

static enum gate judge(const struct found *f, const struct gate_query *q, char *reason)
{
    if (f->count == 1)
        return gate_judge(&f->view, &q->spec, q->now, reason);
    snprintf(reason, GATE_REASON_BYTES, "%s",
             f->count ? "several accounts have it: name one with --account"
                      : "no data for it: see `ebb status`");
    return GATE_UNKNOWN;
}

/* A token without a budget lives on the credits of its account. */
static enum gate answer(struct store *s, const struct gate_query *q, struct found *f, char *reason)
{
    char inner[GATE_REASON_BYTES];
    struct fault why;
    bool ok = find(s, q, q->token, q->account, f, &why);
    bool lives_on_credits = ok && f->count == 1 && gate_asks_credits(&f->view);
    if (lives_on_credits) {
        char *account = xstrdup(text_z(&f->account));
        ok = find(s, q, NULL, account, f, &why);
        free(account);
    }
    if (!ok) {
        snprintf(reason, GATE_REASON_BYTES, "%.180s", why.text);
        return GATE_UNKNOWN;
    }
    enum gate gate = judge(f, q, inner);
    snprintf(reason, GATE_REASON_BYTES, "%s%.150s",
             lives_on_credits ? "no budget, so the account's credits count: " : "", inner);
    return gate;
}

void gate_ask(struct store *s, const struct gate_query *q, struct gate_answer *ret)
{
    struct found f = { 0 };
    struct gate_answer a = { .likely = TIME_NONE, .seen = TIME_NONE };
    a.gate = answer(s, q, &f, a.reason);
    if (f.count == 1) {
        a.balance = f.balance;
        a.available = f.view.balance;
        a.by_credits = f.view.by_credits;
        a.likely = f.view.likely;
        a.seen = f.view.seen;
    }
    text_done(&f.account);
    *ret = a;
}

struct gate_answer gate_not_asked(const char *reason)
{
    struct gate_answer a = { .gate = GATE_UNKNOWN, .likely = TIME_NONE, .seen = TIME_NONE };
    snprintf(a.reason, sizeof a.reason, "%.190s", reason);
    return a;
}

static void add_json(const struct gate_query *q, const struct gate_answer *a, struct json_out *j)
{
    json_open_object(j, NULL);
    json_add_z(j, "answer", gate_name(a->gate));
    json_add_z(j, "reason", a->reason);
    json_add_z(j, "token", q->token);
    json_add_money(j, "balance_usd", a->balance);
    json_add_money(j, "available_usd", a->available);
    json_add_z(j, "limited_by", !a->available.known ? NULL : a->by_credits ? "credits" : "balance");
    calendar_add_json(j, "likely_at", a->likely);
    calendar_add_json(j, "seen_at", a->seen);
    json_close(j);
}

static void add_line(const struct gate_query *q, const struct gate_answer *a, struct writer *w)
{
    writer_addf(w, "%s: ", gate_name(a->gate));
    writer_add_safe(w, span_of(q->token ? q->token : "credits"));
    writer_add(w, ": ");
    writer_add_safe(w, span_of(a->reason));
}

void gate_show(const struct gate_query *q, const struct gate_answer *a, struct writer *w)
{
    if (w->format == FORMAT_JSON)
        add_json(q, a, &w->json);
    else
        add_line(q, a, w);
    writer_add(w, "\n");
    writer_pass(w);
}
