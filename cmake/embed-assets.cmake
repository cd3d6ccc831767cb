# Run as a script: writes OUT.c and OUT.h with what a browser is served beside the pages, from FILES. A file's name
# there ends in a hash of its content, so that it may be kept for as long as a browser likes: "ebb.css" is
# "ebb-1a2b3c4d5e6f.css", and ASSET_EBB_CSS its name.
get_filename_component(header ${OUT}.h NAME)
set(source "#include \"${header}\"\nconst struct asset assets[] = {\n")
set(names "")
foreach(file IN LISTS FILES)
    file(READ ${file} text)
    file(SHA256 ${file} hash)
    string(SUBSTRING ${hash} 0 12 hash)
    get_filename_component(stem ${file} NAME_WE)
    get_filename_component(ending ${file} LAST_EXT)
    string(TOUPPER "${stem}${ending}" constant)
    string(REPLACE "." "_" constant ${constant})
    string(APPEND names "#define ASSET_${constant} \"${stem}-${hash}${ending}\"\n")
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
    string(APPEND source "    {ASSET_${constant},\n     \"${text}\"},\n")
endforeach()
string(APPEND source "};\nconst size_t asset_count = sizeof assets / sizeof *assets;\n")
file(WRITE ${OUT}.c "${source}")
file(WRITE ${OUT}.h "/* Made from the files beside the pages. */\n#pragma once\n#include <stddef.h>\n${names}"
     "struct asset {\n    const char *name, *text;\n};\nextern const struct asset assets[];\n"
     "extern const size_t asset_count;\n")
