/* Calm colours: red for what needs somebody now, yellow for what may soon, faint for what says
 * nothing yet. */
#include "view/screen.h"

#include "view/layout.h"

#define RED "\x1b[31m"
#define YELLOW "\x1b[33m"
#define GREEN "\x1b[32m"
#define CYAN "\x1b[36m"
#define FAINT "\x1b[2m"

static const struct {
    const char *word, *tone;
} tones[] = {
    { "critical", RED },       { "exhausted", RED },  { "runs dry", RED },
    { "unauthorized", RED },   { "broken", RED },     { "warning", YELLOW },
    { "tight", YELLOW },       { "stale", YELLOW },   { "unreadable", YELLOW },
    { "missing", YELLOW },     { "expired", YELLOW }, { "suspicious", YELLOW },
    { "unavailable", YELLOW }, { "busy", YELLOW },    { "info", CYAN },
    { "safe", GREEN },         { "ok", GREEN },       { "drift", YELLOW },
    { "agrees", GREEN },       { "hidden", FAINT },   { "idle", FAINT },
    { "no use yet", FAINT },   { "learning", FAINT }, { "no budget", FAINT },
    { "not offered", FAINT },
};

size_t screen_add(const struct screen *s, struct span value, struct text *out)
{
    struct text safe = { 0 };
    size_t start = out->len, used = text_add_terminal(&safe, value, 0);
    if (s->ascii) {
        text_add_ascii(out, (struct span){ text_z(&safe), safe.len });
        used = out->len - start;
    } else {
        text_add(out, (struct span){ text_z(&safe), safe.len });
    }
    text_done(&safe);
    return used;
}

void screen_add_lines(const struct screen *s, const char *words, struct text *out)
{
    size_t columns = s->columns ? s->columns : SIZE_MAX, used;
    for (const char *line = words; *line; line += *line == '\n') {
        struct span left = { line, strcspn(line, "\n") };
        line += left.len;
        do {
            text_add(out, layout_take(&left, columns, &used));
            text_add(out, span_of("\n"));
        } while (left.len);
    }
}

const char *screen_tone(struct span words)
{
    for (size_t i = 0; i < COUNT(tones); i++) {
        size_t len = strlen(tones[i].word);
        if (words.len >= len && memcmp(words.at, tones[i].word, len) == 0
            && (words.len == len || words.at[len] == ' '))
            return tones[i].tone;
    }
    return NULL;
}
