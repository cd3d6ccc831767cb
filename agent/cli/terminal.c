/* The size of a terminal may change while it is looked at, so it is asked for again. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

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

static bool wants_colour(void)
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

struct screen terminal_screen(void)
{
    struct screen s = { .colour = wants_colour(), .ascii = terminal_ascii() };
    size_t rows;
    if (!terminal_size(&s.columns, &rows))
        s.columns = 0;
    return s;
}
