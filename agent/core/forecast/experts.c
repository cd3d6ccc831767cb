/* Who the experts are, and the median of those that stand on their own feet. */
#include "core/forecast/experts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/forecast/vector_math.h"

static const float farthest = 6;

static const struct group {
    int first;
    void (*ask)(const struct inquiry *q);
} groups[] = {
    { 0, experts_windows },
    { FIRST_RHYTHM, experts_rhythm },
    { FIRST_PASSAGE, experts_passages },
    { FIRST_REPLAY, experts_replays },
};

static float kept_within(float value, float low, float high)
{
    float not_above = value < high ? value : high;
    return not_above > low ? not_above : low;
}

static void finish(double amount, float answers[EXPERTS])
{
    const float at_mean = (float)log(amount), least = expf(at_mean - farthest);
    for (int e = 0; e < FIRST_PASSAGE; e++)
        answers[e] = answers[e] > least ? answers[e] : least;
    for (int e = 0; e < FIRST_PASSAGE; e++)
        answers[e] = quick_log(answers[e]);
    for (int e = FIRST_PASSAGE; e < EXPERTS; e++)
        answers[e] += at_mean;
    for (int e = 0; e < EXPERTS; e++)
        answers[e] = kept_within(answers[e], at_mean - farthest, at_mean + farthest);
}

void experts_ask(const struct inquiry *q)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        groups[i].ask(q);
    for (size_t i = 0; i < q->count; i++)
        finish(q->amounts[i], q->answers[i]);
}

/* Of the subsets of this size the one found to err least at its median, over all kinds of series:
 * means that fade within a day, half the amount, rhythms, and some of the passages from this hour,
 * of like levels and after as long a rest. */
static const int plain[] = {
    FIRST_EWMA,         FIRST_EWMA + 1,     FIRST_EWMA + 2,   FIRST_AMOUNT + 4,  FIRST_RHYTHM + 3,
    FIRST_RHYTHM + 4,   FIRST_RHYTHM + 5,   FIRST_RHYTHM + 7, FIRST_PASSAGE + 6, FIRST_PASSAGE + 13,
    FIRST_PASSAGE + 17, FIRST_PASSAGE + 23, FIRST_REPLAY + 3,
};

struct middle experts_middle(const float answers[EXPERTS])
{
    float sorted[COUNT(plain)];
    for (size_t i = 0; i < COUNT(plain); i++) {
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > answers[plain[i]]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = answers[plain[i]];
    }
    size_t last = COUNT(plain) - 1;
    return (struct middle){ (double)sorted[last / 4], (double)sorted[last / 2],
                            (double)sorted[last - last / 4] };
}

double experts_median(const float answers[EXPERTS])
{
    return experts_middle(answers).median;
}

bool expert_is_plain(int expert)
{
    for (size_t i = 0; i < COUNT(plain); i++)
        if (plain[i] == expert)
            return true;
    return false;
}

static const struct run {
    int first;
    enum evidence evidence;
} runs[] = {
    { 0, EVIDENCE_LAST_HOURS },
    { 6, EVIDENCE_LAST_DAYS },
    { 9, EVIDENCE_MEAN },
    { FIRST_EWMA, EVIDENCE_LAST_HOURS },
    { FIRST_EWMA + 2, EVIDENCE_LAST_DAYS },
    { FIRST_EWMA + 4, EVIDENCE_MEAN },
    { FIRST_AMOUNT, EVIDENCE_SAME_AMOUNT },
    { FIRST_RHYTHM, EVIDENCE_HOURS_OF_DAY },
    { FIRST_RHYTHM + 5, EVIDENCE_DAYS_OF_WEEK },
    { FIRST_RHYTHM + 8, EVIDENCE_HOURS_OF_DAY },
    { FIRST_RHYTHM + 10, EVIDENCE_LAST_DAYS },
    { FIRST_PASSAGE, EVIDENCE_LIKE_MOMENTS },
};

enum evidence expert_evidence(int expert)
{
    enum evidence found = runs[0].evidence;
    for (size_t i = 0; i < COUNT(runs) && runs[i].first <= expert; i++)
        found = runs[i].evidence;
    return found;
}

static const struct {
    const char *name, *title;
} evidence_words[] = {
    [EVIDENCE_LAST_HOURS] = { "the last hours", "burn rate of the last hours" },
    [EVIDENCE_LAST_DAYS] = { "the last days", "burn rate of the last days" },
    [EVIDENCE_MEAN] = { "the mean of weeks", "burn rate over weeks" },
    [EVIDENCE_SAME_AMOUNT] = { "how long the last amounts of this size took",
                               "how long amounts of this size lasted before" },
    [EVIDENCE_HOURS_OF_DAY] = { "the rhythm of the day", "daily seasonality" },
    [EVIDENCE_DAYS_OF_WEEK] = { "the rhythm of the week", "weekly seasonality" },
    [EVIDENCE_LIKE_MOMENTS] = { "what followed moments like this",
                                "what followed similar moments" },
};
_Static_assert(COUNT(evidence_words) == EVIDENCE_KINDS, "a kind of evidence has no name");

const char *evidence_name(enum evidence evidence)
{
    assert(evidence < EVIDENCE_KINDS);
    return evidence_words[evidence].name;
}

const char *evidence_title(enum evidence evidence)
{
    assert(evidence < EVIDENCE_KINDS);
    return evidence_words[evidence].title;
}
