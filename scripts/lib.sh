# Shared by the scripts: run in the project's root, with a virtual environment in .venv.
set -euo pipefail
TORCH=2.13.0  # what the tests ran with
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { echo "$*" >&2; exit 1; }

find_python() {  # the first Python that is new enough
  local name
  for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
    if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  die "Python 3.11 or newer is needed. Install it, or name it: PYTHON=/path/to/python3 $0"
}

can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

make_venv() {
  [ ! -x .venv/bin/python ] || return 0
  local python
  python=$(find_python)
  "$python" -m venv .venv && return 0
  can_apt || die "'$python -m venv' failed. On Debian and Ubuntu: apt install python3-venv"
  rm -rf .venv
  apt_get update && apt_get install python3-venv >/dev/null
  "$python" -m venv .venv
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$1" --yes "${@:2}" </dev/null; }

# install NAME [EXTRA]: the package in editable form, once for each state of pyproject.toml
install() {
  local stamp=".venv/.installed-$1" target="."
  [ -z "${2:-}" ] || target=".[$2]"
  make_venv
  if ! cmp -s pyproject.toml "$stamp"; then
    echo "Installing docparse${2:+ with what $2 needs} into .venv ..." >&2
    # by its number and first: a range takes the newest build, with gigabytes of CUDA, where a CPU build of this one lies
    if [ "${2:-}" = dev ] && ! .venv/bin/python -c 'import torch' 2>/dev/null; then
      .venv/bin/python -m pip install --quiet --disable-pip-version-check "torch==$TORCH" </dev/null
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable "$target" </dev/null
    cp pyproject.toml "$stamp"
  fi
}
