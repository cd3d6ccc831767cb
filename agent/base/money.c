/* Exact decimal in both directions; no floating point but for the API's own JSON numbers. */
#include "base/money.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"

enum { NANO_DIGITS = 9, DIGITS_KEPT = 18, EXPONENT_LIMIT = 100000000 };

/* A decimal as read: the first 18 significant digits, and the power of ten of the last one kept. */
struct decimal {
    bool negative;
    int64_t digits;
    int kept;
    int exponent; /* of the last kept digit */
    int next;     /* the first digit that was dropped, for rounding */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *read_digits(const char *at, const char *end, bool fraction, struct decimal *d)
{
    for (; at < end && is_digit(*at); at++) {
        int digit = *at - '0';
        if (d->kept == DIGITS_KEPT) {
            if (d->next < 0)
                d->next = digit;
            d->exponent += !fraction;
            continue;
        }
        d->digits = d->digits * 10 + digit;
        d->kept += d->digits > 0;
        d->exponent -= fraction;
    }
    return at;
}

static const char *read_exponent(const char *at, const char *end, int *ret)
{
    int sign = 1, value = 0;
    at++;
    if (at < end && (*at == '+' || *at == '-'))
        sign = *at++ == '-' ? -1 : 1;
    if (at == end || !is_digit(*at))
        return NULL;
    for (; at < end && is_digit(*at); at++)
        if (value < EXPONENT_LIMIT)
            value = value * 10 + (*at - '0');
    *ret = sign * value;
    return at;
}

static bool read_decimal(struct span text, struct decimal *d)
{
    if (!text.len)
        return false;
    const char *at = text.at, *end = text.at + text.len;
    *d = (struct decimal){ .next = -1 };

    if (at < end && (*at == '-' || *at == '+'))
        d->negative = *at++ == '-';
    const char *first = at;
    at = read_digits(at, end, false, d);
    if (at == first)
        return false;
    if (at < end && *at == '.') {
        const char *point = at++;
        at = read_digits(at, end, true, d);
        if (at == point + 1)
            return false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        int shift;
        at = read_exponent(at, end, &shift);
        if (!at)
            return false;
        d->exponent += shift;
    }
    return at == end;
}

/* Moves the decimal to nano-dollars; false when it does not fit the range. */
static bool scale_to_nano(struct decimal d, int64_t *ret)
{
    int shift = d.exponent + NANO_DIGITS;
    int64_t nano = d.digits;
    int dropped = d.next;

    for (; shift > 0 && nano; shift--) {
        if (nano > MONEY_LIMIT_NANO / 10)
            return false;
        nano *= 10;
    }
    for (; shift < 0; shift++) {
        dropped = (int)(nano % 10);
        nano /= 10;
        if (!nano && !dropped)
            break;
    }
    if (dropped >= 5)
        nano++;
    if (nano > MONEY_LIMIT_NANO)
        return false;
    *ret = d.negative ? -nano : nano;
    return true;
}

bool money_parse(struct span text, struct money *ret, struct fault *why)
{
    struct decimal d;
    if (!read_decimal(text, &d))
        return fault(why, FAULT_REJECT, "\"%.*s\" is not a decimal amount",
                     (int)(text.len < 40 ? text.len : 40), text.len ? text.at : "");
    if (!scale_to_nano(d, &ret->nano))
        return fault(why, FAULT_REJECT, "amount %.*s is outside +-4,000,000 USD",
                     (int)(text.len < 40 ? text.len : 40), text.at);
    return true;
}

bool money_from_double(double usd, struct money *ret, struct fault *why)
{
    double nano = usd * (double)NANO_PER_USD;
    if (!isfinite(nano) || fabs(nano) > (double)MONEY_LIMIT_NANO)
        return fault(why, FAULT_REJECT, "amount %g is outside +-4,000,000 USD", usd);
    ret->nano = llround(nano);
    return true;
}

char *money_put(struct money amount, char *out)
{
    uint64_t size = amount.nano < 0 ? 0 - (uint64_t)amount.nano : (uint64_t)amount.nano;
    char *end = out;
    if (amount.nano < 0)
        *end++ = '-';
    end = digits_put(end, size / NANO_PER_USD, 1);
    *end++ = '.';
    end = digits_put(end, size % NANO_PER_USD, NANO_DIGITS);
    for (int trimmed = 0; trimmed < NANO_DIGITS - 2 && end[-1] == '0'; trimmed++)
        end--;
    return end;
}

const char *money_format(struct money amount, char out[MONEY_TEXT_BYTES])
{
    *money_put(amount, out) = '\0';
    return out;
}

/* Below a cent by two digits that say something, so that a little does not read as nothing. */
const char *money_format_cents(struct money amount, char out[MONEY_TEXT_BYTES])
{
    uint64_t unit = NANO_PER_USD / 100;
    uint64_t size = amount.nano < 0 ? 0 - (uint64_t)amount.nano : (uint64_t)amount.nano;
    int decimals = 2;
    if (size > 0 && size < unit)
        for (; unit > 1 && size < unit * 10; unit /= 10)
            decimals++;
    uint64_t nano = (size + unit / 2) / unit * unit;
    int len =
        snprintf(out, MONEY_TEXT_BYTES, "%s%" PRIu64 ".%09" PRIu64,
                 amount.nano < 0 && nano ? "-" : "", nano / NANO_PER_USD, nano % NANO_PER_USD);
    out[len - NANO_DIGITS + decimals] = '\0';
    return out;
}

const char *money_format_beside(struct money amount, struct money limit, char out[MONEY_TEXT_BYTES])
{
    char other[MONEY_TEXT_BYTES];
    money_format_cents(amount, out);
    if (amount.nano != limit.nano && strcmp(out, money_format_cents(limit, other)) == 0)
        money_format(amount, out);
    return out;
}
