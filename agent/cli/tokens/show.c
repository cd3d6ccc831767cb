/* `ebb tokens show`: one token, and its secret for those who ask for it. */
#include <errno.h>
#include <unistd.h>

#include "cli/tokens/secret_file.h"
#include "cli/tokens/tokens.h"

enum { OPT_ACCOUNT, OPT_SECRET, OPT_SECRET_FILE, OPT_JSON, OPTS };

static const struct option_row options[] = {
    [OPT_ACCOUNT] = OPTION_ROW_OF_ACCOUNT,
    [OPT_SECRET] = { .name = "secret",
                     .type = OPTION_FLAG,
                     .help = "print the secret and nothing else" },
    [OPT_SECRET_FILE] = { .name = "secret-file",
                          .type = OPTION_TEXT,
                          .value = "FILE",
                          .help = "write the secret to a new file that only you can read" },
    [OPT_JSON] = OPTION_ROW_JSON,
};
_Static_assert(COUNT(options) == OPTS, "an option has no row");

/* Past stdio, which would keep a copy. */
static bool print_secret(const struct session *s, const char *name, struct fault *why)
{
    char secret[SECRET_ROOM] = { 0 };
    bool hidden, ok = session_secret(s, name, secret, &hidden, why);
    size_t len = strlen(secret);
    if (ok) {
        secret[len] = '\n';
        for (size_t done = 0; ok && done <= len;) {
            ssize_t wrote = write(STDOUT_FILENO, secret + done, len + 1 - done);
            ok = wrote > 0 || (wrote < 0 && errno == EINTR)
                || fault(why, FAULT_RETRY, "cannot write the secret");
            done += wrote > 0 ? (size_t)wrote : 0;
        }
    }
    explicit_bzero(secret, sizeof secret);
    return ok;
}

static bool write_secret(const struct session *s, const char *name, const char *path,
                         struct fault *why)
{
    struct secret_file file = { 0 };
    if (!secret_file_open(path, &file, why))
        return false;
    bool made = file.made, hidden;
    if (secret_file_fill(&file, s, name, &hidden, why))
        return true;
    if (hidden)
        return fault_within(why, SESSION_NEW_SECRET);
    if (made)
        unlink(path);
    return false;
}

static bool show_token(const struct session *s, const char *name, struct fault *why)
{
    struct decoded d;
    if (!client_find(s->client, name, &d, why))
        return false;
    session_show(s, &d);
    return true;
}

static bool show(const struct context *c, const struct session *s, struct fault *why)
{
    const char *path = c->options[OPT_SECRET_FILE].text, *name = c->arguments[0];
    if (c->options[OPT_SECRET].given)
        return print_secret(s, name, why);
    return (!path || write_secret(s, name, path, why)) && show_token(s, name, why);
}

static enum exit_status tokens_show_run(const struct context *c)
{
    struct session s = { 0 };
    struct fault why;
    enum exit_status status = EXIT_OK;
    ask_json(c, OPT_JSON);
    if (c->options[OPT_SECRET].given
        && (c->options[OPT_SECRET_FILE].given || c->options[OPT_JSON].given))
        return complain(EXIT_USAGE,
                        "--secret prints only the secret: it "
                        "cannot be combined with --secret-file or --json");
    if (!session_open(c, c->options[OPT_ACCOUNT].text, &s, &why))
        return complain(EXIT_USAGE, "%s", why.text);
    if (!show(c, &s, &why))
        status = session_token_failed(&s, c->arguments[0], &why);
    session_close(&s);
    return status;
}

const struct command cmd_tokens_show = {
    .name = "show",
    .parent = &cmd_tokens,
    .arguments = "NAME",
    .help = "one token; its secret only with --secret or --secret-file",
    .example = "ebb tokens show prod-billing-api --secret-file billing.key",
    .needs = NEEDS_SETTINGS | NEEDS_SECRETS,
    .arguments_min = 1,
    .arguments_max = 1,
    .options = options,
    .option_count = COUNT(options),
    .run = tokens_show_run,
};
