# Sourced by demo.sh and test.sh, and by hand before training: installs missing Debian packages.
#
# dpkg-query works without root or network, so nothing happens on a machine that has all of them.

packages_build="gcc cmake ninja-build pkg-config libc6-dev libcurl4-openssl-dev libcjson-dev libsqlite3-dev
    libmosquitto-dev libfyaml-dev libmicrohttpd-dev libcrypt-dev"
packages_demo="$packages_build mosquitto mosquitto-clients faketime ca-certificates python3 procps util-linux"
packages_train="$packages_build libcmocka-dev python3 python3-numpy"
packages_test="$packages_demo $packages_train clang clang-format clang-tidy libclang-rt-14-dev llvm python3-pytest python3-paho-mqtt
    curl python3-requests python3-jsonschema python3-yaml python3-prometheus-client python3-selenium chromium chromium-driver prometheus
    mold sqlite3 openssl strace tzdata iproute2 mount"

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
    done
}

# install_packages NAME...: uses apt-get, with sudo unless run as root.
install_packages() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "missing packages (installing them requires root or sudo):" $missing >&2
            return 1
        }
        as_root=sudo
    fi
    echo "installing:" $missing >&2
    # Debian may start its own broker: it does no harm, because the demo and the tests use free ports.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y $missing </dev/null >&2
}
