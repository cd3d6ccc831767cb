/* The empty file is the memory between two runs: it is there from before the POST until the secret
 * is in it. */
#include "cli/tokens/creation.h"

#include "view/token_row.h"

/* Alike in what does not move by itself between two runs: money burns, and "30d" is later the
 * second time. */
static bool is_alike(const struct token_spec *w, const struct reading *r)
{
    struct token_spec rest = token_spec_unfulfilled(w, r);
    rest.given[SPEC_BALANCE] = rest.given[SPEC_EXPIRES] = false;
    return token_spec_is_empty(&rest);
}

/* The name is taken: by ourselves, a moment ago? */
static bool resume(const struct session *s, const struct creation *c, struct decoded *ret,
                   struct fault *why)
{
    struct decoded d;
    if (!client_show(s->client, c->name, &d, why))
        return fault_within(why, "it already exists, but cannot be read");
    if (!is_alike(c->wish, &d.reading))
        return fault(why, FAULT_REJECT,
                     "it already exists in account %s with other settings: see `ebb tokens show`",
                     s->account->name);
    *ret = d;
    ret->reading.name = ret->name;
    return true;
}

static bool make(const struct session *s, const struct creation *c, bool resumes,
                 struct decoded *ret, enum creation_end *ret_end, struct fault *why)
{
    *ret_end = CREATION_MADE;
    if (session_create(s, c->name, c->wish, ret, why))
        return true;
    if (client_name_is_taken(s->client) && resumes) {
        *ret_end = CREATION_RESUMED;
        return resume(s, c, ret, why);
    }
    if (client_may_have_done(s->client))
        return fault_within(why, "it is unknown whether it was created (%s)",
                            c->secret_path ? "run the same command again to finish"
                                           : "check with `ebb tokens show`");
    return false;
}

bool creation_run(const struct session *s, const struct creation *c, struct decoded *ret,
                  enum creation_end *ret_end, struct fault *why)
{
    struct secret_file file = { 0 };
    client_forget(s->client); /* what is told below is about this creation */
    if (c->secret_path && !secret_file_open(c->secret_path, &file, why))
        return false;
    bool resumes = c->secret_path && (c->resumes || !file.made);
    if (!make(s, c, resumes, ret, ret_end, why)) {
        secret_file_close(&file, !client_may_have_done(s->client));
        return false;
    }
    if (!c->secret_path || secret_file_fill(&file, s, c->name, why))
        return true;
    return fault_within(
        why,
        "it was created, but its secret was not written to %s (run the same command again, or "
        "`ebb tokens show NAME --secret-file FILE`)",
        c->secret_path);
}

void creation_show(const struct session *s, const struct creation *c, enum creation_end end,
                   const struct decoded *d)
{
    struct writer *w = s->out;
    if (w->format == FORMAT_JSON) {
        token_row_show(s->account->name, &d->reading, w);
        return;
    }
    writer_add(w, end == CREATION_MADE ? "created " : "already created: ");
    writer_add_safe(w, span_of(c->name));
    if (c->secret_path) {
        writer_add(w, "; secret written to ");
        writer_add_safe(w, span_of(c->secret_path));
    }
    writer_add(w, "\n");
    writer_pass(w);
}
