/* What is about to change is told exactly, to people too. */
#include "view/token_row.h"

#include "core/calendar.h"
#include "core/forecast.h"
#include "core/naming.h"
#include "view/cell.h"

const struct column token_row_columns[TOKEN_ROW_COLUMNS] = {
    { "account", "ACCOUNT", COLUMN_TEXT, COLUMN_QUIET | COLUMN_KEY },
    { "token", "TOKEN", COLUMN_TEXT, COLUMN_KEY },
    { "environment", NULL, COLUMN_TEXT, 0 },
    { "type", "TYPE", COLUMN_TEXT, COLUMN_QUIET | COLUMN_SPARE },
    { "budgeted", "BUDGET", COLUMN_FLAG, 0 },
    { "balance_usd", "BALANCE USD", COLUMN_MONEY, 0 },
    { "expires_at", "EXPIRES", COLUMN_DAY, 0 },
    { "reset_period", "RESET", COLUMN_TEXT, 0 },
    { "reset_amount_usd", "RESET TO USD", COLUMN_MONEY, 0 },
    { "member", "MEMBER", COLUMN_TEXT, COLUMN_QUIET | COLUMN_SPARE },
    { "masked", "SECRET", COLUMN_TEXT, COLUMN_QUIET | COLUMN_SPARE },
    { "id", NULL, COLUMN_TEXT, 0 },
};

static struct cell money_cell(struct maybe_money amount)
{
    return amount.known ? cell_integer(amount.is.nano) : (struct cell){ .kind = CELL_NONE };
}

static struct cell text_cell(const char *text)
{
    return text[0] ? cell_text(text) : (struct cell){ .kind = CELL_NONE };
}

void token_row_cells(const struct token_row *t, struct cell ret[TOKEN_ROW_COLUMNS])
{
    const struct reading *r = t->is;
    struct span environment = naming_environment(span_of(t->name));
    const struct cell cells[TOKEN_ROW_COLUMNS] = {
        cell_text(t->account),
        cell_text(t->name),
        environment.len ? (struct cell){ .kind = CELL_TEXT, .text = environment }
                        : (struct cell){ .kind = CELL_NONE },
        cell_text(r->type),
        cell_integer(r->budgeted),
        money_cell(r->balance),
        cell_integer(r->expires == TIME_NONE ? TIME_FAR : r->expires),
        cell_text(calendar_period_name(r->period)),
        money_cell(r->reset_amount),
        text_cell(t->member),
        text_cell(t->masked),
        text_cell(t->id),
    };
    memcpy(ret, cells, sizeof cells);
}

void token_row_hide_unread(struct cell cells[TOKEN_ROW_COLUMNS])
{
    enum { TYPE = 3, MEMBER = 9 };
    for (size_t i = TYPE; i < MEMBER; i++)
        cells[i] = (struct cell){ .kind = CELL_NONE };
    cells[TYPE] = cell_text("unreadable");
}

static void show_json(const struct token_row *t, struct json_out *j)
{
    struct cell cells[TOKEN_ROW_COLUMNS];
    token_row_cells(t, cells);
    json_open_object(j, NULL);
    for (size_t i = 0; i < TOKEN_ROW_COLUMNS; i++)
        cell_add_json(token_row_columns[i].kind, &cells[i],
                      json_begin(j, token_row_columns[i].name));
    json_close(j);
}

enum { LABEL_WIDTH = 9 };

static const char *const labels[] = {
    [SPEC_TYPE] = "type",       [SPEC_BUDGET] = "budget", [SPEC_BALANCE] = "balance",
    [SPEC_EXPIRES] = "expires", [SPEC_PERIOD] = "reset",  [SPEC_AMOUNT] = "reset to",
};
_Static_assert(COUNT(labels) == SPEC_FIELDS, "a field has no label");

/* One field, safe for a terminal, with its unit. */
static void add_field(enum token_spec_field field, const struct reading *r,
                      const struct screen *screen, struct text *out)
{
    struct text value = { 0 };
    bool money = (field == SPEC_BALANCE && r->balance.known)
        || (field == SPEC_AMOUNT && r->reset_amount.known);
    token_spec_show(field, r, &value);
    screen_add(screen, span_of(text_z(&value)), out);
    text_add(out, span_of(money ? " USD" : ""));
    text_done(&value);
}

static void show_line(const char *label, const char *text, struct writer *w)
{
    if (!text[0])
        return;
    writer_addf(w, "%-*s ", LABEL_WIDTH, label);
    writer_add_safe(w, span_of(text));
    writer_add(w, "\n");
}

static void show_text(const struct token_row *t, struct writer *w)
{
    const struct reading *r = t->is;
    char balance[MONEY_TEXT_BYTES];
    show_line("token", t->name, w);
    show_line("account", t->account, w);
    show_line("member", t->member, w);
    show_line("secret", t->masked, w);
    show_line("id", t->id, w);
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        writer_addf(w, "%-*s ", LABEL_WIDTH, labels[f]);
        if (f == SPEC_BALANCE && r->balance.known) /* it is spent from: shown like any balance */
            writer_addf(w, "%s USD", money_format_cents(r->balance.is, balance));
        else
            add_field(f, r, &w->screen, &w->text);
        writer_add(w, "\n");
    }
}

void token_row_show(const struct token_row *t, struct writer *w)
{
    if (w->format == FORMAT_JSON) {
        show_json(t, &w->json);
        writer_add(w, "\n");
    } else {
        show_text(t, w);
    }
    writer_pass(w);
}

void token_row_show_change(const struct token_spec *spec, const struct reading *is,
                           struct writer *w)
{
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        struct text was = { 0 }, wanted = { 0 };
        if (!spec->given[f])
            continue;
        if (is)
            add_field(f, is, &w->screen, &was);
        add_field(f, &spec->wanted, &w->screen, &wanted);
        if (strcmp(text_z(&was), text_z(&wanted))
            != 0) /* a period goes along with its amount, changed or not */
            writer_addf(w, "  %s: %s%s%s\n", labels[f], text_z(&was), is ? " -> " : "",
                        text_z(&wanted));
        text_done(&was);
        text_done(&wanted);
    }
    writer_pass(w);
}
