/* The plain methods: each says, for an amount, how long it will take to burn.
 *
 * An answer is the natural logarithm of hours, and for any one track it never falls when the amount
 * grows, but for those few experts (marked so) whose answer is a quantile of a small sample. */
#pragma once

#include <stddef.h>

#include "core/forecast/track.h"

/* What an expert looks at; for telling people which evidence carried a forecast. */
enum evidence {
    EVIDENCE_LAST_HOURS,   /* rates of the last hours */
    EVIDENCE_LAST_DAYS,    /* rates of the last days */
    EVIDENCE_MEAN,         /* rates of weeks, or of the whole past */
    EVIDENCE_SAME_AMOUNT,  /* the time that the last amounts of this size took */
    EVIDENCE_HOURS_OF_DAY, /* the rhythm of the day */
    EVIDENCE_DAYS_OF_WEEK, /* the rhythm of the week */
    EVIDENCE_LIKE_MOMENTS, /* what followed moments like this one */
    EVIDENCE_KINDS,
};

enum {
    WINDOW_EXPERTS = 12,
    EWMA_EXPERTS = 5,
    AMOUNT_EXPERTS = 8,
    PACE_EXPERTS = 12,
    PASSAGE_EXPERTS = 29,
    REPLAY_EXPERTS = 6,
    FIRST_EWMA = WINDOW_EXPERTS,
    FIRST_AMOUNT = FIRST_EWMA + EWMA_EXPERTS,
    FIRST_RHYTHM = FIRST_AMOUNT + AMOUNT_EXPERTS,
    FIRST_PASSAGE = FIRST_RHYTHM + PACE_EXPERTS,
    FIRST_REPLAY = FIRST_PASSAGE + PASSAGE_EXPERTS,
    EXPERTS = FIRST_REPLAY + REPLAY_EXPERTS,
};

enum { QUERY_AMOUNTS = 48 }; /* asked at once, at most */

/* One question: a track, and amounts in its units, rising. answers[i][e] is for amounts[i]. */
struct inquiry {
    const struct track *track;
    const double *amounts;
    size_t count;
    float (*answers)[EXPERTS];
};

void experts_ask(const struct inquiry *q);

/* Where those experts stand that need no other: their median, and the quarters around it, which a
 * learned answer must stay near. */
struct middle {
    double low, median, high;
};

struct middle experts_middle(const float answers[EXPERTS]);
double experts_median(const float answers[EXPERTS]);

bool expert_is_plain(int expert); /* one of those */

enum evidence expert_evidence(int expert);
const char *evidence_name(
    enum evidence evidence); /* a member of the JSON output: "the rhythm of the day" */
const char *evidence_title(enum evidence evidence); /* for people: "daily seasonality" */

/* The groups, each writing its own experts; called by experts_ask. */
void experts_windows(const struct inquiry *q);
void experts_rhythm(const struct inquiry *q);
void experts_passages(const struct inquiry *q);
void experts_replays(const struct inquiry *q);

/* Notes an answer of so many hours. Experts before FIRST_PASSAGE note hours and the others logs of
 * a ratio, and experts_ask makes logs of hours of both, kept within what a rate e^6 times off the
 * mean would say. */
static inline void experts_note(const struct inquiry *q, size_t amount, int expert, double hours)
{
    q->answers[amount][expert] = (float)hours;
}

/* Notes logs of the ratio of hours to the amount, for experts in a row. */
static inline void experts_note_ratios(const struct inquiry *q, size_t amount, int first,
                                       const double *ratios, int count)
{
    for (int n = 0; n < count; n++)
        q->answers[amount][first + n] = (float)ratios[n];
}
