/* The first lines of the log. */
#pragma once

struct agent;

/* Notes that this run ended in order. */
void startup_end(struct agent *a);
