/* Transfers over libcurl: one multi handle, a few easy handles at a time, the others in a queue of
 * ours. Callbacks only copy and count. Must never put a key or a URL into a text. */
#include "edge/fetch.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "edge/fetch/transfer.h"

enum {
    OTHERS_MAX = 16, /* foreign descriptors in one wait */
};

struct fetch {
    CURLM *multi;
    int parallel_max;
    struct transfer *first; /* all transfers, oldest first */
    bool news;              /* since this fetch_wait began: bytes, or an end */
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

static bool set_callbacks(struct transfer *t, struct fault *why)
{
    bool set = curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK
        && curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t) == CURLE_OK
        && curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK
        && curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t) == CURLE_OK;
    return set || transfer_lacks_option(t, why);
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
    if (!transfer_prepare(t, request, why) || !set_callbacks(t, why)) {
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

/* curl reports only POLLIN, POLLPRI and POLLOUT of a foreign descriptor; poll reports errors and
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
    transfer_forget(t);
    free(t->account);
    free(t->host);
    if (t->window)
        explicit_bzero(t->window, t->most_filled);
    free(t->window);
    free(t);
}
