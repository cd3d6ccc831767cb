/* Calm colours: red for what needs somebody now, yellow for what may soon, faint for what says
 * nothing yet. */
#include "view/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
};

bool terminal_size(size_t *ret_columns, size_t *ret_rows)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0
        || size.ws_row == 0)
        return false;
    *ret_columns = size.ws_col;
    *ret_rows = size.ws_row;
    return true;
}

bool terminal_colour(void)
{
    const char *refused = getenv("NO_COLOR"), *kind = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(refused && *refused) && kind && strcmp(kind, "dumb") != 0;
}

static bool ends_in_utf8(const char *locale)
{
    const char *codeset = strrchr(locale, '.');
    return codeset
        && (strncasecmp(codeset, ".utf-8", 6) == 0 || strncasecmp(codeset, ".utf8", 5) == 0);
}

bool terminal_ascii(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_CTYPE",
                                             "LANG" }; /* the first that is set counts */
    for (size_t i = 0; i < COUNT(variables); i++) {
        const char *locale = getenv(variables[i]);
        if (locale && *locale)
            return !ends_in_utf8(locale);
    }
    return false;
}

size_t terminal_add(struct text *t, struct span value)
{
    struct text safe = { 0 };
    size_t start = t->len, used = text_add_terminal(&safe, value, 0);
    if (terminal_ascii()) {
        text_add_ascii(t, (struct span){ text_z(&safe), safe.len });
        used = t->len - start;
    } else {
        text_add(t, (struct span){ text_z(&safe), safe.len });
    }
    text_done(&safe);
    return used;
}

void terminal_puts(const char *words)
{
    size_t columns, rows, used;
    if (!terminal_size(&columns, &rows))
        columns = SIZE_MAX;
    for (const char *line = words; *line; line += *line == '\n') {
        struct span left = { line, strcspn(line, "\n") };
        line += left.len;
        do {
            struct span piece = layout_take(&left, columns, &used);
            printf("%.*s\n", (int)piece.len, piece.at);
        } while (left.len);
    }
}

const char *terminal_tone(struct span words)
{
    for (size_t i = 0; i < COUNT(tones); i++) {
        size_t len = strlen(tones[i].word);
        if (words.len >= len && memcmp(words.at, tones[i].word, len) == 0
            && (words.len == len || words.at[len] == ' '))
            return tones[i].tone;
    }
    return NULL;
}
