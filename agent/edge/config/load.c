/* The door of this folder: a file in, settings or all of its mistakes out. */
#include <libgen.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/config/bytes.h"
#include "edge/config/reader.h"
#include "edge/config/secret.h"

static void wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void wipe_http(struct http_settings *s)
{
    wipe(s->logins);
    wipe(s->cert_pem);
    wipe(s->key_pem);
    s->logins = s->cert_pem = s->key_pem = NULL;
}

void http_settings_done(struct http_settings *s)
{
    wipe_http(s);
    free_section(&section_http, s);
}

void config_http_defaults(struct http_settings *ret)
{
    *ret = (struct http_settings){ .enabled = true };
    read_defaults(&section_http, ret);
}

bool config_http_listen(struct http_settings *s, const char *listen, struct fault *why)
{
    static const struct value_context anywhere = { .folder = "/" };
    const struct row *row = row_named(&section_http, span_of("listen"));
    return value_parse(row, span_of(listen), &anywhere, &s->listen, why);
}

static void free_token_keys(struct account_settings *s)
{
    for (size_t i = 0; i < s->token_key_count; i++) {
        secret_free(s->token_keys[i].key);
        free(s->token_keys[i].key_path);
        free(s->token_keys[i].token);
    }
    free(s->token_keys);
}

void settings_free(struct settings *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->account_count; i++) {
        secret_free(s->accounts[i].key);
        free(s->accounts[i].key_path);
        free_token_keys(&s->accounts[i]);
    }
    secret_free(s->mqtt.password);
    wipe_http(&s->http);
    free_section(&section_settings, s);
    free(s->file);
    free(s);
}

/* The absolute folder of a file, owned by the caller; "." if it has vanished meanwhile. */
static char *folder_of(const char *path)
{
    char *copy = xstrdup(path);
    char *folder = realpath(dirname(copy), NULL);
    free(copy);
    return folder ? folder : xstrdup(".");
}

static struct span without_byte_order_mark(struct span source)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (source.len < strlen(mark) || memcmp(source.at, mark, strlen(mark)) != 0)
        return source;
    return (struct span){ source.at + strlen(mark), source.len - strlen(mark) };
}

bool document_read(const char *path, const struct document *d, void *fields, struct text *errors,
                   struct fault *why)
{
    struct bytes file = { 0 };
    if (!bytes_read(path, YAML_BYTES_MAX, &file, why))
        return false;

    char *folder = folder_of(path);
    struct diagnostics diagnostics = {
        .path = path,
        .source = without_byte_order_mark((struct span){ file.at, file.len }),
    };
    struct reader reader = { .diagnostics = &diagnostics,
                             .values = { folder, d->limits },
                             .from = d->from,
                             .root = d->root };
    struct node *root = yaml_parse(&diagnostics);
    if (root)
        read_section(&reader, d->root, root, fields);
    else if (diagnostics.count == 0)
        diagnostic_at(&diagnostics, 0, "%s", d->when_empty);
    node_free(root);

    size_t count = diagnostics.count;
    if (count) {
        diagnostics_print(&diagnostics, errors);
        fault(why, FAULT_FATAL, "%s: %zu error%s", path, count, count == 1 ? "" : "s");
    }
    diagnostics_done(&diagnostics);
    free(folder);
    bytes_done(&file);
    return count == 0;
}

bool config_load(const char *path, const struct config_sources *from, struct settings **ret,
                 struct text *errors, struct fault *why)
{
    const struct document settings = {
        .root = &section_settings,
        .from = from,
        .when_empty = "the file is empty; `ebb config --example` prints one to start from",
    };
    struct settings *s = xcalloc(1, sizeof *s);
    s->file = xstrdup(path);
    if (!document_read(path, &settings, s, errors, why)) {
        settings_free(s);
        return false;
    }
    *ret = s;
    return true;
}
