/* One write for each line, so that lines of several processes on one terminal do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

static const char *const names[] = {
    [LOG_ERROR] = "error",
    [LOG_WARNING] = "warning",
    [LOG_NOTICE] = "notice",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};
_Static_assert(COUNT(names) == LOG_LEVELS, "a log level has no name");

static enum log_level loudest = LOG_NOTICE;

void log_set_level(enum log_level level)
{
    loudest = level;
}

const char *log_level_name(enum log_level level)
{
    return names[level];
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > loudest)
        return;

    char words[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);

    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);

    struct text line = { 0 };
    text_addf(&line, "%s %s: ", stamp, names[level]);
    text_add_terminal(&line, span_of(words), 0);
    text_add(&line, span_of("\n"));
    if (write(STDERR_FILENO, line.at, line.len) < 0) {
        /* stderr is gone: there is nobody left to tell */
    }
    text_done(&line);
}
