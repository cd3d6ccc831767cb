/* The kinds of rules, one row each: what a rule measures, in what unit, and how it talks of it. */
#pragma once

#include "core/rule.h"

struct rule_words;
const struct rule_words *rule_kind_words(enum rule_kind kind);
