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
    char id[ID_BYTES];         /* identifies it for life, whatever its name */
    char member[MEMBER_BYTES]; /* its owner: an e-mail address */
    char masked[MASKED_BYTES]; /* the part of its secret that the API shows */
    bool revoked;              /* it has ended but is still listed: its reading may be empty */
    unix_s revoked_at;         /* TIME_NONE: not known, or it is not */
};

/* The body of a POST that creates a token, or of a PATCH. */
struct token_request {
    bool makes;                    /* it is a POST */
    const char *name;              /* of a PATCH: its new one. NULL: it stays */
    const char *member;            /* its owner; NULL: not sent */
    const struct token_spec *wish; /* NULL: nothing else */
};

/* `token` is how the dialect addresses one token: see provider_address. Paths begin with a slash
 * and are appended to the account's URL. */
struct provider {
    /* The list of all tokens: a GET. It links to further pages, on the same host. */
    const char *list_path;
    int page_elements; /* per page; 0: the list has one page */
    bool lists_itself; /* there is no list: a GET with a token's own secret returns that token */
    struct split_shape list;
    const char *name_member, *secret_member; /* of an element */
    const char *other_secret_member;         /* where else a secret may be shown; NULL: nowhere */
    const char *id_member; /* identifies and addresses a token; NULL: its name does */
    /* Whether a word can be an id, which then spares reading the list. NULL: none is recognised. */
    bool (*is_id)(struct span word);

    /* One element of the list, or an answer that is one token, its secret already replaced by null.
     * FAULT_REJECT, naming the member. */
    bool (*decode_token)(struct span element, struct decoded *ret, struct fault *why);

    const char *create_path; /* a POST */
    /* One token: GET, PATCH and DELETE. */
    void (*add_token_path)(struct text *out, struct span token);
    void (*add_request)(struct text *out, const struct token_request *r);
    bool renames;               /* a PATCH takes another name */
    bool has_members;           /* a POST takes a member */
    int64_t expiry_ahead_min_s; /* of a POST; an earlier expiry is refused */
    /* A POST that gives the same token a new secret and shows it; the old one stops at once. NULL:
     * not offered. */
    void (*add_rotation_path)(struct text *out, struct span token);
    bool rotates_in_place; /* the usual way of this API; else a successor is created */
    bool revokes;          /* a deleted token stays in the list, revoked for good */
    /* Whether a successful answer to DELETE says that this token, and no other, is gone. */
    bool (*confirms_deletion)(int status, struct span body, struct span token);

    /* What a token spent (empty: all of the account) on the UTC days from `first` to `last`, given
     * by their first seconds; the answer may include one day more. */
    void (*add_usage_path)(struct text *out, struct span token, unix_s first, unix_s last);
    int64_t usage_days_max; /* per answer; 0: no limit */
    struct split_shape usage;
    /* Whether a refusal says that nothing was spent. NULL: none does. */
    bool (*says_unspent)(int status, struct span body);
    /* One element: adds the lines that can be read. For the others the book has the reason, and the
     * days of a payer that are unknown because of them. False: not even the payer's name can be
     * read. */
    bool (*decode_usage)(struct span element, struct usage_book *b);

    /* The account's credits, from a whole answer. Both NULL: not offered. */
    const char *credits_path;
    bool (*decode_credits)(struct span body, struct money *ret, struct fault *why);

    /* A description of the key in use. Both NULL: not offered. Sets `scopes`, `ends_at`, and
     * `reason` where the key lacks the scope to watch. */
    const char *whoami_path;
    bool (*decode_whoami)(struct span body, struct own_key *ret, struct fault *why);

    struct token_limits limits;

    /* Errors: the members that wrap the message, NULL-terminated; the status of a refusal that has
     * a message for each field. */
    const char *const *wrappers;
    int validation_status;
    /* Whether a POST was refused because there is a token of that name. */
    bool (*says_taken)(int status, const struct complaint *complaints, size_t count);
    /* What an operator can do about a status, to be appended to the API's own words; "": nothing.
     * `makes`: the call was to create a token. */
    const char *(*advice)(int status, bool makes);
};

/* The dialect that an account speaks. */
const struct provider *provider_of(const struct account_settings *s);
/* Why that dialect will refuse the account's key, as far as the kind of key shows; NULL: it will
 * not. */
const char *provider_wrong_key(const struct account_settings *s);

/* Whether credits given by hand can be counted down: the API does not report them itself, and
 * its usage is that of the whole account. */
bool provider_counts_credits(const struct provider *p);

/* For checks before the account is known: the limits of all dialects, each at its widest. */
const struct token_limits *provider_limits(void);

/* Whether names are what tokens are known and addressed by: no two are alike then. */
static inline bool provider_goes_by_name(const struct provider *p)
{
    return !p->id_member;
}
/* Whether a word that a person names a token by can be its address as it stands. */
bool provider_may_address(const struct provider *p, const char *word);
/* How a token is addressed; empty: it has no id, so no call reaches it. Borrowed from `d`. */
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
