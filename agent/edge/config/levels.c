/* A rule's unit decides how a threshold is written, what range it has and how far from it an alert
 * clears; its kind, on which side of the threshold it holds. */
#include "edge/config/levels.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/nearest.h"
#include "edge/config/scalar.h"

static bool parse_money(struct span text, int64_t *ret, struct fault *why)
{
    struct money amount;
    if (!money_parse(text, &amount, why))
        return false;
    *ret = amount.nano;
    return true;
}

/* "20%", "12.5%", "0.25%" as hundredths of a percent. */
static bool parse_percent(struct span text, int64_t *ret, struct fault *why)
{
    enum { DIGITS_MAX = 6, DECIMALS_MAX = 2 };
    int64_t points = 0;
    int digits = 0, decimals = -1; /* -1: no point yet */
    if (text.len == 0 || text.at[text.len - 1] != '%')
        return fault(why, FAULT_REJECT, "no percent sign");
    for (size_t i = 0; i + 1 < text.len; i++) {
        char c = text.at[i];
        if (c == '.' && decimals < 0 && digits > 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > DIGITS_MAX
            || (decimals >= 0 && ++decimals > DECIMALS_MAX))
            return fault(why, FAULT_REJECT, "not a percentage");
        points = points * 10 + (c - '0');
    }
    if (digits == 0 || decimals == 0)
        return fault(why, FAULT_REJECT, "not a percentage");
    for (int have = decimals < 0 ? 0 : decimals; have < DECIMALS_MAX; have++)
        points *= 10;
    *ret = points;
    return true;
}

static void print_money(struct text *out, int64_t nano)
{
    char amount[MONEY_TEXT_BYTES];
    text_addf(out, "%s", money_format((struct money){ nano }, amount));
}

static void print_percent(struct text *out, int64_t points)
{
    if (points % 100)
        text_addf(out, "%" PRId64 ".%02" PRId64 "%%", points / 100, points % 100);
    else
        text_addf(out, "%" PRId64 "%%", points / 100);
}

static const struct unit {
    const char *wants;
    bool (*parse)(struct span text, int64_t *ret, struct fault *why);
    void (*print)(struct text *out, int64_t value);
    int64_t max;           /* of a threshold; of the value that clears it, twice as much */
    int64_t clear_percent; /* how far from the threshold it clears, unless told */
} units[] = {
    [UNIT_NANO_USD] = { "an amount in USD such as 10.00", parse_money, print_money,
                        1000000 * NANO_PER_USD, 5 },
    [UNIT_BASIS_POINTS] = { "a percentage such as 20%", parse_percent, print_percent, 10000, 5 },
    [UNIT_SECONDS] = { "a duration such as 6h or 2d", duration_parse, scalar_add_duration,
                       520 * (int64_t)WEEK_S, 20 },
};

/* What a threshold that is a map says, before its unit is applied. */
struct threshold_texts {
    char *below, *above, *clear;
};

enum { THRESHOLD_TEXT_BYTES = 64 };

static const struct row threshold_rows[] = {
    { "below", VALUE_TEXT, .offset = offsetof(struct threshold_texts, below),
      .max = THRESHOLD_TEXT_BYTES, .preset_note = "required, except for drift_above and unreadable",
      .sample = "10.00", .help = "the level is active while the value is below this" },
    { "above", VALUE_TEXT, .offset = offsetof(struct threshold_texts, above),
      .max = THRESHOLD_TEXT_BYTES, .preset_note = "required for drift_above and unreadable",
      .sample = "1.00", .help = "the level is active while the value is above this" },
    { "clear", VALUE_TEXT, .offset = offsetof(struct threshold_texts, clear),
      .max = THRESHOLD_TEXT_BYTES,
      .preset_note = "5 % from the threshold; 20 % for exhausts_within", .sample = "12.00",
      .help = "the level ends when the value is back at this" },
};

const struct section section_threshold = {
    .rows = threshold_rows,
    .row_count = COUNT(threshold_rows),
    .bytes = sizeof(struct threshold_texts),
};

/* Reads a value of a unit, at most `max`. */
static bool read_value(struct reader *r, const struct unit *unit, const struct node *n,
                       struct span text, int64_t max, int64_t *ret)
{
    struct fault why;
    struct text limit = { 0 };
    int64_t value;
    int name_len = (int)(n->key->text.len < 32 ? n->key->text.len : 32);
    if (!unit->parse(text, &value, &why)) {
        diagnostic_at(r->diagnostics, n->where.start, "`%.*s` must be %s", name_len,
                      n->key->text.at, unit->wants);
        return false;
    }
    if (value > 0 && value <= max) {
        *ret = value;
        return true;
    }
    unit->print(&limit, max);
    diagnostic_at(r->diagnostics, n->where.start, "`%.*s` must be more than 0 and at most %s",
                  name_len, n->key->text.at, text_z(&limit));
    text_done(&limit);
    return false;
}

static int64_t default_clear(const struct unit *unit, bool above, int64_t at)
{
    int64_t away = at * unit->clear_percent / 100;
    return above ? at - away : at + away;
}

/* The side on which the kind holds, and the word for it. */
struct side {
    bool above;
    const char *name, *other;
};

static struct side side_of(const struct rule *rule)
{
    bool above = rule_kind_has(rule->kind, KIND_ABOVE);
    return (struct side){ above, above ? "above" : "below", above ? "below" : "above" };
}

static void tell_wrong_side(struct reader *r, const struct node *n, const struct side *side)
{
    const struct node *other = node_member(n, side->other);
    if (other)
        diagnostic_at(r->diagnostics, other->key->where.start,
                      "this kind fires %s its threshold: use `%s`", side->name, side->name);
    else if (!node_member(n, side->name))
        diagnostic_at(r->diagnostics, n->where.start, "`%s` is missing", side->name);
}

static void read_pair(struct reader *r, const struct unit *unit, const struct side *side,
                      const struct node *n, struct threshold *ret)
{
    struct threshold_texts texts = { 0 };
    struct threshold t = { .set = true };
    read_section(r, &section_threshold, n, &texts);
    const struct node *clear = node_member(n, "clear");
    const char *at = side->above ? texts.above : texts.below;
    tell_wrong_side(r, n, side);
    if (at && read_value(r, unit, node_member(n, side->name), span_of(at), unit->max, &t.at)) {
        t.clear = default_clear(unit, side->above, t.at);
        if (texts.clear && read_value(r, unit, clear, span_of(texts.clear), 2 * unit->max, &t.clear)
            && (side->above ? t.clear > t.at : t.clear < t.at))
            diagnostic_at(r->diagnostics, clear->where.start, "`clear` must not be %s than `%s`",
                          side->above ? "higher" : "lower", side->name);
        else
            *ret = t;
    }
    free_section(&section_threshold, &texts);
}

static void read_threshold(struct reader *r, const struct rule *rule, const struct node *n,
                           struct threshold *ret)
{
    const struct unit *unit = &units[rule_unit_of(rule->kind)];
    const struct side side = side_of(rule);
    struct span text;
    struct threshold t = { .set = true };
    if (n->kind == NODE_MAP) {
        read_pair(r, unit, &side, n, ret);
    } else if (scalar_text(r, n, "threshold", &text)
               && read_value(r, unit, n, text, unit->max, &t.at)) {
        t.clear = default_clear(unit, side.above, t.at);
        *ret = t;
    }
}

static void tell_unknown_level(struct reader *r, struct range where, struct span name)
{
    struct nearest nearest = nearest_to(name);
    for (enum level l = LEVEL_NONE + 1; l < LEVELS; l++)
        nearest_try(&nearest, level_name(l));
    int shown = (int)(name.len < 60 ? name.len : 60);
    if (nearest.best)
        diagnostic_at(r->diagnostics, where.start, "unknown level \"%.*s\"; did you mean \"%s\"?",
                      shown, name.at, nearest.best);
    else
        diagnostic_at(r->diagnostics, where.start,
                      "unknown level \"%.*s\": must be info, warning or critical", shown, name.at);
}

/* A worse level begins further out. */
static void check_order(struct reader *r, const struct node *const nodes[LEVELS],
                        const struct rule *rule)
{
    enum level milder = LEVEL_NONE;
    for (enum level l = LEVEL_NONE + 1; l < LEVELS; l++) {
        if (!rule->levels[l].set)
            continue;
        bool above = rule_kind_has(rule->kind, KIND_ABOVE);
        int64_t at = rule->levels[l].at,
                before = milder != LEVEL_NONE ? rule->levels[milder].at : 0;
        if (milder != LEVEL_NONE && (above ? at <= before : at >= before))
            diagnostic_at(r->diagnostics, nodes[l]->where.start,
                          "`%s` must be %s than `%s`: a worse level starts further %s",
                          level_name(l), above ? "higher" : "lower", level_name(milder),
                          above ? "up" : "down");
        milder = l;
    }
}

static void read_map(struct reader *r, const struct node *map, struct rule *rule)
{
    const struct node *nodes[LEVELS] = { NULL };
    enum level level;

    for (const struct node *n = map->first; n; n = n->next) {
        if (n->key->kind == NODE_REFUSED)
            continue;
        if (!level_named(n->key->text, &level)) {
            tell_unknown_level(r, n->key->where, n->key->text);
        } else if (nodes[level]) {
            diagnostic_at(r->diagnostics, n->key->where.start,
                          "`%s` is a duplicate; first set in line %zu", level_name(level),
                          diagnostics_line(r->diagnostics, nodes[level]->key->where.start));
        } else {
            nodes[level] = n;
            read_threshold(r, rule, n, &rule->levels[level]);
        }
    }
    check_order(r, nodes, rule);
    if (!map->first)
        diagnostic_at(r->diagnostics, map->where.start,
                      "`levels` is empty: set info, warning or critical");
}

static void set_plain(struct rule *rule, enum level level)
{
    int64_t at = rule_kind_threshold(rule->kind);
    rule->levels[level] = (struct threshold){ .set = true, .at = at, .clear = at };
}

static void read_single(struct reader *r, const struct node *n, struct rule *rule)
{
    struct span text;
    enum level level;
    if (!rule_kind_has(rule->kind, KIND_PLAIN)) {
        struct text kinds = { 0 };
        rule_kinds_add(KIND_PLAIN, " and ", &kinds);
        diagnostic_at(r->diagnostics, n->key->where.start,
                      "`level` is only valid for kinds %s; use `levels: {critical: ...}`",
                      text_z(&kinds));
        text_done(&kinds);
        return;
    }
    if (!scalar_text(r, n, "level", &text))
        return;
    if (level_named(text, &level))
        set_plain(rule, level);
    else
        tell_unknown_level(r, n->where, text);
}

void levels_read(struct reader *r, const struct node *map, struct rule *rule)
{
    const struct node *levels = node_member(map, "levels"), *single = node_member(map, "level");
    if (levels && single)
        diagnostic_at(r->diagnostics, single->key->where.start,
                      "`levels` and `level` are mutually exclusive");
    else if (single)
        read_single(r, single, rule);
    else if (levels && levels->kind == NODE_MAP)
        read_map(r, levels, rule);
    else if (levels && levels->kind != NODE_REFUSED)
        diagnostic_at(r->diagnostics, levels->where.start,
                      "`levels` must be a map, as in {warning: 10.00, critical: 2.00}");
    else if (!levels && rule_kind_has(rule->kind, KIND_PLAIN))
        set_plain(rule, rule_kind_level(rule->kind));
    else if (!levels)
        diagnostic_at(r->diagnostics, map->where.start, "`levels` is missing");
}

/* The level of a rule that `level` alone can say, else LEVEL_NONE. */
static enum level single_level(const struct rule *rule)
{
    enum level found = LEVEL_NONE;
    for (enum level l = LEVEL_NONE + 1; l < LEVELS; l++) {
        const struct threshold *t = &rule->levels[l];
        if (!t->set)
            continue;
        if (found != LEVEL_NONE || t->at != rule_kind_threshold(rule->kind) || t->clear != t->at)
            return LEVEL_NONE;
        found = l;
    }
    return rule_kind_has(rule->kind, KIND_PLAIN) ? found : LEVEL_NONE;
}

void levels_print(const struct rule *rule, struct text *out)
{
    if (single_level(rule) != LEVEL_NONE) {
        text_addf(out, "level: %s", level_name(single_level(rule)));
        return;
    }
    const struct unit *unit = &units[rule_unit_of(rule->kind)];
    const char *between = "levels: {";
    for (enum level l = LEVEL_NONE + 1; l < LEVELS; l++) {
        if (!rule->levels[l].set)
            continue;
        text_addf(out, "%s%s: {%s: ", between, level_name(l), side_of(rule).name);
        unit->print(out, rule->levels[l].at);
        text_add(out, span_of(", clear: "));
        unit->print(out, rule->levels[l].clear);
        text_add(out, span_of("}"));
        between = ", ";
    }
    text_add(out, span_of("}"));
}
