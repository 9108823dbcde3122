# What has to be there before nnsim can run. scripts/start and scripts/test source this file and call
#
#     set_up run|dev offscreen|x11|wayland
#
# It installs the locked packages into .venv and makes sure that Qt finds its system libraries. Each step is a line;
# what apt and pip say goes into a log, whose end is shown if they fail. When nothing is left to do it takes a few
# hundredths of a second.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
ready=$venv/.ready           # stands there only when a set-up came to its end, and says what for
unfinished=$venv/.unfinished # stands there while a set-up runs, and after one that was killed
log=$root/build/setup.log    # of the last set-up that had something to do

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
stop() {
    say "$*"
    exit 1
}

step() { # WHAT_IS_DONE_NEXT
    if [ -z "${logging:-}" ]; then
        mkdir -p "$root/build"
        : >"$log"
        logging=started
        say "setting up nnsim; what the installers say goes to $log"
    fi
    say "$*"
}

logged() { # WHAT_TO_SAY_IF_IT_FAILS COMMAND...
    printf '$ %s\n' "${*:2}" >>"$log"
    "${@:2}" </dev/null >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        say "$1; above is the end of $log"
        return 1
    }
}

set_up() { # run|dev offscreen|x11|wayland
    case $OSTYPE in
        msys* | cygwin*) stop "on Windows run instead: py -m pip install .  and then: nnsim" ;;
    esac
    if is_ready "$1"; then
        python=$venv/bin/python
        need_from_system "$2"
    else
        need_glibc
        python=$(find_python)
        need_from_system "$2"
        install_packages "$1"
    fi
}

# --- what the system gives: the C library, Python, Qt's libraries, a font ----------------------------------

# The one that the wheels of PySide6 are built for.
need_glibc() {
    local version
    [ "${OSTYPE#linux}" != "$OSTYPE" ] || return 0
    version=$(getconf GNU_LIBC_VERSION 2>/dev/null) || version="another C library"
    printf '%s\n' "glibc 2.34" "$version" | sort -V -C 2>/dev/null && [ "${version%% *}" = glibc ] ||
        stop "Qt needs glibc 2.34 or newer (Debian 12, Ubuntu 22.04, Fedora 35); this machine has $version"
}

# PySide6 has no wheel for a Python newer than this one. A virtual environment's Python answers with the one
# it was made from, since that environment may be the one about to be replaced.
supported_python='import sys; v = sys.version_info; (3, 11) <= v < (3, 15) or sys.exit(1)'

# One that can make an environment at once comes first, and of those the system's own: a distribution builds it with a
# profile of its use, which makes all that is Python here an eighth faster than in one that was built at home.
find_python() {
    local can candidate found
    for can in "import venv, ensurepip" pass; do
        found=$({ echo /usr/bin/python3 && type -ap python3 python3.14 python3.13 python3.12 python3.11; } |
            while IFS= read -r candidate; do
                "$candidate" -I -c "$supported_python; $can; print(sys._base_executable)" 2>/dev/null && break
            done || true)
        [ -z "$found" ] || break
    done
    echo "$found"
}

# Prints a line `WHAT=DEBIAN PACKAGE` for each thing that is missing. Libraries are looked for by loading them,
# so that it works on any Linux.
missing_from_system() { # offscreen|x11|wayland
    if [ -z "$python" ]; then
        printf '%s\n' "Python 3.11 to 3.14=python3" "Python's venv=python3-venv"
    elif ! "$python" -I -c 'import venv, ensurepip' 2>/dev/null && [ "$python" != "$venv/bin/python" ]; then
        echo "Python's venv=$("$python" -I -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    fi
    [ "${OSTYPE#linux}" != "$OSTYPE" ] || return 0 # elsewhere Qt brings all it needs

    # On Debian 13 libglib2.0-0t64 provides libglib2.0-0.
    local libraries="libglib-2.0.so.0=libglib2.0-0 libGL.so.1=libgl1 libEGL.so.1=libegl1
        libxkbcommon.so.0=libxkbcommon0 libdbus-1.so.3=libdbus-1-3 libfontconfig.so.1=libfontconfig1"
    case $1 in
        x11) libraries+=" libxkbcommon-x11.so.0=libxkbcommon-x11-0 libxcb-cursor.so.0=libxcb-cursor0
            libxcb-icccm.so.4=libxcb-icccm4 libxcb-keysyms.so.1=libxcb-keysyms1 libxcb-shape.so.0=libxcb-shape0" ;;
        wayland) libraries+=" libwayland-client.so.0=libwayland-client0 libwayland-cursor.so.0=libwayland-cursor0
            libwayland-egl.so.1=libwayland-egl1" ;;
    esac
    # shellcheck disable=SC2086 # the list is split into words on purpose
    "${python:-false}" -I -S - $libraries 2>/dev/null <<'END' || printf '%s\n' $libraries
import ctypes, sys
for library in sys.argv[1:]:
    try:
        ctypes.CDLL(library.split("=")[0])
    except OSError:
        print(library)
END
    # Without any font Qt draws boxes in place of letters.
    local fonts=(/usr/share/fonts /usr/local/share/fonts "${HOME:-}/.fonts" "${HOME:-}/.local/share/fonts")
    [ -n "$(find "${fonts[@]}" -name '*.[ot]t[fc]' -print -quit 2>/dev/null)" ] || echo "a font=fonts-dejavu-core"
}

names() { cut -d= -f1 | paste -sd , - | sed 's/,/, /g'; }
packages() { cut -d= -f2 | paste -sd ' ' -; }

need_from_system() { # offscreen|x11|wayland
    local missing install
    missing=$(missing_from_system "$1")
    [ -n "$missing" ] || return 0
    install=$(packages <<<"$missing")

    if ! command -v apt-get >/dev/null; then
        stop "missing on this machine: $(names <<<"$missing")"
    elif [ "$(id -u)" != 0 ]; then
        say "some system packages are missing. Run this line, then ${0##*/} again:"
        local as_root="su - -c" # a plain Debian has no sudo
        ! command -v sudo >/dev/null || as_root="sudo sh -c"
        echo "$as_root 'apt-get update && apt-get install -y --no-install-recommends $install'" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    local failed="the system packages $install could not be installed" size
    step "fetching the list of system packages"
    logged "$failed" apt-get -q update || exit 1
    # shellcheck disable=SC2086
    size=$(LC_ALL=C apt-get --assume-no install --no-install-recommends $install 2>/dev/null |
        sed -n 's|^Need to get \([^/]*B\).* of archives.*|, \1 to download|p') || true
    step "installing the system packages (once$size): $install"
    # shellcheck disable=SC2086
    logged "$failed" apt-get -q -o Dpkg::Use-Pty=0 install -y --no-install-recommends $install || exit 1

    [ "$python" = "$venv/bin/python" ] || python=$(find_python)
    missing=$(missing_from_system "$1")
    [ -z "$missing" ] || stop "still missing after the installation: $(names <<<"$missing")"
}

# --- what .venv gives: the locked packages and nnsim itself ------------------------------------------------

# All that .venv depends on. Its scripts hold its path, so a moved one is of no use; nor is one whose Python
# has been replaced by another minor version.
fingerprint() {
    echo "$venv"
    "$venv/bin/python" -I -S -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null || return 1
    cat "$root/pyproject.toml" "$root/scripts/lock.txt" "$root/scripts/lock-dev.txt" "$root/scripts/setup.sh"
}

is_ready() { # run|dev
    local made
    [ -e "$ready" ] && [ ! -e "$unfinished" ] || return 1
    made=$(cat "$ready")
    case ${made%%$'\n'*} in
        dev | "$1") [ "${made#*$'\n'}" = "$(fingerprint)" ] ;;
        *) return 1 ;;
    esac
}

# Whether the packages in .venv may be brought up to date in place, also when someone else made it.
is_sound() {
    [ ! -e "$unfinished" ] && grep -qF "$venv/bin/python" "$venv/bin/pip" 2>/dev/null &&
        "$venv/bin/python" -I -c "$supported_python; import pip" 2>/dev/null
}

install_packages() { # run|dev
    local lock=$root/scripts/lock.txt size="161 MB to download, 570 MB on the disk"
    [ "$1" = run ] || { lock=$root/scripts/lock-dev.txt size="191 MB to download, 680 MB on the disk"; }

    # Two set-ups at once would spoil each other; the later one waits, and then may find nothing left to do.
    exec 9<"$root/scripts/setup.sh"
    ! command -v flock >/dev/null || flock 9
    if ! is_ready "$1"; then
        trap 'exit 130' INT TERM # pip survives Ctrl-C with an ordinary error, and leaves things half done
        step "installing packages into .venv (once, about $size)"
        if ! is_sound; then
            rm -rf "$venv"
            mkdir "$venv"
            touch "$unfinished"
            logged "Python could not make .venv" "$python" -m venv "$venv" || exit 1
        fi
        rm -f "$ready"
        touch "$unfinished"
        pip_install --progress-bar off --only-binary :all: --require-hashes -r "$lock"
        pip_install --no-index --no-deps --no-build-isolation -e "$root"
        QT_QPA_PLATFORM=offscreen logged "Qt does not start on this machine" "$venv/bin/python" -I -c \
            'from PySide6 import QtSvg, QtTest, QtWidgets; QtWidgets.QApplication([])' || exit 1
        step "compiling the kernels (once, up to a minute)"
        logged "the kernels could not be compiled" "$venv/bin/python" -m nnsim.training.engines || exit 1
        { echo "$1" && fingerprint; } >"$ready"
        rm "$unfinished"
        trap - INT TERM
    fi
    exec 9<&-
}

pip_install() {
    PIP_USER=0 logged "the packages could not be installed" \
        "$venv/bin/python" -I -m pip --disable-pip-version-check install "$@" || {
        rm "$unfinished" # pip came to an end and tidied up: the next run may go on from here
        exit 1
    }
}
