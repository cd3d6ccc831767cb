# Embeds every file under sql/ as a C string, so that the plain sqlite3 shell and the program read the same text.
# A migration's place in its sorted folder is its version.
file(GLOB sql_migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/migrations/*.sql)
file(GLOB sql_queries CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sql/queries/*.sql)
list(SORT sql_migrations)

set(sql_dir ${CMAKE_BINARY_DIR}/generated)
add_custom_command(
    OUTPUT ${sql_dir}/sql.c ${sql_dir}/sql.h
    COMMAND ${CMAKE_COMMAND} -D "MIGRATIONS=${sql_migrations}" -D "QUERIES=${sql_queries}"
            -D OUT=${sql_dir} -P ${CMAKE_SOURCE_DIR}/cmake/embed-sql.cmake
    DEPENDS ${sql_migrations} ${sql_queries} ${CMAKE_SOURCE_DIR}/cmake/embed-sql.cmake
    VERBATIM)
add_library(ebb_sql STATIC ${sql_dir}/sql.c ${sql_dir}/sql_columns.h)
target_include_directories(ebb_sql PUBLIC ${sql_dir})

# The columns of every query as constants, and what all migrations come to as one text; a query that does not fit the
# tables fails here.
add_executable(sql_compile ${CMAKE_SOURCE_DIR}/cmake/sql-compile.c)
target_link_libraries(sql_compile PRIVATE PkgConfig::SQLITE)
add_custom_command(
    OUTPUT ${sql_dir}/sql_columns.h ${sql_dir}/schema.sql
    COMMAND sql_compile ${sql_dir}/sql_columns.h ${sql_dir}/schema.sql ${sql_migrations} -- ${sql_queries}
    DEPENDS sql_compile ${sql_migrations} ${sql_queries}
    VERBATIM)

# One text file each: ebb_embed_text(LIBRARY FROM NAME OUT) makes the string NAME, declared in OUT.h, and its library.
function(ebb_embed_text library from name out)
    set(out ${sql_dir}/${out})
    add_custom_command(
        OUTPUT ${out}.c ${out}.h
        COMMAND ${CMAKE_COMMAND} -D FROM=${from} -D NAME=${name} -D OUT=${out}
                -P ${CMAKE_SOURCE_DIR}/cmake/embed-text.cmake
        DEPENDS ${from} ${CMAKE_SOURCE_DIR}/cmake/embed-text.cmake
        VERBATIM)
    add_library(${library} STATIC ${out}.c)
    target_include_directories(${library} PUBLIC ${sql_dir})
endfunction()

ebb_embed_text(ebb_schema ${sql_dir}/schema.sql sql_schema sql_schema)

# The scenario of `ebb sim --demo`, and the description of what is served under /api/v1/.
ebb_embed_text(ebb_demo ${CMAKE_SOURCE_DIR}/tests/scenarios/demo.yaml sim_demo_text sim/demo_text)
ebb_embed_text(ebb_openapi ${CMAKE_SOURCE_DIR}/docs/openapi.yaml web_openapi_text web/openapi_text)

# Style sheet, script and icon of the pages.
file(GLOB assets CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/agent/view/page/assets/*)
list(SORT assets)
add_custom_command(
    OUTPUT ${sql_dir}/assets.c ${sql_dir}/assets.h
    COMMAND ${CMAKE_COMMAND} -D "FILES=${assets}" -D OUT=${sql_dir}/assets
            -P ${CMAKE_SOURCE_DIR}/cmake/embed-assets.cmake
    DEPENDS ${assets} ${CMAKE_SOURCE_DIR}/cmake/embed-assets.cmake
    VERBATIM)
add_library(ebb_assets STATIC ${sql_dir}/assets.c)
target_include_directories(ebb_assets PUBLIC ${sql_dir})
