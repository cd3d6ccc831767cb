/* `ebb gate`: one answer for scripts. Whatever keeps it from an answer is "unknown", also a store
 * that cannot be read: the status of a failure must not read as "low". */
#include <unistd.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "edge/config.h"
#include "edge/store.h"
#include "view/gate.h"

enum { GATE_STATUS_LOW = 1, GATE_STATUS_NOT_OFFERED = 4 };

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

/* An answer that could not be printed is none. */
static enum exit_status finish(struct writer *out, enum gate gate)
{
    static const int statuses[] = {
        [GATE_OK] = EXIT_OK,
        [GATE_LOW] = GATE_STATUS_LOW,
        [GATE_UNKNOWN] = EXIT_UNKNOWN,
        [GATE_NOT_OFFERED] = GATE_STATUS_NOT_OFFERED,
    };
    if (writer_flush(out))
        return (enum exit_status)statuses[gate];
    writer_abandon(out);
    return complain(EXIT_UNKNOWN, "gate: cannot write the answer");
}

static enum exit_status gate_run(const struct context *c)
{
    const struct option_value *given = c->options;
    struct gate_query q = {
        .token = c->argument_count ? c->arguments[0] : NULL,
        .account = given[OPT_ACCOUNT].text,
        .spec = { .balance = { given[OPT_BALANCE].given, { given[OPT_BALANCE].number } },
                  .runway_s = given[OPT_RUNWAY].given ? given[OPT_RUNWAY].number : -1,
                  .max_age_s = given[OPT_MAX_AGE].number },
        .now = clock_unix(),
    };
    struct store *s = NULL;
    struct gate_answer answer;
    struct text name = { 0 };
    struct fault why;
    if ((c->argument_count == 0) == !given[OPT_CREDITS].given)
        return complain(EXIT_USAGE, "gate: name a token, or use --credits");
    ask_json(c, OPT_JSON);
    if (access(c->settings->store, F_OK) != 0)
        answer = gate_not_asked("no data yet: run `ebb once`, or start `ebb run`");
    else if (!store_open(c->settings->store, STORE_READ, &s, &why))
        answer = gate_not_asked(why.text);
    if (s && q.token)
        q.token = ask_token(s, q.account, q.token, &name);
    if (s)
        gate_ask(s, &q, &answer);
    gate_show(&q, &answer, c->out);
    store_close(s);
    text_done(&name);
    return finish(c->out, answer.gate);
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
                "     or the database cannot be read\n"
                "  4  not offered: the account's credits would count, and its API does\n"
                "     not offer them; `ebb credits set` gives them by hand\n",
    .needs = NEEDS_SETTINGS,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = gate_run,
};
