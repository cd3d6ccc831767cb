/* Events, and the retained topics of alerts. */
#include <inttypes.h>
#include <string.h>

#include "core/calendar.h"
#include "edge/wire/members.h"

static void add_percent(struct json_out *j, const char *name, int64_t basis_points)
{
    uint64_t size = basis_points < 0 ? 0 - (uint64_t)basis_points : (uint64_t)basis_points;
    text_addf(json_begin(j, name), "%s%" PRIu64 ".%02" PRIu64, basis_points < 0 ? "-" : "",
              size / 100, size % 100);
}

static void add_quantity(struct json_out *j, const char *name, enum rule_unit unit, int64_t value)
{
    switch (unit) {
    case UNIT_NANO_USD:
        json_add_money(j, name, money_known((struct money){ value }));
        break;
    case UNIT_BASIS_POINTS:
        add_percent(j, name, value);
        break;
    case UNIT_SECONDS:
        json_add_integer(j, name, value);
        break;
    case UNIT_NONE:
        json_add_null(j, name);
        break;
    }
}

static void add_crossing(struct json_out *j, const struct alert_event *e)
{
    enum rule_unit unit = rule_unit_of(e->rule->kind);
    if (e->transition.known) {
        add_quantity(j, "value", unit, e->transition.value);
        add_quantity(j, "threshold", unit, e->transition.threshold);
    } else {
        json_add_null(j, "value");
        json_add_null(j, "threshold");
    }
    json_add_z(j, "unit", unit == UNIT_NONE ? NULL : rule_unit_name(unit));
}

static void add_basis(struct json_out *j, const struct alert_event *e)
{
    json_add_z(j, "credits_source",
               alert_event_rests_on_credits(e) ? credits_source_name(e->credits) : NULL);
}

static void add_summary(struct json_out *j, const struct alert_event *e)
{
    struct text line = { 0 };
    alert_event_summary(e, &line);
    json_add_z(j, "summary", text_z(&line));
    text_done(&line);
}

static void add_finding(struct json_out *j, const struct found_alert *f, enum rule_unit unit)
{
    json_open_object(j, NULL);
    json_add_z(j, "token", f->token->series == SERIES_TOKEN ? f->token->name : NULL);
    json_add_z(j, "slug", f->token->slug);
    json_add_z(j, "level", level_name(f->transition.is));
    add_quantity(j, "value", unit, f->transition.value);
    add_quantity(j, "threshold", unit, f->transition.threshold);
    json_add_money(j, "balance_usd", f->token->last.balance);
    json_close(j);
}

static void add_counts(struct json_out *j, const struct digest *d)
{
    size_t counts[LEVELS] = { 0 };
    for (size_t i = 0; i < d->count; i++)
        counts[d->at[i].transition.is]++;
    json_add_integer(j, "count", (int64_t)d->count);
    for (enum level l = LEVELS - 1; l > LEVEL_NONE; l--)
        json_add_integer(j, level_name(l), (int64_t)counts[l]);
}

static void add_digest(struct json_out *j, const struct alert_event *e)
{
    const struct digest *d = e->digest;
    if (!d) {
        json_add_null(j, "digest");
        return;
    }
    json_open_object(j, "digest");
    add_counts(j, d);
    json_open_array(j, "worst");
    for (size_t i = 0; i < d->count && i < DIGEST_NAMED; i++) {
        add_finding(j, &d->at[i], rule_unit_of(e->rule->kind));
    }
    json_close(j);
    json_close(j);
}

static void add_environment(struct json_out *j, const struct token *t)
{
    struct span environment = naming_environment(span_of(t->name));
    if (environment.len)
        json_add_text(j, "environment", environment);
    else
        json_add_null(j, "environment");
}

/* Written inside the transaction that makes it true; comes last, so that wire_mark_unstored finds
 * it. */
static void add_stored(struct json_out *j)
{
    json_add_bool(j, "stored", true);
}

void wire_mark_unstored(struct span payload, struct text *out)
{
    static const char stored[] = "\"stored\":true}";
    size_t tail = sizeof stored - 1;
    bool marked = payload.len > tail && memcmp(payload.at + payload.len - tail, stored, tail) == 0;
    text_add(out, (struct span){ payload.at, marked ? payload.len - tail : payload.len });
    if (marked)
        text_add(out, span_of("\"stored\":false}"));
}

void wire_encode_event(const struct alert_event *e, struct text *out)
{
    struct json_out j = json_out_compact(out);
    wire_begin(&j, e->at);
    json_add_z(&j, "id", e->id);
    wire_add_token(&j, e->account, e->token);
    add_environment(&j, e->token);
    wire_add_member(&j, e->token);
    json_add_z(&j, "series", series_name(e->digest ? e->rule->series : e->token->series));
    json_add_z(&j, "rule", e->rule->name);
    json_add_z(&j, "kind", transition_name(e->transition.kind));
    json_add_z(&j, "level", level_name(e->transition.is));
    json_add_z(&j, "was", level_name(e->transition.was));
    add_crossing(&j, e);
    calendar_add_json(&j, "since", e->alert->since);
    json_add_z(&j, "reason", e->reason ? e->reason : e->outage ? e->outage->reason : NULL);
    json_add_money(&j, "balance_usd", e->token->last.balance);
    json_open_object(&j, "burn");
    wire_add_burn(&j, &e->token->burn);
    json_close(&j);
    wire_add_forecast(&j, e->token->series == SERIES_ACCOUNT ? NULL : &e->token->forecast, e->at);
    add_basis(&j, e);
    add_digest(&j, e);
    add_summary(&j, e);
    add_stored(&j);
    json_close(&j);
}

void wire_encode_alert(const struct alert_event *e, struct text *out)
{
    struct json_out j = json_out_compact(out);
    bool firing = e->alert->level != LEVEL_NONE;
    wire_begin(&j, e->at);
    wire_add_token(&j, e->account, e->token);
    json_add_z(&j, "series", series_name(e->token->series));
    json_add_z(&j, "rule", e->rule->name);
    json_add_z(&j, "level", level_name(e->alert->level));
    calendar_add_json(&j, "since", firing ? e->alert->since : TIME_NONE);
    add_crossing(&j, e);
    json_add_integer(&j, "episode", e->alert->episode);
    json_add_z(&j, "event_id", e->id);
    add_basis(&j, e);
    add_summary(&j, e);
    add_stored(&j);
    json_close(&j);
}

/* The members are those of an event, so that who reads events can read this one. */
void wire_encode_merged(const struct merged_event *m, struct text *out)
{
    struct json_out j = json_out_compact(out);
    static const char *const unknown[] = { "token",  "slug",   "environment",
                                           "member", "series", "rule" };
    static const char *const of_a_token[] = { "value",  "threshold",   "unit",
                                              "reason", "balance_usd", "credits_source" };
    struct text line = { 0 };
    wire_begin(&j, m->at);
    json_add_z(&j, "id", m->id);
    json_add_z(&j, "account", m->account);
    for (size_t i = 0; i < COUNT(unknown); i++)
        json_add_null(&j, unknown[i]);
    json_add_z(&j, "kind", "merged");
    json_add_z(&j, "level", level_name(LEVEL_NONE));
    json_add_z(&j, "was", level_name(LEVEL_NONE));
    calendar_add_json(&j, "since", m->from);
    calendar_add_json(&j, "until", m->until);
    json_add_integer(&j, "events", m->events);
    for (size_t i = 0; i < COUNT(of_a_token); i++)
        json_add_null(&j, of_a_token[i]);
    wire_merged_summary(m, &line);
    json_add_z(&j, "summary", text_z(&line));
    text_done(&line);
    json_close(&j);
}
