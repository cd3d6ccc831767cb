/* The outcome of an audit. */
#pragma once

#include "base/clock.h"
#include "core/audit.h"
#include "view/writer.h"

/* The first `count` findings, which are the worst. */
void audit_show(const struct audit *a, size_t count, unix_s now, struct writer *w);
