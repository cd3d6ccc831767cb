# Run as a script: writes OUT/sql.c and OUT/sql.h from the files named in MIGRATIONS and QUERIES.
function(as_c_string file out)
    file(READ ${file} text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
    set(${out} "\"${text}\"" PARENT_SCOPE)
endfunction()

set(source "#include \"sql.h\"\n")
set(header "/* Made from the files under sql/. */\n#pragma once\n#include <stddef.h>\n")

foreach(file IN LISTS QUERIES)
    get_filename_component(name ${file} NAME_WE)
    as_c_string(${file} text)
    string(APPEND source "const char sql_${name}[] =\n    ${text};\n")
    string(APPEND header "extern const char sql_${name}[];\n")
endforeach()

string(APPEND source "const char *const sql_migrations[] = {\n")
foreach(file IN LISTS MIGRATIONS)
    as_c_string(${file} text)
    string(APPEND source "    ${text},\n")
endforeach()
string(APPEND source "};\nconst size_t sql_migration_count = sizeof sql_migrations / sizeof *sql_migrations;\n")
string(APPEND header "extern const char *const sql_migrations[];\nextern const size_t sql_migration_count;\n")

file(WRITE ${OUT}/sql.c "${source}")
file(WRITE ${OUT}/sql.h "${header}")
