/* One token list, page by page, into observations and fresh tokens. */
#pragma once

#include "api/api_call.h"
#include "core/token_set.h"

/* A known token whose bytes were not those of last time. */
struct observation {
    struct token *token;    /* in the account's fleet, which stays as it is while a poll runs */
    struct reading reading; /* its name is the token's */
    uint64_t hash;
};

/* A known token that has another name in the list, is described in more detail there, or is to be
 * shown by another name. */
struct renaming {
    struct token *token; /* in the account's fleet */
    struct token is;     /* names alone */
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
    size_t listed;       /* tokens we know, that live */
    size_t doubles;      /* elements of a token that another element was of */
    int64_t elements;    /* read so far, whatever they were */
    size_t named_before; /* tokens on the pages before this one */
    int64_t told; /* how many elements all pages have, as the first page said; -1: it did not say */
    int repeats,
        pages_before; /* how often it began anew, for the list changed; pages read until then */
    size_t unread,
        nameless;      /* tokens whose element cannot be read; elements without a name that can */
    struct text flaws; /* of the first of them, for people */
    size_t changed;    /* fresh ones, and known ones whose reading differs */
    size_t keys, refused;  /* of tokens that were asked with, and that the API does not accept */
    int pages, idle_pages; /* read or under way; those in a row that brought no new token */
    uint64_t *seen_urls;   /* owned; hashes of the pages that were asked for */
    mono_ms began;

    enum poll_result result; /* this and the next ones: once it is over */
    struct fault why;        /* of a list that is taken in, too: what of it cannot be read */
    int status;
    int64_t bytes, took_ms, retry_after_s;
};

/* Begins to read the list of an account, of which `known` is known; both must outlive the poll,
 * and no token may come or go meanwhile. Owned by the caller. */
struct poll *collect_start(struct api *api, struct token_set *known);
/* Reads what arrived; true when the poll is over and its result stands. */
bool collect_turn(struct poll *p);
/* When a page that waits for the rate limit is asked for, or the poll is given up. */
mono_ms collect_deadline(const struct poll *p, mono_ms now);
void poll_free(struct poll *p); /* accepts NULL */
