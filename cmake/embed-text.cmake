# Run as a script: writes the file FROM as the C string NAME into OUT.c, declared in OUT.h.
file(READ ${FROM} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
get_filename_component(header ${OUT}.h NAME)
get_filename_component(from ${FROM} NAME)
file(WRITE ${OUT}.c "#include \"${header}\"\nconst char ${NAME}[] =\n    \"${text}\";\n")
file(WRITE ${OUT}.h "/* Made from ${from}. */\n#pragma once\nextern const char ${NAME}[];\n")
