/* Foreign text on its way into HTML, SVG and Markdown: it stays text, whatever it holds. */
#pragma once

#include "base/text.h"

/* For element content and for quoted attributes. Controls, bytes that are not UTF-8 and what turns
 * the direction of the text around it become U+FFFD. */
void markup_add_html(struct text *out, struct span value);

/* For a cell of a Markdown table: no character of it is an instruction, and it stays on its line.
 */
void markup_add_markdown(struct text *out, struct span value);
