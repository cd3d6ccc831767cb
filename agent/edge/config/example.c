/* A configuration to start from: each row once, with its help; what is optional stands commented
 * out. */
#include "edge/config/levels.h"
#include "edge/config/values.h"

enum { INDENT = 2, HELP_COLUMN = 44 };

struct example {
    struct text *out;
    int indent;
    bool dash; /* the next line that is not commented out begins a member of a list */
    bool off;  /* within a part that is commented out as a whole */
};

static void example_section(struct example *e, const struct section *section);

/* A default that the line itself does not show. */
static void add_help(struct example *e, const struct row *row)
{
    text_addf(e->out, "# %s", row->help);
    if (row->preset_note)
        text_addf(e->out, " (default: %s)", row->preset_note);
    text_add(e->out, span_of("\n"));
}

/* "    key: value   # help"; the help goes in front when the line is long. */
static void add_line(struct example *e, const struct row *row, const char *value)
{
    struct text line = { 0 };
    bool off = e->off || !row->shown, dash = e->dash && !off;
    const char *mark = off ? "#" : dash ? "- " : "";
    text_addf(&line, "%*s%s%s:", e->indent - (dash ? INDENT : 0), "", mark, row->name);
    if (*value)
        text_addf(&line, " %s", value);
    e->dash = e->dash && off;

    bool fits = line.len <= HELP_COLUMN;
    if (!fits) {
        text_addf(e->out, "%*s", e->indent, "");
        add_help(e, row);
    }
    text_addf(e->out, fits ? "%-*s " : "%*s\n", HELP_COLUMN, text_z(&line));
    if (fits)
        add_help(e, row);
    text_done(&line);
}

static void add_kinds(struct example *e)
{
    for (enum rule_kind kind = 0; kind < RULE_KINDS; kind++)
        text_addf(e->out, "%*s#   %s: %s\n", e->indent, "", rule_kind_name(kind),
                  rule_kind_help(kind));
}

static void add_row(struct example *e, const struct row *row)
{
    if (row->type != VALUE_SECTION && row->type != VALUE_LIST) {
        add_line(e, row, row->sample ? row->sample : row->preset);
        if (row->type == VALUE_RULE_KIND)
            add_kinds(e);
        return;
    }
    if (e->indent == 0)
        text_add(e->out, span_of("\n"));
    add_line(e, row, "");
    struct example inner = { .out = e->out, .off = e->off || !row->shown };
    inner.dash = row->type == VALUE_LIST;
    inner.indent = e->indent + (inner.dash ? 2 * INDENT : INDENT);
    example_section(&inner, row->section);
}

static void example_section(struct example *e, const struct section *section)
{
    for (size_t i = 0; i < section->row_count; i++)
        add_row(e, &section->rows[i]);
}

void config_example(struct text *out)
{
    static const char head[] =
        "# Configuration of Ebb. Lines that begin with # are off; the values they show are\n"
        "# examples or defaults. Durations carry a unit (90s, 5m, 6h, 7d), amounts are in\n"
        "# USD. Keys and passwords are never written here, only where they are kept.\n"
        "# `ebb check` reports every error.\n";
    text_add(out, span_of(head));
    struct example e = { .out = out };
    example_section(&e, &section_settings);
}
