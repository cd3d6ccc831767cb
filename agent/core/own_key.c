/* A key that lacks a scope counts as expired: Ebb cannot watch with it, however long it lives. */
#include "core/own_key.h"

bool own_key_left(const struct own_key *k, unix_s now, int64_t *ret_s)
{
    if (!k->described)
        return false;
    int64_t left_s = k->ends_at == TIME_NONE ? CENTURY_S : seconds_between(now, k->ends_at);
    left_s = left_s < CENTURY_S ? left_s : CENTURY_S;
    *ret_s = left_s > 0 && !k->reason[0] ? left_s : 0;
    return true;
}

static void add_end(const struct own_key *k, unix_s now, struct text *out)
{
    char left[DURATION_TEXT_BYTES];
    int64_t left_s = seconds_between(now, k->ends_at);
    text_addf(out, left_s > 0 ? "expires in %s" : "expired %s ago",
              duration_format(left_s > 0 ? left_s : -left_s, left));
}

void own_key_add_warning(const struct own_key *k, unix_s now, struct text *out)
{
    int64_t left_s;
    if (!own_key_left(k, now, &left_s) || left_s > KEY_ENDS_SOON_S)
        return;
    if (k->reason[0]) {
        text_add(out, span_of(k->reason));
        return;
    }
    text_add(out, span_of("it "));
    add_end(k, now, out);
}

void own_key_add(const struct own_key *k, unix_s now, struct text *out)
{
    if (!k->described) {
        text_add(out, span_of(k->reason[0] ? k->reason : "not described yet"));
        return;
    }
    text_add(out, span_of(k->scopes[0] ? k->scopes : "no scopes"));
    text_add(out, span_of(", "));
    if (k->ends_at == TIME_NONE)
        text_add(out, span_of("no expiry"));
    else
        add_end(k, now, out);
    if (k->reason[0])
        text_addf(out, "; %s", k->reason);
}
