/* What Ebb knows -> payloads of MQTT.
 *
 * Payloads carry `schema` and a time stamp; money is an exact decimal. */
#pragma once

#include "base/text.h"
#include "core/alert_event.h"
#include "core/credits.h"

enum { WIRE_SCHEMA = 2, EVENT_ID_BYTES = 192 };

/* Payloads are added to `out`: one JSON object in UTF-8 each, members as docs/payloads.md describes
 * them. */
void wire_encode_event(const struct alert_event *e, struct text *out);
/* Retained current state of one alert, also after it was resolved (level "none"). */
void wire_encode_alert(const struct alert_event *e, struct text *out);
/* Adds an event's or alert's payload with `stored` made false; any other payload as it is. */
void wire_mark_unstored(struct span payload, struct text *out);
void wire_encode_token(const char *account, const struct token *t, unix_s at, struct text *out);
/* Of which account, and who says what is left on it. */
struct credits_state {
    const char *account;
    enum credits_source source;
    const struct credits_level *level; /* where they are estimated */
};
/* The same of the series that is the account's credits. */
void wire_encode_credits(const struct credits_state *s, const struct token *t, unix_s at,
                         struct text *out);

/* The same where the API does not offer credits and nobody gave them by hand. */
void wire_encode_no_credits(const char *account, unix_s at, struct text *out);

/* Events that were waiting for the broker, were too many, and are this one instead. */
struct merged_event {
    const char *id;
    const char *account;
    unix_s at;          /* when they were merged */
    unix_s from, until; /* of the first and the last of them; TIME_NONE: not known */
    int64_t events;
};
void wire_merged_summary(const struct merged_event *m, struct text *out);
void wire_encode_merged(const struct merged_event *m, struct text *out);

/* What waits for the broker. */
struct delivery_state {
    int64_t events, bytes;
    unix_s oldest_at;    /* TIME_NONE: no event waits */
    int64_t refused;     /* messages */
    const char *refusal; /* the broker's reason for the first of them, or NULL */
    unix_s delivered_at; /* TIME_NONE: nothing yet */
};

/* An account's last poll, retained. */
struct account_state {
    const char *account;
    const char *result; /* poll_result_name */
    const char *reason; /* NULL when ok */
    unix_s at;          /* of this poll */
    unix_s last_ok;     /* TIME_NONE: never */
    size_t tokens;
    enum credits_source credits_source;
    const char *credits_reason;     /* why the credits are not known; NULL: they are */
    unix_s usage_until;             /* how far consumption is known; TIME_NONE: not at all */
    const char *usage_reason;       /* why it is not known; NULL: it is */
    struct maybe_money drift;       /* of the credits against all consumption */
    struct accuracy_summary record; /* of its forecasts that came due */
    struct delivery_state delivery;
};
void wire_encode_account(const struct account_state *s, struct text *out);

/* `ebb/status`: {"schema":2,"state":"online"|"offline",...}; retained, also the will. */
void wire_encode_status(const char *state, const char *version, unix_s at, struct text *out);
/* The same of a daemon whose database cannot be written, with the reason and since when. */
void wire_encode_degraded(const char *reason, unix_s since, const char *version, unix_s at,
                          struct text *out);
