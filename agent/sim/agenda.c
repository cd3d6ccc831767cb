/* Ties are broken by the token's seed, so that the order never depends on how the heap came about.
 */
#include "sim/agenda.h"

static bool earlier(const struct sim_token *a, const struct sim_token *b)
{
    unix_s due_a = token_due(a), due_b = token_due(b);
    if (due_a != due_b)
        return due_a < due_b;
    return a->seed != b->seed ? a->seed < b->seed : strcmp(a->name, b->name) < 0;
}

static void seat(struct sim_token **agenda, size_t at, struct sim_token *token)
{
    agenda[at] = token;
    token->agenda_at = at;
}

static void rise(struct sim_token **agenda, struct sim_token *token)
{
    size_t at = token->agenda_at;
    for (; at > 0 && earlier(token, agenda[(at - 1) / 2]); at = (at - 1) / 2)
        seat(agenda, at, agenda[(at - 1) / 2]);
    seat(agenda, at, token);
}

static void sink(struct sim_token **agenda, size_t count, struct sim_token *token)
{
    size_t at = token->agenda_at;
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && earlier(agenda[child + 1], agenda[child]))
            child++;
        if (!earlier(agenda[child], token))
            break;
        seat(agenda, at, agenda[child]);
    }
    seat(agenda, at, token);
}

void agenda_moved(struct sim_token **agenda, size_t count, struct sim_token *token)
{
    rise(agenda, token);
    sink(agenda, count, token);
}

void agenda_add(struct sim_token **agenda, size_t count_before, struct sim_token *token)
{
    seat(agenda, count_before, token);
    rise(agenda, token);
}

void agenda_remove(struct sim_token **agenda, size_t count_before, struct sim_token *token)
{
    struct sim_token *last = agenda[count_before - 1];
    if (last == token)
        return;
    seat(agenda, token->agenda_at, last);
    agenda_moved(agenda, count_before - 1, last);
}
