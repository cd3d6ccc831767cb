/* Words for the operator, on stderr, one line each: time, level, text. Quiet by default: what is
 * wrong, and notices.
 *
 * The level, and what waits to be written, are the only mutable things of file scope in this
 * program: a log that every caller must be handed would sit in every prototype. Control characters
 * are replaced; secrets are never handed in. */
#pragma once

#include "base/fault.h"
#include "base/span.h"

/* A notice is not a fault but what readers look for first: a start, the end of a fault. */
enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

void log_set_level(enum log_level level);

/* From now on no line waits for a stalled stderr: lines queue up to a bound, and what is dropped
 * beyond it is counted and reported later. For daemons. */
void log_never_wait(void);
void log_turn(void);             /* writes what stderr takes; for every turn of a loop */
int log_waits_for(void);         /* the descriptor that is to take more, -1: nothing waits */
void log_text(struct span text); /* lines as they are, without time and level */

const char *log_level_name(enum log_level level);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
