# shellcheck shell=bash
# Shared by the scripts in this folder: the root of the repository, and the installation of missing Debian packages.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

# The packages that Intro needs to build and run.
export runtime_packages=(
    pkg-config libpq-dev libcurl4-openssl-dev libssl-dev libphonenumber-dev libprotobuf-dev libabsl-dev libicu-dev
    postgresql tzdata)

# The packages that deploy/package needs in addition.
export package_packages=(debhelper)

# The release binary is linked statically with Swift's libraries: it starts in half the time, and runs without Swift. LLVM's
# linker packs relative relocations, which saves another tenth of the start-up time. The build ID connects the binary with its
# debug symbols; the folder of the build is left out of them, so that two builds of a commit are the same.
export release=(
    -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs -Xlinker --build-id=sha1
    -Xswiftc -file-prefix-map -Xswiftc "$root=/usr/src/intro" -Xcc "-ffile-prefix-map=$root=/usr/src/intro")

say() {
    printf '\n==> %s\n' "$*"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "error: this needs root, and there is no sudo: $*" >&2
        echo "hint: run it as root once, then go on as you are" >&2
        exit 78
    fi
}

missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing ${missing[*]}"
    as_root apt-get update -q </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" </dev/null
}

# Installs packages whose services must not start, which policy-rc.d prevents.
install_without_services() {
    [ -n "$(missing_packages "$@")" ] || return 0
    local policy=/usr/sbin/policy-rc.d made=''
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod +x "$policy"
        made=1
    fi
    install_packages "$@"
    [ -z "$made" ] || as_root rm -f "$policy"
}

require_swift() {
    command -v swift >/dev/null && return
    echo "error: there is no swift on the PATH" >&2
    echo "hint: install Swift 6.3 from https://www.swift.org/install/linux/" >&2
    exit 78
}
