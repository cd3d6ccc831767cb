/* The section `http`: who may read, and the files that say so, read when the configuration is, so
 * that a mistake in them is reported at its key. */
#include <ctype.h>
#include <stdlib.h>

#include "base/endpoint.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "edge/config/bytes.h"
#include "edge/config/checks.h"
#include "edge/config/secret.h"

enum {
    FILE_BYTES_MAX = 64 << 10,
    COST_MAX = 14, /* of bcrypt, a second; each step doubles it */
    HASH_BYTES = 60,
};

/* "$2y$10$" and 53 of its letters. */
static bool is_bcrypt(struct span hash)
{
    if (hash.len != HASH_BYTES || memcmp(hash.at, "$2", 2) != 0 || !strchr("aby", hash.at[2])
        || hash.at[3] != '$' || hash.at[6] != '$')
        return false;
    for (size_t i = 7; i < hash.len; i++)
        if (!isalnum((unsigned char)hash.at[i]) && !strchr("./", hash.at[i]))
            return false;
    int cost = isdigit((unsigned char)hash.at[4]) && isdigit((unsigned char)hash.at[5])
        ? (hash.at[4] - '0') * 10 + (hash.at[5] - '0')
        : 0;
    return cost >= 4 && cost <= COST_MAX;
}

static bool is_login(struct span line)
{
    const char *colon = memchr(line.at, ':', line.len);
    size_t name = colon ? (size_t)(colon - line.at) : 0;
    return name && is_bcrypt((struct span){ colon + 1, line.len - name - 1 });
}

/* Each line is a login, empty or a comment; what is wrong is never repeated. */
static bool check_logins(const char *path, struct span file, struct fault *why)
{
    size_t count = 0;
    for (size_t number = 1; file.len; number++) {
        const char *end = memchr(file.at, '\n', file.len);
        struct span line = { file.at, end ? (size_t)(end - file.at) : file.len };
        size_t taken = line.len + (end ? 1 : 0);
        file = (struct span){ file.at + taken, file.len - taken };
        if (line.len == 0 || *line.at == '#')
            continue;
        if (!is_login(line))
            return fault(why, FAULT_FATAL,
                         "%s: line %zu is not NAME:BCRYPT with a cost of 4 to %d; make one with "
                         "`htpasswd -nB NAME`",
                         path, number, COST_MAX);
        count++;
    }
    return count
        || fault(why, FAULT_FATAL, "%s has no user; add one with `htpasswd -nB NAME`", path);
}

static bool check_pem(const char *path, struct span file, struct fault *why)
{
    static const char mark[] = "-----BEGIN ";
    return memmem(file.at, file.len, mark, strlen(mark))
        || fault(why, FAULT_FATAL, "%s is no PEM file (it has no line \"%s...\")", path, mark);
}

/* The file that a key names, whole and checked; NULL: none, or it is not to be read, or it is
 * wrong.
 */
static char *read_named(struct reader *r, const struct node *map, const char *key, const char *path,
                        bool (*check)(const char *path, struct span file, struct fault *why))
{
    const struct node *n = node_member(map, key);
    struct bytes b = { 0 };
    struct fault why;
    if (!n || !path || r->from->secrets == SECRETS_NONE)
        return NULL;
    bool ok = bytes_read(path, FILE_BYTES_MAX, &b, &why)
        && check(path, (struct span){ b.at, b.len }, &why);
    if (!ok)
        diagnostic_at(r->diagnostics, n->where.start, "%s", why.text);
    char *held = ok ? xstrndup(b.at, b.len) : NULL;
    if (ok && b.world_readable && strcmp(key, "cert") != 0)
        log_warning("%s contains a secret and is world-readable; fix it with: chmod o= %s", path,
                    path);
    bytes_done(&b);
    return held;
}

bool config_http_is_local(const struct http_settings *s)
{
    for (const char *listen = s->listen; *listen;) {
        struct span one = { listen, strcspn(listen, ", ") };
        struct endpoint e;
        if (!endpoint_parse(one, HTTP_PORT, &e) || !endpoint_is_loopback(&e))
            return false;
        listen += one.len;
        listen += strspn(listen, ", ");
    }
    return true;
}

bool config_http_is_guarded(const struct http_settings *s)
{
    return s->password_file || s->open || config_http_is_local(s);
}

void check_http(struct reader *r, const struct node *map, void *fields)
{
    struct http_settings *http = fields;
    const struct node *listen = node_member(map, "listen");
    const struct node *open = node_member(map, "open");
    check_tls(r, map, fields);
    if (listen && http->listen && !config_http_is_guarded(http))
        diagnostic_at(r->diagnostics, listen->where.start,
                      "other machines could read everything: set `password_file`, or `open: true` "
                      "if that is meant");
    if (open && http->open && http->password_file)
        diagnostic_at(r->diagnostics, open->where.start,
                      "`open` and `password_file` are mutually exclusive");
    http->logins = read_named(r, map, "password_file", http->password_file, check_logins);
    http->cert_pem = read_named(r, map, "cert", http->cert, check_pem);
    http->key_pem = read_named(r, map, "key", http->key, check_pem);
}
