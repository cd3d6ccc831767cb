# Libraries by pkg-config; what is missing is named as the Debian package that brings it.
find_package(PkgConfig REQUIRED)

function(ebb_library target module package)
    pkg_check_modules(${target} IMPORTED_TARGET ${module})
    if(NOT ${target}_FOUND)
        message(FATAL_ERROR "${module} was not found. On Debian: apt-get install ${package}")
    endif()
endfunction()

ebb_library(CURL libcurl libcurl4-openssl-dev)
ebb_library(CJSON libcjson libcjson-dev)
ebb_library(SQLITE sqlite3 libsqlite3-dev)
ebb_library(MOSQUITTO libmosquitto libmosquitto-dev)
ebb_library(FYAML libfyaml libfyaml-dev)
ebb_library(MICROHTTPD libmicrohttpd libmicrohttpd-dev)
ebb_library(CRYPT libcrypt libcrypt-dev)
