/* What the files of the plan share. */
#pragma once

#include "core/plan.h"

/* A token as it is looked at: its shadow, or the base's with what time did to it. */
struct plan_view {
    struct plan *plan;
    enum plan_set set;
    size_t place;
    struct plan_token *own; /* NULL: no shadow yet */
    const struct token *is;
    struct token copy;        /* what `is` points at, where a list saw the token */
    struct forecast forecast; /* its own is as old as its last shadow */
    bool is_read;             /* `forecast` is of now */
};
void view_at(struct plan *p, enum plan_set set, size_t place, struct plan_view *v);
/* Gives it a shadow, so that it can be changed. */
struct token *view_own(struct plan_view *v);

/* Whether the list saw it, as far as the base tells. */
bool list_saw(const struct token *t);

/* The list has it again, as it was: its leap is a reading older, and ends with one too many. */
void see_idle(struct token *t, unix_s at);

struct plan_token *plan_add_shadow(struct plan *p, enum plan_set set);
struct plan_token *plan_shadow(const struct plan *p, enum plan_set set, size_t place);
void plan_note_tracked(struct plan *p, const struct plan_tracked *op);

/* Its reading is to be stored, and changes nothing else. */
void plan_note_reading(struct plan_token *s, int64_t poll, const struct reading *is, unix_s at);
/* Of several edits of a token the newest first; NULL: there is no other. */
struct plan_edit *plan_next_edit(const struct plan *p, const struct token *t,
                                 const struct plan_edit *before);
/* Books a reading as what is known to have happened. */
void plan_book(struct plan *p, struct plan_token *s, const struct reading *is,
               const struct entry *e);
/* Books a reading, or holds it. */
void plan_believe(struct plan *p, struct plan_token *s, const struct reading *is);
void plan_remember(struct plan *p, size_t place, uint64_t hash);
void plan_take_names(struct plan *p, struct plan_token *s, const struct identity *is,
                     const char *shown);

/* What was made of a token the last time stands. */
bool plan_stands(const struct plan *p, enum plan_set set, size_t place, const struct midnights *m);

void settle_promises(struct plan_view *v);
void make_promise(struct plan_view *v);

/* Rules. */
/* A new rule found something of it that waits to be reported. */
bool plan_holds_finding(const struct plan *p, const struct token *t);
void plan_judge_rules(struct plan_view *v);
/* The alert of a rule is to be stored as it is. */
void plan_note_alert(struct plan *p, const struct plan_token *t, size_t rule);
void plan_report_findings(struct plan *p);
void plan_tell_deleted(struct plan *p, struct plan_token *t);
void plan_tell_revoked(struct plan *p, struct plan_token *t);
/* `was`: what it was called before; lives as long as the plan. */
void plan_tell_renamed(struct plan *p, struct plan_token *t, const char *was);
void plan_tell_returned(struct plan *p, struct plan_token *t);
