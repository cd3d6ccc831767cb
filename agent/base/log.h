/* Words for the operator, on stderr, one line each: time, level, text. Quiet by default: what is wrong, and notices.
 *
 * The level is the one mutable thing of file scope in this program: a log that every caller must be
 * handed would sit in every prototype. Control characters are replaced; secrets are never handed in. */
#pragma once

#include "base/fault.h"

/* A notice is no fault, but what a reader of the log looks for first: a start, the end of a fault. */
enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

void log_set_level(enum log_level level);
const char *log_level_name(enum log_level level);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
