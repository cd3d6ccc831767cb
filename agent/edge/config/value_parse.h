/* What the parsers of values share. */
#pragma once

#include "edge/config/values.h"

/* What a parser is handed besides the text. */
struct place {
    const struct row *row;
    const struct value_context *context;
    void *field;
};

/* "`timeout` must be WHAT"; false. */
bool value_wanted(const struct place *p, struct fault *why, const char *what);
/* Whether it is made of letters, digits and the given others, and not empty. */
bool value_is_made_of(struct span text, const char *others);
/* Into a field that is an array with room for it. */
void value_store_array(const struct place *p, struct span text);
/* Takes one member off a list of texts separated by commas, blanks around it dropped. */
struct span value_take_member(struct span *list);

/* Texts, and lists of them in one text, kept in their usual form: see enum value_type. */
bool value_parse_text(const struct place *p, struct span text, struct fault *why);
bool value_parse_path(const struct place *p, struct span text, struct fault *why);
bool value_parse_paths(const struct place *p, struct span text, struct fault *why);
bool value_parse_host(const struct place *p, struct span text, struct fault *why);
bool value_parse_url(const struct place *p, struct span text, struct fault *why);
bool value_parse_topic(const struct place *p, struct span text, struct fault *why);
bool value_parse_variable(const struct place *p, struct span text, struct fault *why);
bool value_parse_credential(const struct place *p, struct span text, struct fault *why);
bool value_parse_name(const struct place *p, struct span text, struct fault *why);
bool value_parse_pattern(const struct place *p, struct span text, struct fault *why);
bool value_parse_patterns(const struct place *p, struct span text, struct fault *why);
bool value_parse_addresses(const struct place *p, struct span text, struct fault *why);
bool value_parse_hosts(const struct place *p, struct span text, struct fault *why);
