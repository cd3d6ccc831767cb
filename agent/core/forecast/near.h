/* The next hours, and the first: what is learned of short questions and of short histories.
 *
 * The nets look at hours and days, and were taught nothing of a token that was read for some
 * minutes, or of what ends within some. This looks at the last six hours and at the first one's
 * readings, hears what the nets say, and has trees of its own. What was seen outweighs what the
 * consumption endpoint told of days before. */
#pragma once

#include "core/forecast/features.h"
#include "core/forecast/levels.h"
#include "core/forecast/trees.h"

enum { NEAR_TRAITS = 20, NEAR_FEATURES = NEAR_TRAITS + 13 };
_Static_assert((int)NEAR_FEATURES <= (int)FEATURES, "they share panels");

extern const struct forest near_shipped;

/* What is true of a track whatever amount is asked about. */
struct near_traits {
    float at[NEAR_TRAITS];
    double most_fine; /* ever spent in five minutes of those that were seen */
};

struct near_traits near_traits_of(const struct track *t);

/* What is said of an amount without this: logs of hours. */
struct near_question {
    double amount, median;
    const float *levels; /* LEVELS_ASKED, borrowed */
};

/* Where that stands, as logs of hours: at the even rate of what was seen, as long as the last so
 * much took, and the middle of these and of what is said without this. The trees' quantiles count
 * from there. */
struct near_stand {
    double even, last, base;
};

struct near_stand near_stand_of(const struct track *t, const struct near_question *q);

/* Up to which base all of an answer is this one's, and from which nothing. */
struct near_domain {
    double whole, none;
};

struct near_domain near_domain_of(const struct track *t);

/* How much of an answer is this one's: 1 near, 0 far, or where nothing was spent lately. */
double near_part(const struct near_domain *d, double base);

void near_features(const struct near_traits *traits, const struct near_question *q,
                   const struct near_stand *s, float ret[NEAR_FEATURES]);
