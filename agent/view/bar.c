/* A block character for each full column and one of seven for the rest. */
#include "view/bar.h"

enum { EIGHTHS = 8 };

static size_t eighths_of(const struct bar *b)
{
    size_t full = b->width * EIGHTHS;
    size_t eighths = (size_t)((double)b->amount / (double)b->most * (double)full + 0.5);
    return eighths > full ? full : eighths ? eighths : 1;
}

void bar_draw(const struct bar *b, struct text *out)
{
    static const char *const blocks[EIGHTHS] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    if (b->amount <= 0 || b->most <= 0)
        return;
    size_t eighths = eighths_of(b);
    if (b->ascii)
        eighths = (eighths + EIGHTHS / 2) / EIGHTHS * EIGHTHS;
    if (eighths == 0)
        eighths = EIGHTHS;
    for (size_t i = 0; i < eighths / EIGHTHS; i++)
        text_add(out, span_of(b->ascii ? "#" : "█"));
    text_add(out, span_of(blocks[eighths % EIGHTHS]));
}

void spark_draw(const int64_t *amounts, size_t count, bool ascii, struct text *out)
{
    static const char *const steps[] = { ".", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    static const char *const digits[] = { ".", "1", "2", "3", "4", "5", "6", "7", "8" };
    const size_t top = COUNT(steps) - 1;
    int64_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = amounts[i] > most ? amounts[i] : most;
    for (size_t i = 0; i < count; i++) {
        double share = most ? (double)amounts[i] / (double)most : 0;
        size_t step = amounts[i] <= 0 ? 0 : 1 + (size_t)(share * (double)(top - 1) + 0.5);
        text_add(out, span_of(ascii ? digits[step] : steps[step]));
    }
}
