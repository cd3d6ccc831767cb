# Sourced by demo.sh and test.sh: installs the Debian packages that are missing, and only those.
#
# dpkg-query answers without root and without the network, so a machine that has everything is left alone.

packages_build="gcc cmake ninja-build pkg-config libc6-dev libcurl4-openssl-dev libcjson-dev libsqlite3-dev
    libmosquitto-dev libfyaml-dev libmicrohttpd-dev"
packages_demo="$packages_build mosquitto mosquitto-clients ca-certificates python3 procps util-linux"
packages_test="$packages_demo clang libclang-rt-14-dev llvm libcmocka-dev python3-pytest python3-paho-mqtt
    python3-requests python3-yaml sqlite3 faketime openssl strace tzdata iproute2 mount"

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
    done
}

# install_packages NAME...: with apt-get, through sudo when not root.
install_packages() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "missing packages, and neither root nor sudo to install them:" $missing >&2
            return 1
        }
        as_root=sudo
    fi
    echo "installing:" $missing >&2
    # A broker that Debian starts by itself would only be in the way: policy-rc.d is not touched, demo and tests take free ports.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y $missing </dev/null >&2
}
