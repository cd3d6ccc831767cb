/* The empty file is the memory between two runs: it is there from before the POST until the secret
 * is in it, or until it is known that nobody will see the secret again. */
#include "cli/tokens/creation.h"

/* Alike in what does not move by itself between two runs: money burns, and "30d" is later the
 * second time. */
static bool is_alike(const struct token_spec *w, const struct reading *r)
{
    struct token_spec rest = token_spec_unlike(w, r);
    rest.given[SPEC_BALANCE] = rest.given[SPEC_EXPIRES] = false;
    return token_spec_is_empty(&rest);
}

/* The name is taken: by ourselves, a moment ago? */
static bool resume(const struct session *s, const struct creation *c, struct decoded *ret,
                   struct fault *why)
{
    struct decoded d;
    if (!client_find(s->client, c->name, &d, why))
        return fault_within(why, "it already exists, but cannot be read");
    if (!is_alike(c->wish, &d.reading))
        return fault(why, FAULT_REJECT,
                     "it already exists in account %s with other settings: see `ebb tokens show`",
                     s->account->name);
    *ret = d;
    ret->reading.name = ret->name;
    return true;
}

/* A token on its way. */
struct made {
    struct secret_file file;
    struct created answer;
    struct fault flaw; /* of the answer; without a text: there is none */
    bool resumed;
};

struct client_ask creation_ask(const struct creation *c)
{
    return (struct client_ask){
        .verb = CLIENT_CREATE, .name = c->name, .member = c->member, .wish = c->wish
    };
}

/* The answer to the POST; false: it was not made, or nobody knows. An answer with a secret in it is
 * one of a token that was made, whatever is wrong with the rest. */
static bool make(const struct session *s, const struct creation *c, bool resumes, struct made *ret,
                 struct fault *why)
{
    const struct client_ask ask = creation_ask(c);
    if (session_create(s, &ask, &ret->answer, why))
        return true;
    if (ret->answer.secret[0]) {
        ret->flaw = *why;
        return true;
    }
    if (client_name_is_taken(s->client) && resumes) {
        ret->resumed = true;
        return resume(s, c, &ret->answer.token, why);
    }
    if (client_may_have_done(s->client))
        return fault_within(why, "it is unknown whether it was created (%s)",
                            c->secret_path ? "run the same command again to finish"
                                           : "check with `ebb tokens show`");
    return false;
}

static bool store_secret(const struct session *s, const struct creation *c, struct made *made,
                         struct fault *why)
{
    bool hidden = made->answer.secret[0];
    if (hidden && secret_file_put(&made->file, made->answer.secret, why))
        return true;
    if (!hidden && secret_file_fill(&made->file, s, c->name, &hidden, why))
        return true;
    return fault_within(why, "it was created, but its secret was not written to %s (%s)",
                        c->secret_path,
                        hidden ? SESSION_NEW_SECRET
                               : "run the same command again, or `ebb tokens show NAME "
                                 "--secret-file FILE`");
}

/* What was made, and its secret where that is wanted; then what of it is not as asked for. */
static bool finish(const struct session *s, const struct creation *c, struct made *made,
                   struct creation_end *ret, struct fault *why)
{
    const struct client_ask ask = creation_ask(c);
    ret->resumed = made->resumed;
    ret->secret_gone = !c->secret_path && made->answer.secret[0];
    if (c->secret_path && !store_secret(s, c, made, why))
        return false;
    if (made->flaw.text[0])
        *why = made->flaw;
    else if (made->resumed || client_compare(s->client, &ask, &made->answer.token, why)) {
        ret->token = made->answer.token;
        ret->token.reading.name = ret->token.name;
        return true;
    }
    return fault_within(
        why, c->secret_path ? "it was created, and its secret written to %s" : "it was created",
        c->secret_path);
}

bool creation_run(const struct session *s, const struct creation *c, struct creation_end *ret,
                  struct fault *why)
{
    struct made made = { 0 };
    client_forget(s->client); /* what is reported below is about this creation */
    if (c->secret_path && !secret_file_open(c->secret_path, &made.file, why))
        return false;
    bool resumes = c->secret_path && (c->resumes || !made.file.made);
    bool ok = make(s, c, resumes, &made, why);
    if (!ok)
        secret_file_close(&made.file, !client_may_have_done(s->client));
    ok = ok && finish(s, c, &made, ret, why);
    client_wipe(&made.answer);
    return ok;
}

void creation_show(const struct session *s, const struct creation *c,
                   const struct creation_end *end)
{
    struct writer *w = s->out;
    if (end->secret_gone)
        complain(EXIT_OK,
                 "the API showed its secret only now, and it was not kept: " SESSION_NEW_SECRET);
    if (w->format == FORMAT_JSON) {
        session_show(s, &end->token);
        return;
    }
    writer_add(w, end->resumed ? "already created: " : "created ");
    writer_add_safe(w, span_of(c->name));
    if (c->secret_path) {
        writer_add(w, "; secret written to ");
        writer_add_safe(w, span_of(c->secret_path));
    }
    writer_add(w, "\n");
    writer_pass(w);
}
