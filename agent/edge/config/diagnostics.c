/* Positions are byte offsets until they are printed; lines and columns are counted then, once. */
#include "edge/config/diagnostics.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/xmalloc.h"

#define ELLIPSIS "\xe2\x80\xa6"

enum {
    COLUMNS_BEFORE_CARET = 80, /* of a long line, what is shown in front of the caret */
    COLUMNS_SHOWN = 110,
    BYTES_AROUND_CARET = 512, /* no more of a line is looked at */
};

void diagnostics_done(struct diagnostics *m)
{
    free(m->list);
    free(m->hidden);
    *m = (struct diagnostics){ 0 };
}

void diagnostic_at(struct diagnostics *m, size_t at, const char *format, ...)
{
    if (m->count++ >= DIAGNOSTIC_KEPT)
        return;
    if (!m->list)
        m->list = xcalloc(DIAGNOSTIC_KEPT, sizeof *m->list);

    struct diagnostic *one = &m->list[m->count - 1];
    one->at = at;
    va_list args;
    va_start(args, format);
    vsnprintf(one->text, sizeof one->text, format, args);
    va_end(args);
}

void diagnostics_hide(struct diagnostics *m, struct range bytes)
{
    if (bytes.start >= bytes.end)
        return;
    if (m->hidden_count == m->hidden_room) {
        m->hidden_room = m->hidden_room ? 2 * m->hidden_room : 16;
        m->hidden = xrealloc(m->hidden, m->hidden_room, sizeof *m->hidden);
    }
    m->hidden[m->hidden_count++] = bytes;
}

/* An offset behind the last line (an end that came too early) is shown at the end of what is there.
 */
static size_t within_text(const struct diagnostics *m, size_t at)
{
    if (at < m->source.len)
        return at;
    size_t end = m->source.len;
    while (end > 0 && memchr("\r\n", m->source.at[end - 1], 2))
        end--;
    return end;
}

static struct range line_around(struct span source, size_t at)
{
    struct range line = { at, at };
    while (line.start > 0 && source.at[line.start - 1] != '\n')
        line.start--;
    while (line.end < source.len && source.at[line.end] != '\n')
        line.end++;
    if (line.end > line.start && line.end > at && source.at[line.end - 1] == '\r')
        line.end--;
    return line;
}

size_t diagnostics_line(const struct diagnostics *m, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at && i < m->source.len; i++)
        line += m->source.at[i] == '\n';
    return line;
}

static size_t count_characters(struct span s)
{
    size_t count = 0;
    while (s.len > 0) {
        unsigned code_point;
        size_t step = utf8_step(s, &code_point);
        step = step ? step : 1;
        s.at += step;
        s.len -= step;
        count++;
    }
    return count;
}

/* Tells for each byte of a line whether it is hidden. */
static void mark_hidden(const struct diagnostics *m, struct range line, bool hidden[])
{
    memset(hidden, 0, line.end - line.start);
    for (size_t i = 0; i < m->hidden_count; i++) {
        struct range r = m->hidden[i];
        size_t start = r.start > line.start ? r.start : line.start;
        size_t end = r.end < line.end ? r.end : line.end;
        if (start < end)
            memset(hidden + (start - line.start), 1, end - start);
    }
}

/* The line as it may be shown: hidden runs as ***, a tab as one blank. Tells where the caret's byte
 * went. */
static size_t copy_shown(const struct diagnostics *m, struct range line, size_t at,
                         struct text *out)
{
    bool hidden[2 * BYTES_AROUND_CARET];
    size_t caret = 0;
    mark_hidden(m, line, hidden);
    for (size_t i = line.start; i <= line.end; i++) {
        size_t nth = i - line.start;
        if (i == at)
            caret = out->len;
        if (i == line.end)
            break;
        if (!hidden[nth])
            text_add(out,
                     m->source.at[i] == '\t' ? span_of(" ") : (struct span){ &m->source.at[i], 1 });
        else if (nth == 0 || !hidden[nth - 1])
            text_add(out, span_of("***"));
    }
    return caret;
}

/* Whether a byte is not the first of its UTF-8 character. */
static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Where to begin showing a long line, so that its caret is in sight. */
static size_t first_shown(struct span line, size_t caret)
{
    size_t start = caret, characters = 0;
    while (start > 0 && characters < COLUMNS_BEFORE_CARET) {
        start--;
        characters += !is_continuation(line.at[start]);
    }
    return start;
}

/* The part of a line that can be in sight, cut between characters. */
static struct range clip(struct span source, struct range line, size_t at)
{
    if (at - line.start > BYTES_AROUND_CARET)
        line.start = at - BYTES_AROUND_CARET;
    if (line.end - at > BYTES_AROUND_CARET)
        line.end = at + BYTES_AROUND_CARET;
    while (line.start < at && is_continuation(source.at[line.start]))
        line.start++;
    while (line.end > at && line.end < source.len && is_continuation(source.at[line.end]))
        line.end--;
    return line;
}

static void print_line(const struct diagnostics *m, size_t at, struct text *out)
{
    struct text shown = { 0 }, before = { 0 };
    size_t caret = copy_shown(m, clip(m->source, line_around(m->source, at), at), at, &shown);
    struct span line = span_of(text_z(&shown));
    size_t start = first_shown(line, caret);

    text_addf(out, "%6zu | %s", diagnostics_line(m, at), start ? ELLIPSIS : "");
    text_add_terminal(out, (struct span){ line.at + start, line.len - start }, COLUMNS_SHOWN);
    size_t columns = text_add_terminal(&before, (struct span){ line.at + start, caret - start }, 0);
    text_addf(out, "\n       | %*s^\n", (int)columns + (start > 0), "");
    text_done(&shown);
    text_done(&before);
}

static int by_place(const void *a, const void *b)
{
    const struct diagnostic *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return strcmp(x->text, y->text);
}

void diagnostics_print(struct diagnostics *m, struct text *out)
{
    size_t kept = m->count < DIAGNOSTIC_KEPT ? m->count : DIAGNOSTIC_KEPT;
    if (kept)
        qsort(m->list, kept, sizeof *m->list, by_place);

    for (size_t i = 0; i < kept; i++) {
        size_t at = within_text(m, m->list[i].at);
        size_t start = line_around(m->source, at).start;
        size_t column = count_characters((struct span){ m->source.at + start, at - start }) + 1;
        text_add_terminal(out, span_of(m->path), 0);
        text_addf(out, ":%zu:%zu: ", diagnostics_line(m, at), column);
        text_add_terminal(out, span_of(m->list[i].text), 0);
        text_add(out, span_of("\n"));
        print_line(m, at, out);
    }
    if (m->count > kept)
        text_addf(out, "... and %zu more\n", m->count - kept);
}

bool sounds_secret(struct span key)
{
    static const char *const sounds[] = { "key",        "pass", "pwd",    "secret",  "token",
                                          "credential", "auth", "bearer", "password" };
    struct nearest misspelt = nearest_to(key);
    for (size_t i = 0; i < COUNT(sounds); i++) {
        nearest_try(&misspelt, sounds[i]);
        for (size_t at = 0, len = strlen(sounds[i]); at + len <= key.len; at++)
            if (strncasecmp(key.at + at, sounds[i], len) == 0)
                return true;
    }
    return misspelt.best;
}

/* Where the value of a secret-sounding key begins on this line; false when there is none. */
static bool find_secret_value(struct span source, struct range line, size_t *ret)
{
    size_t word = line.start;
    for (size_t i = line.start; i < line.end; i++) {
        if (source.at[i] == ':' && sounds_secret((struct span){ source.at + word, i - word })) {
            *ret = i + 1;
            return true;
        }
        if (memchr("{,:#", source.at[i], 4))
            word = i + 1;
    }
    return false;
}

/* A line without text is deeper than any. */
static size_t indent_of(struct span source, struct range line)
{
    size_t at = line.start;
    while (at < line.end && memchr(" \t\r-", source.at[at], 4))
        at++;
    return at == line.end ? SIZE_MAX : at - line.start;
}

void diagnostics_hide_by_looks(struct diagnostics *m)
{
    size_t secret_indent =
        SIZE_MAX; /* of a secret-sounding key, whose value may go on in deeper lines */
    for (size_t at = 0; at < m->source.len;) {
        struct range line = line_around(m->source, at);
        size_t value, indent = indent_of(m->source, line);
        if (indent > secret_indent) {
            diagnostics_hide(m, line);
        } else if (find_secret_value(m->source, line, &value)) {
            diagnostics_hide(m, (struct range){ value, line.end });
            secret_indent = indent;
        } else {
            secret_indent = SIZE_MAX;
        }
        const char *newline = memchr(m->source.at + at, '\n', m->source.len - at);
        at = newline ? (size_t)(newline - m->source.at) + 1 : m->source.len;
    }
}
