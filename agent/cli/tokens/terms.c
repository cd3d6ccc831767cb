/* Only what cannot be meant is refused here: the API has the last word on the rest, field by field.
 */
#include "cli/tokens/terms.h"

#include <stdio.h>

/* The choices of --reset are in the order of enum reset_period. */
_Static_assert(RESET_NONE == 0 && RESET_DAILY == 1 && RESET_WEEKLY == 2 && RESET_MONTHLY == 3,
               "in this order");

static bool contradicts(const struct option_value *o, unix_s now, struct fault *why)
{
    bool resets = o[TERM_RESET].given && o[TERM_RESET].number != RESET_NONE;
    if (o[TERM_BUDGET].given && o[TERM_NO_BUDGET].given)
        return !fault(why, FAULT_REJECT, "--budget and --no-budget contradict each other");
    if (o[TERM_NO_BUDGET].given && resets)
        return !fault(why, FAULT_REJECT, "--reset turns the budget on and contradicts --no-budget");
    if (o[TERM_RESET].given && !resets && o[TERM_RESET_AMOUNT].given)
        return !fault(why, FAULT_REJECT, "--reset-amount has no effect with --reset none");
    if (o[TERM_EXPIRES].given && o[TERM_EXPIRES].number != TIME_NONE
        && o[TERM_EXPIRES].number <= now && !o[TERM_FORCE].given)
        return !fault(why, FAULT_REJECT,
                      "--expires %s is in the past: the token would not work (--force sends "
                      "it anyway)",
                      o[TERM_EXPIRES].text);
    return false;
}

bool terms_read_type(const struct option_value *type, struct token_spec *w, struct fault *why)
{
    if (!type->given)
        return true;
    if (strlen(type->text) >= TYPE_BYTES)
        return fault(why, FAULT_REJECT, "--type takes " TYPE_ORDINARY " or " TYPE_FREE);
    snprintf(w->wanted.type, sizeof w->wanted.type, "%s", type->text);
    return w->given[SPEC_TYPE] = true;
}

bool terms_read(const struct option_value *o, unix_s now, struct token_spec *ret, struct fault *why)
{
    struct token_spec w = { .wanted = { .budgeted = o[TERM_BUDGET].given } };
    if (contradicts(o, now, why))
        return false;
    w.wanted.balance = money_known((struct money){ o[TERM_BALANCE].number });
    w.wanted.expires = o[TERM_EXPIRES].number;
    w.wanted.period = (enum reset_period)o[TERM_RESET].number;
    w.wanted.reset_amount = money_known((struct money){ o[TERM_RESET_AMOUNT].number });

    w.given[SPEC_BUDGET] = o[TERM_BUDGET].given || o[TERM_NO_BUDGET].given;
    w.given[SPEC_BALANCE] = o[TERM_BALANCE].given;
    w.given[SPEC_EXPIRES] = o[TERM_EXPIRES].given;
    w.given[SPEC_PERIOD] = o[TERM_RESET].given;
    w.given[SPEC_AMOUNT] = o[TERM_RESET_AMOUNT].given;
    *ret = w;
    return true;
}
