/* What the build embedded of the files beside this one. */
#include "view/page/asset.h"

#include <string.h>

#include "assets.h"

static const struct {
    const char *ending, *type;
} types[] = {
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".svg", "image/svg+xml" },
};

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < COUNT(types); i++)
        if (strcmp(types[i].ending, ending) == 0)
            return types[i].type;
    return NULL;
}

bool page_asset(const char *name, const char **ret_type, struct writer *w)
{
    for (size_t i = 0; i < asset_count; i++) {
        if (strcmp(assets[i].name, name) != 0)
            continue;
        *ret_type = type_of(name);
        writer_add(w, assets[i].text);
        return true;
    }
    return false;
}
