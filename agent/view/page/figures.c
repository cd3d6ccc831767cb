/* Shapes are drawings of the page's head (frame.c), told apart without any colour. */
#include "view/page/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/markup.h"
#include "core/calendar.h"
#include "core/naming.h"

void figure_money(struct text *out, int64_t nano)
{
    char cents[MONEY_TEXT_BYTES];
    const char *digits = money_format_cents((struct money){ nano }, cents);
    bool negative = *digits == '-';
    digits += negative;
    size_t whole = strcspn(digits, ".");
    text_add(out, span_of(negative ? "\xe2\x88\x92$" : "$"));
    for (size_t i = 0; i < whole; i++)
        text_addf(out, "%c%s", digits[i], i + 1 < whole && (whole - i - 1) % 3 == 0 ? "," : "");
    text_add(out, span_of(digits + whole));
}

void figure_count(struct text *out, int64_t count)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRId64, count);
    for (int i = 0; i < len; i++)
        text_addf(out, "%c%s", digits[i],
                  i + 1 < len && (len - i - 1) % 3 == 0 && digits[i] != '-' ? "," : "");
}

static void add_unknown(struct text *out)
{
    text_add(out, span_of("<span class=\"unknown\" title=\"not known\">\xe2\x80\x93</span>"));
}

void figure_amount(struct text *out, struct maybe_money amount)
{
    char exact[MONEY_TEXT_BYTES];
    if (!amount.known) {
        add_unknown(out);
        return;
    }
    text_addf(out, "<data value=\"%s\">", money_format(amount.is, exact));
    figure_money(out, amount.is.nano);
    text_add(out, span_of("</data>"));
}

void figure_rate(struct text *out, struct maybe_money per_hour)
{
    figure_amount(out, per_hour);
    if (per_hour.known)
        text_add(out, span_of("<span class=\"unit\">/h</span>"));
}

void figure_moment(struct text *out, unix_s at, unix_s now)
{
    char shown[64];
    struct tm local;
    time_t stamp = (time_t)at;
    int64_t away = seconds_between(now, at);
    bool near = away < DAY_S * 180 && away > -DAY_S * 180;
    if (is_stamp(at) && localtime_r(&stamp, &local)
        && strftime(shown, sizeof shown, near ? "%a %-d %b, %H:%M %Z" : "%-d %b %Y, %H:%M %Z",
                    &local))
        text_add(out, span_of(shown));
}

/* Opens the element; what it shows in words follows. */
static bool begin_time(struct text *out, unix_s at, unix_s now)
{
    char stamp[TIME_TEXT_BYTES];
    if (!is_stamp(at)) {
        add_unknown(out);
        return false;
    }
    text_addf(out, "<time datetime=\"%s\" title=\"", calendar_format(at, stamp));
    figure_moment(out, at, now);
    text_add(out, span_of("\">"));
    return true;
}

void figure_ago(struct text *out, unix_s at, unix_s now)
{
    char age[DURATION_TEXT_BYTES];
    int64_t seconds = seconds_between(at, now);
    if (!begin_time(out, at, now))
        return;
    if (seconds < 1)
        text_add(out, span_of("just now</time>"));
    else
        text_addf(out, "%s ago</time>", duration_format(seconds, age));
}

void figure_in(struct text *out, unix_s at, unix_s now)
{
    char left[DURATION_TEXT_BYTES];
    if (begin_time(out, at, now))
        text_addf(out, "in %s</time>", duration_format(seconds_between(now, at), left));
}

void figure_time(struct text *out, unix_s at, unix_s now)
{
    if (!begin_time(out, at, now))
        return;
    figure_moment(out, at, now);
    text_add(out, span_of("</time>"));
}

static void add_shape(struct text *out, const char *shape)
{
    text_addf(out, "<svg class=\"shape %s\" aria-hidden=\"true\"><use href=\"#%s\"/></svg>", shape,
              shape);
}

static const char *const state_shapes[STATES] = {
    [STATE_LEARNING] = "dots",    [STATE_NO_BUDGET] = "dash",  [STATE_STALE] = "clock",
    [STATE_UNUSED] = "ring",      [STATE_IDLE] = "pause",      [STATE_SAFE] = "check",
    [STATE_TIGHT] = "half",       [STATE_RUNS_DRY] = "drop",   [STATE_EXHAUSTED] = "drained",
    [STATE_UNREADABLE] = "cross", [STATE_MISSING] = "missing", [STATE_EXPIRED] = "stop",
    [STATE_NOT_OFFERED] = "dash",
};

void figure_state(struct text *out, enum state state)
{
    add_shape(out, state_shapes[state]);
    text_add(out, span_of(state_name(state)));
}

static const char *const level_shapes[LEVELS] = {
    [LEVEL_NONE] = "dash",
    [LEVEL_INFO] = "info",
    [LEVEL_WARNING] = "warning",
    [LEVEL_CRITICAL] = "critical",
};

void figure_level(struct text *out, enum level level)
{
    if (level == LEVEL_NONE)
        return;
    add_shape(out, level_shapes[level]);
    text_add(out, span_of(level_name(level)));
}

/* A browser takes "." and ".." for steps of a path, even when they are percent-encoded; and no
 * address holds control characters. */
bool figure_has_path(struct span token)
{
    for (size_t i = 0; i < token.len; i++)
        if ((unsigned char)token.at[i] < ' ' || token.at[i] == '\x7f')
            return false;
    return utf8_characters(token) > 0 && !span_is(token, ".") && !span_is(token, "..");
}

void figure_token_path(struct text *out, struct span account, struct span token)
{
    char slug[SLUG_BYTES];
    bool plain = figure_has_path(token);
    text_add(out, span_of(plain ? "/token/" : "/token?account="));
    text_add_percent(out, account);
    text_add(out, span_of(plain ? "/" : "&amp;slug="));
    if (plain) {
        text_add_percent(out, token);
    } else {
        naming_slug(token, slug);
        text_add(out, span_of(slug));
    }
}

void figure_token_link(struct text *out, struct span account, struct span token)
{
    text_add(out, span_of("<a href=\""));
    figure_token_path(out, account, token);
    text_add(out, span_of("\">"));
    markup_add_html(out, token);
    text_add(out, span_of("</a>"));
}

void figure_tile_begin(struct text *out, const char *name)
{
    text_addf(out, "<dl class=\"tile\"><dt>%s</dt><dd class=\"big\">", name);
}

void figure_tile_below(struct text *out)
{
    text_add(out, span_of("</dd><dd class=\"soft\">"));
}

void figure_tile_end(struct text *out)
{
    text_add(out, span_of("</dd></dl>\n"));
}
