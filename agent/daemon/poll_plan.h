/* What a poll that is over would change, as a plan. */
#pragma once

#include "core/plan.h"
#include "daemon/gather.h"

struct agent;
struct account;
struct poll;

/* All of the account's poll, but only the newcomers before `intake.next`. The caller's to free, and
 * `g` must outlive it. */
struct plan *poll_plan(struct agent *a, struct account *account, struct gathered *g);
/* Newcomers from the place `from` to before `until`. */
void poll_plan_newcomers(struct plan *p, const struct poll *poll, size_t from, size_t until);
/* Where the part ends that begins at `next`; known once gather_stored has found who returns. */
size_t poll_plan_part_end(const struct poll *poll, size_t next);
