#!/usr/bin/env bash
# Resolves the lock files anew. They hold versions and hashes and no download address, and plain pip reads them.
set -euo pipefail
cd "$(dirname "$0")/../.."

compile() {
  .venv/bin/uv pip compile --quiet --upgrade --universal --generate-hashes --no-header --python-version 3.11 \
    --extra broker --extra export "$@" pyproject.toml
}

compile --group build --output-file requirements.lock
compile --group dev --constraint requirements.lock --output-file requirements-dev.lock
.venv/bin/python deploy/dev/bundle.py lock
if grep -n '://' requirements.lock requirements-dev.lock || grep -n '"resolved"' web/package-lock.json; then
  echo "locks: a lock file holds a download address" >&2
  exit 1
fi
