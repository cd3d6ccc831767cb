/* One row for each field: its name, how two readings compare in it, what lowers it, how it reads.
 */
#include "core/token_spec.h"

#include "core/calendar.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(struct span text, size_t from)
{
    size_t at = from;
    while (at < text.len && is_digit(text.at[at]))
        at++;
    return at - from;
}

bool token_spec_parse_amount(struct span text, const struct token_limits *limits, struct money *ret,
                             struct fault *why)
{
    size_t sign = text.len && text.at[0] == '-';
    size_t whole = digits_at(text, sign), end = sign + whole, decimals = 0;
    bool point = end < text.len && text.at[end] == '.';
    if (point) {
        decimals = digits_at(text, end + 1);
        end += 1 + decimals;
    }
    if (end != text.len || !whole || (point && !decimals))
        return fault(why, FAULT_REJECT, "takes an amount in USD such as 50 or 12.50");
    if (whole > (size_t)limits->amount_digits)
        return fault(why, FAULT_REJECT, "takes at most %d digits before the point",
                     limits->amount_digits);
    if (decimals > (size_t)limits->amount_decimals)
        return fault(why, FAULT_REJECT, "takes at most %d decimals", limits->amount_decimals);
    return money_parse(text, ret, why);
}

static bool type_equal(const struct reading *a, const struct reading *b)
{
    return strcmp(a->type, b->type) == 0;
}

static bool budget_equal(const struct reading *a, const struct reading *b)
{
    return a->budgeted == b->budgeted;
}

static bool balance_equal(const struct reading *a, const struct reading *b)
{
    return maybe_money_equal(a->balance, b->balance);
}

static bool expiry_equal(const struct reading *a, const struct reading *b)
{
    return a->expires == b->expires;
}

static bool period_equal(const struct reading *a, const struct reading *b)
{
    return a->period == b->period;
}

static bool amount_equal(const struct reading *a, const struct reading *b)
{
    return maybe_money_equal(a->reset_amount, b->reset_amount);
}

static bool budget_lowers(const struct reading *to, const struct reading *from)
{
    return to->budgeted && !from->budgeted;
}

/* Of a balance that means nothing, nothing can be taken. */
static bool balance_lowers(const struct reading *to, const struct reading *from)
{
    return from->budgeted && from->balance.known && to->balance.known
        && to->balance.is.nano < from->balance.is.nano;
}

static bool expiry_lowers(const struct reading *to, const struct reading *from)
{
    return to->expires != TIME_NONE && (from->expires == TIME_NONE || to->expires < from->expires);
}

static bool period_lowers(const struct reading *to, const struct reading *from)
{
    return from->period != RESET_NONE && to->period != from->period
        && (to->period == RESET_NONE || to->period > from->period);
}

static bool amount_lowers(const struct reading *to, const struct reading *from)
{
    return from->reset_amount.known && to->reset_amount.known
        && to->reset_amount.is.nano < from->reset_amount.is.nano;
}

static void show_money(struct maybe_money amount, struct text *out)
{
    char exact[MONEY_TEXT_BYTES];
    text_add(out, span_of(amount.known ? money_format(amount.is, exact) : "-"));
}

static void show_type(const struct reading *r, struct text *out)
{
    text_add(out, span_of(r->type));
}

static void show_budget(const struct reading *r, struct text *out)
{
    text_add(out, span_of(r->budgeted ? "yes" : "no"));
}

static void show_balance(const struct reading *r, struct text *out)
{
    show_money(r->balance, out);
}

static void show_expiry(const struct reading *r, struct text *out)
{
    char stamp[TIME_TEXT_BYTES];
    text_add(out, span_of(r->expires == TIME_NONE ? "never" : calendar_format(r->expires, stamp)));
}

static void show_period(const struct reading *r, struct text *out)
{
    text_add(out, span_of(calendar_period_name(r->period)));
}

static void show_amount(const struct reading *r, struct text *out)
{
    show_money(r->reset_amount, out);
}

static const struct field {
    const char *name;
    bool (*equal)(const struct reading *a, const struct reading *b);
    bool (*lowers)(const struct reading *to,
                   const struct reading *from); /* NULL: it never changes */
    void (*show)(const struct reading *r, struct text *out);
} fields[] = {
    [SPEC_TYPE] = { "token_type", type_equal, NULL, show_type },
    [SPEC_BUDGET] = { "active_balance", budget_equal, budget_lowers, show_budget },
    [SPEC_BALANCE] = { "balance", balance_equal, balance_lowers, show_balance },
    [SPEC_EXPIRES] = { "expire_time", expiry_equal, expiry_lowers, show_expiry },
    [SPEC_PERIOD] = { "balance_reset_period", period_equal, period_lowers, show_period },
    [SPEC_AMOUNT] = { "balance_reset_amount", amount_equal, amount_lowers, show_amount },
};
_Static_assert(COUNT(fields) == SPEC_FIELDS, "a field has no row");

const char *token_spec_field_name(enum token_spec_field field)
{
    return fields[field].name;
}

bool token_spec_is_empty(const struct token_spec *w)
{
    for (size_t i = 0; i < SPEC_FIELDS; i++)
        if (w->given[i])
            return false;
    return true;
}

struct token_spec token_spec_unfulfilled(const struct token_spec *w, const struct reading *is)
{
    struct token_spec rest = *w;
    for (size_t i = 0; i < SPEC_FIELDS; i++)
        rest.given[i] = w->given[i] && !fields[i].equal(&w->wanted, is);
    bool reset_moves = rest.given[SPEC_PERIOD] || rest.given[SPEC_AMOUNT];
    rest.given[SPEC_PERIOD] = reset_moves && w->given[SPEC_PERIOD];
    rest.given[SPEC_AMOUNT] = reset_moves && w->given[SPEC_AMOUNT];
    return rest;
}

struct token_spec token_spec_unlike(const struct token_spec *w, const struct reading *is)
{
    struct token_spec rest = token_spec_unfulfilled(w, is);
    if (is->reset_untold)
        rest.given[SPEC_PERIOD] = rest.given[SPEC_AMOUNT] = false;
    return rest;
}

/* Up to a hundredth less. */
static bool is_near(struct maybe_money wanted, struct maybe_money left)
{
    return wanted.known && left.known && left.is.nano <= wanted.is.nano
        && wanted.is.nano - left.is.nano <= wanted.is.nano / 100;
}

struct token_spec token_spec_refused(const struct token_spec *w, const struct reading *is)
{
    struct token_spec rest = token_spec_unlike(w, is);
    bool means_nothing = w->given[SPEC_BUDGET] && !w->wanted.budgeted && !is->balance.known;
    if (means_nothing || is_near(w->wanted.balance, is->balance))
        rest.given[SPEC_BALANCE] = false;
    return rest;
}

struct token_spec token_spec_from_reading(const struct reading *r)
{
    struct token_spec w = { .wanted = *r };
    for (size_t i = 0; i < SPEC_FIELDS; i++)
        w.given[i] = true;
    w.given[SPEC_BALANCE] = r->balance.known;
    w.given[SPEC_PERIOD] = !r->reset_untold;
    w.given[SPEC_AMOUNT] = r->reset_amount.known;
    w.wanted.name = NULL;
    return w;
}

bool token_spec_is_possible(const struct token_spec *w)
{
    for (size_t i = 0; i < SPEC_FIELDS; i++)
        if (w->given[i] && !fields[i].lowers)
            return false;
    return true;
}

bool token_spec_lowers(const struct token_spec *w, const struct reading *is)
{
    for (size_t i = 0; i < SPEC_FIELDS; i++)
        if (w->given[i] && fields[i].lowers && fields[i].lowers(&w->wanted, is))
            return true;
    return false;
}

void token_spec_show(enum token_spec_field field, const struct reading *r, struct text *out)
{
    fields[field].show(r, out);
}
