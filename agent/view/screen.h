/* What is known of whoever reads, and which colour a word has there. All zero: no terminal, so no
 * colour, any width, UTF-8. */
#pragma once

#include "base/text.h"

struct screen {
    size_t columns; /* 0: as wide as it takes */
    bool colour;
    bool ascii; /* and nothing else, for people */
};

/* text_add_terminal, in ASCII where that is all there is; nothing is cut. Returns the columns used.
 */
size_t screen_add(const struct screen *s, struct span value, struct text *out);

/* Adds lines of words, broken at blanks where the screen ends; the last needs no line feed. */
void screen_add_lines(const struct screen *s, const char *words, struct text *out);

#define TONE_PLAIN "\x1b[0m"
#define TONE_BAR "\x1b[36m" /* bars and lines of a chart: present, and no alarm */
#define TONE_FAINT "\x1b[2m"
#define TONE_EARLY "\x1b[33m"
#define TONE_LATE "\x1b[32m"

/* The escape sequence for a level, verdict or poll result by its severity; NULL for a word without
 * one. What follows the word ("missing 2/3") does not matter. */
const char *screen_tone(struct span words);
