/* `ebb audit`: the fleet against good practice. Reads stored data only: needs no key and sends
 * nothing to the API. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "edge/config.h"
#include "provider/provider.h"
#include "view/audit.h"
#include "view/audit_facts.h"

enum { OPT_ACCOUNT, OPT_TOKEN, OPT_FLEET, OPT_MIN, OPT_FORMAT, OPT_JSON, OPTS };

#define SEVERITIES "info|warning|critical" /* in the order of enum level, from LEVEL_INFO */

static const struct option_row options[] = {
    [OPT_ACCOUNT] = OPTION_ROW_ACCOUNT,
    [OPT_TOKEN] = { .name = "token",
                    .type = OPTION_TEXT,
                    .value = "GLOB",
                    .help = "only tokens whose name matches, such as 'dev-*'" },
    [OPT_FLEET] = { .name = "fleet",
                    .type = OPTION_TEXT,
                    .value = "FILE",
                    .help = "also compare with this fleet file (default: `fleet` in the "
                            "configuration)" },
    [OPT_MIN] = { .name = "min-severity",
                  .type = OPTION_CHOICE,
                  .value = SEVERITIES,
                  .preset = "info",
                  .help = "hide findings below this severity" },
    [OPT_FORMAT] = OPTION_ROW_FORMAT,
    [OPT_JSON] = OPTION_ROW_AS_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* How many findings to show: they are sorted, worst first. */
static size_t shown(const struct audit *a, enum level least)
{
    size_t count = 0;
    while (count < a->count && a->at[count].severity >= least)
        count++;
    return count;
}

/* Unchecked data is no success: it decides the status unless a finding does. */
static enum exit_status status_of(const struct audit *a, size_t count)
{
    enum level worst = LEVEL_NONE;
    for (size_t i = 0; i < count; i++)
        if (a->at[i].check != AUDIT_STALE && a->at[i].severity > worst)
            worst = a->at[i].severity;
    return worst == LEVEL_CRITICAL ? EXIT_CRITICAL
        : worst == LEVEL_WARNING   ? EXIT_WARNING
        : a->stale                 ? EXIT_UNKNOWN
                                   : EXIT_OK;
}

static enum exit_status show(const struct context *c, const struct audit *a, unix_s now)
{
    enum level least = LEVEL_INFO + (enum level)c->options[OPT_MIN].number;
    size_t count = shown(a, least);
    ask_format(c, OPT_FORMAT, OPT_JSON);
    audit_show(a, count, now, c->out);
    return status_of(a, count);
}

static enum exit_status audit_run(const struct context *c)
{
    const struct option_value *given = c->options;
    const struct audit_policy *policy = &c->settings->audit;
    const struct audit_query query = {
        .settings = c->settings,
        .account = given[OPT_ACCOUNT].text,
        .only = given[OPT_TOKEN].text,
        .limits = provider_limits(),
        .fleet = given[OPT_FLEET].given ? given[OPT_FLEET].text : policy->fleet,
        .now = clock_unix(),
    };
    struct audit_facts facts;
    struct audit audit = { 0 };
    struct fault why;
    if (!audit_facts_load(c->store, &query, &facts, &why)) {
        fputs(text_z(&facts.diagnostics), stderr);
        audit_facts_done(&facts);
        return complain(why.kind == FAULT_REJECT ? EXIT_USAGE : EXIT_FAILED, "%s", why.text);
    }
    if (facts.count == 0) {
        audit_facts_done(&facts);
        return complain(EXIT_USAGE, "the configuration has no account \"%s\"", query.account);
    }
    for (size_t i = 0; i < facts.count; i++)
        audit_account(&audit, policy, &facts.accounts[i], c->settings->account_count > 1,
                      query.now);
    audit_sort(&audit);
    enum exit_status status = show(c, &audit, query.now);
    if (query.only && audit.judged == 0) {
        enum exit_status none =
            complain(EXIT_UNKNOWN, "audit: no token matches \"%s\"", query.only);
        status = status == EXIT_OK ? none : status;
    }
    audit_done(&audit);
    audit_facts_done(&facts);
    return status;
}

const struct command cmd_audit = {
    .name = "audit",
    .arguments = "",
    .help = "check tokens and accounts against good practice and suggest fixes",
    .example = "ebb audit --token 'dev-*' --min-severity warning",
    .statuses = "   0  no findings, or none above info\n"
                "  10  the worst finding is a warning\n"
                "  11  the worst finding is critical\n"
                "   3  an account has no fresh data or no token matches --token, and nothing of "
                "the above was found\n",
    .needs = NEEDS_SETTINGS | NEEDS_STORE,
    .options = options,
    .option_count = COUNT(options),
    .run = audit_run,
};
