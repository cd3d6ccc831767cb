/* The door of this folder: a file in, settings or all of its mistakes out. */
#include <libgen.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/config/bytes.h"
#include "edge/config/reader.h"
#include "edge/config/secret.h"

void settings_free(struct settings *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->account_count; i++)
        secret_free(s->accounts[i].key);
    secret_free(s->mqtt.password);
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

static struct settings *read_settings(struct reader *r, const char *path)
{
    struct settings *s = xcalloc(1, sizeof *s);
    s->file = xstrdup(path);
    struct node *root = yaml_parse(r->mistakes);
    if (root)
        read_section(r, &section_settings, root, s);
    else if (r->mistakes->count == 0)
        mistake_at(r->mistakes, 0,
                   "the file is empty; `ebb config --example` prints one to start from");
    node_free(root);
    return s;
}

bool config_load(const char *path, const struct config_sources *from, struct settings **ret,
                 struct text *errors, struct fault *why)
{
    struct bytes file = { 0 };
    if (!bytes_read(path, YAML_BYTES_MAX, &file, why))
        return false;

    char *folder = folder_of(path);
    struct mistakes mistakes = {
        .path = path,
        .source = without_byte_order_mark((struct span){ file.at, file.len }),
    };
    struct reader reader = { .mistakes = &mistakes, .folder = folder, .from = from };
    struct settings *s = read_settings(&reader, path);
    size_t count = mistakes.count;
    if (count == 0) {
        *ret = s;
    } else {
        mistakes_print(&mistakes, errors);
        settings_free(s);
        fault(why, FAULT_FATAL, "%s: %zu mistake%s", path, count, count == 1 ? "" : "s");
    }
    mistakes_done(&mistakes);
    free(folder);
    bytes_done(&file);
    return count == 0;
}
