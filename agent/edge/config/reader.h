/* Walks a document by the rows of a section: every key is found, told apart from its neighbours and read. */
#pragma once

#include "edge/config/rows.h"
#include "edge/config/yaml.h"

struct reader {
    struct mistakes *mistakes;
    const char *folder; /* where relative paths start */
    const struct config_sources *from;
};

/* Fills `fields` (zeroed) with the defaults and then with what the map says. */
void read_section(struct reader *r, const struct section *section, const struct node *map,
                  void *fields);

/* Releases everything that the rows of a section own, down through its lists. */
void free_section(const struct section *section, void *fields);

/* The text of a member that must be a plain value; false after telling the mistake, or when it was told before. */
bool scalar_text(struct reader *r, const struct node *n, const char *name, struct span *ret);
