/* Does a budget last until its reset? Answers and describes questions about that. */
#pragma once

#include "core/forecast/net.h"
#include "series.h"

struct reset_job {
    const struct series_set *series;
    const struct ensemble *nets;
    const struct alarm_forest *forest;
};

/* Answers resets.csv of a folder: task_id, p_dry, verdict. Rows of one period, in order, are one
 * agent's. */
void resets_answer(const struct reset_job *job, const char *folder);

/* Writes what the forest is told of each row of `questions` (series, hist_from, origin,
 * balance_nano_usd, began_at, reset_at, reset_amount_nano_usd), as floats. */
void resets_describe(const struct reset_job *job, const char *questions, const char *features);
