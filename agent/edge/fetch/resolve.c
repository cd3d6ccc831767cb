/* Where an answer says that it goes on.
 *
 * A proxy in front of a service may hide from it which scheme it was asked by, so http and https of
 * one host are one origin here, and the scheme of what was asked stays: the key never goes out in
 * the clear because an answer says so. */
#include <string.h>
#include <strings.h>

#include "edge/fetch/transfer.h"

/* Of one URL; owned. */
struct origin {
    char *scheme, *host, *port; /* port NULL: that of the scheme */
};

static bool is_default_port(const struct origin *o)
{
    return strcmp(o->port, strcmp(o->scheme, "https") == 0 ? "443" : "80") == 0;
}

static bool origin_read(CURLU *url, struct origin *ret)
{
    *ret = (struct origin){ 0 };
    if (curl_url_get(url, CURLUPART_SCHEME, &ret->scheme, 0) != CURLUE_OK
        || curl_url_get(url, CURLUPART_HOST, &ret->host, 0) != CURLUE_OK)
        return false;
    if (curl_url_get(url, CURLUPART_PORT, &ret->port, 0) == CURLUE_OK && is_default_port(ret)) {
        curl_free(ret->port);
        ret->port = NULL;
    }
    return true;
}

static void origin_done(struct origin *o)
{
    curl_free(o->scheme);
    curl_free(o->host);
    curl_free(o->port);
}

static bool is_same(const struct origin *a, const struct origin *b)
{
    bool is_web = strcmp(b->scheme, "http") == 0 || strcmp(b->scheme, "https") == 0;
    bool same_port = a->port && b->port ? strcmp(a->port, b->port) == 0 : a->port == b->port;
    return is_web && same_port && strcasecmp(a->host, b->host) == 0;
}

/* Leaves the URL that is meant in `url`, which holds the base. */
static bool follow(CURLU *url, const char *reference)
{
    struct origin asked, meant;
    bool ok = origin_read(url, &asked)
        && curl_url_set(url, CURLUPART_URL, reference, CURLU_DISALLOW_USER | CURLU_PATH_AS_IS)
            == CURLUE_OK;
    bool read = origin_read(url, &meant);
    ok = ok && read && is_same(&asked, &meant)
        && curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK
        && curl_url_set(url, CURLUPART_SCHEME, asked.scheme, 0) == CURLUE_OK
        && curl_url_set(url, CURLUPART_PORT, asked.port, 0) == CURLUE_OK;
    origin_done(&asked);
    origin_done(&meant);
    return ok;
}

bool fetch_resolve(const char *base, const char *reference, struct text *ret)
{
    CURLU *url = curl_url();
    char *whole = NULL;
    bool ok = url && curl_url_set(url, CURLUPART_URL, base, CURLU_PATH_AS_IS) == CURLUE_OK
        && follow(url, reference) && curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK;
    if (ok)
        text_add(ret, span_of(whole));
    curl_free(whole);
    curl_url_cleanup(url);
    return ok;
}
