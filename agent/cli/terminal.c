/* Calm colours: red for what needs somebody now, yellow for what may soon, faint for what says nothing yet. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define RED "\x1b[31m"
#define YELLOW "\x1b[33m"
#define GREEN "\x1b[32m"
#define CYAN "\x1b[36m"
#define FAINT "\x1b[2m"

static const struct {
    const char *word, *tone;
} tones[] = {
    { "critical", RED },       { "exhausted", RED },    { "runs dry", RED },       { "unauthorized", RED },
    { "broken", RED },         { "warning", YELLOW },   { "tight", YELLOW },       { "blind", YELLOW },
    { "unreadable", YELLOW },
    { "missing", YELLOW },     { "expired", YELLOW },   { "suspicious", YELLOW },  { "unavailable", YELLOW },
    { "busy", YELLOW },        { "info", CYAN },        { "safe", GREEN },         { "ok", GREEN },
    { "drift", YELLOW },       { "agrees", GREEN },     { "hidden", FAINT },
    { "idle", FAINT },         { "no use yet", FAINT },          { "learning", FAINT },   { "no budget", FAINT },
};

bool terminal_size(size_t *ret_columns, size_t *ret_rows)
{
    struct winsize size;
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
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

const char *terminal_tone(struct span words)
{
    for (size_t i = 0; i < COUNT(tones); i++) {
        size_t len = strlen(tones[i].word);
        if (words.len >= len && memcmp(words.at, tones[i].word, len) == 0 && (words.len == len || words.at[len] == ' '))
            return tones[i].tone;
    }
    return NULL;
}
