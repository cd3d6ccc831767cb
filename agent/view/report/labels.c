/* Dimensions and groups have names; a group of a token has its account and generation, too. */
#include "view/report/labels.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/xmalloc.h"

static const char *const by_names[] = {
    [BY_TOKEN] = "token",       [BY_ENVIRONMENT] = "environment", [BY_PROJECT] = "project",
    [BY_PURPOSE] = "purpose",   [BY_MEMBER] = "member",           [BY_ACCOUNT] = "account",
    [BY_PROVIDER] = "provider", [BY_FEATURE] = "feature",
};
_Static_assert(COUNT(by_names) == REPORT_BYS, "a dimension has no name");

const char *report_by_name(enum report_by by)
{
    return by_names[by];
}

bool report_by_is_word(enum report_by by)
{
    return by == BY_PROVIDER || by == BY_FEATURE;
}

size_t report_label_new(struct loaded_report *to, struct span name)
{
    to->labels = xgrown(to->labels, to->label_count, &to->label_room, sizeof *to->labels);
    to->labels[to->label_count++] = (struct report_label){
        .name = xstrndup(name.at, name.len),
        .account = xstrdup(""),
    };
    return report_add_group(&to->report);
}

size_t report_label_named(struct loaded_report *to, struct intern *names, struct span name)
{
    size_t group = intern_number(names, name);
    if (group == to->label_count)
        report_label_new(to, name);
    return group;
}

void report_labels_finish(struct loaded_report *l)
{
    for (size_t i = 0; i < l->label_count; i++) {
        const struct report_label *before = i ? &l->labels[i - 1] : NULL;
        const struct report_label *after = i + 1 < l->label_count ? &l->labels[i + 1] : NULL;
        struct report_label *label = &l->labels[i];
        bool shared = (before && strcmp(before->name, label->name) == 0
                       && strcmp(before->account, label->account) == 0)
            || (after && strcmp(after->name, label->name) == 0
                && strcmp(after->account, label->account) == 0);
        if (!shared && label->generation == 1)
            label->generation = 0;
    }
}

void report_unload(struct loaded_report *l)
{
    for (size_t i = 0; i < l->label_count; i++) {
        free(l->labels[i].name);
        free(l->labels[i].account);
    }
    free(l->labels);
    free(l->usage_reason);
    report_done(&l->report);
    *l = (struct loaded_report){ 0 };
}

void report_label_add(const struct report_label *l, struct text *out)
{
    text_add(out, span_of(l->name));
    if (l->generation)
        text_addf(out, " (generation %" PRId64 "%s)", l->generation, l->deleted ? ", deleted" : "");
    else if (l->deleted)
        text_add(out, span_of(" (deleted)"));
}
