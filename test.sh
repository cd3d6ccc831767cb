#!/bin/sh
# Installs missing packages, builds with gcc and with clang (warnings are errors, sanitizers on) and runs the tests
# with CTest: all of them on the gcc build, on the clang build those without other processes or much SQLite. Ends with a summary.
set -eu
cd "$(dirname "$0")"
. packaging/dependencies.sh
install_packages $packages_test

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
jobs=$(nproc)

build() {
    cmake --preset "$1" >"build/$1.log" 2>&1 && cmake --build --preset "$1" -j "$jobs" >>"build/$1.log" 2>&1 ||
        { tail -n 60 "build/$1.log"; echo "the $1 build failed: see build/$1.log" >&2; exit 1; }
}

# ran PRESET [CTEST ARGUMENT...]: runs the tests of a build; the summary counts its junit.xml.
ran() {
    preset=$1
    shift
    ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --output-junit "junit.xml" "$@" || status=1
}

count() {
    sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" build/dev/junit.xml build/clang/junit.xml |
        awk '{ sum += $1 } END { print sum + 0 }'
}

status=0
mkdir -p build
build dev
build clang
ran clang -LE 'e2e|sqlite' -j "$jobs"
ran dev -j "$((jobs * 2 + 1))" # most of the end-to-end tests wait for the next poll, not for a core

total=$(count tests)
failed=$(count failures)
skipped=$(($(count skipped) + $(count disabled)))
echo
echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
exit "$status"
