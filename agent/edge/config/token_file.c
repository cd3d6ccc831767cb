/* Rows of a fleet file, and the checks over several keys: what a budget needs, what a reset needs,
 * names once each. */
#include "edge/config.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/naming.h"
#include "edge/config/reader.h"

enum { TOKENS_MAX = 100000 };

#define FIELD(type, member) .offset = offsetof(struct type, member)

#define RESET_ROWS(holder)                                                                         \
    { "period", VALUE_PERIOD, FIELD(holder, wish.wanted.period),                                   \
      .help = "when the balance is reset, at midnight in Paris" },                                 \
    {                                                                                              \
        "amount", VALUE_AMOUNT, FIELD(holder, wish.wanted.reset_amount),                           \
            .help = "balance after a reset, USD"                                                   \
    }

#define SPEC_ROWS(holder, reset_section)                                                           \
    { "type", VALUE_TOKEN_TYPE, FIELD(holder, wish.wanted.type),                                   \
      .help = TYPE_ORDINARY " or " TYPE_FREE },                                                    \
        { "budget", VALUE_FLAG, FIELD(holder, wish.wanted.budgeted),                               \
          .help = "whether the token has a balance and is refused at zero" },                      \
        { "balance", VALUE_AMOUNT, FIELD(holder, wish.wanted.balance), .min = INT64_MIN,           \
          .help = "initial balance in USD of a new token; implies a budget" },                     \
        { "expires", VALUE_MOMENT, FIELD(holder, wish.wanted.expires),                             \
          .help = "a time, or never" },                                                            \
    {                                                                                              \
        "reset", VALUE_SECTION, .section = (reset_section),                                        \
                                .help = "periodic reset of the balance"                            \
    }

static void check_defaults(struct reader *r, const struct node *map, void *fields);
static void check_token(struct reader *r, const struct node *map, void *fields);
/* In one walk: to count anew from the start of the file for each token would take seconds for
 * thousands. */
static void number_lines(const struct reader *r, const struct node *list, struct token_file *f)
{
    struct span source = r->diagnostics->source;
    size_t at = 0, line = 1;
    const struct node *n = list->first;
    for (size_t i = 0; n; i++, n = n->next) {
        for (; at < n->where.start && at < source.len; at++)
            line += source.at[at] == '\n';
        f->tokens[i].line = line;
    }
}

static void check_file(struct reader *r, const struct node *map, void *fields);

static const struct row default_reset_rows[] = { RESET_ROWS(token_defaults) };
static const struct section section_default_reset = { .rows = default_reset_rows,
                                                      .row_count = COUNT(default_reset_rows) };

static const struct row default_rows[] = { SPEC_ROWS(token_defaults, &section_default_reset) };
static const struct section section_defaults = {
    .rows = default_rows,
    .row_count = COUNT(default_rows),
    .bytes = sizeof(struct token_defaults),
    .check = check_defaults,
};

static const struct row reset_rows[] = { RESET_ROWS(wanted_token) };
static const struct section section_reset = { .rows = reset_rows, .row_count = COUNT(reset_rows) };

static const struct row token_rows[] = {
    { "name", VALUE_TEXT, FIELD(wanted_token, name), .max = NAME_BYTES_MAX, .required = true,
      .help = "name of the token, 1 to 200 characters" },
    SPEC_ROWS(wanted_token, &section_reset),
    { "absent", VALUE_FLAG, FIELD(wanted_token, absent), .help = "true: the token must not exist" },
};
static const struct section section_token = {
    .rows = token_rows,
    .row_count = COUNT(token_rows),
    .bytes = sizeof(struct wanted_token),
    .check = check_token,
};

static const struct row file_rows[] = {
    { "account", VALUE_NAME, FIELD(token_file, account),
      .help = "account in the configuration; required if there are several" },
    { "defaults", VALUE_NAMED, FIELD(token_file, defaults),
      .count_offset = offsetof(struct token_file, default_count), .section = &section_defaults,
      .help = "defaults for the tokens of each environment" },
    { "tokens", VALUE_LIST, FIELD(token_file, tokens),
      .count_offset = offsetof(struct token_file, token_count), .section = &section_token,
      .required = true, .max = TOKENS_MAX, .help = "the tokens you want" },
};
const struct section section_fleet_file = {
    .rows = file_rows,
    .row_count = COUNT(file_rows),
    .bytes = sizeof(struct token_file),
    .check = check_file,
};

static size_t place(const struct node *map, const char *key)
{
    const struct node *n = node_member(map, key);
    return n ? n->where.start : map->where.start;
}

/* What the map itself says, and what contradicts itself there. */
static void check_spec(struct reader *r, const struct node *map, struct token_spec *w)
{
    const struct node *reset = node_member(map, "reset");
    bool resets = reset && reset->kind == NODE_MAP;
    w->given[SPEC_TYPE] = node_member(map, "type");
    w->given[SPEC_BUDGET] = node_member(map, "budget");
    w->given[SPEC_BALANCE] = node_member(map, "balance");
    w->given[SPEC_EXPIRES] = node_member(map, "expires");
    w->given[SPEC_PERIOD] = resets && node_member(reset, "period");
    w->given[SPEC_AMOUNT] = resets && node_member(reset, "amount");

    bool none = w->given[SPEC_PERIOD] && w->wanted.period == RESET_NONE;
    bool unlimited = w->given[SPEC_BUDGET] && !w->wanted.budgeted;
    if (none && w->given[SPEC_AMOUNT])
        diagnostic_at(r->diagnostics, place(reset, "amount"),
                      "`amount` has no effect if `period` is none");
    if (unlimited && (w->given[SPEC_PERIOD] || w->given[SPEC_AMOUNT]) && !none)
        diagnostic_at(r->diagnostics, reset->where.start,
                      "`reset` requires a budget, but `budget` is false");
    if (unlimited && w->given[SPEC_BALANCE])
        diagnostic_at(r->diagnostics, place(map, "balance"),
                      "`balance` has no effect without a budget");
}

static void check_defaults(struct reader *r, const struct node *map, void *fields)
{
    check_spec(r, map, &((struct token_defaults *)fields)->wish);
}

static void check_token(struct reader *r, const struct node *map, void *fields)
{
    struct wanted_token *t = fields;
    if (t->name && utf8_characters(span_of(t->name)) > r->values.limits->name_characters)
        diagnostic_at(r->diagnostics, place(map, "name"), "`name` has more than %d characters",
                      r->values.limits->name_characters);
    check_spec(r, map, &t->wish);
}

static void copy_field(enum token_spec_field field, const struct reading *from, struct reading *to)
{
    switch (field) {
    case SPEC_TYPE:
        memcpy(to->type, from->type, sizeof to->type);
        break;
    case SPEC_BUDGET:
        to->budgeted = from->budgeted;
        break;
    case SPEC_BALANCE:
        to->balance = from->balance;
        break;
    case SPEC_EXPIRES:
        to->expires = from->expires;
        break;
    case SPEC_PERIOD:
        to->period = from->period;
        break;
    case SPEC_AMOUNT:
        to->reset_amount = from->reset_amount;
        break;
    case SPEC_FIELDS:
        break;
    }
}

static bool has(const struct token_spec *w, enum token_spec_field field)
{
    return w->given[field];
}

/* Puts in what is not said yet, as far as it does not contradict what is. */
static void inherit(struct token_spec *w, const struct token_spec *from)
{
    bool unlimited = has(w, SPEC_BUDGET) && !w->wanted.budgeted;
    bool limited = has(w, SPEC_BALANCE) || (has(w, SPEC_PERIOD) && w->wanted.period != RESET_NONE);
    bool no_reset = unlimited || (has(w, SPEC_PERIOD) && w->wanted.period == RESET_NONE);
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        bool barred = (f == SPEC_BALANCE && unlimited)
            || ((f == SPEC_PERIOD || f == SPEC_AMOUNT) && no_reset)
            || (f == SPEC_BUDGET && limited);
        if (!has(from, f) || has(w, f) || barred)
            continue;
        copy_field(f, &from->wanted, &w->wanted);
        w->given[f] = true;
    }
}

/* Money or a reset without a word about the budget is a budget. */
static void imply_budget(struct token_spec *w)
{
    bool limited = has(w, SPEC_BALANCE) || (has(w, SPEC_PERIOD) && w->wanted.period != RESET_NONE);
    if (limited && !has(w, SPEC_BUDGET))
        w->wanted.budgeted = w->given[SPEC_BUDGET] = true;
}

static const struct token_defaults *defaults_of(const struct token_file *f, struct span environment)
{
    for (size_t i = 0; i < f->default_count; i++)
        if (span_is(environment, f->defaults[i].environment))
            return &f->defaults[i];
    return NULL;
}

static void put_in_defaults(const struct token_file *f, struct wanted_token *t)
{
    const struct token_defaults *own = defaults_of(f, naming_environment(span_of(t->name)));
    const struct token_defaults *all = defaults_of(f, span_of("*"));
    if (own)
        inherit(&t->wish, &own->wish);
    if (all)
        inherit(&t->wish, &all->wish);
    imply_budget(&t->wish);
}

/* With its defaults, is this a token that the API would take and that could work? */
static void check_whole(struct reader *r, const struct node *map, const struct wanted_token *t)
{
    const struct token_spec *w = &t->wish;
    bool resets = has(w, SPEC_PERIOD) && w->wanted.period != RESET_NONE;
    if (resets && !has(w, SPEC_AMOUNT))
        diagnostic_at(r->diagnostics, place(map, "reset"), "`reset` requires `amount`");
    if (has(w, SPEC_AMOUNT) && !has(w, SPEC_PERIOD))
        diagnostic_at(r->diagnostics, place(map, "reset"), "`reset` requires `period`");
    if (has(w, SPEC_BUDGET) && w->wanted.budgeted && !has(w, SPEC_BALANCE) && !resets)
        diagnostic_at(r->diagnostics, place(map, "budget"),
                      "a budget requires `balance` or `reset`");
}

static int by_name(const void *a, const void *b)
{
    const struct wanted_token *x = *(const struct wanted_token *const *)a;
    const struct wanted_token *y = *(const struct wanted_token *const *)b;
    int order = strcmp(x->name, y->name);
    return order ? order : x->line < y->line ? -1 : x->line > y->line;
}

static void check_names_differ(struct reader *r, const struct node *list,
                               const struct token_file *f)
{
    const struct wanted_token **sorted = xcalloc(f->token_count + 1, sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; i < f->token_count; i++)
        if (f->tokens[i].name)
            sorted[count++] = &f->tokens[i];
    qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0)
            continue;
        const struct node *n = list->first;
        for (ptrdiff_t skip = sorted[i] - f->tokens; skip > 0; skip--)
            n = n->next;
        diagnostic_at(r->diagnostics, place(n, "name"),
                      "duplicate token; first declared in line %zu", sorted[i - 1]->line);
    }
    free(sorted);
}

static void check_environments_differ(struct reader *r, const struct node *map,
                                      const struct token_file *f)
{
    for (size_t i = 1; i < f->default_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(f->defaults[i].environment, f->defaults[j].environment) == 0)
                diagnostic_at(r->diagnostics, map->where.start, "`defaults` names \"%s\" twice",
                              f->defaults[i].environment);
}

static void check_file(struct reader *r, const struct node *map, void *fields)
{
    struct token_file *f = fields;
    const struct node *list = node_member(map, "tokens"), *defaults = node_member(map, "defaults");
    if (f->token_count) {
        number_lines(r, list, f);
        check_names_differ(r, list, f);
    }
    if (f->default_count)
        check_environments_differ(r, defaults, f);
    const struct node *n = f->token_count ? list->first : NULL;
    for (size_t i = 0; n; i++, n = n->next) {
        struct wanted_token *t = &f->tokens[i];
        if (!t->name)
            continue;
        put_in_defaults(f, t);
        if (!t->absent)
            check_whole(r, n, t);
    }
}

void token_file_free(struct token_file *f)
{
    if (!f)
        return;
    free_section(&section_fleet_file, f);
    free(f);
}

bool token_file_load(const char *path, const struct token_limits *limits, struct token_file **ret,
                     struct text *errors, struct fault *why)
{
    const struct document fleet = {
        .root = &section_fleet_file,
        .limits = limits,
        .when_empty = "the file is empty; it must contain at least \"tokens: []\"",
    };
    struct token_file *f = xcalloc(1, sizeof *f);
    if (!document_read(path, &fleet, f, errors, why)) {
        token_file_free(f);
        return false;
    }
    *ret = f;
    return true;
}
