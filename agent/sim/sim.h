/* `ebb sim`: a stand-in for the Eden AI API on 127.0.0.1, for trials, tests and benchmarks.
 *
 * It enforces what the real service enforces (keys, validation, resets, exhaustion), spends by
 * itself on a clock of its own, and misbehaves when told to. It never talks to anything but the
 * clients that call it. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"

#define SIM_DEFAULT_KEY "sim-key"
#define SIM_SPEED_UNSET (-1)

enum { SIM_SPEED_MAX = 10000000 };

struct sim_options {
    uint16_t port;        /* 0: any free one */
    const char *scenario; /* a YAML file; NULL: one account without tokens */
    bool demo;            /* the scenario that comes with the program, in place of a file */
    const char *key; /* main key of the first account; NULL: the scenario's, else SIM_DEFAULT_KEY */
    int64_t speed;   /* virtual seconds in a real one; SIM_SPEED_UNSET: the scenario's, else 1 */
    int64_t seed;    /* negative: the scenario's, else 0 */
    unix_s start;    /* of the virtual clock; TIME_NONE: the scenario's, else now */
    bool control;    /* answer under /control/ too */
};

/* Serves until SIGTERM or SIGINT; tells the port as one JSON line on stdout when ready.
 * FAULT_REJECT: the scenario is wrong; FAULT_FATAL: the port cannot be had. */
MUST_CHECK bool sim_run(const struct sim_options *options, struct fault *why);
