/* Quoting decides by what is known to be harmless, never by what is known to harm. */
#include "core/audit/fix.h"

#include "base/money.h"

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c && strchr("-_./:@%+,", c));
}

static bool is_all_plain(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!is_plain(word.at[i]))
            return false;
    return word.len > 0;
}

/* Whether a terminal shows exactly these bytes. */
static bool is_printable(struct span word)
{
    struct text shown = { 0 };
    text_add_terminal(&shown, word, 0);
    bool same = shown.len == word.len && (!word.len || memcmp(shown.at, word.at, word.len) == 0);
    text_done(&shown);
    return same;
}

static void add_byte_escaped(struct text *out, char c)
{
    if (c == '\'' || c == '\\')
        text_addf(out, "\\%c", c);
    else if (c >= ' ' && c < 0x7f)
        text_addf(out, "%c", c);
    else
        text_addf(out, "\\%03o", (unsigned)(unsigned char)c);
}

/* One word for a POSIX shell. With characters that a terminal must not see it is written as $'...',
 * which bash, zsh, ksh and POSIX 2024 understand. */
static void add_quoted(struct text *out, struct span word)
{
    if (is_all_plain(word)) {
        text_add(out, word);
        return;
    }
    bool printable = is_printable(word);
    text_addf(out, printable ? "'" : "$'");
    for (size_t i = 0; i < word.len; i++) {
        if (!printable)
            add_byte_escaped(out, word.at[i]);
        else if (word.at[i] == '\'')
            text_addf(out, "'\\''");
        else
            text_add(out, (struct span){ word.at + i, 1 });
    }
    text_addf(out, "'");
}

static void add_word(struct text *out, struct span word, const struct fix_words *words)
{
    char amount[MONEY_TEXT_BYTES];
    if (span_is(word, "name"))
        add_quoted(out, span_of(words->name ? words->name : "NAME"));
    else if (span_is(word, "account"))
        add_quoted(out, span_of(words->account ? words->account : "NAME"));
    else if (span_is(word, "fleet"))
        add_quoted(out, span_of(words->fleet ? words->fleet : "FILE"));
    else if (span_is(word, "amount"))
        text_addf(out, "%s",
                  words->amount_nano ? money_format((struct money){ words->amount_nano }, amount)
                                     : "USD");
    else
        text_addf(out, "%s", words->period ? words->period : "PERIOD");
}

void fix_add(struct text *out, const char *pattern, const struct fix_words *words)
{
    static const char name[] = "{name}";
    bool about_token = strstr(pattern, name), last = words->name && words->name[0] == '-';
    for (const char *p = pattern; *p;) {
        size_t len = strcspn(p, "{");
        if (last && strncmp(p, name, strlen(name)) == 0) {
            p += strlen(name) + (p[strlen(name)] == ' ');
            continue;
        }
        text_add(out, (struct span){ p, len });
        p += len;
        if (*p == '{' && !(last && strncmp(p, name, strlen(name)) == 0)) {
            size_t end = strcspn(p, "}");
            add_word(out, (struct span){ p + 1, end - 1 }, words);
            p += end + 1;
        }
    }
    while (last && out->len && out->at[out->len - 1] == ' ')
        out->at[--out->len] = '\0';
    if (about_token && words->name_account && words->account) {
        text_addf(out, " --account ");
        add_quoted(out, span_of(words->account));
    }
    if (about_token && last) {
        text_addf(out, " -- ");
        add_quoted(out, span_of(words->name));
    }
}
