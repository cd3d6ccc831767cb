/* What is about to change is told exactly, to people too. */
#include "cli/tokens/view.h"

#include <stdio.h>

#include "core/calendar.h"
#include "core/forecast.h"
#include "core/naming.h"
#include "view/cell.h"
#include "view/terminal.h"

const struct column view_columns[VIEW_COLUMNS] = {
    { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    { "environment", NULL, COLUMN_TEXT, 0 },
    { "type", "TYPE", COLUMN_TEXT, COLUMN_QUIET | COLUMN_SPARE },
    { "budgeted", "BUDGET", COLUMN_FLAG, 0 },
    { "balance_usd", "BALANCE USD", COLUMN_MONEY, 0 },
    { "expires_at", "EXPIRES", COLUMN_DAY, 0 },
    { "reset_period", "RESET", COLUMN_TEXT, 0 },
    { "reset_amount_usd", "RESET TO USD", COLUMN_MONEY, 0 },
};

static struct cell money_cell(struct maybe_money amount)
{
    return amount.known ? cell_integer(amount.is.nano) : (struct cell){ .kind = CELL_NONE };
}

void view_cells(const char *account, const struct reading *r, struct cell ret[VIEW_COLUMNS])
{
    struct span environment = naming_environment(span_of(r->name));
    const struct cell cells[VIEW_COLUMNS] = {
        cell_text(account),
        cell_text(r->name),
        environment.len ? (struct cell){ .kind = CELL_TEXT, .text = environment }
                        : (struct cell){ .kind = CELL_NONE },
        cell_text(r->type),
        cell_integer(r->budgeted),
        money_cell(r->balance),
        cell_integer(r->expires == TIME_NONE ? TIME_FAR : r->expires),
        cell_text(calendar_period_name(r->period)),
        money_cell(r->reset_amount),
    };
    memcpy(ret, cells, sizeof cells);
}

void view_hide_unread(struct cell cells[VIEW_COLUMNS])
{
    enum { TYPE = 3 };
    for (size_t i = TYPE; i < VIEW_COLUMNS; i++)
        cells[i] = (struct cell){ .kind = CELL_NONE };
    cells[TYPE] = cell_text("unreadable");
}

static void print_json(const char *account, const struct reading *r)
{
    struct cell cells[VIEW_COLUMNS];
    struct text out = { 0 };
    view_cells(account, r, cells);
    for (size_t i = 0; i < VIEW_COLUMNS; i++) {
        text_addf(&out, "%s\"%s\": ", i ? ", " : "{", view_columns[i].name);
        cell_add_json(view_columns[i].kind, &cells[i], &out);
    }
    printf("%s}\n", text_z(&out));
    text_done(&out);
}

static const char *const labels[] = {
    [SPEC_TYPE] = "type",       [SPEC_BUDGET] = "budget", [SPEC_BALANCE] = "balance",
    [SPEC_EXPIRES] = "expires", [SPEC_PERIOD] = "reset",  [SPEC_AMOUNT] = "reset to",
};
_Static_assert(COUNT(labels) == SPEC_FIELDS, "a field has no label");

/* One field, safe for a terminal, with its unit. */
static void add_field(enum token_spec_field field, const struct reading *r, struct text *out)
{
    struct text value = { 0 };
    bool money = (field == SPEC_BALANCE && r->balance.known)
        || (field == SPEC_AMOUNT && r->reset_amount.known);
    token_spec_show(field, r, &value);
    terminal_add(out, span_of(text_z(&value)));
    text_add(out, span_of(money ? " USD" : ""));
    text_done(&value);
}

static void print_line(const char *label, const struct text *value)
{
    printf("%-9s %s\n", label, text_z(value));
}

static void print_text(const char *account, const struct reading *r)
{
    struct text line = { 0 };
    char balance[MONEY_TEXT_BYTES];
    terminal_add(&line, span_of(r->name));
    print_line("token", &line);
    text_clear(&line);
    text_add(&line, span_of(account));
    print_line("account", &line);
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        text_clear(&line);
        if (f == SPEC_BALANCE && r->balance.known) /* it is spent from: shown like any balance */
            text_addf(&line, "%s USD", money_format_cents(r->balance.is, balance));
        else
            add_field(f, r, &line);
        print_line(labels[f], &line);
    }
    text_done(&line);
}

void view_print(const char *account, const struct reading *r, bool json)
{
    if (json)
        print_json(account, r);
    else
        print_text(account, r);
}

void view_print_change(const struct token_spec *w, const struct reading *is)
{
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        struct text was = { 0 }, wanted = { 0 };
        if (!w->given[f])
            continue;
        if (is)
            add_field(f, is, &was);
        add_field(f, &w->wanted, &wanted);
        if (strcmp(text_z(&was), text_z(&wanted))
            != 0) /* a period goes along with its amount, changed or not */
            printf("  %s: %s%s%s\n", labels[f], text_z(&was), is ? " -> " : "", text_z(&wanted));
        text_done(&was);
        text_done(&wanted);
    }
}

void view_print_name(const char *name)
{
    struct text shown = { 0 };
    terminal_add(&shown, span_of(name));
    fputs(text_z(&shown), stdout);
    text_done(&shown);
}
