/* A dialect of a token API: one row says everything that is particular to it.
 *
 * What the calls are, how bodies and answers are made, how it refuses, what it limits and what it
 * does not offer at all. The rest of Ebb asks the row of an account and knows no path and no member
 * of any vendor. A dialect is one file; what several share is beside them: json.h (access to
 * cJSON), member.h (values of members), refusal.h (errors of any shape); eden_token.h and
 * eden_usage.h are what the versions of Eden AI have in common.
 *
 * Decoding is strict where a mistake would cost money (a balance that is no amount) and open where
 * the future may add (unknown members, types and periods). */
#pragma once

#include "base/text.h"
#include "core/identity.h"
#include "core/own_key.h"
#include "core/splitter.h"
#include "core/token_spec.h"
#include "core/usage.h"

struct account_settings;
struct complaint;

/* A reading and the name it borrows: a copy must point its reading.name at its own name. Texts are
 * "" where the answer has none. */
struct decoded {
    struct reading reading; /* reading.name points at name below */
    char name[NAME_BYTES_MAX + 1];
    char id[ID_BYTES];         /* what the dialect knows it by, through all its names */
    char member[MEMBER_BYTES]; /* whose it is: an e-mail address */
    char masked[MASKED_BYTES]; /* its secret, as far as the API shows it to everybody */
    bool revoked;              /* it has ended but is still listed: its reading may be empty */
    unix_s revoked_at;         /* TIME_NONE: not known, or it is not */
};

/* What a POST that makes a token, or a PATCH, says of it. */
struct token_request {
    bool makes;
    const char *name;              /* of a PATCH: its new one. NULL: it stays */
    const char *member;            /* whose it is to be; NULL: not said */
    const struct token_spec *wish; /* NULL: nothing beside that */
};

/* `token` is how the dialect addresses one token: see provider_address. Paths begin with a slash
 * and go behind the account's URL. */
struct provider {
    /* The list of all tokens: a GET; more pages are where it says, on the same host. */
    const char *list_path;
    int page_elements; /* on each page of it; 0: all are on one */
    bool lists_itself; /* the answer is no list: each key shows the one token that it is the secret
                          of */
    struct split_shape list;
    const char *name_member, *secret_member; /* of an element */
    const char *other_secret_member;         /* where else a secret may be shown; NULL: nowhere */
    const char *id_member; /* how a token is known and addressed; NULL: by its name */
    bool (*is_id)(
        struct span word); /* whether a word can be an id; NULL, too, where there are none */

    /* One element of the list, or an answer that is one token, its secret already nulled.
     * FAULT_REJECT, naming the member. */
    bool (*decode_token)(struct span element, struct decoded *ret, struct fault *why);

    const char *create_path; /* a POST */
    /* One token: GET, PATCH and DELETE. */
    void (*add_token_path)(struct text *out, struct span token);
    void (*add_request)(struct text *out, const struct token_request *r);
    bool renames;               /* a PATCH takes another name */
    bool has_members;           /* a POST takes a member */
    int64_t expiry_ahead_min_s; /* of a POST; an earlier expiry is refused */
    /* A new secret for the same token, of which the old one stops at once: a POST whose answer
     * shows it. NULL: not offered. */
    void (*add_rotation_path)(struct text *out, struct span token);
    bool rotates_in_place; /* that is the way of this API; else it is a successor */
    bool revokes;          /* what is deleted stays in the list, revoked for good */
    /* Whether a successful answer to DELETE says that this token, and no other, is gone. */
    bool (*confirms_deletion)(int status, struct span body, struct span token);

    /* What a token, or with an empty one everybody, spent on the UTC days from `first` to `last`,
     * which are their first seconds; the answer may include one day more. */
    void (*add_usage_path)(struct text *out, struct span token, unix_s first, unix_s last);
    int64_t usage_days_max; /* that one answer may be about; 0: any number */
    struct split_shape usage;
    /* Whether a refusal says that nothing was spent. NULL: none does. */
    bool (*says_unspent)(int status, struct span body);
    /* One element: adds the lines that can be read; of the others the book says why, and which days
     * of which payer they leave unknown. False: not even a payer's name could be read. */
    bool (*decode_usage)(struct span element, struct usage_book *b);

    /* What is left on the account, from a whole answer. NULL, both: it is not offered. */
    const char *credits_path;
    bool (*decode_credits)(struct span body, struct money *ret, struct fault *why);

    /* What the asking key itself is. NULL, both: it is not offered. Sets `scopes`, `ends_at`, and
     * `reason` where it may not watch. */
    const char *whoami_path;
    bool (*decode_whoami)(struct span body, struct own_key *ret, struct fault *why);

    struct token_limits limits;

    /* Errors: the members that wrap what is said, up to NULL; the status of a refusal that goes
     * field by field. */
    const char *const *wrappers;
    int validation_status;
    /* Whether a POST was refused because there is a token of that name. */
    bool (*says_taken)(int status, const struct complaint *complaints, size_t count);
    /* What an operator can do about a status: follows the API's own words; "": nothing. `makes`: it
     * refused to make a token. */
    const char *(*advice)(int status, bool makes);
};

/* The dialect that an account speaks. */
const struct provider *provider_of(const struct account_settings *s);
/* Why that dialect will refuse the account's key, as far as the kind of key shows; NULL: it will
 * not. */
const char *provider_wrong_key(const struct account_settings *s);

/* Whether credits that a person gives can be counted down: the API does not report them itself, and
 * its usage is that of the whole account. */
bool provider_counts_credits(const struct provider *p);

/* For checks before the account is known: the limits of all dialects, each at its widest. */
const struct token_limits *provider_limits(void);

/* Whether names are what tokens are known and addressed by: no two are alike then. */
static inline bool provider_goes_by_name(const struct provider *p)
{
    return !p->id_member;
}
/* Whether a word that people mean a token by can be its address as it stands. */
bool provider_may_address(const struct provider *p, const char *word);
/* How a token is addressed; empty: no call reaches it, as it has no id. */
struct span provider_address(const struct provider *p, const struct decoded *d);

/* The name in an element that decode_token refuses, or in its start; a name that is too long comes
 * shortened. False: no name can be read. */
bool provider_name_of(const struct provider *p, struct span element, char ret[NAME_BYTES_MAX + 1]);
/* The same of its id. */
bool provider_id_of(const struct provider *p, struct span element, char ret[ID_BYTES]);

/* An answer that is one token, decoded as an element of the list is. FAULT_REJECT. */
MUST_CHECK bool provider_decode_answer(const struct provider *p, struct span body,
                                       struct decoded *ret, struct fault *why);

enum { SECRET_ROOM = 8192 }; /* for a token's secret, terminated */

/* The secret of an answer that is one token, terminated; the caller wipes it. FAULT_REJECT: there
 * is none (null, missing, twice) or it is no run of visible ASCII. No text ever quotes it. */
MUST_CHECK bool provider_take_secret(const struct provider *p, struct span body,
                                     char ret[SECRET_ROOM], struct fault *why);
