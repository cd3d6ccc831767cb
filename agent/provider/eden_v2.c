/* Eden AI's v2: what its calls are, what its tokens look like, how it refuses.
 *
 * Decoding a token is all or nothing: one doubtful member refuses the element. Amounts are written
 * as exact decimal text. */
#include "provider/eden_v2.h"

#include <stdio.h>

#include "core/calendar.h"
#include "provider/eden_usage.h"
#include "provider/member.h"
#include "provider/refusal.h"

#define LIST_PATH "/v2/user/custom_token/"
#define USAGE_PATH "/v2/cost_management/"

enum {
    VALIDATION_STATUS = 400,
    ELEMENT_BYTES = 32 * 1024, /* a name of 200 and a secret of 2000 characters, \u-escaped, fit */
};

/* The members of a token that we read or write; anything else may come and go. */
enum { NAME = SPEC_FIELDS, REVOKED, MEMBERS };

static const char *const members[] = {
    [SPEC_TYPE] = "token_type",
    [SPEC_BUDGET] = "active_balance",
    [SPEC_BALANCE] = "balance",
    [SPEC_EXPIRES] = "expire_time",
    [SPEC_PERIOD] = "balance_reset_period",
    [SPEC_AMOUNT] = "balance_reset_amount",
    [NAME] = "name",
    [REVOKED] = "revoked",
};
_Static_assert(COUNT(members) == MEMBERS, "the last member has no name");

/* Its words for the periods that are reset at midnight in Paris: each night, on Monday, on the 1st.
 * Its types are called as ours are. */
static const char *const periods[] = {
    [RESET_NONE] = "none",       [RESET_DAILY] = "daily", [RESET_WEEKLY] = "weekly",
    [RESET_MONTHLY] = "monthly", [RESET_OTHER] = "other", /* in plans alone: it is never sent */
};

/* ---- what goes out ---- */

static void add_token_path(struct text *out, struct span name)
{
    text_add(out, span_of(LIST_PATH));
    text_add_percent(out, name);
    text_add(out, span_of("/"));
}

/* Nobody says whether `end` belongs to what is asked for: the day behind the last one is right in
 * both readings. */
static void add_usage_path(struct text *out, struct span name, unix_s first, unix_s last)
{
    struct date begin = calendar_date(first / DAY_S), end = calendar_date(last / DAY_S + 1);
    text_addf(out, USAGE_PATH "?begin=%04d-%02d-%02d&end=%04d-%02d-%02d&step=1%s", begin.year,
              begin.month, begin.day, end.year, end.month, end.day, name.len ? "&token=" : "");
    text_add_percent(out, name);
}

static void add_amount(struct text *out, struct maybe_money amount, const char *quote)
{
    char exact[MONEY_TEXT_BYTES];
    if (amount.known)
        text_addf(out, "%s%s%s", quote, money_format(amount.is, exact), quote);
    else
        text_add(out, span_of("null"));
}

/* A balance is a text where a token is made, and a number where it is changed. */
static void add_value(struct text *out, enum token_spec_field field, const struct reading *wanted,
                      bool makes)
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
        add_amount(out, wanted->balance, makes ? "\"" : "");
        break;
    case SPEC_EXPIRES:
        if (wanted->expires == TIME_NONE)
            text_add(out, span_of("null"));
        else
            text_addf(out, "\"%s\"", calendar_format(wanted->expires, stamp));
        break;
    case SPEC_PERIOD:
        text_addf(out, "\"%s\"", periods[wanted->period]);
        break;
    case SPEC_AMOUNT:
        add_amount(out, wanted->reset_amount, "\"");
        break;
    case SPEC_FIELDS:
        break;
    }
}

static void add_spec(struct text *out, const char *name, const struct token_spec *w)
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
        text_addf(out, "%s\"%s\": ", before, members[f]);
        add_value(out, f, &w->wanted, name != NULL);
        before = ", ";
    }
    text_add(out, span_of(*before == '{' ? "{}" : "}"));
}

/* ---- what comes back ---- */

static bool decode_type(const cJSON *value, char ret[TYPE_BYTES], struct fault *why)
{
    if (!member_is_absent(value) && !cJSON_IsString(value))
        return fault(why, FAULT_REJECT, "token_type is not a string");
    struct span type = span_of(
        member_is_absent(value) || !*value->valuestring ? TYPE_ORDINARY : value->valuestring);
    if (utf8_characters(type) < 0)
        return fault(why, FAULT_REJECT, "token_type is not UTF-8");
    snprintf(ret, TYPE_BYTES, "%.*s", (int)member_cut(type, TYPE_BYTES - 1), type.at);
    return true;
}

/* A budget of null is no cap, which is what a token without a budget is. */
static bool decode_budget(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    if (!found[SPEC_BALANCE])
        return fault(why, FAULT_REJECT, "balance is missing");
    if (!member_flag(found[SPEC_BUDGET], &r->budgeted))
        return fault(why, FAULT_REJECT, "active_balance is missing or no boolean");
    if (!member_amount(found[SPEC_BALANCE], members[SPEC_BALANCE], &r->balance, why))
        return false;
    r->budgeted &= r->balance.known;
    return true;
}

/* Absent from the first descriptions. */
static bool decode_revoked(const cJSON *value, bool *ret, struct fault *why)
{
    *ret = false;
    return member_is_absent(value) || member_flag(value, ret)
        || fault(why, FAULT_REJECT, "revoked is no boolean");
}

static enum reset_period period_named(struct span word)
{
    enum reset_period period = RESET_NONE;
    while (period < RESET_OTHER && !span_is(word, periods[period]))
        period++;
    return period;
}

static bool decode_reset(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    const cJSON *period = found[SPEC_PERIOD];
    if (!member_is_absent(period) && !cJSON_IsString(period))
        return fault(why, FAULT_REJECT, "balance_reset_period is not a string");
    if (!member_amount(found[SPEC_AMOUNT], members[SPEC_AMOUNT], &r->reset_amount, why))
        return false;
    r->period = member_is_absent(period) || !*period->valuestring
        ? RESET_NONE
        : period_named(span_of(period->valuestring));
    if (r->period == RESET_NONE)
        r->reset_amount = (struct maybe_money){ 0 };
    return true;
}

static bool decode_members(const cJSON *const found[MEMBERS], struct reading *r, struct fault *why)
{
    return decode_type(found[SPEC_TYPE], r->type, why) && decode_budget(found, r, why)
        && decode_reset(found, r, why)
        && member_moment(found[SPEC_EXPIRES], members[SPEC_EXPIRES], &r->expires, why);
}

/* Refused are, besides U+0000 and a member given twice: a name that is missing, empty or longer
 * than 200 characters; a missing balance; a balance or reset amount that is neither number, decimal
 * text nor null; active_balance that is no boolean; expire_time that is no time; a type or period
 * that is no text. A type is cut to TYPE_BYTES - 1; an amount without a period is no reset amount.
 */
static bool decode_token(struct span element, struct decoded *ret, struct fault *why)
{
    own_json cJSON *root = json_parse_object(element, why);
    if (!root)
        return false;

    const cJSON *found[MEMBERS] = { 0 };
    struct decoded d = { 0 };
    if (!member_find(root, members, found, MEMBERS, why) || !member_name(found[NAME], d.name, why)
        || !decode_revoked(found[REVOKED], &d.revoked, why)
        || (!d.revoked && !decode_members(found, &d.reading, why)))
        return false;
    *ret = d;
    ret->reading.name = ret->name;
    return true;
}

static bool decode_credits(struct span body, struct money *ret, struct fault *why)
{
    const cJSON *credits;
    struct maybe_money left;
    own_json cJSON *root = json_parse(body, why);
    if (!root)
        return fault_within(why, "credits");
    if (!cJSON_IsObject(root))
        return fault(why, FAULT_REJECT, "credits: the answer is not an object");
    if (!member_once(root, "credits", &credits, why)
        || !member_amount(credits, "credits", &left, why))
        return fault_within(why, "credits");
    if (!left.known)
        return fault(why, FAULT_REJECT, "credits: credits is missing or not a valid amount");
    *ret = left.is;
    return true;
}

/* Documented are 204 without a body, and 200 with the token that is gone. */
static bool confirms_deletion(int status, struct span body, const char *name)
{
    struct decoded d;
    struct fault other;
    if (status == 204 || (status == 200 && !body.len))
        return true;
    return status == 200 && provider_decode_answer(&eden_v2, body, &d, &other)
        && strcmp(d.name, name) == 0;
}

/* "details" is what the service itself says of data that it does not have; a path that is not there
 * is answered with "detail", or with a page. */
static bool says_unspent(int status, struct span body)
{
    struct fault broken;
    const cJSON *details;
    if (status != 404)
        return false;
    own_json cJSON *root = json_parse_object(body, &broken);
    return root && member_once(root, "details", &details, &broken) && cJSON_IsString(details);
}

static bool says_taken(int status, const struct complaint *complaints, size_t count)
{
    return status == VALIDATION_STATUS && count == 1
        && strcmp(complaints[0].field, members[NAME]) == 0;
}

static const char *advice(int status)
{
    switch (status) {
    case 401:
        return ": the account's key is not accepted (see its key_file, key_env or key_credential)";
    case 403:
        return ": the key must be the account's main key, which may manage tokens";
    default:
        return "";
    }
}

static const char *const wrappers[] = { "error", "message", "detail", "details", NULL };

const struct provider eden_v2 = {
    .list_path = LIST_PATH,
    .list = { .what = "token list",
              .list = "results",
              .next = "next",
              .count = "count",
              .secret = "token",
              .element_bytes = ELEMENT_BYTES,
              .bare = true },
    .name_member = "name",
    .secret_member = "token",
    .decode_token = decode_token,
    .add_token_path = add_token_path,
    .add_spec = add_spec,
    .confirms_deletion = confirms_deletion,
    .add_usage_path = add_usage_path,
    .usage = { .what = "consumption", .list = "response", .element_bytes = EDEN_USAGE_BYTES },
    .says_unspent = says_unspent,
    .decode_usage = eden_decode_usage,
    .credits_path = USAGE_PATH "credits/",
    .decode_credits = decode_credits,
    .limits = { .amount_digits = 5, .amount_decimals = 9, .name_characters = 200 },
    .wrappers = wrappers,
    .validation_status = VALIDATION_STATUS,
    .says_taken = says_taken,
    .advice = advice,
};
