/* Strict readers: the whole text counts, and a mistake is answered with what is taken. */
#include "core/option.h"

#include <assert.h>
#include <inttypes.h>

#include "base/text.h"
#include "core/calendar.h"
#include "core/token_spec.h"

static bool in_range(const struct option_row *row, int64_t number)
{
    return (row->min == 0 && row->max == 0) || (number >= row->min && number <= row->max);
}

static bool read_flag(const struct option_row *row, const struct option_reading *how,
                      const char *written, int64_t *ret, struct fault *why)
{
    (void)row, (void)how, (void)written, (void)why;
    *ret = 1;
    return true;
}

static bool read_text(const struct option_row *row, const struct option_reading *how,
                      const char *written, int64_t *ret, struct fault *why)
{
    *ret = 0;
    return *written
        || fault(why, FAULT_REJECT, "%s%s requires a value: %s", how->lead, row->name, row->value);
}

static bool all_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static bool read_count(const struct option_row *row, const struct option_reading *how,
                       const char *written, int64_t *ret, struct fault *why)
{
    int64_t number = 0;
    bool ok = all_digits(written);
    for (const char *c = written; ok && *c; c++)
        ok = !__builtin_mul_overflow(number, 10, &number)
            && !__builtin_add_overflow(number, *c - '0', &number);
    if (!ok)
        return fault(why, FAULT_REJECT, "%s%s takes a whole number, not \"%s\"", how->lead,
                     row->name, written);
    if (!in_range(row, number))
        return fault(why, FAULT_REJECT, "%s%s takes %" PRId64 " to %" PRId64 ", not %s", how->lead,
                     row->name, row->min, row->max, written);
    *ret = number;
    return true;
}

static bool read_duration(const struct option_row *row, const struct option_reading *how,
                          const char *written, int64_t *ret, struct fault *why)
{
    char least[DURATION_TEXT_BYTES], most[DURATION_TEXT_BYTES];
    int64_t seconds;
    if (!duration_parse(span_of(written), &seconds, why))
        return fault_within(why, "%s%s", how->lead, row->name);
    if (!in_range(row, seconds))
        return fault(why, FAULT_REJECT, "%s%s takes %s to %s, not %s", how->lead, row->name,
                     duration_format(row->min, least), duration_format(row->max, most), written);
    *ret = seconds;
    return true;
}

/* A point in time, or how long ago it was. */
static bool read_time(const struct option_row *row, const struct option_reading *how,
                      const char *written, int64_t *ret, struct fault *why)
{
    int64_t ago_s;
    if (calendar_parse(span_of(written), ret, why))
        return true;
    if (duration_parse(span_of(written), &ago_s, why) && ago_s <= how->now) {
        *ret = how->now - ago_s;
        return true;
    }
    return fault(why, FAULT_REJECT,
                 "%s%s takes a time such as 2026-08-01 or 2026-08-01T12:00:00Z, or an age "
                 "such as 24h or 7d, not \"%s\"",
                 how->lead, row->name, written);
}

static bool read_ahead(const struct option_row *row, const struct option_reading *how,
                       const char *written, int64_t *ret, struct fault *why)
{
    int64_t ahead_s;
    if (strcmp(written, "never") == 0) {
        *ret = TIME_NONE;
        return true;
    }
    if (calendar_parse(span_of(written), ret, why))
        return true;
    if (duration_parse(span_of(written), &ahead_s, why)) {
        *ret = how->now + ahead_s;
        return true;
    }
    return fault(
        why, FAULT_REJECT,
        "%s%s takes a time such as 2027-01-31 or 2027-01-31T12:00:00Z, a duration from now "
        "such as 30d, or never, not \"%s\"",
        how->lead, row->name, written);
}

static bool read_later(const struct option_row *row, const struct option_reading *how,
                       const char *written, int64_t *ret, struct fault *why)
{
    int64_t ahead_s, at;
    bool read = calendar_parse(span_of(written), &at, why);
    if (!read && (read = duration_parse(span_of(written), &ahead_s, why)))
        at = how->now + ahead_s;
    if (!read || at <= how->now)
        return fault(why, FAULT_REJECT,
                     "%s%s takes a time in the future such as 2037-01-31 or "
                     "2037-01-31T12:00:00Z, or a duration from now such as 30d, not \"%s\"",
                     how->lead, row->name, written);
    *ret = at;
    return true;
}

static bool read_amount(const struct option_row *row, const struct option_reading *how,
                        const char *written, int64_t *ret, struct fault *why)
{
    struct money amount;
    if (!token_spec_parse_amount(span_of(written), how->limits, &amount, why)) {
        struct fault inner = *why;
        return fault(why, FAULT_REJECT, "%s%s %s, not \"%s\"", how->lead, row->name, inner.text,
                     written);
    }
    *ret = amount.nano;
    return true;
}

static bool read_choice(const struct option_row *row, const struct option_reading *how,
                        const char *written, int64_t *ret, struct fault *why)
{
    int64_t index = 0;
    for (const char *choice = row->value; *choice; index++) {
        size_t len = strcspn(choice, "|");
        if (span_is((struct span){ choice, len }, written)) {
            *ret = index;
            return true;
        }
        choice += len + (choice[len] == '|');
    }
    return fault(why, FAULT_REJECT, "%s%s takes %s, not \"%s\"", how->lead, row->name, row->value,
                 written);
}

static bool (*const readers[])(const struct option_row *row, const struct option_reading *how,
                               const char *written, int64_t *ret, struct fault *why) = {
    [OPTION_FLAG] = read_flag,         [OPTION_TEXT] = read_text,     [OPTION_COUNT] = read_count,
    [OPTION_DURATION] = read_duration, [OPTION_TIME] = read_time,     [OPTION_AHEAD] = read_ahead,
    [OPTION_LATER] = read_later,       [OPTION_AMOUNT] = read_amount, [OPTION_CHOICE] = read_choice,
};

bool option_read(const struct option_row *row, const struct option_reading *how,
                 const char *written, struct option_value *ret, struct fault *why)
{
    int64_t number;
    if (!readers[row->type](row, how, written, &number, why))
        return false;
    *ret = (struct option_value){ .given = true, .text = written, .number = number };
    return true;
}

void option_preset(const struct option_row *row, const struct option_reading *how,
                   struct option_value *ret)
{
    struct fault why;
    if (!row->preset)
        return;
    bool ok = option_read(row, how, row->preset, ret, &why);
    assert(ok);
    (void)ok;
    ret->given = false;
}
