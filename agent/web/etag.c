/* A tag of ours has no comma and no quote inside, so it can be looked for as it is. */
#include "web/etag.h"

#include <string.h>

bool etag_is_listed(const char *list, const char *etag)
{
    size_t len = strlen(etag);
    if (!list || !len)
        return false;
    if (strcmp(list, "*") == 0)
        return true;
    for (const char *at = strstr(list, etag); at; at = strstr(at + 1, etag)) {
        bool begins = at == list || strchr(" ,/", at[-1]);
        bool ends = at[len] == '\0' || at[len] == ',' || at[len] == ' ';
        if (begins && ends)
            return true;
    }
    return false;
}
