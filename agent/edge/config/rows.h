/* The keys of a configuration, each one row: the only place that knows them.
 *
 * Reading, "did you mean", the effective configuration, the commented example and the reference in
 * docs/ all walk these rows. A section is a map of keys that fills one struct, or a part of one. */
#pragma once

#include "base/text.h"
#include "edge/config.h"

enum value_type {
    VALUE_TEXT,         /* char *, no control characters */
    VALUE_PATH,         /* char *, made absolute from the configuration's folder */
    VALUE_HOST,         /* char * */
    VALUE_URL,          /* char * */
    VALUE_TOPIC,        /* char * */
    VALUE_VARIABLE,     /* char *, name of an environment variable */
    VALUE_CREDENTIAL,   /* char *, name of a systemd credential */
    VALUE_NAME,         /* char[ACCOUNT_NAME_BYTES] */
    VALUE_PATTERN,      /* char[PATTERN_BYTES] */
    VALUE_ADDRESSES,    /* char *, ADDRESS:PORT separated by ", "; a list in the file, or so */
    VALUE_HOSTS,        /* char *, host names, likewise */
    VALUE_PATHS,        /* char *, absolute paths without commas, likewise */
    VALUE_PATTERNS,     /* char *, patterns separated by ", "; a list in the file, or so */
    VALUE_CHECKS,       /* uint32_t, checks of the audit as bits; written likewise */
    VALUE_COUNT,        /* int64_t */
    VALUE_DURATION,     /* int64_t, seconds */
    VALUE_RATE,         /* int64_t, thousandths per second */
    VALUE_FLAG,         /* bool */
    VALUE_LOG_LEVEL,    /* enum log_level */
    VALUE_RULE_KIND,    /* enum rule_kind */
    VALUE_SERIES,       /* enum series: those with a balance */
    VALUE_MQTT_VERSION, /* enum mqtt_version */
    VALUE_API_VERSION,  /* enum api_version */
    VALUE_LEVEL,        /* the only level of an `exhausted` rule; read with its rule */
    VALUE_LEVELS,     /* struct threshold[LEVELS]; read with its rule, whose kind gives the unit */
    VALUE_AMOUNT,     /* struct maybe_money, as exact as the API takes it */
    VALUE_MOMENT,     /* unix_s; `never` is TIME_NONE */
    VALUE_PERIOD,     /* enum reset_period */
    VALUE_TOKEN_TYPE, /* char[TYPE_BYTES] */
    VALUE_SECTION,    /* a map of keys */
    VALUE_LIST,       /* a list of maps of keys: pointer and size_t count */
    VALUE_NAMED, /* likewise, as a map; each key is the member's name, char[PATTERN_BYTES] at its
                    start */
    VALUE_TYPES,
};

enum { SECTION_ROWS_MAX = 16 };

struct row {
    const char *name; /* as written */
    enum value_type type;
    size_t offset;           /* of the field in the section's struct */
    size_t count_offset;     /* VALUE_LIST: of its size_t */
    const char *preset;      /* default, as text; NULL: none */
    const char *preset_note; /* a default that is worked out, in words */
    int64_t min, max; /* of counts, durations (seconds), members of a list; bytes of a text */
    bool required;
    bool shown;         /* stands uncommented in the example */
    const char *sample; /* value in the example; NULL: the preset */
    const struct section
        *section; /* VALUE_SECTION, VALUE_LIST; VALUE_LEVELS: keys of one threshold */
    const char *help;
};

struct reader;
struct node;

struct section {
    const struct row *rows;
    size_t row_count;
    size_t bytes; /* of the struct; 0 for a part of another's */
    const char
        *secret;  /* stem of the keys that name a secret's source: "key" for key_file; NULL: none */
    bool tracked; /* given_offset is in use */
    size_t given_offset; /* of a bool: the section is in the file */
    bool brief;          /* `true` stands for the section without keys, `false` for none */
    /* Checks over several keys, after all of them; adds mistakes to the reader's. NULL: none. */
    void (*check)(struct reader *r, const struct node *map, void *fields);
};

extern const struct section section_settings, section_account, section_http, section_fleet_file;

/* The row of a key in a section, NULL when there is none. */
const struct row *row_named(const struct section *section, struct span name);

/* "duration, 1s to 1d": the type and range of a row, in words; a test compares the reference with
 * them. */
void row_describe(const struct row *row, struct text *out);

static inline void *row_field(const struct row *row, void *fields)
{
    return (char *)fields + row->offset;
}

static inline const void *row_field_const(const struct row *row, const void *fields)
{
    return (const char *)fields + row->offset;
}
