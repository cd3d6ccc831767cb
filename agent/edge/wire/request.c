/* Bodies are written member by member in the order of the API's own description; answers go through
 * the splitter, as the list does, so that there is one way of reading a token and one of stepping
 * over its secret. */
#include "edge/wire/request.h"

#include "base/escape.h"
#include "base/json_walk.h"
#include "core/calendar.h"

static bool goes_as_it_is(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c && strchr("-_~", c));
}

static void add_encoded(struct text *out, struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (goes_as_it_is(name.at[i]))
            text_add(out, (struct span){ name.at + i, 1 });
        else
            text_addf(out, "%%%02X", (unsigned)(unsigned char)name.at[i]);
    }
}

void wire_add_token_path(struct text *out, struct span name)
{
    text_add(out, span_of(WIRE_LIST_PATH));
    add_encoded(out, name);
    text_add(out, span_of("/"));
}

void wire_add_usage_path(struct text *out, struct span name, unix_s first, unix_s last)
{
    struct date begin = calendar_date(first / DAY_S), end = calendar_date(last / DAY_S);
    text_addf(out, "/v2/cost_management/?begin=%04d-%02d-%02d&end=%04d-%02d-%02d&step=1%s",
              begin.year, begin.month, begin.day, end.year, end.month, end.day,
              name.len ? "&token=" : "");
    add_encoded(out, name);
}

static void add_amount(struct text *out, struct maybe_money amount)
{
    char exact[MONEY_TEXT_BYTES];
    if (amount.known)
        text_addf(out, "\"%s\"", money_format(amount.is, exact));
    else
        text_add(out, span_of("null"));
}

static void add_value(struct text *out, enum token_spec_field field, const struct reading *wanted)
{
    char stamp[TIME_TEXT_BYTES];
    switch (field) {
    case SPEC_TYPE:
        text_add_json(out, span_of(wanted->type));
        break;
    case SPEC_BUDGET:
        text_add(out, span_of(wanted->budgeted ? "true" : "false"));
        break;
    case SPEC_BALANCE:
        add_amount(out, wanted->balance);
        break;
    case SPEC_EXPIRES:
        if (wanted->expires == TIME_NONE)
            text_add(out, span_of("null"));
        else
            text_addf(out, "\"%s\"", calendar_format(wanted->expires, stamp));
        break;
    case SPEC_PERIOD:
        text_add_json(out, span_of(calendar_period_name(wanted->period)));
        break;
    case SPEC_AMOUNT:
        add_amount(out, wanted->reset_amount);
        break;
    case SPEC_FIELDS:
        break;
    }
}

void wire_add_spec(struct text *out, const char *name, const struct token_spec *w)
{
    const char *before = "{";
    if (name) {
        text_add(out, span_of("{\"name\": "));
        text_add_json(out, span_of(name));
        before = ", ";
    }
    for (enum token_spec_field f = 0; f < SPEC_FIELDS; f++) {
        if (!w->given[f])
            continue;
        text_addf(out, "%s\"%s\": ", before, token_spec_field_name(f));
        add_value(out, f, &w->wanted);
        before = ", ";
    }
    text_add(out, span_of(*before == '{' ? "{}" : "}"));
}

/* Feeds one piece and keeps the element that it ends, if any. */
static bool feed(struct splitter *s, struct span bytes, struct decoded *d, size_t *count,
                 struct fault *why)
{
    struct element e;
    splitter_feed(s, bytes);
    for (;;) {
        switch (splitter_next(s, &e, why)) {
        case SPLIT_MORE:
            return true;
        case SPLIT_FAULT:
            return false;
        case SPLIT_ELEMENT:
            if (++*count > 1)
                return fault(why, FAULT_REJECT, "more than one token");
            if (e.flaw)
                return fault(why, FAULT_REJECT, "%s", e.flaw);
            if (!wire_decode_token(e.json, d, why))
                return false;
        }
    }
}

/* One token is a list of one. */
bool wire_decode_answer(struct span body, struct decoded *ret, struct fault *why)
{
    struct splitter *s = splitter_new();
    struct decoded d;
    struct span next;
    size_t count = 0;
    bool ok = feed(s, span_of("["), &d, &count, why) && feed(s, body, &d, &count, why)
        && feed(s, span_of("]"), &d, &count, why) && splitter_end(s, &next, why)
        && (count == 1 || fault(why, FAULT_REJECT, "no token"));
    splitter_free(s);
    if (!ok)
        return fault_within(why, "the answer");
    *ret = d;
    ret->reading.name = ret->name;
    return true;
}

/* Walks one object and keeps the string that is its member "token". */
static bool keep_secret(struct span body, struct kept *secret, struct fault *why)
{
    struct json_walk w;
    bool is_next = false, found = false;
    walk_init(&w);
    walk_feed(&w, body);
    for (;;) {
        switch (walk_next(&w, why)) {
        case WALK_MORE:
            return (found && !w.flaw && walk_is_over(&w))
                || fault(why, FAULT_REJECT, "the answer contains no secret");
        case WALK_FAULT:
            return false;
        case WALK_KEY:
            is_next = w.level == 1 && walk_key_is(&w, "token");
            if (is_next && found)
                return fault(why, FAULT_REJECT, "the answer contains two secrets");
            break;
        case WALK_BEGIN:
            if (is_next && w.at[-1] == '"') {
                w.keep = secret;
                found = true;
            }
            is_next = false;
            break;
        case WALK_END:
            break;
        }
    }
}

/* A bearer token has the alphabet of a URL, and is read like one. */
bool wire_take_secret(struct span body, char ret[WIRE_SECRET_BYTES], struct fault *why)
{
    struct kept secret = { .at = ret, .room = WIRE_SECRET_BYTES - 1 };
    size_t len = 0;
    bool ok = keep_secret(body, &secret, why);
    if (ok
        && (secret.overflowed || !secret.len
            || !escape_read_url((struct span){ secret.at, secret.len }, secret.at, &len)))
        ok = fault(why, FAULT_REJECT,
                   "the secret in the answer is empty, too long or not visible ASCII");
    if (!ok) {
        explicit_bzero(ret, WIRE_SECRET_BYTES);
        return false;
    }
    explicit_bzero(ret + len, WIRE_SECRET_BYTES - len);
    return true;
}

static bool take_usage(struct splitter *s, struct usage_book *b, struct fault *why)
{
    struct element e;
    for (;;) {
        switch (splitter_next(s, &e, why)) {
        case SPLIT_MORE:
            return true;
        case SPLIT_FAULT:
            return false;
        case SPLIT_ELEMENT:
            if (e.flaw)
                usage_refuse_element(b, e.flaw);
            else
                wire_decode_usage(e.json, b);
            if (!b->refused)
                continue;
            usage_say_refused(
                b, why); /* whoever asks by hand decides something by it: all or nothing */
            return false;
        }
    }
}

bool wire_decode_usage_answer(struct span body, struct usage_book *ret, struct fault *why)
{
    struct splitter *s = splitter_new_usage();
    struct usage_book b = { 0 };
    struct span next;
    splitter_feed(s, body);
    bool ok = take_usage(s, &b, why) && splitter_end(s, &next, why);
    splitter_free(s);
    if (ok)
        *ret = b;
    else
        usage_done(&b);
    return ok;
}
