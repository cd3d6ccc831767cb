/* What a request may be and how it goes out.
 *
 * What keeps the key safe is in `fixed` and in check_url: read those first. HTTP stays at 1.1,
 * because a paused stream of HTTP/2 is not paused on the wire: its bytes pile up in the library.
 * Must never follow a redirect, nor put a key or a URL into a text. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/xmalloc.h"
#include "edge/fetch/transfer.h"

enum {
    INFLATE_STEP_BYTES =
        4096, /* gzip grows up to 1032 times; curl holds one step of a paused transfer */
    STEP_BYTES = 64 * 1024, /* read at a time otherwise */
};

struct long_option {
    CURLoption option;
    long value;
};

static const struct long_option fixed[] = {
    { CURLOPT_FOLLOWLOCATION, 0 },
    { CURLOPT_SSL_VERIFYPEER, 1 },
    { CURLOPT_SSL_VERIFYHOST, 2 },
    { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_NETRC, CURL_NETRC_IGNORED },
    { CURLOPT_DISALLOW_USERNAME_IN_URL, 1 },
    { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
    { CURLOPT_PATH_AS_IS, 1 }, /* a name may be "..", and is one segment of the path all the same */
    { CURLOPT_NOSIGNAL, 1 },
    { CURLOPT_LOW_SPEED_LIMIT, 1 },
    { CURLOPT_QUICK_EXIT,
      1 }, /* else giving up a transfer joins its resolver thread, which may take half a minute */
};

/* curl writes IPv4 in its usual form ("127.1" comes as 127.0.0.1) and answers "localhost" itself,
 * without DNS. */
static bool host_is_loopback(const char *host)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

/* The parsed URL itself is handed to the transfer, so that nothing is ever read in two ways. */
static bool check_url(const struct request *request, struct transfer *t, char **ret_scheme,
                      struct fault *why)
{
    t->url = curl_url();
    CURLUcode code = t->url
        ? curl_url_set(t->url, CURLUPART_URL, request->url, CURLU_DISALLOW_USER | CURLU_PATH_AS_IS)
        : CURLUE_OUT_OF_MEMORY;
    char *host = NULL, *scheme = NULL;
    if (code == CURLUE_OK)
        code = curl_url_get(t->url, CURLUPART_HOST, &host, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(t->url, CURLUPART_SCHEME, &scheme, 0);
    if (host)
        t->host = xstrdup(host);
    curl_free(host);
    *ret_scheme = scheme;

    if (code != CURLUE_OK)
        return fault(why, FAULT_REJECT, "account %s: invalid URL: %s", t->account,
                     curl_url_strerror(code));
    if (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && host_is_loopback(t->host)))
        return true;
    return fault(
        why, FAULT_REJECT,
        "account %s: %s://%s is rejected: https is required (http is only allowed to this machine)",
        t->account, scheme, t->host);
}

bool transfer_lacks_option(const struct transfer *t, struct fault *why)
{
    return fault(why, FAULT_FATAL, "account %s: libcurl lacks a required option", t->account);
}

static void forget(char *secret)
{
    explicit_bzero(secret, strlen(secret));
}

void transfer_forget(struct transfer *t)
{
    for (struct curl_slist *h = t->asked; h; h = h->next)
        forget(h->data);
    curl_slist_free_all(t->asked);
}

/* curl_slist_append takes over the list and copies the text. */
static bool add_header(struct transfer *t, const char *line)
{
    struct curl_slist *longer = curl_slist_append(t->asked, line);
    if (longer)
        t->asked = longer;
    return longer != NULL;
}

static bool add_headers(struct transfer *t, const struct request *request, struct fault *why)
{
    const char *key = request->key;
    for (const char *c = key; *c; c++)
        if (*c <= ' ' || *c == 0x7f) /* a line break would start a header of its own */
            return fault(why, FAULT_REJECT,
                         "account %s: its key contains a space or a control character", t->account);

    static const char prefix[] = "Authorization: Bearer ";
    size_t room = sizeof prefix + strlen(key);
    own_free char *line = xmalloc(room);
    snprintf(line, room, "%s%s", prefix, key);
    bool added = add_header(t, line) && add_header(t, "Accept: application/json")
        && (!request->body.len || add_header(t, "Content-Type: application/json"));
    forget(line);
    return added || fault(why, FAULT_RETRY, "account %s: out of memory for a request", t->account);
}

static bool set_longs(CURL *easy, const struct long_option *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (curl_easy_setopt(easy, rows[i].option, rows[i].value) != CURLE_OK)
            return false;
    return true;
}

static bool set_limits(CURL *easy, const struct request *request)
{
    const struct long_option rows[] = {
        { CURLOPT_TIMEOUT, (long)request->timeout_s },
        { CURLOPT_CONNECTTIMEOUT, (long)request->connect_timeout_s },
        { CURLOPT_LOW_SPEED_TIME, request->timeout_s >= 3 ? (long)request->timeout_s / 3 : 1 },
    };
    return set_longs(easy, rows, COUNT(rows))
        && curl_easy_setopt(easy, CURLOPT_BUFFERSIZE,
                            (long)(request->compression ? INFLATE_STEP_BYTES : STEP_BYTES))
        == CURLE_OK
        && (!request->compression
            || curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip") == CURLE_OK);
}

static const struct method_row {
    const char *name;
    bool writes;
    bool has_body;
} methods[] = {
    [METHOD_GET] = { "GET", false, false },
    [METHOD_POST] = { "POST", true, true },
    [METHOD_PATCH] = { "PATCH", true, true },
    [METHOD_DELETE] = { "DELETE", true, false },
};
_Static_assert(COUNT(methods) == METHODS, "a method has no row");

const char *method_name(enum method method)
{
    return methods[method].name;
}

static bool set_method(CURL *easy, const struct request *request)
{
    const struct method_row *method = &methods[request->method];
    const struct long_option plain[] = { { CURLOPT_HTTPGET, 1 } };
    const struct long_option alone[] = { { CURLOPT_FRESH_CONNECT, 1 },
                                         { CURLOPT_FORBID_REUSE, 1 } };
    if (method->has_body) {
        if (curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len)
                != CURLE_OK
            || curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS,
                                request->body.len ? request->body.at : "")
                != CURLE_OK)
            return false;
    } else if (!set_longs(easy, plain, COUNT(plain))) {
        return false;
    }
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method->name) == CURLE_OK
        && (!method->writes || set_longs(easy, alone, COUNT(alone)));
}

static bool set_up(struct transfer *t, const struct request *request, const char *scheme)
{
    CURL *easy = t->easy = curl_easy_init();
    return easy && set_longs(easy, fixed, COUNT(fixed)) && set_limits(easy, request)
        && set_method(easy, request)
        && curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_CURLU, t->url) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_USERAGENT, "ebb") == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->asked) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->error) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_PRIVATE, t) == CURLE_OK;
}

bool transfer_prepare(struct transfer *t, const struct request *request, struct fault *why)
{
    char *scheme = NULL;
    bool prepared = check_url(request, t, &scheme, why) && add_headers(t, request, why)
        && (set_up(t, request, scheme) || transfer_lacks_option(t, why));
    curl_free(scheme);
    return prepared;
}
