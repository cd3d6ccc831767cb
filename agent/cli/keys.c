/* One key at a time, without echo, and only while we are in the foreground: a job in the background
 * that touched the terminal would be stopped by it. */
#include "cli/keys.h"

#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "edge/signals.h"

static bool is_ours(int fd)
{
    pid_t foreground =
        tcgetpgrp(fd); /* -1: it is not our controlling terminal, so nobody would stop us */
    return isatty(fd) && (foreground == -1 || foreground == getpgrp());
}

void keys_open(struct keys *k)
{
    struct fault why;
    *k = (struct keys){ .terminal = -1, .signals = -1 };
    if (!is_ours(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &k->was) != 0
        || !signals_open(&k->signals, &why))
        return;
    struct termios raw = k->was;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0)
        k->terminal = STDIN_FILENO;
}

static bool wants_to_leave(int terminal)
{
    char pressed[64];
    ssize_t got = read(terminal, pressed, sizeof pressed);
    for (ssize_t i = 0; i < got; i++)
        if (pressed[i] == 'q' || pressed[i] == 'Q')
            return true;
    return got == 0; /* the terminal is gone */
}

bool keys_wait(struct keys *k, int64_t ms)
{
    mono_ms until = clock_mono() + ms;
    for (mono_ms now; (now = clock_mono()) < until;) {
        struct pollfd fds[] = { { .fd = k->terminal, .events = POLLIN },
                                { .fd = k->signals, .events = POLLIN } };
        if (poll(fds, 2, (int)(until - now)) <= 0)
            continue;
        if (fds[1].revents || (fds[0].revents && wants_to_leave(k->terminal)))
            return true;
    }
    return false;
}

void keys_close(struct keys *k)
{
    if (k->terminal >= 0)
        tcsetattr(k->terminal, TCSANOW, &k->was);
    signals_close(k->signals);
}
