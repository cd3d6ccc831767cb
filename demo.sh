#!/bin/sh
# Shows Ebb at work in a minute: a simulated API, a broker on loopback, the daemon with its pages for a browser, and a
# subscriber, all on free ports and in one temporary folder that is removed at the end.
#
#   ./demo.sh [--seconds N]      runs for N seconds, or until Ctrl-C
set -eu
cd "$(dirname "$0")"

seconds=0
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=${2:?--seconds requires a number}; shift 2 ;;
    --seconds=*) seconds=${1#*=}; shift ;;
    *) echo "usage: ./demo.sh [--seconds N]" >&2; exit 2 ;;
    esac
done
case $seconds in *[!0-9]* | '') echo "demo.sh: --seconds requires a whole number" >&2; exit 2 ;; esac

. packaging/dependencies.sh
install_packages $packages_demo
mkdir -p build
echo "building ..." >&2
cmake --preset release >build/release.log 2>&1 && cmake --build --preset release >>build/release.log 2>&1 ||
    { tail -n 40 build/release.log >&2; exit 1; }
exec python3 packaging/demo.py --ebb build/release/ebb --seconds "$seconds"
