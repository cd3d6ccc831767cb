/* `ebb gate`: one answer for scripts. Whatever keeps it from an answer is "unknown", also a store
 * that cannot be read: the status of a failure must not read as "low". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "cli/ask.h"
#include "core/calendar.h"
#include "core/gate.h"
#include "edge/config.h"
#include "edge/store.h"
#include "view/standing.h"
#include "view/writer.h"

enum { GATE_STATUS_LOW = 1 };

enum { OPT_BALANCE, OPT_RUNWAY, OPT_MAX_AGE, OPT_CREDITS, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_BALANCE] = { .name = "balance",
                      .type = OPTION_AMOUNT,
                      .value = "USD",
                      .help = "at least this much must be left" },
    [OPT_RUNWAY] = { .name = "runway",
                     .type = OPTION_DURATION,
                     .value = "DURATION",
                     .help = "it must last this long, or until its reset" },
    [OPT_MAX_AGE] = { .name = "max-age",
                      .type = OPTION_DURATION,
                      .value = "DURATION",
                      .preset = "1h",
                      .help = "answer unknown if the reading is older than this" },
    [OPT_CREDITS] = { .name = "credits",
                      .type = OPTION_FLAG,
                      .help = "the account's credits instead of TOKEN" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_JSON] = { .name = "json",
                   .type = OPTION_FLAG,
                   .help = "print the answer as one JSON object" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* What was found of the name that was asked for. */
struct found {
    size_t count; /* more than one: the same name in several accounts */
    struct gate_view view;
    struct maybe_money balance; /* its own; view.balance is what can be spent */
    struct text account;
};

static struct maybe_money amount(const struct cell *cell)
{
    return (struct maybe_money){ cell->kind == CELL_INTEGER,
                                 { cell->kind == CELL_INTEGER ? cell->integer : 0 } };
}

static unix_s stamp(const struct cell *cell)
{
    return cell->kind == CELL_INTEGER && is_stamp(cell->integer) ? cell->integer : TIME_NONE;
}

static void keep(struct found *f, struct span account, enum state state)
{
    text_clear(&f->account);
    text_add(&f->account, account);
    f->view.state = state;
    f->count++;
}

static void take_token(struct found *f, const struct cell *cells, enum state state, unix_s now)
{
    bool spends_credits = !cells[STANDING_BUDGETED].integer;
    f->balance = amount(&cells[STANDING_BALANCE]);
    f->view = (struct gate_view){
        .balance = spends_credits ? f->balance : amount(&cells[STANDING_AVAILABLE]),
        .is_free = type_is_free(cells[STANDING_TYPE].text),
        .spends_credits = spends_credits,
        .by_credits = cells[STANDING_LIMITED_BY].kind == CELL_TEXT
            && span_is(cells[STANDING_LIMITED_BY].text, forecast_limit_name(LIMIT_CREDITS)),
        .credits_unknown = !spends_credits && !cells[STANDING_CREDITS_KNOWN].integer,
        .seen = stamp(&cells[STANDING_SEEN]),
        .likely = stamp(&cells[STANDING_LIKELY]),
        .refilled = calendar_next_reset(calendar_period_named(cells[STANDING_PERIOD].text), now),
    };
    keep(f, cells[STANDING_ACCOUNT].text, state);
}

static void take_credits(struct found *f, const struct cell *cells, enum state state)
{
    f->balance = amount(&cells[CREDITS_BALANCE]);
    f->view = (struct gate_view){
        .balance = f->balance,
        .seen = stamp(&cells[CREDITS_SEEN]),
        .likely = stamp(&cells[CREDITS_LIKELY]),
        .refilled = TIME_NONE,
    };
    keep(f, cells[CREDITS_ACCOUNT].text, state);
}

/* `token` NULL: the credits. How old a reading may be is said by whoever asks, whatever the plan of
 * the polls. */
static bool find(struct store *s, const char *token, const char *account, const struct gate_spec *w,
                 unix_s now, struct found *ret, struct fault *why)
{
    const struct query_filter scope = { now, TIME_NONE, TIME_NONE, NULL, account };
    struct cell cells[STANDING_COLUMNS];
    struct standing *standing;
    ret->count = 0;
    if (!(token ? standing_of_tokens(s, &scope, w->max_age_s, &standing, why)
                : standing_of_credits(s, &scope, w->max_age_s, &standing, why)))
        return false;
    while (standing_next(standing, cells, token ? STANDING_COLUMNS : CREDITS_COLUMNS))
        if (!token)
            take_credits(ret, cells, standing_state(standing));
        else if (span_is(cells[STANDING_TOKEN].text, token))
            take_token(ret, cells, standing_state(standing), now);
    standing_end(standing);
    return true;
}

static enum gate judge(const struct found *f, const struct gate_spec *w, unix_s now, char *reason)
{
    if (f->count == 1)
        return gate_judge(&f->view, w, now, reason);
    snprintf(reason, GATE_REASON_BYTES, "%s",
             f->count ? "several accounts have it: name one with --account"
                      : "no data for it: see `ebb status`");
    return GATE_UNKNOWN;
}

/* A token without a budget lives on the credits of its account. */
static enum gate ask_gate(struct store *s, const struct context *c, const struct gate_spec *w,
                          unix_s now, struct found *f, char *reason)
{
    const char *token = c->argument_count ? c->arguments[0] : NULL;
    const char *wanted = c->options[OPT_ACCOUNT].text;
    char inner[GATE_REASON_BYTES];
    struct fault why;
    bool ok = find(s, token, wanted, w, now, f, &why);
    bool lives_on_credits = ok && f->count == 1 && gate_asks_credits(&f->view);
    if (lives_on_credits) {
        char *account = xstrdup(text_z(&f->account));
        ok = find(s, NULL, account, w, now, f, &why);
        free(account);
    }
    if (!ok) {
        snprintf(reason, GATE_REASON_BYTES, "%.180s", why.text);
        return GATE_UNKNOWN;
    }
    enum gate gate = judge(f, w, now, inner);
    snprintf(reason, GATE_REASON_BYTES, "%s%.150s",
             lives_on_credits ? "no budget, so the account's credits count: " : "", inner);
    return gate;
}

/* Times without an end are null. */
static void add_json(const struct context *c, enum gate gate, const char *reason,
                     const struct found *f)
{
    struct json_out *j = &c->out->json;
    const struct maybe_money unknown = { .known = false };
    bool told = f->count == 1;
    json_open_object(j, NULL);
    json_add_z(j, "answer", gate_name(gate));
    json_add_z(j, "reason", reason);
    json_add_z(j, "token", c->argument_count ? c->arguments[0] : NULL);
    json_add_money(j, "balance_usd", told ? f->balance : unknown);
    json_add_money(j, "available_usd", told ? f->view.balance : unknown);
    json_add_z(j, "limited_by",
               !told || !f->view.balance.known ? NULL
                   : f->view.by_credits        ? "credits"
                                               : "balance");
    calendar_add_json(j, "likely_at", told ? f->view.likely : TIME_NONE);
    calendar_add_json(j, "seen_at", told ? f->view.seen : TIME_NONE);
    json_close(j);
    writer_add(c->out, "\n");
}

static void add_line(const struct context *c, enum gate gate, const char *reason)
{
    writer_addf(c->out, "%s: ", gate_name(gate));
    writer_add_safe(c->out, span_of(c->argument_count ? c->arguments[0] : "credits"));
    writer_add(c->out, ": ");
    writer_add_safe(c->out, span_of(reason));
    writer_add(c->out, "\n");
}

/* An answer that could not be printed is none. */
static enum exit_status finish(struct writer *out, enum gate gate)
{
    static const int statuses[] = {
        [GATE_OK] = EXIT_OK, [GATE_LOW] = GATE_STATUS_LOW, [GATE_UNKNOWN] = EXIT_UNKNOWN
    };
    if (writer_flush(out))
        return (enum exit_status)statuses[gate];
    out->file = NULL; /* said here, and no failure of the command */
    out->error = 0;
    return complain(EXIT_UNKNOWN, "gate: cannot write the answer");
}

static enum exit_status gate_run(const struct context *c)
{
    const struct option_value *given = c->options;
    struct gate_spec wish = {
        .balance = { given[OPT_BALANCE].given, { given[OPT_BALANCE].number } },
        .runway_s = given[OPT_RUNWAY].given ? given[OPT_RUNWAY].number : -1,
        .max_age_s = given[OPT_MAX_AGE].number,
    };
    char reason[GATE_REASON_BYTES];
    struct found found = { 0 };
    struct store *s = NULL;
    struct fault why;
    enum gate gate = GATE_UNKNOWN;
    if ((c->argument_count == 0) == !given[OPT_CREDITS].given)
        return complain(EXIT_USAGE, "gate: name a token, or use --credits");
    if (access(c->settings->store, F_OK) != 0)
        snprintf(reason, sizeof reason, "no data yet: run `ebb once`, or start `ebb run`");
    else if (!store_open(c->settings->store, STORE_READ, &s, &why))
        snprintf(reason, sizeof reason, "%.190s", why.text);
    else
        gate = ask_gate(s, c, &wish, clock_unix(), &found, reason);
    if (given[OPT_JSON].given)
        add_json(c, gate, reason, &found);
    else
        add_line(c, gate, reason);
    store_close(s);
    text_done(&found.account);
    return finish(c->out, gate);
}

const struct command cmd_gate = {
    .name = "gate",
    .arguments = "[TOKEN]",
    .help = "check in a script whether enough is left to start work",
    .example = "ebb gate prod-billing-api --balance 5.00 --runway 2h",
    .statuses = "  0  ok: enough is left\n"
                "  1  low: not enough is left\n"
                "  2  the command line or the configuration is invalid\n"
                "  3  unknown: no such token, no fresh reading, too little history,\n"
                "     or the database cannot be read\n",
    .needs = NEEDS_SETTINGS,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = gate_run,
};
