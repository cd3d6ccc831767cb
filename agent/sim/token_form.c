/* One row for each field; texts are those of Django REST framework, which the real service is made
 * with. */
#include "sim/token_form.h"

#include <stdio.h>

#include "core/calendar.h"

enum { NAME_CHARACTERS = 200, DIGITS_BEFORE_POINT = 5, DIGITS_AFTER_POINT = 9 };

enum {
    CREATES = FORM_V2_CREATE | FORM_V3_CREATE,
    NAMES = CREATES | FORM_V3_CHANGE, /* v2 knows tokens by their names: those stay */
    ALL = NAMES | FORM_V2_CHANGE,
};

static const char required[] = "This field is required.";
static const char not_null[] = "This field may not be null.";

/* Each reader returns what is wrong with the value, or NULL. */
static const char *read_name(const struct json *value, const struct form_rules *rules,
                             struct token_form *f)
{
    (void)rules;
    const char *text = json_text(value);
    if (json_is_null(value))
        return not_null;
    if (!text)
        return "Not a valid string.";
    if (!*text)
        return "This field may not be blank.";
    if (utf8_characters(span_of(text)) > NAME_CHARACTERS)
        return "Ensure this field has no more than 200 characters.";
    f->name = text;
    return NULL;
}

static const char *read_type(const struct json *value, const struct form_rules *rules,
                             struct token_form *f)
{
    (void)rules;
    const char *text = json_text(value);
    if (json_is_null(value))
        return not_null;
    if (!text || (strcmp(text, TOKEN_TYPE_DEFAULT) != 0 && strcmp(text, TOKEN_TYPE_SANDBOX) != 0))
        return "Not a valid choice.";
    snprintf(f->terms.type, sizeof f->terms.type, "%s", text);
    return NULL;
}

static int count_digits(const char **at)
{
    int count = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        count++;
    return count;
}

/* The field's precision: at most 5 digits before the point and 9 after it; an exponent moves the
 * point. */
static const char *check_digits(const char *text)
{
    const char *at = text + (*text == '-' || *text == '+');
    at += strspn(at, "0");
    int before = count_digits(&at), after = 0, shift = 0;
    if (*at == '.') {
        at++;
        after = count_digits(&at);
    }
    if (*at == 'e' || *at == 'E')
        sscanf(at + 1, "%d", &shift);
    if (before + shift > DIGITS_BEFORE_POINT)
        return "Ensure that there are no more than 5 digits before the decimal point.";
    if (after - shift > DIGITS_AFTER_POINT)
        return "Ensure that there are no more than 9 decimal places.";
    return NULL;
}

static const char *read_amount(const struct json *value, bool numbers_only, struct maybe_money *ret)
{
    char number[JSON_NUMBER_BYTES];
    double usd;
    struct money amount;
    struct fault unused;
    const char *text = numbers_only ? NULL : json_text(value);
    if (json_is_null(value)) {
        *ret = (struct maybe_money){ 0 };
        return NULL;
    }
    if (!text && json_number(value, &usd))
        text = json_number_text(usd, number);
    if (!text || strspn(text, "+-0123456789.eE") != strlen(text) || strlen(text) > 40)
        return "A valid number is required.";
    const char *wrong = check_digits(text);
    if (wrong)
        return wrong;
    if (!money_parse(span_of(text), &amount, &unused))
        return "A valid number is required.";
    *ret = money_known(amount);
    return NULL;
}

static const char *read_balance(const struct json *value, const struct form_rules *rules,
                                struct token_form *f)
{
    return read_amount(value, rules->numbers_only, &f->terms.balance);
}

static const char *read_active(const struct json *value, const struct form_rules *rules,
                               struct token_form *f)
{
    (void)rules;
    if (json_is_null(value))
        return not_null;
    return json_bool(value, &f->terms.budgeted) ? NULL : "Must be a valid boolean.";
}

static const char *read_expiry(const struct json *value, const struct form_rules *rules,
                               struct token_form *f)
{
    const char *text = json_text(value);
    struct fault unused;
    if (json_is_null(value)) {
        f->terms.expires = TIME_NONE;
        return NULL;
    }
    if (!text || !calendar_parse(span_of(text), &f->terms.expires, &unused))
        return "Datetime has wrong format. Use one of these formats instead: "
               "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    if (rules->kind == FORM_V3_CREATE && f->terms.expires < rules->account->now + DAY_S)
        return "The expiry must be at least one day ahead.";
    return NULL;
}

static const char *read_period(const struct json *value, const struct form_rules *rules,
                               struct token_form *f)
{
    (void)rules;
    const char *text = json_text(value);
    if (json_is_null(value))
        return not_null;
    enum reset_period period = text ? calendar_period_named(span_of(text)) : RESET_OTHER;
    if (period == RESET_OTHER)
        return "Not a valid choice.";
    f->terms.period = period;
    return NULL;
}

static const char *read_reset_amount(const struct json *value, const struct form_rules *rules,
                                     struct token_form *f)
{
    f->amount_given = !json_is_null(value);
    const char *wrong = read_amount(value, rules->numbers_only, &f->terms.reset_amount);
    if (!wrong && f->terms.reset_amount.known && f->terms.reset_amount.is.nano <= 0)
        return "Ensure this value is greater than 0.";
    return wrong;
}

static const char *read_member(const struct json *value, const struct form_rules *rules,
                               struct token_form *f)
{
    const char *text = json_text(value);
    if (json_is_null(value))
        return NULL;
    if (!text || !account_has_member(rules->account, text))
        return "Not a member of the organization.";
    f->member = text;
    return NULL;
}

static const struct field {
    const char *name;
    unsigned kinds; /* of enum form_kind; in the others the field is read past */
    const char *(*read)(const struct json *, const struct form_rules *, struct token_form *);
} fields[] = {
    { "name", NAMES, read_name },
    { "token_type", CREATES, read_type },
    { "member", FORM_V3_CREATE, read_member },
    { "balance", ALL, read_balance },
    { "active_balance", ALL, read_active },
    { "expire_time", ALL, read_expiry },
    { "balance_reset_period", ALL, read_period },
    { "balance_reset_amount", ALL, read_reset_amount },
};

static void add_error(struct text *errors, const char *field, const char *words)
{
    text_addf(errors, "%s", errors->len ? "," : "{");
    text_add_json(errors, span_of(field));
    text_addf(errors, ":[");
    text_add_json(errors, span_of(words));
    text_addf(errors, "]");
}

static void read_fields(const struct form_rules *rules, const struct json *body,
                        struct token_form *f, struct text *errors)
{
    for (size_t i = 0; i < COUNT(fields); i++) {
        const struct json *value = json_member(body, fields[i].name);
        if (!value || !(fields[i].kinds & rules->kind))
            continue;
        const char *wrong = fields[i].read(value, rules, f);
        if (wrong)
            add_error(errors, fields[i].name, wrong);
    }
}

const char *terms_settle(struct terms *terms, bool amount_given)
{
    static const char amount_field[] = "balance_reset_amount";
    if (terms->period == RESET_NONE) {
        if (amount_given)
            return amount_field;
        terms->reset_amount = (struct maybe_money){ 0 };
    } else {
        if (!terms->reset_amount.known)
            return amount_field;
        terms->budgeted = true;
        if (!terms->balance.known)
            terms->balance = terms->reset_amount;
    }
    return NULL;
}

static bool finish(struct token_form *f, struct text *errors)
{
    if (!errors->len) {
        const char *wrong = terms_settle(&f->terms, f->amount_given);
        if (wrong)
            add_error(errors, wrong,
                      f->terms.period == RESET_NONE
                          ? "A reset amount needs a reset period."
                          : "This field is required when a reset period is set.");
    }
    if (!errors->len)
        return true;
    text_addf(errors, "}");
    return false;
}

bool token_form_read(const struct form_rules *rules, const struct json *body,
                     struct token_form *ret, struct text *errors)
{
    struct token_form f = {
        .terms = { .type = TOKEN_TYPE_DEFAULT, .expires = TIME_NONE },
    };
    f.terms.budgeted = rules->kind == FORM_V3_CREATE;
    if (rules->present)
        f.terms = *rules->present;
    else if (!json_member(body, "name"))
        add_error(errors, "name", required);
    read_fields(rules, body, &f, errors);
    if (rules->kind == FORM_V2_CREATE && f.name && account_named(rules->account, span_of(f.name)))
        add_error(errors, "name", "custom token with this name already exists.");
    if (!finish(&f, errors))
        return false;
    *ret = f;
    return true;
}
