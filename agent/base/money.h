/* US dollars as a count of nano-dollars, in a struct of one field so that units cannot mix.
 *
 * The API has up to nine decimals, so every amount it can name is exact. The range is +-4,000,000
 * USD, forty times the API's own limit: below 2^22 USD a double is less than a quarter of a
 * nano-dollar off, and its product with 10^9 another quarter at most, so that both JSON numbers and
 * their 17 digits as text round to the right one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "base/span.h"

struct money {
    int64_t nano;
};

/* An amount that may be unknown. Unknown is not zero. */
struct maybe_money {
    bool known;
    struct money is; /* meaningful only when known */
};

#define NANO_PER_USD INT64_C(1000000000)
#define MONEY_LIMIT_NANO (INT64_C(4000000) * NANO_PER_USD)

enum { MONEY_TEXT_BYTES = 32 };

/* Reads `[+-]digits[.digits][e[+-]digits]`, nothing before or after it. Decimals beyond the ninth
 * are rounded half away from zero. FAULT_REJECT: not a decimal, or outside the range. */
MUST_CHECK bool money_parse(struct span text, struct money *ret, struct fault *why);

/* The nearest nano-dollar to a JSON number. FAULT_REJECT: not finite, or outside the range. */
MUST_CHECK bool money_from_double(double usd, struct money *ret, struct fault *why);

/* Exact decimal with two to nine decimals and no exponent: "-0.10", "50.00", "0.000000001". */
const char *money_format(struct money amount, char out[MONEY_TEXT_BYTES]);
/* The same into less than MONEY_TEXT_BYTES, unterminated; returns the place behind the last. */
char *money_put(struct money amount, char *out);

/* For people, everywhere: rounded half away from zero to whole cents, below a cent to two digits
 * that say something: "12.35", "0.00042". */
const char *money_format_cents(struct money amount, char out[MONEY_TEXT_BYTES]);
/* The same, but with all decimals where it would look like the limit that it is compared
 * with: 9.999 below 10.00. */
const char *money_format_beside(struct money amount, struct money limit,
                                char out[MONEY_TEXT_BYTES]);

/* Sums that nobody can have spent stay at the end of their range: they never wrap, and end nothing.
 */
static inline int64_t nano_add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? -INT64_MAX : INT64_MAX) : sum;
}

static inline int64_t nano_sub(int64_t a, int64_t b)
{
    int64_t rest;
    return __builtin_sub_overflow(a, b, &rest) ? (b > 0 ? -INT64_MAX : INT64_MAX) : rest;
}

static inline struct maybe_money money_known(struct money amount)
{
    return (struct maybe_money){ .known = true, .is = amount };
}

static inline bool maybe_money_equal(struct maybe_money a, struct maybe_money b)
{
    return a.known == b.known && (!a.known || a.is.nano == b.is.nano);
}
