/* text_add_terminal has thought about every character that is not shown already: what it lets
 * through is escaped. */
#include "base/markup.h"

struct escape {
    char character;
    const char *written;
};

static const struct escape html[] = {
    { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
};

/* "<" and "&" would be HTML, which Markdown lets through. A bare address may become a link, as it
 * does in a mail. */
static const struct escape markdown[] = {
    { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '|', "\\|" }, { '\\', "\\\\" },
    { '`', "\\`" },   { '*', "\\*" },  { '_', "\\_" },  { '[', "\\[" }, { ']', "\\]" },
    { '~', "\\~" },   { '#', "\\#" },  { '!', "\\!" },  { '$', "\\$" },
};

static const char *written_as(char character, const struct escape *escapes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (escapes[i].character == character)
            return escapes[i].written;
    return NULL;
}

static void add_escaped(struct text *out, struct span value, const struct escape *escapes,
                        size_t count)
{
    struct text safe = { 0 };
    size_t from = 0;
    text_add_terminal(&safe, value, 0);
    for (size_t i = 0; i < safe.len; i++) {
        const char *written = written_as(safe.at[i], escapes, count);
        if (!written)
            continue;
        text_add(out, (struct span){ safe.at + from, i - from });
        text_add(out, span_of(written));
        from = i + 1;
    }
    if (safe.len)
        text_add(out, (struct span){ safe.at + from, safe.len - from });
    text_done(&safe);
}

void markup_add_html(struct text *out, struct span value)
{
    add_escaped(out, value, html, COUNT(html));
}

void markup_add_markdown(struct text *out, struct span value)
{
    add_escaped(out, value, markdown, COUNT(markdown));
}
