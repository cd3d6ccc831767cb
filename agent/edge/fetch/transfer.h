/* The only access to libcurl, and one transfer as the files of this folder see it. */
#pragma once

#include <curl/curl.h>

#include "edge/fetch.h"
#include "edge/fetch/headers.h"

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

/* Makes URL, headers and options of a request, all but where its bytes go. FAULT_REJECT: a URL or a
 * key that is not allowed. */
MUST_CHECK bool transfer_prepare(struct transfer *t, const struct request *request,
                                 struct fault *why);
bool transfer_lacks_option(const struct transfer *t, struct fault *why); /* FAULT_FATAL; false */
void transfer_forget(struct transfer *t); /* wipes and frees our headers, and the key in them */
