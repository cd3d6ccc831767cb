/* stdio does the buffering; a stream that failed once is left alone. */
#include "view/writer.h"

#include <errno.h>
#include <stdarg.h>

void writer_init(struct writer *w, FILE *file, const struct screen *screen)
{
    *w = (struct writer){ .file = file, .screen = screen ? *screen : (struct screen){ 0 } };
    w->json = json_out_to(&w->text);
}

void writer_done(struct writer *w)
{
    text_done(&w->text);
}

void writer_add(struct writer *w, const char *text)
{
    text_add(&w->text, span_of(text));
}

void writer_addf(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_addv(&w->text, format, args);
    va_end(args);
}

void writer_add_safe(struct writer *w, struct span value)
{
    screen_add(&w->screen, value, &w->text);
}

void writer_add_lines(struct writer *w, const char *words)
{
    screen_add_lines(&w->screen, words, &w->text);
}

/* Some failures have no errno. */
static void fail(struct writer *w)
{
    if (!w->error)
        w->error = errno ? errno : EIO;
}

void writer_pass(struct writer *w)
{
    if (!w->file)
        return;
    errno = 0;
    if (!w->error && fwrite(text_z(&w->text), 1, w->text.len, w->file) != w->text.len)
        fail(w);
    text_clear(&w->text);
}

bool writer_flush(struct writer *w)
{
    writer_pass(w);
    errno = 0;
    if (w->file && !w->error && fflush(w->file) != 0)
        fail(w);
    return !w->error;
}

bool writer_is_lost(const struct writer *w)
{
    return w->error;
}

void writer_abandon(struct writer *w)
{
    w->file = NULL;
    w->error = 0;
}

bool writer_is_for_people(const struct writer *w)
{
    return w->format == FORMAT_TEXT || w->format == FORMAT_MARKDOWN;
}
