/* Findings as a table; for people with what was checked and what to run, for programs with counts.
 */
#include "view/audit.h"

#include "core/calendar.h"
#include "view/table.h"

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

static void add_findings(const struct audit *a, size_t count, struct writer *w)
{
    struct table *t = table_begin(w, columns, COLUMNS);
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

/* A command that fixes several findings is shown once; within a check, only the previous command
 * can repeat. */
static bool is_new(const char *last[AUDIT_CHECKS], const struct finding *f)
{
    for (size_t i = 0; i < AUDIT_CHECKS; i++)
        if (last[i] && strcmp(last[i], f->fix) == 0)
            return false;
    last[f->check] = f->fix;
    return true;
}

static void add_fixes(const struct audit *a, size_t count, struct writer *w)
{
    const char *last[AUDIT_CHECKS] = { NULL };
    const char *before = "\nTo fix:\n  ";
    for (size_t i = 0; i < count; i++) {
        if (!a->at[i].fix || !is_new(last, &a->at[i]))
            continue;
        writer_add(w, before);
        writer_add_safe(w, span_of(a->at[i].fix));
        writer_add(w, "\n");
        before = "  ";
    }
}

/* "Not known yet: credits (1)." */
static void add_counts(const char *before, const size_t counts[AUDIT_CHECKS], struct writer *w)
{
    const char *end = "";
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++) {
        if (!counts[c])
            continue;
        writer_addf(w, "%s%s (%zu)", before, audit_check_name(c), counts[c]);
        before = ", ";
        end = ".\n";
    }
    writer_add(w, end);
}

static void show_text(const struct audit *a, size_t count, struct writer *w)
{
    if (count) {
        add_findings(a, count, w);
        writer_add(w, "\n");
    }
    writer_addf(w, "%zu token%s checked: ", a->judged, a->judged == 1 ? "" : "s");
    if (count)
        writer_addf(w, "%zu critical, %zu warning, %zu info.\n", count_of(a, count, LEVEL_CRITICAL),
                    count_of(a, count, LEVEL_WARNING), count_of(a, count, LEVEL_INFO));
    else
        writer_add(w, "nothing found.\n");
    add_counts("Not known yet: ", a->unknown, w);
    add_counts("Not offered by the API: ", a->not_offered, w);
    add_fixes(a, count, w);
}

static void add_json_counts(struct json_out *j, const char *name, const size_t counts[AUDIT_CHECKS])
{
    json_open_object(j, name);
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
        if (counts[c])
            json_add_integer(j, audit_check_name(c), (int64_t)counts[c]);
    json_close(j);
    json_line(j, 0);
}

static void show_json(const struct audit *a, size_t count, unix_s now, struct writer *w)
{
    struct json_out *j = &w->json;
    json_open_object(j, NULL);
    calendar_add_json(j, "at", now);
    json_add_integer(j, "tokens", (int64_t)a->judged);
    json_add_integer(j, "stale_accounts", (int64_t)a->stale);
    json_add_z(j, "worst", level_name(count ? a->at[0].severity : LEVEL_NONE));
    for (enum level l = LEVEL_CRITICAL; l > LEVEL_NONE; l--)
        json_add_integer(j, level_name(l), (int64_t)count_of(a, count, l));
    json_line(j, 0);
    add_json_counts(j, "unknown", a->unknown);
    add_json_counts(j, "not_offered", a->not_offered);
    json_name(j, "findings");
    add_findings(a, count, w);
    json_close(j);
    writer_add(w, "\n");
}

void audit_show(const struct audit *a, size_t count, unix_s now, struct writer *w)
{
    if (w->format == FORMAT_TEXT)
        show_text(a, count, w);
    else if (w->format == FORMAT_JSON)
        show_json(a, count, now, w);
    else
        add_findings(a, count, w);
    writer_pass(w);
}
