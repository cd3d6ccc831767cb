/* Who may read: names and bcrypt hashes, checked without holding up the loop.
 *
 * A check is made to be slow, a twentieth of a second and more. A child of this process does it,
 * one at a time and at a lower priority; what it found good is remembered, so that a dashboard that
 * asks every few seconds costs nothing further. The child knows nothing but what it was forked
 * with, and dies with us. */
#pragma once

#include <sys/types.h>

#include "base/fault.h"

enum { LOGINS_REMEMBERED = 16 };

struct logins {
    char *lines; /* owned, wiped; NAME:BCRYPT each. NULL: no login is needed */
    struct remembered {
        char *name, *password; /* owned, wiped */
    } good[LOGINS_REMEMBERED]; /* a ring */
    size_t next;
    pid_t child; /* 0: none */
    bool listed; /* the name that it checks is one of ours */
    int result;  /* its answer comes from here: one byte; -1: none */
};

void logins_open(struct logins *l, const char *lines);
void logins_done(struct logins *l);

bool logins_know(const struct logins *l, const char *name, const char *password); /* were good */
bool logins_are_busy(const struct logins *l);

/* Begins a check; `result` becomes readable at its end. FAULT_RETRY: no child could be made. */
MUST_CHECK bool logins_check(struct logins *l, const char *name, const char *password,
                             struct fault *why);

enum login_verdict { LOGIN_PENDING, LOGIN_GOOD, LOGIN_BAD };
enum login_verdict logins_verdict(struct logins *l); /* of the check that was begun */
void logins_remember(struct logins *l, const char *name, const char *password);
