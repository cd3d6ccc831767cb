# Warnings for everybody; sanitizers or hardening by preset.
add_library(ebb_flags INTERFACE)
target_compile_definitions(ebb_flags INTERFACE _GNU_SOURCE)
target_compile_options(ebb_flags INTERFACE
    -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
    -Wformat=2 -Wundef -Wvla -Wcast-qual -Wconversion -Wsign-conversion)

if(EBB_WERROR)
    target_compile_options(ebb_flags INTERFACE -Werror)
endif()

if(EBB_SANITIZE)
    set(sanitizers address,undefined,float-divide-by-zero,float-cast-overflow)
    target_compile_options(ebb_flags INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    target_link_options(ebb_flags INTERFACE -fsanitize=${sanitizers})
    find_program(MOLD mold) # links the hundred programs of the tests in a tenth of the time
    if(MOLD)
        target_link_options(ebb_flags INTERFACE -fuse-ld=mold)
    endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(ebb_flags INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
        -fstack-clash-protection -fcf-protection -fPIE -g)
    target_link_options(ebb_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
