/* One token list, page by page, into observations and fresh tokens. */
#pragma once

#include "core/schedule.h"
#include "core/splitter.h"
#include "core/token_set.h"
#include "edge/config.h"
#include "edge/fetch.h"

struct agent;
struct account;

/* A known token whose bytes were not those of last time. */
struct observation {
    struct token *token;    /* in the account's fleet, which stays as it is while a poll runs */
    struct reading reading; /* its name is the token's */
    uint64_t hash;
    bool returned; /* after its deletion: a balance that differs was set when the token was made
                      anew */
};

/* A poll under way, or just over. */
struct poll {
    struct transfer *transfer;        /* owned; NULL when over, or waiting for the budget */
    char *next_url;                   /* owned; the page that waits for the budget, else NULL */
    struct splitter *splitter;        /* owned; of the page being read */
    struct observation *observations; /* owned */
    size_t observation_count, observation_room;
    struct token_set fresh; /* tokens never seen before, with their first reading */
    size_t listed;          /* tokens we know */
    int64_t elements;       /* read so far, whatever they were */
    size_t named_before;    /* tokens on the pages before this one */
    size_t unread,
        nameless;      /* tokens whose element cannot be read; elements without a name that can */
    struct text flaws; /* of the first of them, for people */
    size_t changed;    /* fresh ones, and known ones whose reading differs */
    int pages, idle_pages; /* read or under way; those in a row that brought no new token */
    char *page_url;        /* owned; of the page under way */
    uint64_t *seen_urls;   /* owned; hashes of the pages that were asked for */
    mono_ms began;
    struct text error; /* the first bytes of an answer that is no list */

    enum poll_result result;
    bool over, faulty; /* faulty: `why` says what; the rest of the body is not read */
    struct fault why;
    int status;
    int64_t bytes, took_ms, retry_after_s;
    bool is_planned;
    struct schedule planned; /* with the next poll booked; the account's once this one is stored */
};

/* False when it ended at once, as a poll that failed: its result stands. */
MUST_CHECK bool collect_start(struct agent *a, struct account *account);
/* Reads what arrived; true when the poll is over and its result stands. */
bool collect_turn(struct agent *a, struct account *account);
/* When a poll that waits for the budget goes on; MONO_NEVER: it waits for an answer. */
mono_ms collect_deadline(const struct account *account, mono_ms now);
void poll_free(struct poll *p); /* accepts NULL */
