/* "5.1.1785985500.42": state, level, likely end ("-": none known), id. */
#include "view/status/cursor.h"

#include <inttypes.h>

void cursor_add(const struct cursor *c, struct text *out)
{
    text_addf(out, "%d.%d.", (int)c->urgency.state, (int)c->urgency.level);
    if (c->urgency.likely == TIME_NONE)
        text_add(out, span_of("-"));
    else
        text_addf(out, "%" PRId64, c->urgency.likely);
    text_addf(out, ".%" PRId64, c->id);
}

/* Takes digits and what ends them off the text. False: no number from 0 to `most`. */
static bool take(struct span *text, char end, int64_t most, int64_t *ret)
{
    int64_t number = 0;
    size_t i = 0;
    for (; i < text->len && text->at[i] >= '0' && text->at[i] <= '9'; i++)
        if (__builtin_mul_overflow(number, 10, &number)
            || __builtin_add_overflow(number, text->at[i] - '0', &number))
            return false;
    bool ends = end ? i < text->len && text->at[i] == end : i == text->len;
    if (i == 0 || !ends || number > most)
        return false;
    i += end != '\0';
    *text = (struct span){ text->at + i, text->len - i };
    *ret = number;
    return true;
}

static bool take_time(struct span *text, unix_s *ret)
{
    if (text->len > 2 && text->at[0] == '-' && text->at[1] == '.') {
        *text = (struct span){ text->at + 2, text->len - 2 };
        *ret = TIME_NONE;
        return true;
    }
    return take(text, '.', TIME_FAR, ret);
}

bool cursor_parse(struct span text, struct cursor *ret, struct fault *why)
{
    int64_t state, level;
    struct cursor c;
    if (!take(&text, '.', STATES - 1, &state) || !take(&text, '.', LEVELS - 1, &level)
        || !take_time(&text, &c.urgency.likely) || !take(&text, '\0', INT64_MAX, &c.id))
        return fault(why, FAULT_REJECT,
                     "takes what the header Link of the answer before says, unchanged");
    c.urgency.state = (enum state)state;
    c.urgency.level = (enum level)level;
    *ret = c;
    return true;
}
