/* libfyaml: bytes of a YAML file -> a tree of nodes that know where they were written.
 *
 * Only what a configuration needs: maps, lists and scalars, in one document, a few levels deep.
 * Anchors, aliases, tags and directives are refused, so nothing expands. Every scalar stays text.
 * The library never prints. */
#pragma once

#include "edge/config/diagnostics.h"

enum {
    YAML_BYTES_MAX = 1024 * 1024,
    YAML_DEPTH_MAX = 16,
};

enum node_kind {
    NODE_SCALAR,
    NODE_LIST,
    NODE_MAP,
    NODE_REFUSED, /* already reported as an error: readers skip it */
};

struct node {
    enum node_kind kind;
    struct range where;
    struct span text;   /* of a scalar; owned by the node, terminated */
    bool plain;         /* a scalar without quotes */
    struct node *key;   /* of a member of a map, owned; NULL in a list */
    struct node *first; /* members, owned */
    struct node *next;
};

/* Reads a document; mistakes are added to `m`. NULL when there is no root to work with: empty, or
 * not YAML. */
struct node *yaml_parse(struct diagnostics *m);

void node_free(struct node *n); /* accepts NULL */

/* The member of a map with this key, NULL when there is none. */
const struct node *node_member(const struct node *map, const char *key);

const char *node_kind_name(enum node_kind kind); /* "text", "a list", "a map of keys" */
