/* `ebb gate`: one answer for scripts. Whatever keeps it from an answer is "unknown", also a store that cannot be read:
 * the status of a failure must not read as "low". */
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

enum { GATE_STATUS_LOW = 1 };

enum { OPT_BALANCE, OPT_RUNWAY, OPT_MAX_AGE, OPT_CREDITS, OPT_ACCOUNT, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_BALANCE] = { .name = "balance", .type = OPTION_AMOUNT, .value = "USD",
                      .help = "at least this much must be left" },
    [OPT_RUNWAY] = { .name = "runway", .type = OPTION_DURATION, .value = "DURATION",
                     .help = "it must last this long, or until its reset" },
    [OPT_MAX_AGE] = { .name = "max-age", .type = OPTION_DURATION, .value = "DURATION", .preset = "1h",
                      .help = "a reading older than this is not trusted" },
    [OPT_CREDITS] = { .name = "credits", .type = OPTION_FLAG,
                      .help = "the account's credits instead of TOKEN" },
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_JSON] = { .name = "json", .type = OPTION_FLAG, .help = "one object for programs" },
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* The columns of question_status.sql and of question_credits.sql. */
enum { T_ACCOUNT = 1, T_TOKEN, T_TYPE, T_BALANCE, T_BUDGETED, T_STATE = 11, T_LIKELY = 13, T_PERIOD = 18, T_SEEN = 21,
       TOKEN_CELLS };
enum { C_ACCOUNT, C_BALANCE, C_BURN, C_LIKELY, C_STATE, C_SEEN, CREDITS_CELLS };

/* What was found of the name that was asked for. */
struct found {
    size_t count; /* more than one: the same name in several accounts */
    struct gate_view view;
    struct text account, state;
};

static struct maybe_money amount(const struct cell *cell)
{
    return (struct maybe_money){ cell->kind == CELL_INTEGER, { cell->kind == CELL_INTEGER ? cell->integer : 0 } };
}

static unix_s stamp(const struct cell *cell)
{
    return cell->kind == CELL_INTEGER && cell->integer < TIME_FAR ? cell->integer : TIME_NONE;
}

static void keep(struct found *f, struct span account, struct span state)
{
    text_clear(&f->account);
    text_clear(&f->state);
    text_add(&f->account, account);
    text_add(&f->state, state);
    f->view.state = text_z(&f->state);
    f->count++;
}

static void take_token(struct found *f, const char *wanted, const struct cell *cells, unix_s now)
{
    if (!span_is(cells[T_TOKEN].text, wanted))
        return;
    f->view = (struct gate_view){
        .balance = amount(&cells[T_BALANCE]),
        .is_free = span_is(cells[T_TYPE].text, "sandbox_api_token"),
        .spends_credits = !cells[T_BUDGETED].integer,
        .seen = stamp(&cells[T_SEEN]),
        .likely = stamp(&cells[T_LIKELY]),
        .refilled = calendar_next_reset(calendar_period_named(cells[T_PERIOD].text), now),
    };
    keep(f, cells[T_ACCOUNT].text, cells[T_STATE].text);
}

static void take_credits(struct found *f, const struct cell *cells)
{
    f->view = (struct gate_view){
        .balance = amount(&cells[C_BALANCE]),
        .seen = stamp(&cells[C_SEEN]),
        .likely = stamp(&cells[C_LIKELY]),
        .refilled = TIME_NONE,
    };
    keep(f, cells[C_ACCOUNT].text, cells[C_STATE].text);
}

/* `token` NULL: the credits. */
static bool find(struct store *s, const char *token, const char *account, unix_s now, struct found *ret,
                 struct fault *why)
{
    const struct scope scope = { now, TIME_NONE, TIME_NONE, NULL, account };
    struct cell cells[TOKEN_CELLS + 1];
    struct answer *a;
    bool more = true, ok = true;
    ret->count = 0;
    if (!archive_ask(s, token ? QUESTION_STATUS : QUESTION_CREDITS, &scope, &a, why))
        return false;
    while (ok && more) {
        ok = archive_next(a, cells, token ? TOKEN_CELLS : CREDITS_CELLS, &more, why);
        if (ok && more && token)
            take_token(ret, token, cells, now);
        else if (ok && more)
            take_credits(ret, cells);
    }
    archive_end(a);
    return ok;
}

static enum gate judge(const struct found *f, const struct gate_wish *w, unix_s now, char *reason)
{
    if (f->count == 1)
        return gate_judge(&f->view, w, now, reason);
    snprintf(reason, GATE_REASON_BYTES, "%s", f->count ? "several accounts have it: name one with --account"
                                                       : "nothing is stored of it: see `ebb status`");
    return GATE_UNKNOWN;
}

static bool is_gone(const struct gate_view *v)
{
    return strcmp(v->state, "missing") == 0 || strcmp(v->state, "expired") == 0;
}

/* A token with money of its own is refused too when its account has none. What is not known of the credits is passed
 * by: the token was asked about. */
static bool judge_account(struct store *s, const struct found *token, const struct gate_wish *w, unix_s now,
                          enum gate *ret, struct fault *why)
{
    char reason[GATE_REASON_BYTES];
    struct found credits = { 0 };
    const struct gate_wish anything = { .runway_s = -1, .max_age_s = w->max_age_s };
    bool ok = find(s, NULL, text_z(&token->account), now, &credits, why);
    bool is_low = ok && credits.count == 1 && gate_judge(&credits.view, &anything, now, reason) == GATE_LOW;
    *ret = is_low ? GATE_LOW : GATE_OK;
    text_done(&credits.account);
    text_done(&credits.state);
    return ok;
}

/* A token without a budget lives on the credits of its account. */
static enum gate ask_gate(struct store *s, const struct context *c, const struct gate_wish *w, unix_s now,
                          struct found *f, char *reason)
{
    const char *token = c->argument_count ? c->arguments[0] : NULL;
    const char *wanted = c->options[OPT_ACCOUNT].text;
    char inner[GATE_REASON_BYTES];
    struct fault why;
    bool ok = find(s, token, wanted, now, f, &why);
    bool lives_on_credits = ok && f->count == 1 && f->view.spends_credits && !f->view.is_free && !is_gone(&f->view);
    if (lives_on_credits) {
        char *account = xstrdup(text_z(&f->account));
        ok = find(s, NULL, account, now, f, &why);
        free(account);
    }
    if (!ok) {
        snprintf(reason, GATE_REASON_BYTES, "%.180s", why.text);
        return GATE_UNKNOWN;
    }
    enum gate gate = judge(f, w, now, inner);
    bool asks_account = gate == GATE_OK && token && !f->view.is_free && !lives_on_credits;
    if (asks_account && !judge_account(s, f, w, now, &gate, &why)) {
        snprintf(reason, GATE_REASON_BYTES, "%.180s", why.text);
        return GATE_UNKNOWN;
    }
    if (asks_account && gate == GATE_LOW)
        snprintf(inner, sizeof inner, "the credits of its account are used up");
    snprintf(reason, GATE_REASON_BYTES, "%s%.150s",
             lives_on_credits ? "it has no budget; of the account's credits: " : "", inner);
    return gate;
}

static void print_json(const struct context *c, enum gate gate, const char *reason, const struct found *f)
{
    struct text line = { 0 };
    char exact[MONEY_TEXT_BYTES], at[TIME_TEXT_BYTES];
    bool told = f->count == 1;
    text_addf(&line, "{\"answer\": \"%s\", \"reason\": ", gate_name(gate));
    text_add_json(&line, span_of(reason));
    text_add(&line, span_of(", \"token\": "));
    if (c->argument_count)
        text_add_json(&line, span_of(c->arguments[0]));
    else
        text_add(&line, span_of("null"));
    text_addf(&line, ", \"balance_usd\": %s",
              told && f->view.balance.known ? money_format(f->view.balance.is, exact) : "null");
    bool has_end = told && f->view.likely != TIME_NONE;
    text_addf(&line, ", \"likely_at\": %s%s%s", has_end ? "\"" : "",
              has_end ? calendar_format(f->view.likely, at) : "null", has_end ? "\"" : "");
    bool was_seen = told && f->view.seen != TIME_NONE;
    text_addf(&line, ", \"seen_at\": %s%s%s}\n", was_seen ? "\"" : "",
              was_seen ? calendar_format(f->view.seen, at) : "null", was_seen ? "\"" : "");
    fwrite(text_z(&line), 1, line.len, stdout);
    text_done(&line);
}

static void print_line(const struct context *c, enum gate gate, const char *reason)
{
    struct text line = { 0 };
    text_addf(&line, "%s: ", gate_name(gate));
    text_add_terminal(&line, span_of(c->argument_count ? c->arguments[0] : "credits"), 0);
    text_add(&line, span_of(": "));
    text_add_terminal(&line, span_of(reason), 0);
    puts(text_z(&line));
    text_done(&line);
}

/* An answer that could not be printed is none. */
static enum exit_status finish(enum gate gate)
{
    static const int statuses[] = { [GATE_OK] = EXIT_OK, [GATE_LOW] = GATE_STATUS_LOW, [GATE_UNKNOWN] = EXIT_UNKNOWN };
    if (fflush(stdout) == 0 && !ferror(stdout))
        return (enum exit_status)statuses[gate];
    clearerr(stdout);
    return complain(EXIT_UNKNOWN, "gate: the answer could not be written");
}

static enum exit_status run(const struct context *c)
{
    const struct option_value *given = c->options;
    struct gate_wish wish = {
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
        snprintf(reason, sizeof reason, "nothing was stored yet: poll with `ebb once`, or start `ebb run`");
    else if (!store_open(c->settings->store, STORE_READ, &s, &why))
        snprintf(reason, sizeof reason, "%.190s", why.text);
    else
        gate = ask_gate(s, c, &wish, clock_unix(), &found, reason);
    if (given[OPT_JSON].given)
        print_json(c, gate, reason, &found);
    else
        print_line(c, gate, reason);
    store_close(s);
    text_done(&found.account);
    text_done(&found.state);
    return finish(gate);
}

const struct command cmd_gate = {
    .name = "gate",
    .arguments = "[TOKEN]",
    .help = "tell a script whether enough is left to start work",
    .example = "ebb gate prod-billing-api --balance 5.00 --runway 2h",
    .statuses = "  0  ok: enough is left\n"
                "  1  low: it is not\n"
                "  2  the command line or the configuration is wrong\n"
                "  3  unknown: no such token, no fresh reading, watched too briefly, or nothing could be read\n",
    .needs = NEEDS_SETTINGS,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = run,
};
