/* JSON of one token; this runs a hundred thousand times for a long list. */
#include "sim/token_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/calendar.h"

void amount_text_add(struct text *out, struct maybe_money amount, enum balance_form form)
{
    if (!amount.known) {
        text_add(out, span_of("null"));
        return;
    }
    int64_t nano = amount.is.nano, size = nano < 0 ? -nano : nano;
    text_addf(out, "%s%s%" PRId64 ".%09" PRId64 "%s", form == BALANCE_STRING ? "\"" : "",
              nano < 0 ? "-" : "", size / NANO_PER_USD, size % NANO_PER_USD,
              form == BALANCE_STRING ? "\"" : "");
    if (form == BALANCE_STRING)
        return;
    while (out->at[out->len - 1] == '0' && out->at[out->len - 2] != '.')
        out->at[--out->len] = '\0';
}

void time_text_add(struct text *out, unix_s at)
{
    char time[TIME_TEXT_BYTES];
    if (at == TIME_NONE)
        text_add(out, span_of("null"));
    else
        text_addf(out, "\"%s\"", calendar_format(at, time));
}

void word_text_add(struct text *out, const char *word)
{
    if (word)
        text_add_json(out, span_of(word));
    else
        text_add(out, span_of("null"));
}

void masked_text_add(struct text *out, const char *secret)
{
    char masked[64];
    snprintf(masked, sizeof masked, "%.*s\u2026%s", secret_prefix_shown(secret), secret,
             secret_last4(secret));
    text_add_json(out, span_of(masked));
}

static enum balance_form form_of(const struct world *w, enum token_answer answer)
{
    unsigned form = w->manners.is[MANNER_BALANCE_FORM];
    return form == BALANCE_STRING || (form == BALANCE_STRING_IN_POST && answer == ANSWER_POST)
        ? BALANCE_STRING
        : BALANCE_NUMBER;
}

/* Where v2 tells a secret: in GET at first, since September when it is made, and never to its
 * bearer. */
static bool tells_secret(const struct world *w, enum token_answer answer)
{
    bool first = w->manners.is[MANNER_V2] == V2_FIRST;
    if (answer == ANSWER_ROTATE)
        return true;
    switch ((enum secret_place)w->manners.is[MANNER_SECRET_IN]) {
    case SECRET_AS_DOCUMENTED:
        return answer == (first ? ANSWER_GET : ANSWER_POST);
    case SECRET_IN_GET:
        return answer == ANSWER_GET;
    case SECRET_IN_POST:
        return answer == ANSWER_POST;
    case SECRET_NOWHERE:
        break;
    }
    return false;
}

static void add_flag(struct text *out, const char *head, bool flag)
{
    text_add(out, span_of(head));
    text_add(out, span_of(flag ? "true" : "false"));
}

/* What September added to the entries of v2. */
static void add_september(struct text *out, const struct sim_token *t)
{
    int prefix = secret_prefix_shown(t->secret);
    text_add(out, span_of(",\"label\":"));
    text_add_json(out, span_of(t->name));
    text_add(out, span_of(",\"masked\":"));
    masked_text_add(out, t->secret);
    text_add(out, span_of(",\"key_prefix\":"));
    if (prefix)
        text_add_json(out, (struct span){ t->secret, (size_t)prefix });
    else
        word_text_add(out, NULL);
    text_add(out, span_of(",\"last4\":"));
    text_add_json(out, span_of(secret_last4(t->secret)));
    add_flag(out, ",\"revoked\":", token_is_revoked(t));
    add_flag(out, ",\"legacy\":", !*t->id);
    add_flag(out, ",\"synthesized\":", false);
}

static void add_reset(struct text *out, const struct terms *terms, enum balance_form form)
{
    text_addf(out, ",\"balance_reset_period\":\"%s\",\"balance_reset_amount\":",
              calendar_period_name(terms->period));
    amount_text_add(out, terms->reset_amount, form);
}

void token_text_add(struct text *out, const struct world *w, const struct sim_token *t,
                    enum token_answer answer)
{
    enum balance_form form = form_of(w, answer);
    struct maybe_money settled = t->terms.balance;
    if (t->shown) {
        text_add(out, span_of(t->shown));
        return;
    }
    settled.is.nano += t->unsettled.nano;
    text_add(out, span_of("{\"name\":"));
    text_add_json(out, span_of(t->name));
    if (tells_secret(w, answer)) {
        text_add(out, span_of(",\"token\":"));
        text_add_json(out, span_of(t->secret));
    }
    text_add(out, span_of(",\"token_type\":"));
    text_add_json(out, span_of(t->terms.type));
    text_add(out, span_of(",\"balance\":"));
    amount_text_add(out, settled, form);
    add_flag(out, ",\"active_balance\":", t->terms.budgeted);
    text_add(out, span_of(",\"expire_time\":"));
    time_text_add(out, t->terms.expires);
    add_reset(out, &t->terms, form);
    if (w->manners.is[MANNER_V2] != V2_FIRST)
        add_september(out, t);
    text_add(out, span_of("}"));
}

void key_text_add(struct text *out, const struct world *w, const struct sim_token *t,
                  enum token_answer answer)
{
    enum balance_form form = form_of(w, answer);
    if (t->shown) {
        text_add(out, span_of(t->shown));
        return;
    }
    text_add(out, span_of("{\"id\":"));
    word_text_add(out, *t->id ? t->id : NULL);
    text_add(out, span_of(",\"name\":"));
    text_add_json(out, span_of(t->name));
    text_add(out, span_of(",\"token_type\":"));
    text_add_json(out, span_of(t->terms.type));
    text_add(out, span_of(",\"member\":"));
    word_text_add(out, t->member);
    text_add(out, span_of(",\"masked\":"));
    masked_text_add(out, t->secret);
    add_flag(out, ",\"active_balance\":", t->terms.budgeted);
    text_add(out, span_of(",\"balance\":"));
    amount_text_add(out, t->terms.balance, form);
    text_add(out, span_of(",\"expire_time\":"));
    time_text_add(out, t->terms.expires);
    if (w->manners.is[MANNER_RESET_FIELDS] == RESET_FIELDS_SHOWN)
        add_reset(out, &t->terms, form);
    add_flag(out, ",\"revoked\":", token_is_revoked(t));
    text_add(out, span_of(",\"revoked_at\":"));
    time_text_add(out, t->revoked_at);
    if (answer == ANSWER_POST) {
        text_add(out, span_of(",\"secret\":"));
        text_add_json(out, span_of(t->secret));
    }
    text_add(out, span_of("}"));
}
