/* The effective configuration, every default included, by the same rows that read it. Secrets have
 * no row of their own, so they cannot be printed: only the rows that name their sources are. */
#include "edge/config/levels.h"
#include "edge/config/values.h"

enum { INDENT = 2 };

struct printer {
    struct text *out;
    int indent;
    bool dash; /* the next line begins a member of a list */
};

static void print_section(struct printer *p, const struct section *section, const void *fields);

static void begin_line(struct printer *p)
{
    int indent = p->indent - (p->dash ? INDENT : 0);
    text_addf(p->out, "%*s%s", indent, "", p->dash ? "- " : "");
    p->dash = false;
}

static void print_list(struct printer *p, const struct row *row, const void *fields)
{
    const char *members = *(char *const *)row_field_const(row, fields);
    size_t count = *(const size_t *)(const void *)((const char *)fields + row->count_offset);
    begin_line(p);
    text_addf(p->out, "%s:%s\n", row->name, count ? "" : " []");
    p->indent += 2 * INDENT;
    for (size_t i = 0; i < count; i++) {
        p->dash = true;
        print_section(p, row->section, members + i * row->section->bytes);
    }
    p->indent -= 2 * INDENT;
}

/* A section that is off, or has nothing to say, is left out; one that is on without keys is `true`.
 */
static void print_subsection(struct printer *p, const struct row *row, const void *fields)
{
    const void *part = row_field_const(row, fields);
    bool given =
        row->section->tracked && *(const bool *)((const char *)part + row->section->given_offset);
    if (row->section->tracked && !given)
        return;

    struct text keys = { 0 };
    struct printer inner = { .out = &keys, .indent = p->indent + INDENT };
    print_section(&inner, row->section, part);
    if (keys.len) {
        begin_line(p);
        text_addf(p->out, "%s:\n", row->name);
        text_add(p->out, span_of(text_z(&keys)));
    } else if (given) {
        begin_line(p);
        text_addf(p->out, "%s: true\n", row->name);
    }
    text_done(&keys);
}

static void print_levels(struct printer *p, const struct rule *rule)
{
    begin_line(p);
    levels_print(rule, p->out);
    text_add(p->out, span_of("\n"));
}

static void print_value(struct printer *p, const struct row *row, const void *fields)
{
    struct text value = { 0 };
    if (value_print(row, row_field_const(row, fields), &value)) {
        begin_line(p);
        text_addf(p->out, "%s: %s\n", row->name, text_z(&value));
    }
    text_done(&value);
}

static void print_section(struct printer *p, const struct section *section, const void *fields)
{
    for (size_t i = 0; i < section->row_count; i++) {
        const struct row *row = &section->rows[i];
        if (row->type == VALUE_LIST)
            print_list(p, row, fields);
        else if (row->type == VALUE_SECTION)
            print_subsection(p, row, fields);
        else if (row->type == VALUE_LEVELS)
            print_levels(p, fields);
        else
            print_value(p, row, fields);
    }
}

void config_print(const struct settings *s, struct text *out)
{
    struct printer p = { .out = out };
    print_section(&p, &section_settings, s);
}
