/* A secret becomes part of a header or a login, so its bytes are checked once, here. */
#include "edge/config/secret.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/xmalloc.h"
#include "edge/config/bytes.h"

enum { NAME_BYTES_PLAUSIBLE = 40 };

void secret_free(char *secret)
{
    if (secret)
        explicit_bzero(secret, SECRET_BYTES_MAX + 1);
    free(secret);
}

bool secret_looks_pasted(const struct secret_source *source)
{
    const char *name = source->file ? source->file : source->env ? source->env : source->credential;
    const char *slash = name ? strrchr(name, '/') : NULL;
    return name && strlen(slash ? slash + 1 : name) > NAME_BYTES_PLAUSIBLE;
}

/* Checks the bytes and copies them. `what` names where they come from. */
static bool accept(const char *what, struct span secret, char **ret, struct fault *why)
{
    if (secret.len > 0 && secret.at[secret.len - 1] == '\n')
        secret.len--;
    if (secret.len == 0)
        return fault(why, FAULT_FATAL, "%s is empty", what);
    if (secret.len > SECRET_BYTES_MAX)
        return fault(why, FAULT_FATAL, "%s is longer than %d bytes", what, SECRET_BYTES_MAX);
    for (size_t i = 0; i < secret.len; i++)
        if (iscntrl((unsigned char)secret.at[i]))
            return fault(why, FAULT_FATAL,
                         "%s contains a control character at byte %zu (a second line, a tab, or a "
                         "carriage return?)",
                         what, i + 1);
    *ret = xcalloc(1, SECRET_BYTES_MAX + 1); /* another one may take its place */
    memcpy(*ret, secret.at, secret.len);
    return true;
}

static bool read_file(const char *path, bool warn, char **ret, struct fault *why)
{
    struct bytes b = { 0 };
    if (!bytes_read(path, SECRET_BYTES_MAX + 1, &b, why))
        return false;
    bool accepted = accept(path, (struct span){ b.at, b.len }, ret, why);
    if (accepted && warn && b.world_readable)
        log_warning("%s contains a secret and is world-readable; fix it with: chmod o= %s", path,
                    path);
    bytes_done(&b);
    return accepted;
}

static bool read_environment(const char *name, const struct config_sources *from, char **ret,
                             struct fault *why)
{
    const char *value = from->environment ? from->environment(name) : NULL;
    if (!value)
        return fault(why, FAULT_FATAL, "environment variable %s is not set", name);
    char what[320];
    snprintf(what, sizeof what, "environment variable %s", name);
    return accept(what, span_of(value), ret, why);
}

char *secret_path(const struct secret_source *source, const struct config_sources *from)
{
    struct text path = { 0 };
    if (source->file)
        text_add(&path, span_of(source->file));
    else if (source->credential && from->credentials_directory)
        text_addf(&path, "%s/%s", from->credentials_directory, source->credential);
    return path.at;
}

static bool read_credential(const char *name, const struct config_sources *from, char **ret,
                            struct fault *why)
{
    if (!from->credentials_directory)
        return fault(why, FAULT_FATAL,
                     "no credential %s: $CREDENTIALS_DIRECTORY is not set (systemd sets it for "
                     "a unit with LoadCredential=)",
                     name);
    struct text path = { 0 };
    text_addf(&path, "%s/%s", from->credentials_directory, name);
    bool done = read_file(text_z(&path), false, ret, why);
    text_done(&path);
    return done;
}

bool secret_read(const struct secret_source *source, const struct config_sources *from, char **ret,
                 struct fault *why)
{
    if (source->file)
        return read_file(source->file, true, ret, why);
    if (source->env)
        return read_environment(source->env, from, ret, why);
    return read_credential(source->credential, from, ret, why);
}

bool config_renew_key(const struct account_settings *s, bool *ret_changed, struct fault *why)
{
    char *fresh = NULL;
    if (s->key_path && !read_file(s->key_path, false, &fresh, why))
        return false;
    *ret_changed = fresh && strcmp(fresh, s->key) != 0;
    if (*ret_changed)
        memcpy(s->key, fresh, SECRET_BYTES_MAX + 1);
    secret_free(fresh);
    return true;
}

uint64_t config_key_hash(const struct account_settings *s)
{
    return hash_of(span_of(s->key ? s->key : ""));
}

unix_s config_key_changed_at(const struct account_settings *s)
{
    struct stat seen;
    if (!s->key_path || stat(s->key_path, &seen) != 0)
        return TIME_FAR;
    return seen.st_ctime; /* also of an older file that was put in its place */
}
