#!/usr/bin/env bash
# Mutation tests of the evidence code, in a copy of the checkout: at least 90 in 100 mutants must be noticed.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp -r recorder concierge tests pyproject.toml "$place"
cd "$place"
nice "$here/.venv/bin/mutmut" run --max-children "$(nproc)" >run.log 2>&1 || { tail -c 2000 run.log; exit 1; }
"$here/.venv/bin/mutmut" results --all true >results.txt
sed -nE 's/^ *(.*): (survived|no tests|timeout|suspicious|segfault)$/\1: \2/p' results.txt
awk -F': ' '/: /{ all++; if ($NF == "killed") killed++ }
  END { printf "mutants: %d of %d noticed\n", killed, all; exit !(all && killed >= 0.9 * all) }' results.txt
