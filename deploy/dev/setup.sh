#!/usr/bin/env bash
# Prepares this checkout: .venv from a hashed lock file, the project itself, the pages and the message catalogues.
#
#   deploy/dev/setup.sh run     what the broker needs
#   deploy/dev/setup.sh test    the same, and the tools of the tests
#
# Says what it does before it does it. What is done already is not done again: a second run takes about a second.
# PYTHON=/path/to/python chooses the interpreter; any from 3.11 on will do.
set -euo pipefail
cd "$(dirname "$0")/../.."

kind=${1:?run or test}
case $kind in
  run) lock=requirements.lock ;;
  test) lock=requirements-dev.lock ;;
  *) echo "setup: run or test, not '$kind'" >&2; exit 2 ;;
esac
venv=.venv/bin/python

find_python() {
  local name
  for name in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "setup: no Python 3.11 or later found; install python3 or say PYTHON=/path/to/python" >&2
  exit 1
}

make_environment() {
  if [ -x "$venv" ] && "$venv" -m pip --version >/dev/null 2>&1; then return; fi
  local python
  python=$(find_python)
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    deploy/dev/apt.sh "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  fi
  echo "setup: making .venv with $("$python" --version)"
  rm -rf .venv
  "$python" -m venv .venv
}

# once NAME INPUT... -- COMMAND...: runs COMMAND unless it succeeded before with the same inputs.
once() {
  local stamp=.venv/.done-$1 inputs=() wanted
  shift
  while [ "$1" != -- ]; do inputs+=("$1"); shift; done
  shift
  wanted=$(cat "${inputs[@]}" | sha256sum)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
  "$@"
  echo "$wanted" >"$stamp"
}

install_lock() {
  echo "setup: installing $lock into .venv, every file checked against its hash"
  "$venv" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
}

install_project() {
  echo "setup: installing concierge itself, editable"
  "$venv" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
}

compile_catalogues() { "$venv" deploy/dev/catalogues.py compile; }

make_environment
once "$lock" "$lock" -- install_lock
once project pyproject.toml deploy/dev/build_hook.py -- install_project
"$venv" deploy/dev/bundle.py build
if [ ! -d web/static/build/messages ] || [ ! -f concierge/locale/de/LC_MESSAGES/messages.mo ] ||
  [ ! -f recorder/locale/de/LC_MESSAGES/recorder.mo ]; then
  rm -f .venv/.done-catalogues
fi
once catalogues concierge/locale/*/LC_MESSAGES/*.po deploy/dev/catalogues.py -- compile_catalogues
