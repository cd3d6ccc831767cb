/* A request and its answer, and the queues in which exchanges wait. */
#pragma once

#include "edge/serve.h"
#include "edge/serve/clients.h"

struct MHD_Connection;

struct exchange {
    struct server *server;
    struct MHD_Connection *connection; /* NULL: over */
    struct client *client;
    char *target;
    char *name, *password; /* while its login is checked; wiped */
    bool has_head;         /* the request line and headers were looked at */
    bool asks_head_only;   /* HEAD: no byte of a body may follow */
    bool is_whole;         /* all of the request is here */
    bool suspended;
    bool counted;      /* among those that are being sent */
    bool goes_on;      /* more pieces will come */
    bool cut;          /* they will not, and the client has to see it */
    struct text piece; /* what the library may take */
    size_t taken;      /* of it */
    size_t *queued;    /* counts the bytes of all pieces */
    void *answering;
    enum serve_event wants;
    struct exchange *next; /* in its queue */
};

struct queue {
    struct exchange *first, **last;
};

void queue_open(struct queue *q);
void queue_add(struct queue *q, struct exchange *x, enum serve_event wants);
struct exchange *queue_take(struct queue *q);           /* its first; there is one */
void queue_remove(struct queue *q, struct exchange *x); /* if it is there */
void exchange_forget_login(struct exchange *x);         /* wipes name and password */
void exchange_take_over(struct exchange *x, struct text *piece);
void exchange_free(struct exchange *x); /* is in no queue */
