/* The wiring: owns every part, turns the loop, and takes one poll after the other through the
 * pipeline
 *
 *     collect  ->  gather  ->  plan  ->  commit  ->  adopt  ->  deliver
 *
 * whose middle, from an answer to what memory knows then, is ingest.c.
 *
 * It is the only code that knows more than one edge. */
#pragma once

#include "base/fault.h"
#include "base/log.h"
#include "edge/config.h"

struct agent;

/* Opens the store for writing and loads what it knows; `settings` is borrowed for the agent's life.
 * FAULT_FATAL. */
enum agent_mode { AGENT_DAEMON, AGENT_ONCE };
MUST_CHECK bool agent_open(const struct settings *settings, enum agent_mode mode,
                           struct agent **ret, struct fault *why);

/* Logs what runs and what the last run left behind, and notes that this one began. For every opened
 * agent. */
void agent_begin(struct agent *a, const char *config_path, enum log_level level);

/* Leaves the broker in order (a second at most), ends transfers and closes the store; accepts NULL.
 */
void agent_close(struct agent *a);

/* An account whose key, say, was replaced is polled at once, whatever was planned for the old
 * one. */
void agent_hurry(struct agent *a, const char *account);

/* The database cannot be written: what memory knows beyond it would be lost with this agent. */
bool agent_is_degraded(const struct agent *a);

enum agent_end { AGENT_STOP, AGENT_RELOAD };

/* Polls, stores and publishes until a signal asks to stop or to read the configuration again.
 * FAULT_FATAL. */
MUST_CHECK bool agent_run(struct agent *a, int signals, enum agent_end *ret, struct fault *why);

/* One poll of each account, then what can be delivered within a few seconds. FAULT_RETRY: a poll
 * failed; the text says which and why. */
MUST_CHECK bool agent_once(struct agent *a, int signals, struct fault *why);
