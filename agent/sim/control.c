/* /control/: what a test or a demonstration does behind the API's back. Reached only when asked for
 * at start. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "sim/json.h"
#include "sim/routes.h"
#include "sim/sim.h"
#include "sim/token_text.h"

static void refuse(struct sim_answer *ret, const char *words)
{
    struct text *out = answer_begin(ret, 400);
    text_addf(out, "{\"error\":");
    text_add_json(out, span_of(words));
    text_addf(out, "}");
}

static bool read_body(const struct call *c, struct json **ret_body, struct sim_answer *ret)
{
    struct fault why;
    if (!json_read(c->request->body, ret_body, &why)) {
        refuse(ret, why.text);
        return false;
    }
    if (!json_is_object(*ret_body))
        refuse(ret, "a JSON object is required");
    return json_is_object(*ret_body);
}

static void add_exact(struct text *out, const char *member, struct maybe_money amount)
{
    text_addf(out, ",\"%s\":", member);
    amount_text_add(out, amount, BALANCE_STRING);
}

static void add_token(struct text *out, const struct sim_token *t)
{
    text_addf(out, "{\"name\":");
    text_add_json(out, span_of(t->name));
    text_addf(out, ",\"id\":");
    word_text_add(out, *t->id ? t->id : NULL);
    text_addf(out, ",\"member\":");
    word_text_add(out, t->member);
    add_exact(out, "balance", t->terms.balance);
    add_exact(out, "spent", money_known(t->spent));
    text_addf(out, ",\"active_balance\":%s,\"token_type\":", t->terms.budgeted ? "true" : "false");
    text_add_json(out, span_of(t->terms.type));
    text_addf(out, "}");
}

static void add_tokens(struct text *out, const struct sim_account *a, bool revoked)
{
    bool first = true;
    text_addf(out, ",\"%s\":[", revoked ? "revoked" : "tokens");
    for (size_t i = 0; i < a->token_count; i++) {
        if (token_is_revoked(a->tokens[i]) != revoked)
            continue;
        text_addf(out, "%s", first ? "" : ",");
        add_token(out, a->tokens[i]);
        first = false;
    }
    text_addf(out, "]");
}

static void add_account(struct text *out, const struct sim_account *a)
{
    text_addf(out, "{\"name\":");
    text_add_json(out, span_of(a->name));
    add_exact(out, "credits", money_known(a->credits));
    add_exact(out, "base_spent", money_known(a->base_spent));
    add_tokens(out, a, false);
    add_tokens(out, a, true);
    text_addf(out, "}");
}

static void add_clock(struct text *out, const struct call *c)
{
    char time[TIME_TEXT_BYTES];
    unix_s now = virtual_clock_now(&c->world->clock, clock_mono());
    text_addf(out, "\"clock\":{\"now\":\"%s\",\"speed\":%" PRId64 ",\"seed\":%" PRIu64 "}",
              calendar_format(now, time), c->world->clock.speed, c->world->seed);
}

void control_state(const struct call *c, struct sim_answer *ret)
{
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{");
    add_clock(out, c);
    text_addf(out, ",\"faults\":");
    sim_faults_render(&c->world->sim_faults, out);
    text_addf(out, ",\"accounts\":[");
    for (size_t i = 0; i < c->world->tenant_count; i++) {
        text_addf(out, "%s", i ? "," : "");
        add_account(out, c->world->tenants[i].account);
    }
    text_addf(out, "]}");
}

static bool read_amount(const struct json *value, struct money *ret, struct fault *why)
{
    double usd;
    if (json_number(value, &usd))
        return money_from_double(usd, ret, why);
    const char *text = json_text(value);
    return text ? money_parse(span_of(text), ret, why)
                : fault(why, FAULT_REJECT, "an amount is required");
}

/* The account that is named, or the first one. */
static struct sim_account *account_of(const struct call *c, const struct json *body)
{
    const char *name = json_text(json_member(body, "account"));
    for (size_t i = 0; i < c->world->tenant_count; i++)
        if (!name || strcmp(c->world->tenants[i].account->name, name) == 0)
            return c->world->tenants[i].account;
    return NULL;
}

/* What may be done to a token; each returns false with a reason. */
static bool set_balance(struct sim_account *a, struct sim_token *t, const struct json *value,
                        struct fault *why)
{
    struct terms terms = t->terms;
    struct money amount;
    if (!read_amount(value, &amount, why))
        return fault_within(why, "balance");
    terms.balance = money_known(amount);
    account_set_terms(a, t, &terms);
    return true;
}

static bool expire(struct sim_account *a, struct sim_token *t, const struct json *value,
                   struct fault *why)
{
    struct terms terms = t->terms;
    const char *text = json_text(value);
    terms.expires = a->now;
    if (text && !calendar_parse(span_of(text), &terms.expires, why))
        return fault_within(why, "expire");
    account_set_terms(a, t, &terms);
    return true;
}

static bool is_sure(const struct json *value, const char *member, struct fault *why)
{
    bool sure = false;
    return (json_bool(value, &sure) && sure)
        || fault(why, FAULT_REJECT, "%s: true is required", member);
}

static bool delete (struct sim_account *a, struct sim_token *t, const struct json *value,
                    struct fault *why)
{
    if (!is_sure(value, "delete", why))
        return false;
    account_remove(a, t);
    return true;
}

static bool revoke(struct sim_account *a, struct sim_token *t, const struct json *value,
                   struct fault *why)
{
    if (!is_sure(value, "revoke", why))
        return false;
    if (!token_is_revoked(t))
        account_revoke(a, t);
    return true;
}

static bool rotate(struct sim_account *a, struct sim_token *t, const struct json *value,
                   struct fault *why)
{
    if (!is_sure(value, "rotate", why))
        return false;
    if (token_is_revoked(t))
        return fault(why, FAULT_REJECT, "rotate: the token is revoked");
    account_rotate(a, t);
    return true;
}

static bool rename_to(struct sim_account *a, struct sim_token *t, const struct json *value,
                      struct fault *why)
{
    const char *name = json_text(value);
    if (!name || !*name)
        return fault(why, FAULT_REJECT, "rename: a name is required");
    account_rename(a, t, name);
    return true;
}

static bool set_member(struct sim_account *a, struct sim_token *t, const struct json *value,
                       struct fault *why)
{
    if (!json_text(value) && !json_is_null(value))
        return fault(why, FAULT_REJECT, "member: an e-mail or null is required");
    account_attribute(a, t, json_text(value));
    return true;
}

/* From now on the API says this of the token, whatever it is; an empty text is nothing of that
 * kind. */
static bool show_as(struct sim_account *a, struct sim_token *t, const struct json *value,
                    struct fault *why)
{
    const char *text = json_text(value);
    if (!text)
        return fault(why, FAULT_REJECT, "shown: a string is required");
    free(t->shown);
    t->shown = *text ? xstrdup(text) : NULL;
    a->version++;
    return true;
}

static const struct deed {
    const char *member;
    bool (*act)(struct sim_account *, struct sim_token *, const struct json *, struct fault *);
} deeds[] = {
    { "balance", set_balance }, { "expire", expire },    { "shown", show_as },
    { "member", set_member },   { "rename", rename_to }, { "rotate", rotate },
    { "revoke", revoke },       { "delete", delete },
};

/* By its id, which also finds what is revoked, or by its name. */
static struct sim_token *token_meant(const struct sim_account *a, const struct json *body)
{
    const char *id = json_text(json_member(body, "id"));
    const char *name = json_text(json_member(body, "name"));
    return id ? account_with_id(a, span_of(id)) : name ? account_named(a, span_of(name)) : NULL;
}

static bool act_on_token(const struct call *c, const struct json *body, struct fault *why)
{
    struct sim_account *a = account_of(c, body);
    struct sim_token *t = a ? token_meant(a, body) : NULL;
    if (!t)
        return fault(why, FAULT_REJECT, "name: no such token");
    for (size_t i = 0; i < COUNT(deeds); i++) {
        const struct json *value = json_member(body, deeds[i].member);
        if (value && !deeds[i].act(a, t, value, why))
            return false;
    }
    return true;
}

static bool set_credits(const struct call *c, const struct json *body, struct fault *why)
{
    struct sim_account *a = account_of(c, body);
    struct money amount;
    if (!a)
        return fault(why, FAULT_REJECT, "account: no such account");
    if (!read_amount(json_member(body, "credits"), &amount, why))
        return fault_within(why, "credits");
    a->credits = amount;
    a->version++;
    return true;
}

void control_token(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct fault why;
    if (!read_body(c, &body, ret))
        return;
    bool done =
        json_member(body, "credits") ? set_credits(c, body, &why) : act_on_token(c, body, &why);
    if (done)
        answer_json(ret, 200, "{}");
    else
        refuse(ret, why.text);
}

static bool read_target(const struct json *body, unix_s now, unix_s *ret, struct fault *why)
{
    const struct json *advance = json_member(body, "advance"), *to = json_member(body, "to");
    int64_t step_s = 0;
    unix_s target = now;
    if (advance
        && !(json_text(advance) && duration_parse(span_of(json_text(advance)), &step_s, why)))
        return fault(why, FAULT_REJECT, "advance: a duration like \"1h\" is required");
    if (to && !(json_text(to) && calendar_parse(span_of(json_text(to)), &target, why)))
        return fault(why, FAULT_REJECT, "to: a time like \"2026-03-01T12:00:00Z\" is required");
    if (target < now)
        return fault(why, FAULT_REJECT, "to: the clock only goes forward");
    *ret = target + step_s;
    return true;
}

static bool read_speed(const struct json *body, int64_t *speed, struct fault *why)
{
    const struct json *value = json_member(body, "speed");
    double number;
    if (!value)
        return true;
    if (!json_number(value, &number) || number < 0 || number > SIM_SPEED_MAX
        || number != floor(number))
        return fault(why, FAULT_REJECT, "speed: a whole number from 0 to %d is required",
                     SIM_SPEED_MAX);
    *speed = (int64_t)number;
    return true;
}

void control_clock(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct virtual_clock *clock = &c->world->clock;
    struct fault why;
    mono_ms real = clock_mono();
    unix_s now = virtual_clock_now(clock, real), target = now;
    int64_t speed = clock->speed;
    if (!read_body(c, &body, ret))
        return;
    if (!read_target(body, now, &target, &why) || !read_speed(body, &speed, &why)) {
        refuse(ret, why.text);
        return;
    }
    virtual_clock_set_speed(clock, real, speed);
    if (target != now)
        virtual_clock_set(clock, real, target);
    world_advance(c->world);
    struct text *out = answer_begin(ret, 200);
    text_addf(out, "{");
    add_clock(out, c);
    text_addf(out, "}");
}

void control_fault(const struct call *c, struct sim_answer *ret)
{
    own_json struct json *body = NULL;
    struct fault why;
    if (!read_body(c, &body, ret))
        return;
    if (sim_faults_add(&c->world->sim_faults, body, &why))
        answer_json(ret, 200, "{}");
    else
        refuse(ret, why.text);
}

void control_fault_clear(const struct call *c, struct sim_answer *ret)
{
    sim_faults_clear(&c->world->sim_faults);
    answer_json(ret, 200, "{}");
}

void control_requests(const struct call *c, struct sim_answer *ret)
{
    const char *after = strncmp(c->query, "after=", 6) == 0 ? c->query + 6 : "0";
    request_log_render(&c->world->log, strtoull(after, NULL, 10), answer_begin(ret, 200));
}
