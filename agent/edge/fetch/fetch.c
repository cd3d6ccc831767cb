/* Transfers over libcurl: one multi handle, a few easy handles at a time, the others in a queue of
 * ours.
 *
 * What keeps the key safe is in `fixed` and in check_url: read those first. HTTP stays at 1.1,
 * because a paused stream of HTTP/2 is not paused on the wire: its bytes pile up in the library.
 * Callbacks only copy and count. Must never follow a redirect, nor put a key or a URL into a text.
 */
#include "edge/fetch.h"

#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "base/xmalloc.h"
#include "edge/fetch/headers.h"

enum {
    INFLATE_STEP_BYTES =
        4096,        /* gzip grows up to 1032 times; curl holds one step of a paused transfer */
    OTHERS_MAX = 16, /* foreign descriptors in one wait */
};

enum transfer_state { TRANSFER_WAITING, TRANSFER_RUNNING, TRANSFER_OVER };

struct transfer {
    struct fetch *fetch;
    struct transfer *next;
    enum transfer_state state;
    CURL *easy;
    CURLU *url;
    struct curl_slist *asked; /* our headers; the key is in here */
    char *account;
    char *host;
    int64_t body_bytes_max;
    int64_t body_bytes;
    char *window; /* FETCH_WINDOW_BYTES, from the start of the transfer on; secrets go through it */
    size_t filled, most_filled;
    bool handed_out; /* the reader holds the window until the next fetch_wait */
    bool paused;
    bool too_long;
    struct answer_headers headers;
    CURLcode result;
    char error[CURL_ERROR_SIZE];
};

struct fetch {
    CURLM *multi;
    int parallel_max;
    struct transfer *first; /* all transfers, oldest first */
    bool news;              /* since this fetch_wait began: bytes, or an end */
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

bool fetch_open(int parallel_max, struct fetch **ret, struct fault *why)
{
    assert(parallel_max > 0);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fault(why, FAULT_FATAL, "cannot initialize libcurl");
    CURLM *multi = curl_multi_init();
    if (!multi
        || curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)parallel_max) != CURLM_OK
        || curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)parallel_max) != CURLM_OK) {
        curl_multi_cleanup(multi);
        curl_global_cleanup();
        return fault(why, FAULT_FATAL, "libcurl cannot create a multi handle");
    }

    struct fetch *f = xcalloc(1, sizeof *f);
    f->multi = multi;
    f->parallel_max = parallel_max;
    *ret = f;
    return true;
}

void fetch_close(struct fetch *f)
{
    if (!f)
        return;
    assert(!f->first);
    curl_multi_cleanup(f->multi);
    curl_global_cleanup();
    free(f);
}

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

static void forget(char *secret)
{
    explicit_bzero(secret, strlen(secret));
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

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t len = size * count;
    if ((int64_t)len > t->body_bytes_max - t->body_bytes) {
        t->too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (len > FETCH_WINDOW_BYTES - t->filled) {
        t->paused = true;
        return CURL_WRITEFUNC_PAUSE; /* curl keeps these bytes and hands over the same ones again */
    }
    memcpy(t->window + t->filled, bytes, len);
    t->filled += len;
    t->most_filled = t->filled > t->most_filled ? t->filled : t->most_filled;
    t->body_bytes += (int64_t)len;
    t->fetch->news = true;
    return len;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size_t len = size * count;
    return headers_take(&t->headers, (struct span){ bytes, len }) ? len : CURL_WRITEFUNC_ERROR;
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
        && (!request->compression
            || (curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip") == CURLE_OK
                && curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)INFLATE_STEP_BYTES)
                    == CURLE_OK));
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
        && curl_easy_setopt(easy, CURLOPT_PRIVATE, t) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_WRITEDATA, t) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK
        && curl_easy_setopt(easy, CURLOPT_HEADERDATA, t) == CURLE_OK;
}

static bool prepare(struct transfer *t, const struct request *request, struct fault *why)
{
    char *scheme = NULL;
    bool prepared = check_url(request, t, &scheme, why) && add_headers(t, request, why)
        && (set_up(t, request, scheme)
            || fault(why, FAULT_FATAL, "account %s: libcurl lacks a required option", t->account));
    curl_free(scheme);
    return prepared;
}

static void append(struct fetch *f, struct transfer *t)
{
    struct transfer **at = &f->first;
    while (*at)
        at = &(*at)->next;
    *at = t;
    t->fetch = f;
}

bool fetch_start(struct fetch *f, const struct request *request, struct transfer **ret,
                 struct fault *why)
{
    struct transfer *t = xcalloc(1, sizeof *t);
    t->account = xstrdup(request->account);
    t->body_bytes_max = request->body_bytes_max;
    if (!prepare(t, request, why)) {
        transfer_free(t);
        return false;
    }
    append(f, t);
    *ret = t;
    return true;
}

static void end_transfer(struct transfer *t, CURLcode result)
{
    if (t->state == TRANSFER_RUNNING)
        curl_multi_remove_handle(t->fetch->multi, t->easy);
    t->state = TRANSFER_OVER;
    t->result = result;
    t->fetch->news = true;
}

/* What the reader took is given free; curl hands over what it held back from within this call. */
static void resume(struct fetch *f)
{
    for (struct transfer *t = f->first; t; t = t->next) {
        if (!t->handed_out)
            continue;
        t->handed_out = false;
        t->filled = 0;
        if (!t->paused)
            continue;
        t->paused = false;
        CURLcode code = curl_easy_pause(t->easy, CURLPAUSE_CONT);
        if (code != CURLE_OK)
            end_transfer(t, code);
    }
}

static void admit(struct fetch *f)
{
    int running = 0;
    for (struct transfer *t = f->first; t; t = t->next)
        running += t->state == TRANSFER_RUNNING;

    for (struct transfer *t = f->first; t && running < f->parallel_max; t = t->next) {
        if (t->state != TRANSFER_WAITING)
            continue;
        t->window = xmalloc(FETCH_WINDOW_BYTES);
        if (curl_multi_add_handle(f->multi, t->easy) != CURLM_OK) {
            end_transfer(t, CURLE_FAILED_INIT);
            continue;
        }
        t->state = TRANSFER_RUNNING;
        running++;
    }
}

static void collect(struct fetch *f)
{
    int left;
    for (CURLMsg *m = curl_multi_info_read(f->multi, &left); m;
         m = curl_multi_info_read(f->multi, &left)) {
        struct transfer *t;
        if (m->msg == CURLMSG_DONE
            && curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t) == CURLE_OK)
            end_transfer(t, m->data.result);
    }
}

static bool move(struct fetch *f, struct fault *why)
{
    int running;
    admit(f);
    CURLMcode code = curl_multi_perform(f->multi, &running);
    if (code != CURLM_OK)
        return fault(why, FAULT_FATAL, "libcurl: %s", curl_multi_strerror(code));
    collect(f);
    admit(f); /* into the places that became free; the wait starts them */
    return true;
}

/* curl tells only of POLLIN, POLLPRI and POLLOUT of a foreign descriptor; poll tells of errors and
 * hang-ups too. */
static bool wait_for_any(struct fetch *f, struct pollfd *others, size_t count, int timeout_ms,
                         struct fault *why)
{
    struct curl_waitfd extra[OTHERS_MAX];
    assert(count <= OTHERS_MAX);
    for (size_t i = 0; i < count; i++)
        extra[i] = (struct curl_waitfd){ .fd = others[i].fd, .events = others[i].events };

    int ready;
    CURLMcode code = curl_multi_poll(f->multi, extra, (unsigned)count, timeout_ms, &ready);
    if (code != CURLM_OK)
        return fault(why, FAULT_FATAL, "libcurl: %s", curl_multi_strerror(code));
    if (poll(others, count, 0) < 0 && errno != EINTR)
        return fault(why, FAULT_FATAL, "poll: %s", strerror(errno));
    return true;
}

bool fetch_wait(struct fetch *f, struct pollfd *others, size_t count, int64_t timeout_ms,
                struct fault *why)
{
    f->news = false;
    resume(f);
    if (!move(f, why))
        return false;
    int64_t patience_ms = f->news || timeout_ms < 0 ? 0 : timeout_ms;
    return wait_for_any(f, others, count, patience_ms < INT_MAX ? (int)patience_ms : INT_MAX, why)
        && move(f, why);
}

bool fetch_has_news(const struct fetch *f)
{
    return f->news;
}

struct span transfer_take(struct transfer *t)
{
    if (t->handed_out)
        return (struct span){ t->window, 0 };
    t->handed_out = true;
    return (struct span){ t->window, t->filled };
}

/* What the library's own text would get wrong, or leave to guess. */
static const struct {
    CURLcode code;
    const char *words;
} codes[] = {
    { CURLE_GOT_NOTHING, "the connection was closed before an answer came" },
    { CURLE_WEIRD_SERVER_REPLY, "an answer that is not HTTP" },
    { CURLE_UNSUPPORTED_PROTOCOL, "an answer that is not HTTP" },
    { CURLE_BAD_CONTENT_ENCODING, "an answer whose compression is broken" },
    { CURLE_WRITE_ERROR, "an answer that could not be read" },
};

/* One header that is longer than the library's own buffers: it says that the memory is out. */
static bool is_about_headers(CURLcode code)
{
    return code == CURLE_OUT_OF_MEMORY;
}

static const char *words_of(const struct transfer *t)
{
    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i].code == t->result)
            return codes[i].words;
    return t->error[0] && t->result != CURLE_OK ? t->error : curl_easy_strerror(t->result);
}

static void say_why(const struct transfer *t, struct fault *why)
{
    if (t->headers.bytes > HEADERS_BYTES_MAX || is_about_headers(t->result))
        fault(why, FAULT_REJECT, "account %s: %s: headers longer than %d bytes", t->account,
              t->host, HEADERS_BYTES_MAX);
    else if (t->too_long)
        fault(why, FAULT_REJECT, "account %s: %s: answer longer than %lld bytes", t->account,
              t->host, (long long)t->body_bytes_max);
    else
        fault(why, FAULT_RETRY, "account %s: %s: %s", t->account, t->host, words_of(t));
}

bool transfer_over(const struct transfer *t, unix_s now, struct outcome *ret)
{
    bool over = t->state == TRANSFER_OVER;
    long status = 0, sent_bytes = 0;
    curl_off_t took_us = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    *ret = (struct outcome){
        .end = over && t->result != CURLE_OK ? TRANSFER_FAILED : TRANSFER_ANSWERED,
        .sent = sent_bytes > 0,
        .status = (int)status,
        .retry_after_s = headers_retry_after_s(&t->headers, now),
        .json = t->headers.json,
        .bytes = t->body_bytes,
        .took_ms = took_us / 1000,
    };
    if (ret->end == TRANSFER_FAILED)
        say_why(t, &ret->why);
    return over;
}

static void unlink_transfer(struct transfer *t)
{
    struct transfer **at = &t->fetch->first;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
}

void transfer_free(struct transfer *t)
{
    if (!t)
        return;
    if (t->fetch) {
        end_transfer(t, CURLE_ABORTED_BY_CALLBACK);
        unlink_transfer(t);
    }
    curl_easy_cleanup(t->easy);
    curl_url_cleanup(t->url);
    for (struct curl_slist *h = t->asked; h; h = h->next)
        forget(h->data);
    curl_slist_free_all(t->asked);
    free(t->account);
    free(t->host);
    if (t->window)
        explicit_bzero(t->window, t->most_filled);
    free(t->window);
    free(t);
}
