/* CSV without quotes, read whole. */
#include "csv.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/xmalloc.h"

static char *read_all(const char *path)
{
    own_file FILE *file = fopen(path, "rb");
    if (!file)
        err(1, "%s", path);
    size_t room = 1 << 16, len = 0, got;
    char *text = xmalloc(room);
    while ((got = fread(text + len, 1, room - len - 1, file)) > 0) {
        len += got;
        if (len + 1 == room)
            text = xrealloc(text, room *= 2, 1);
    }
    text[len] = '\0';
    return text;
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = text; (at = strpbrk(at, what)); at++)
        count++;
    return count;
}

struct csv csv_read(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name);
    struct csv c = { .text = read_all(path) };
    size_t lines = count_of(c.text, "\n");
    c.fields = xcalloc(count_of(c.text, ",\n") + 1, sizeof *c.fields);
    size_t filled = 0;
    for (char *line = c.text, *end; (end = strchr(line, '\n')); line = end + 1) {
        if (end > line && end[-1] == '\r')
            end[-1] = '\0';
        *end = '\0';
        for (char *rest = line; rest;)
            c.fields[filled++] = strsep(&rest, ",");
        if (line == c.text)
            c.columns = filled;
    }
    if (lines == 0 || filled != c.columns * lines)
        errx(1, "%s: rows of different lengths, or none", path);
    c.rows = lines - 1;
    return c;
}

void csv_done(struct csv *c)
{
    free(c->text);
    free(c->fields);
}

static size_t find(const struct csv *c, const char *name)
{
    size_t i = 0;
    while (i < c->columns && strcmp(c->fields[i], name) != 0)
        i++;
    return i;
}

bool csv_has(const struct csv *c, const char *name)
{
    return find(c, name) < c->columns;
}

size_t csv_column(const struct csv *c, const char *name)
{
    size_t i = find(c, name);
    if (i < c->columns)
        return i;
    errx(1, "there is no column %s", name);
}

const char *csv_field(const struct csv *c, size_t row, size_t column)
{
    return c->fields[(row + 1) * c->columns + column];
}

int64_t csv_integer(const struct csv *c, size_t row, size_t column)
{
    return strtoll(csv_field(c, row, column), NULL, 10);
}
