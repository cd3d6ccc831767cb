/* One token, or an account's credits, as `ebb forecast` looks at it: what the daemon knows of it,
 * read from the store, and the daemon's forecast read again for now. */
#pragma once

#include "base/text.h"
#include "core/forecast/evidence.h"
#include "core/state.h"
#include "core/token_set.h"
#include "edge/store.h"
#include "view/chart.h"

struct forecast_input {
    struct text account, name; /* the credits have the name "" */
    bool credits;
    bool removed; /* why it was refused: its account is no longer configured */
    unix_s now;
    int64_t step_s, stale_s;
    unix_s list_at;             /* of the account's last complete list; TIME_NONE: none */
    enum credits_source source; /* of the account's credits */
    bool answered;              /* of credits: they were reported with the last poll */
    struct token_set series;    /* of one */
    struct token_set shared;    /* of a token: its account's credits, as far as they are known */
    const struct token *token;  /* that one; its curve may be NULL */
    struct burn_rate rates[BURN_WINDOWS]; /* as shown everywhere */
    struct past past;
    enum state state;         /* of now, as everywhere */
    struct forecast forecast; /* of now, as far as it is shown in this state */
    struct accuracy_summary scored;
    struct chart_point *readings; /* owned; forecast_input_read */
    size_t reading_count, reading_room;
};

/* `name` "" is the credits; `account` NULL: the only one that has it. FAULT_REJECT: there is none,
 * or several. To be released by forecast_input_done, also after a failure. */
MUST_CHECK bool forecast_input_load(struct store *s, const char *name, const char *account,
                                    unix_s now, struct forecast_input *ret, struct fault *why);

/* Its balances as they were read, from the one that held at `since`: for a picture. */
MUST_CHECK bool forecast_input_read(struct store *store, struct forecast_input *s, unix_s since,
                                    struct fault *why);
void forecast_input_done(struct forecast_input *s);

/* Its forecast of now if it had this reading and this curve (NULL: none). */
struct forecast forecast_input_forecast(const struct forecast_input *s, const struct reading *r,
                                        const struct curve *c);

/* How many times as wide as usual its interval is drawn, so far ahead as it looks now. */
double forecast_input_widening(const struct forecast_input *s);

/* Mean spent in an hour, by local hour of the day, by local day of the week (0: Monday), and by
 * both; negative: never watched. */
struct burn_profile {
    int64_t hour_nano[24], day_nano[7], week_nano[7][24];
};
struct burn_profile forecast_input_profile(const struct forecast_input *s);
