/* What stands now of a firing alert: its value, the threshold and the words for it, from what is
 * stored of its token and what the configuration says of its rule. */
#pragma once

#include "base/text.h"
#include "core/rule.h"
#include "edge/store.h"

/* The columns of question_alerts.sql. */
enum alert_cell {
    ALERT_LEVEL,
    ALERT_SINCE,
    ALERT_ACCOUNT,
    ALERT_TOKEN,
    ALERT_RULE,
    ALERT_EPISODE,
    ALERT_STEP,
    ALERT_CHANGED,
    ALERT_ANNOUNCED,
    ALERT_KIND,
    ALERT_TYPE,
    ALERT_BALANCE,
    ALERT_BUDGETED,
    ALERT_EXPIRES,
    ALERT_PERIOD,
    ALERT_RESET_AMOUNT,
    ALERT_RISEN_TO,
    ALERT_DRIFT,
    ALERT_SEEN,
    ALERT_ID,
    ALERT_UNREAD_SINCE,
    ALERT_UNREAD_REASON,
    ALERT_DRY_TOKEN,
    ALERT_DRY_AT, /* of the account */
    ALERT_RULE_KIND,
    ALERT_CELLS,
};

struct alert_now {
    bool known;               /* else there is no value now, and the words say why */
    int64_t value, threshold; /* in `unit` */
    enum rule_unit unit;
    enum level level;
};

/* Adds the words, which name neither level nor token nor rule. The forecast is that of now:
 * view/standing.h. */
struct alert_now alert_now_of(const struct cell cells[ALERT_CELLS], const struct forecast *f,
                              const struct rule_set *rules, unix_s now, struct text *words);
