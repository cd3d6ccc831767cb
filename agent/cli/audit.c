/* `ebb audit`: the fleet against good practice. Reads stored data only: needs no key and sends
 * nothing to the API. */
#include <stdio.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "core/calendar.h"
#include "edge/config.h"
#include "provider/provider.h"
#include "view/audit_facts.h"
#include "view/terminal.h"

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

/* For people, the commands stand below the table, where lines may be long. */
enum { SEVERITY, ACCOUNT, TOKEN, CHECK, REASON, FIX, COLUMNS };

static const struct column columns[] = {
    [SEVERITY] = { "severity", "SEVERITY", COLUMN_LEVEL, COLUMN_KEY },
    [ACCOUNT] = { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    [TOKEN] = { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    [CHECK] = { "check", "CHECK", COLUMN_TEXT, COLUMN_KEY },
    [REASON] = { "reason", "REASON", COLUMN_TEXT, COLUMN_PROSE },
    [FIX] = { "fix", NULL, COLUMN_TEXT, 0 },
};
_Static_assert(COUNT(columns) == COLUMNS, "a column has no row");

/* How many findings to show: they are sorted, worst first. */
static size_t told(const struct audit *a, enum level least)
{
    size_t count = 0;
    while (count < a->count && a->at[count].severity >= least)
        count++;
    return count;
}

static size_t count_of(const struct audit *a, size_t count, enum level severity)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += a->at[i].severity == severity;
    return found;
}

static struct cell maybe_text(const char *text)
{
    return text ? cell_text(text) : (struct cell){ .kind = CELL_NONE };
}

static void print_findings(const struct audit *a, size_t count, enum table_format format)
{
    struct table *t = table_begin(format, columns, COLUMNS, terminal_colour());
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = &a->at[i];
        const struct cell cells[COLUMNS] = {
            [SEVERITY] = cell_text(level_name(f->severity)),
            [ACCOUNT] = cell_text(f->account),
            [TOKEN] = maybe_text(f->token),
            [CHECK] = cell_text(audit_check_name(f->check)),
            [REASON] = cell_text(f->reason),
            [FIX] = maybe_text(f->fix),
        };
        table_row(t, cells);
    }
    table_end(t);
}

/* A command that fixes several findings is printed once; within a check, only the previous command
 * can repeat. */
static bool is_new(const char *last[AUDIT_CHECKS], const struct finding *f)
{
    for (size_t i = 0; i < AUDIT_CHECKS; i++)
        if (last[i] && strcmp(last[i], f->fix) == 0)
            return false;
    last[f->check] = f->fix;
    return true;
}

static void print_mends(const struct audit *a, size_t count)
{
    const char *last[AUDIT_CHECKS] = { NULL };
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (!a->at[i].fix || !is_new(last, &a->at[i]))
            continue;
        struct text fix = { 0 };
        terminal_add(&fix, span_of(a->at[i].fix));
        printf("%s  %s\n", first ? "\nTo fix:\n" : "", text_z(&fix));
        text_done(&fix);
        first = false;
    }
}

static void print_unknown(const struct audit *a)
{
    bool first = true;
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++) {
        if (!a->unknown[c])
            continue;
        printf("%s%s (%zu)", first ? "Not known yet: " : ", ", audit_check_name(c), a->unknown[c]);
        first = false;
    }
    if (!first)
        puts(".");
}

static void print_text(const struct audit *a, size_t count)
{
    if (count) {
        print_findings(a, count, TABLE_TEXT);
        putchar('\n');
    }
    printf("%zu token%s checked: ", a->judged, a->judged == 1 ? "" : "s");
    if (count)
        printf("%zu critical, %zu warning, %zu info.\n", count_of(a, count, LEVEL_CRITICAL),
               count_of(a, count, LEVEL_WARNING), count_of(a, count, LEVEL_INFO));
    else
        puts("nothing found.");
    print_unknown(a);
    print_mends(a, count);
}

static void print_json(const struct audit *a, size_t count, unix_s now)
{
    char stamp[TIME_TEXT_BYTES];
    printf("{\"at\": \"%s\", \"tokens\": %zu, \"stale_accounts\": %zu, \"worst\": \"%s\"",
           calendar_format(now, stamp), a->judged, a->stale,
           level_name(count ? a->at[0].severity : LEVEL_NONE));
    for (enum level l = LEVEL_CRITICAL; l > LEVEL_NONE; l--)
        printf(", \"%s\": %zu", level_name(l), count_of(a, count, l));
    printf(",\n\"unknown\": {");
    bool first = true;
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
        if (a->unknown[c]) {
            printf("%s\"%s\": %zu", first ? "" : ", ", audit_check_name(c), a->unknown[c]);
            first = false;
        }
    printf("},\n\"findings\": ");
    print_findings(a, count, TABLE_JSON);
    puts("}");
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

static enum exit_status print(const struct context *c, const struct audit *a, unix_s now)
{
    enum level least = LEVEL_INFO + (enum level)c->options[OPT_MIN].number;
    enum table_format format = ask_format(&c->options[OPT_FORMAT], &c->options[OPT_JSON]);
    size_t count = told(a, least);
    if (format == TABLE_TEXT)
        print_text(a, count);
    else if (format == TABLE_JSON)
        print_json(a, count, now);
    else
        print_findings(a, count, format);
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
    if (!audit_facts_load(c->store, &query, &facts, &why))
        return complain(why.kind == FAULT_REJECT ? EXIT_USAGE : EXIT_FAILED, "%s", why.text);
    if (facts.count == 0) {
        audit_facts_done(&facts);
        return complain(EXIT_USAGE, "the configuration has no account \"%s\"", query.account);
    }
    for (size_t i = 0; i < facts.count; i++)
        audit_account(&audit, policy, &facts.accounts[i], c->settings->account_count > 1,
                      query.now);
    audit_sort(&audit);
    enum exit_status status = print(c, &audit, query.now);
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
