/* Writes what the files under sql/ come to: SCHEMA, the text that makes a new database at once
 * instead of by one migration after the other; and HEADER, the columns of every query as constants:
 * of query_size.sql, whose first column is bytes, QUERY_SIZE_BYTES = 0 and so on up to
 * QUERY_SIZE_COLUMNS.
 *
 * Runs at build time, and asks SQLite itself: the migrations make a database in memory, each query
 * is prepared in it. So a query that does not fit the tables, a column without a name and a reader
 * of a column that is not there all fail the build.
 *
 *     sql-compile HEADER SCHEMA MIGRATION... -- QUERY...
 */
#include <ctype.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20, NAME_MAX_BYTES = 128 };

static char *read_file(const char *path)
{
    static char text[TEXT_MAX];
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    bool ok = file && !ferror(file) && len < sizeof text - 1;
    if (file)
        fclose(file);
    text[len] = '\0';
    if (!ok)
        fprintf(stderr, "%s: cannot be read\n", path);
    return ok ? text : NULL;
}

static bool migrate(sqlite3 *db, const char *path)
{
    const char *sql = read_file(path);
    if (!sql)
        return false;
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
    return false;
}

static bool is_name(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (!islower((unsigned char)text[i]) && text[i] != '_'
            && (i == 0 || !isdigit((unsigned char)text[i])))
            return false;
    return len > 0 && len < NAME_MAX_BYTES;
}

static void write_upper(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(toupper((unsigned char)*text), out);
}

/* Of an expression the first words of its first line. */
static int shown_bytes(const char *name)
{
    enum { SHOWN_MOST = 50 };
    int len = (int)strcspn(name, "\n");
    return len < SHOWN_MOST ? len : SHOWN_MOST;
}

static bool check_names(sqlite3_stmt *q, const char *path)
{
    bool ok = true;
    for (int i = 0; i < sqlite3_column_count(q); i++) {
        const char *name = sqlite3_column_name(q, i);
        if (!is_name(name)) {
            fprintf(stderr, "%s: column %d (%.*s) has no name: add `AS name`\n", path, i + 1,
                    shown_bytes(name), name);
            ok = false;
        }
        for (int j = 0; j < i; j++)
            if (strcmp(name, sqlite3_column_name(q, j)) == 0) {
                fprintf(stderr, "%s: columns %d and %d are both named %s\n", path, j + 1, i + 1,
                        name);
                ok = false;
            }
    }
    return ok;
}

/* "sql/queries/query_size.sql" -> "query_size" */
static bool stem_of(const char *path, char stem[NAME_MAX_BYTES])
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    snprintf(stem, NAME_MAX_BYTES, "%.*s", (int)strcspn(base, "."), base);
    if (is_name(stem))
        return true;
    fprintf(stderr, "%s: not a name for a query\n", path);
    return false;
}

static void write_columns(FILE *out, const char *stem, sqlite3_stmt *q)
{
    fprintf(out, "enum %s_columns {\n", stem);
    for (int i = 0; i <= sqlite3_column_count(q); i++) {
        fputs("    ", out);
        write_upper(out, stem);
        fputc('_', out);
        write_upper(out, i < sqlite3_column_count(q) ? sqlite3_column_name(q, i) : "columns");
        fputs(",\n", out);
    }
    fputs("};\n", out);
}

/* Files of several statements are run as a whole, and read by nobody. */
static bool is_single(const char *rest)
{
    while (isspace((unsigned char)*rest))
        rest++;
    return *rest == '\0';
}

static bool write_query(sqlite3 *db, FILE *out, const char *path)
{
    char stem[NAME_MAX_BYTES];
    sqlite3_stmt *q;
    const char *rest, *sql = read_file(path);
    if (!sql || !stem_of(path, stem))
        return false;
    if (sqlite3_prepare_v2(db, sql, -1, &q, &rest) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
        return false;
    }
    bool has_columns = is_single(rest) && sqlite3_column_count(q) > 0;
    bool ok = !has_columns || check_names(q, path);
    if (ok && has_columns)
        write_columns(out, stem, q);
    sqlite3_finalize(q);
    return ok;
}

/* Every query that is wrong is told, not the first alone. */
static bool write_header(sqlite3 *db, FILE *out, int count, char *const queries[])
{
    bool ok = true;
    fputs("/* Made from the files under sql/ by cmake/sql-compile.c. */\n#pragma once\n", out);
    for (int i = 0; i < count; i++)
        ok &= write_query(db, out, queries[i]);
    return ok;
}

struct schema {
    sqlite3 *db;
    FILE *out;
};

static int write_statement(void *of, int columns, char **values, char **names)
{
    const struct schema *s = of;
    (void)columns, (void)names;
    return fprintf(s->out, "%s;\n", values[0]) < 0;
}

/* The value is a query that answers with statements. */
static int write_answers(void *of, int columns, char **values, char **names)
{
    const struct schema *s = of;
    (void)columns, (void)names;
    return sqlite3_exec(s->db, values[0], write_statement, of, NULL);
}

static const char made[] = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> "
                           "'trigger' AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
static const char filled[] =
    "SELECT 'SELECT ''INSERT INTO ' || t.name || ' VALUES ('' || ' || "
    "group_concat('quote(' || c.name || ')', ' || '', '' || ') || ' || '')'' FROM ' || t.name "
    "FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c "
    "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name";
static const char triggers[] = "SELECT sql FROM sqlite_schema WHERE type = 'trigger'";

/* Triggers come last: they must not act on the rows that the migrations left. */
static bool write_schema(struct schema s)
{
    bool ok = sqlite3_exec(s.db, made, write_statement, &s, NULL) == SQLITE_OK
        && sqlite3_exec(s.db, filled, write_answers, &s, NULL) == SQLITE_OK
        && sqlite3_exec(s.db, triggers, write_statement, &s, NULL) == SQLITE_OK;
    if (!ok)
        fprintf(stderr, "the schema cannot be written: %s\n", sqlite3_errmsg(s.db));
    return ok;
}

static bool compile(FILE *header, FILE *schema, int count, char *const paths[])
{
    sqlite3 *db;
    bool ok = sqlite3_open(":memory:", &db) == SQLITE_OK;
    int next = 0;
    while (ok && next < count && strcmp(paths[next], "--") != 0)
        ok = migrate(db, paths[next++]);
    ok = ok && write_schema((struct schema){ db, schema });
    ok = ok && write_header(db, header, count - next - 1, paths + next + 1);
    sqlite3_close(db);
    return ok;
}

int main(int argc, char *argv[])
{
    FILE *header = argc > 3 ? fopen(argv[1], "w") : NULL;
    FILE *schema = header ? fopen(argv[2], "w") : NULL;
    if (!schema) {
        fprintf(stderr, "usage: sql-compile HEADER SCHEMA MIGRATION... -- QUERY...\n");
        return EXIT_FAILURE;
    }
    bool ok = compile(header, schema, argc - 3, argv + 3);
    ok = fclose(header) == 0 && ok;
    ok = fclose(schema) == 0 && ok;
    if (!ok) {
        remove(argv[1]);
        remove(argv[2]);
    }
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
