# shellcheck shell=bash
# Sourced by the scripts beside it: where the checkout is, and a virtual environment that holds what a lock file pins.

set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv

section() { printf '\n── %s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Print a Python that the locks are made for.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "Essaim needs Python 3.11 to 3.14, and none was found. On Debian 12 or later: apt-get install python3 python3-venv.
Where it has an unusual name, say it: PYTHON=/path/to/python $0"
}

# Debian ships Python without what makes virtual environments: add it where we may.
ensure_venv_module() {
    local python=$1 package
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        return
    fi
    package=$("$python" -c 'import sys; print("python{}.{}-venv".format(*sys.version_info))')
    add_package "$package" || fail "$python cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install $package"
}

# Add a package of Debian's, where we may.
add_package() {
    local package=$1 as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        as_root=(sudo -n)
    fi
    command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null || return 1
    section "Installing $package"
    "${as_root[@]}" apt-get -qq update </dev/null >/dev/null
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "$package" </dev/null >/dev/null
}

# need PACKAGE COMMAND…: programs that are no Python, which PACKAGE of Debian's holds.
need() {
    local package=$1 name
    shift
    for name in "$@"; do
        if ! command -v "$name" >/dev/null; then
            add_package "$package" || fail "$name is missing. On Debian and Ubuntu: sudo apt-get install $package"
            return
        fi
    done
}

# Tell apart the environments that a lock file, a pyproject.toml and a folder make.
fingerprint() {
    { printf '%s\n' "$root" && cat -- "$@"; } | sha256sum | cut -d ' ' -f 1
}

# setup FILE.lock: what FILE.lock pins, every file checked against its hash, then the project itself, editable.
# Does nothing where that has been done already.
setup() {
    local lock=$1 wanted stamp python
    stamp=$venv/.installed-$lock
    wanted=$(fingerprint "$root/$lock" "$root/pyproject.toml")
    if [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && "$venv/bin/python" -c '' 2>/dev/null; then
        return
    fi
    if [[ ! -f $venv/.root || $(<"$venv/.root") != "$root" ]] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        python=$(find_python)
        ensure_venv_module "$python"
        section "Making .venv with $("$python" --version)"
        "$python" -m venv --clear "$venv"
        printf '%s\n' "$root" >"$venv/.root"
    fi
    section "Installing what $lock pins (a minute at most, once)"
    local pip=("$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input)
    "${pip[@]}" --require-hashes --only-binary :all: -r "$root/$lock"
    "${pip[@]}" --no-index --no-deps --no-build-isolation --editable "$root"
    printf '%s\n' "$wanted" >"$stamp"
}

# setup_node: the tools that package-lock.json pins, run by the Node of the development lock.
setup_node() {
    local stamp=$root/node_modules/.installed wanted
    wanted=$(fingerprint "$root/package-lock.json")
    export PATH=$venv/bin:$PATH REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
    if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
        return
    fi
    section "Installing what package-lock.json pins"
    (cd -- "$root" && "$venv/bin/npm" ci --loglevel=error </dev/null)
    printf '%s\n' "$wanted" >"$stamp"
}
