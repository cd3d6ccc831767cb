/* Who the experts are, and the median of those that stand on their own feet. */
#include "core/forecast/experts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/forecast/levels.h"
#include "core/forecast/sample.h"

static const double farthest = 6;

static const struct group {
    int first;
    void (*ask)(const struct inquiry *q);
} groups[] = {
    { 0, experts_windows },
    { FIRST_RHYTHM, experts_rhythm },
    { FIRST_PASSAGE, experts_passages },
    { FIRST_REPLAY, experts_replays },
};

void experts_ask(const struct inquiry *q)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        groups[i].ask(q);
}

void experts_note(const struct inquiry *q, size_t amount, int expert, double hours)
{
    double at_mean = log(q->amounts[amount]);
    double answer = log(hours > 1e-9 ? hours : 1e-9);
    if (answer > at_mean + farthest)
        answer = at_mean + farthest;
    if (answer < at_mean - farthest)
        answer = at_mean - farthest;
    q->answers[amount][expert] = (float)answer;
}

void experts_note_quantiles(const struct inquiry *q, size_t amount, int first,
                            const struct sample *s, const double *levels, int count)
{
    double ratios[LEVELS_ASKED];
    assert(count <= LEVELS_ASKED);
    sample_quantiles(s, levels, count, ratios);
    for (int n = 0; n < count; n++)
        experts_note(q, amount, first + n, q->amounts[amount] * exp(ratios[n]));
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
