/* One token list, page by page, into observations and fresh tokens. */
#pragma once

#include "api/api_call.h"
#include "core/token_set.h"

/* A known token whose element changed since the last list. */
struct observation {
    struct token *token;    /* in the account's fleet, which stays as it is while a poll runs */
    struct reading reading; /* its name is the token's */
    uint64_t hash;
};

/* A known token that has another name in the list, is described in more detail there, or is to be
 * shown by another name. */
struct renaming {
    struct token *token; /* in the account's fleet */
    struct token is;     /* its names only */
};

/* A known token that the list says was revoked. */
struct ended {
    struct token *token; /* in the account's fleet */
    unix_s at;           /* TIME_NONE: not known */
};

/* A poll under way, or just over. */
struct poll {
    struct api *api;                  /* borrowed */
    struct token_set *known;          /* borrowed */
    struct api_call call;             /* of the page that is read */
    struct observation *observations; /* owned */
    size_t observation_count, observation_room;
    struct token_set fresh;     /* tokens never seen before, with their first reading */
    struct renaming *renamings; /* owned */
    size_t renaming_count, renaming_room;
    struct ended *ended; /* owned; one for each such token, once the list is whole */
    size_t ended_count, ended_room;
    uint64_t *revoked; /* owned; hashes of the keys of all that are revoked */
    size_t revoked_count, revoked_room;
    size_t listed;       /* known tokens that are listed and not revoked */
    size_t doubles;      /* elements beyond the first of the same token */
    int64_t elements;    /* read so far, of any kind */
    size_t named_before; /* tokens on the pages before this one */
    int64_t total;       /* elements on all pages, as the first page says; -1: it does not say */
    int repeats,
        pages_before; /* restarts because the list changed; pages read before the last of them */
    size_t unread,
        nameless;      /* tokens whose element cannot be read; elements without a name that can */
    struct text flaws; /* of the first of them, for people */
    size_t changed;    /* fresh ones, and known ones whose reading differs */
    size_t keys, refused;  /* tokens' own keys that were used; those that the API refused */
    int pages, idle_pages; /* read or under way; the last ones in a row without a new token */
    uint64_t *seen_urls;   /* owned; hashes of the pages that were asked for */
    mono_ms began;

    enum poll_result result; /* this and the next ones: once it is over */
    struct fault why;        /* also of a list that is believed: which part cannot be read */
    int status;
    int64_t bytes, took_ms, retry_after_s;
};

/* Begins to read the list of an account whose known tokens are `known`; both must outlive the poll,
 * and no token may be added or removed meanwhile. Owned by the caller: poll_free. */
struct poll *collect_start(struct api *api, struct token_set *known);
/* Reads what arrived; true when the poll is over and its result stands. */
bool collect_turn(struct poll *p);
/* When a page that waits for the rate limit is asked for, or the poll is given up. */
mono_ms collect_deadline(const struct poll *p, mono_ms now);
void poll_free(struct poll *p); /* accepts NULL */
