/* What stands now of a firing alert: its value, the threshold and the words for it, from what is
 * stored of its token and what the configuration says of its rule. */
#pragma once

#include "base/text.h"
#include "core/rule.h"
#include "edge/store.h"

struct alert_now {
    bool known;               /* else there is no value now, and the words say why */
    int64_t value, threshold; /* in `unit` */
    enum rule_unit unit;
    enum level level;
};

/* Adds the words, which name neither level nor token nor rule. The forecast is that of now:
 * view/standing.h. */
struct alert_now alert_now_of(const struct cell cells[QUERY_ALERTS_COLUMNS],
                              const struct forecast *f, const struct rule_set *rules, unix_s now,
                              struct text *words);
