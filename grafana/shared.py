"""What the boards share: variables, annotations, states, and how both sources select tokens."""

import dataclasses

from panels import BLUE, GREEN, GREY, ORANGE, PROMETHEUS, PURPLE, RED, SQLITE, YELLOW, texts


@dataclasses.dataclass
class Choice:
    """A variable. `all`: what it stands for when all are chosen; None: it is always one."""
    name: str
    description: str
    query: dict
    all: dict | None


@dataclasses.dataclass
class Mark:
    name: str
    color: str
    sqlite: str
    prometheus: str
    text: str
    on: bool = True


# All tokens are chosen by a subquery, which Grafana inserts unquoted: a list of 10,000 names would be a long text.
def all_of(column):
    return {SQLITE: f"SELECT {column} FROM v_token_name", PROMETHEUS: ".*"}


ACCOUNT = Choice("account", "Accounts of the configuration", {
    SQLITE: "SELECT account FROM v_account ORDER BY account",
    PROMETHEUS: "label_values(ebb_account_tokens, account)"}, all_of("account"))
ENVIRONMENT = Choice("environment", "First part of a token's name, env-project-purpose", {
    SQLITE: "SELECT DISTINCT environment FROM v_token_name\n"
            "WHERE deleted_at IS NULL AND account IN (${account:sqlstring}) ORDER BY environment",
    PROMETHEUS: 'label_values(ebb_token_info{account=~"$account"}, environment)'}, all_of("environment"))
TOKEN = Choice("token", "Tokens of these accounts and environments", {
    SQLITE: "SELECT DISTINCT token FROM v_token_name\n"
            "WHERE deleted_at IS NULL AND account IN (${account:sqlstring})\n"
            "      AND environment IN (${environment:sqlstring}) ORDER BY token",
    PROMETHEUS: 'label_values(ebb_token_info{account=~"$account", environment=~"$environment"}, token)'},
    all_of("token"))
ONE_TOKEN = dataclasses.replace(TOKEN, all=None, description="The token that is shown")

# What every panel selects tokens by: of the past also deleted ones.
SELECTED = ("token_id IN (SELECT token_id FROM v_token_name WHERE account IN (${account:sqlstring})\n"
            "             AND environment IN (${environment:sqlstring}) AND token IN (${token:sqlstring}))")


def within(column):
    return f"{column} >= $__from / 1000 AND {column} < $__to / 1000"


WITHIN = within("at")
LONG = "$__to - $__from > 1000 * 86400 *"
SHORT = "$__to - $__from <= 1000 * 86400 *"
TOKENS = 'account=~"$account", environment=~"$environment", token=~"$token"'
ACCOUNTS = 'account=~"$account"'
BY_ACCOUNT = "account IN (${account:sqlstring})"

# What was spent in the period, to the hour: whole days as such, the hours before the first and after the last of them.
FIRST_DAY, LAST_DAY = "($__from / 1000 + 86399) / 86400 * 86400", "$__to / 1000 / 86400 * 86400"
SPENT_ROWS = f"""\
WITH spent AS (
    SELECT token, spent_usd FROM v_day_part
    WHERE at >= {FIRST_DAY} AND at < {LAST_DAY} AND SELECTED
    UNION ALL
    SELECT token, spent_usd FROM v_hour_part
    WHERE at >= $__from / 1000 AND at < min({FIRST_DAY}, $__to / 1000) AND SELECTED
    UNION ALL
    SELECT token, spent_usd FROM v_hour_part
    WHERE at >= max({FIRST_DAY}, {LAST_DAY}) AND at < $__to / 1000 AND SELECTED
)""".replace("SELECTED", SELECTED.replace("\n", "\n   "))
SPENT = f'{SPENT_ROWS}\nSELECT sum(spent_usd) AS "Spent" FROM spent'

STATES = {
    "exhausted": ("exhausted", RED), "runs_dry": ("runs dry", ORANGE), "tight": ("tight", YELLOW),
    "safe": ("safe", GREEN), "idle": ("idle", BLUE), "unused": ("no use yet", BLUE), "learning": ("learning", BLUE),
    "no_budget": ("no budget", GREY), "stale": ("stale", PURPLE), "missing": ("missing", PURPLE),
    "unreadable": ("unreadable", PURPLE), "expired": ("expired", GREY),
    "not_offered": ("not offered", GREY),
}
STATE_TEXTS = texts(STATES)
LEVELS = [("none", GREEN), ("info", BLUE), ("warning", ORANGE), ("critical", RED)]
LEVEL_TEXTS = texts({level: (level, color) for level, color in LEVELS})
RANKS = texts(dict(enumerate(LEVELS)))

RUNWAY_STEPS = [(None, RED), (8 * 3600, ORANGE), (2 * 86400, YELLOW), (7 * 86400, GREEN)]
AGE_STEPS = [(None, GREEN), (15 * 60, ORANGE), (3600, RED)]

RISEN = f"ebb_token_balance_usd{{{TOKENS}}} - ebb_token_balance_usd{{{TOKENS}}} offset 5m > 0.005"
WAS_RESET = f"changes(ebb_token_reset_timestamp_seconds{{{TOKENS}}}[10m]) > 0"
# Alerts know no environment: those of the tokens, and those of their accounts.
FIRING = (f"((ebb_alert_level{{account=~\"$account\", token=~\"$token\"}} and on (account, token)"
          f" ebb_token_info{{{TOKENS}}})\n or ebb_alert_level{{account=~\"$account\", series!=\"token\"}})")


def booked(kind, title):
    return (f"SELECT at AS time, '{title}' AS title, printf('%s: +%.2f USD', token, amount_usd) AS text\n"
            f"FROM v_entry\nWHERE kind = '{kind}' AND {WITHIN} AND {SELECTED}\nORDER BY at")


TOPUPS = Mark("Top-ups", "green", booked("topup", "Top-up"),
              f"({RISEN})\nunless on (account, token) ({WAS_RESET})", "{{token}}")
RESETS = Mark("Resets", "blue", booked("reset", "Reset"), f"({RISEN})\nand on (account, token) ({WAS_RESET})",
              "{{token}}")


def alerts(least):
    """Alerts that were raised to this level, 2 warning or 3 critical, or beyond."""
    firing = 'ebb_alert_level{account=~"$account", token=~"$token"}'
    return Mark("Alerts", "red", f"""\
SELECT e.at AS time, 'Alert ' || e.kind AS title, e.summary AS text
FROM v_event e JOIN v_event_level l USING (event_id)
WHERE l.urgency >= {least} AND l.urgency_before < {least} AND {within('e.at')} AND e.{SELECTED}
ORDER BY e.at""", f"({firing} >= {least})\nunless ({firing} offset 5m >= {least})", "{{token}}: {{rule}}")


def open_token(source):
    """A link of a row to the board of its token."""
    return [{"title": "Open this token", "targetBlank": False,
             "url": f"/d/ebb-token-{source}?${{__url_time_range}}&${{datasource:queryparam}}"
                    "&var-account=${__data.fields.Account:percentencode}"
                    "&var-environment=$__all&var-token=${__data.fields.Token:percentencode}"}]
