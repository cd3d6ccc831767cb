/* The keyboard of a command that shows something until somebody has seen enough. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

struct keys {
    int terminal; /* -1: stdin is no terminal of ours, and nothing is read from it */
    int signals;  /* SIGINT, SIGTERM and SIGHUP as a descriptor, so that the terminal is given back
                     as it was */
    struct termios was;
};

void keys_open(struct keys *k);

/* Waits so long, or until somebody wants to leave: `q`, or a signal. True: leave. */
bool keys_wait(struct keys *k, int64_t ms);

void keys_close(struct keys *k);
