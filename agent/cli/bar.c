/* A block character for each full column and one of seven for the rest. */
#include "cli/bar.h"

enum { EIGHTHS = 8 };

void bar_draw(int64_t amount, int64_t most, size_t width, struct text *out)
{
    static const char *const blocks[EIGHTHS] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    if (amount <= 0 || most <= 0)
        return;
    size_t eighths = (size_t)((double)amount / (double)most * (double)(width * EIGHTHS) + 0.5);
    if (eighths > width * EIGHTHS)
        eighths = width * EIGHTHS;
    if (eighths == 0)
        eighths = 1;
    for (size_t i = 0; i < eighths / EIGHTHS; i++)
        text_add(out, span_of("█"));
    text_add(out, span_of(blocks[eighths % EIGHTHS]));
}
