/* JSON of one token; this runs a hundred thousand times for a long list. */
#include "sim/token_text.h"

#include <inttypes.h>

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

static void add_time(struct text *out, unix_s at)
{
    char time[TIME_TEXT_BYTES];
    if (at == TIME_NONE)
        text_add(out, span_of("null"));
    else
        text_addf(out, "\"%s\"", calendar_format(at, time));
}

void token_text_add(struct text *out, const struct sim_token *t, enum balance_form form,
                    enum token_view view)
{
    if (t->shown) {
        text_add(out, span_of(t->shown));
        return;
    }
    text_add(out, span_of("{\"name\":"));
    text_add_json(out, span_of(t->name));
    if (view == TOKEN_WITH_SECRET) {
        text_add(out, span_of(",\"token\":"));
        text_add_json(out, span_of(t->secret));
    }
    text_add(out, span_of(",\"token_type\":"));
    text_add_json(out, span_of(t->terms.type));
    text_add(out, span_of(",\"balance\":"));
    amount_text_add(out, t->terms.balance, form);
    text_add(out,
             span_of(t->terms.budgeted ? ",\"active_balance\":true" : ",\"active_balance\":false"));
    text_add(out, span_of(",\"expire_time\":"));
    add_time(out, t->terms.expires);
    text_addf(out, ",\"balance_reset_period\":\"%s\",\"balance_reset_amount\":",
              calendar_period_name(t->terms.period));
    amount_text_add(out, t->terms.reset_amount, form);
    text_add(out, span_of("}"));
}
