/* One write for each line, so that lines of several processes on one terminal do not mix.
 *
 * A daemon must not stand still because nobody reads its log: a full pipe, a stopped terminal.
 * O_NONBLOCK would change stderr for every process that shares it, so it is asked first whether it
 * takes bytes, and never given more of them than a pipe with room is sure to take. */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/xmalloc.h"

enum {
    QUEUE_BYTES = 64 * 1024, /* of lines that wait */
    PIECE_BYTES = PIPE_BUF,  /* a pipe that can be written to has room for as much */
};

static const char *const names[] = {
    [LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
    [LOG_INFO] = "info",   [LOG_DEBUG] = "debug",
};
_Static_assert(COUNT(names) == LOG_LEVELS, "a log level has no name");

static enum log_level loudest = LOG_NOTICE;

/* What stderr did not take yet. */
static struct {
    char *bytes; /* QUEUE_BYTES; NULL: log_line waits as long as it takes */
    size_t len;
    size_t lost; /* lines that had no room */
} queue;

void log_set_level(enum log_level level)
{
    loudest = level;
}

const char *log_level_name(enum log_level level)
{
    return names[level];
}

void log_never_wait(void)
{
    if (!queue.bytes)
        queue.bytes = xmalloc(QUEUE_BYTES);
}

/* -1: not now. A socket says so by itself; of all else poll knows. */
static ssize_t write_at_once(const char *bytes, size_t len)
{
    ssize_t sent = send(STDERR_FILENO, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0 || errno != ENOTSOCK)
        return sent < 0 && errno != EAGAIN && errno != EINTR ? (ssize_t)len
                                                             : sent; /* gone: nobody reads it */
    struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
    if (poll(&ready, 1, 0) < 1)
        return -1;
    sent = write(STDERR_FILENO, bytes, len < PIECE_BYTES ? len : PIECE_BYTES);
    return sent < 0 && errno != EAGAIN && errno != EINTR ? (ssize_t)len : sent;
}

/* As many whole lines as go into one piece, so that a line is never torn by another process's. */
static size_t next_piece(void)
{
    if (queue.len <= PIECE_BYTES)
        return queue.len;
    const char *end = memrchr(queue.bytes, '\n', PIECE_BYTES);
    return end ? (size_t)(end - queue.bytes) + 1 : PIECE_BYTES;
}

static void drain(void)
{
    while (queue.len) {
        ssize_t wrote = write_at_once(queue.bytes, next_piece());
        if (wrote <= 0)
            return;
        queue.len -= (size_t)wrote;
        memmove(queue.bytes, queue.bytes + wrote, queue.len);
    }
}

static void enqueue(struct span line)
{
    if (line.len > QUEUE_BYTES - queue.len || queue.lost) { /* none overtakes those that are lost */
        queue.lost++;
        return;
    }
    memcpy(queue.bytes + queue.len, line.at, line.len);
    queue.len += line.len;
}

static void put(struct span bytes)
{
    if (queue.bytes) {
        log_turn();
        enqueue(bytes);
        drain();
    } else if (write(STDERR_FILENO, bytes.at, bytes.len) < 0) {
        /* stderr is gone: nobody reads it */
    }
}

static void begin_line(struct text *line, enum log_level level)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
    text_addf(line, "%s %s: ", stamp, names[level]);
}

static void add_lost(void)
{
    struct text line = { 0 };
    begin_line(&line, LOG_WARNING);
    text_addf(&line, "%zu log lines were dropped: standard error was not read in time\n",
              queue.lost);
    queue.lost = 0;
    enqueue((struct span){ line.at, line.len });
    text_done(&line);
}

void log_turn(void)
{
    if (!queue.bytes)
        return;
    drain();
    if (queue.lost && !queue.len) {
        add_lost();
        drain();
    }
}

int log_waits_for(void)
{
    return queue.len ? STDERR_FILENO : -1;
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

    struct text line = { 0 };
    begin_line(&line, level);
    text_add_terminal(&line, span_of(words), 0);
    text_add(&line, span_of("\n"));
    put((struct span){ line.at, line.len });
    text_done(&line);
}

void log_text(struct span text)
{
    put(text);
}
