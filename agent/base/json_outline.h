/* Where an object ends that was read before, found without reading it.
 *
 * The outline of broken JSON means nothing. But bytes that are those of a valid object, but for the
 * value of one member, have a right one: who knows them by their hash need not read them again. */
#pragma once

#include "base/span.h"

struct json_outline {
    const char *end;       /* behind the object */
    const char *from, *to; /* the value of the member, its quotes included; NULL: there is none */
};

/* The outline of the object at the start of `bytes`, and of its member `name` (NULL: of none), a
 * string. False: it is not all there, or has to be read: the string is not plain ASCII, or no
 * string, or there are two. */
bool json_outline(struct span bytes, const char *name, struct json_outline *ret);
