#!/usr/bin/env bash
# Runs one part of the checks and says how it ended: `part NAME: ok (SECONDS s)`. `.ci/run` reads these lines.
set -uo pipefail

name=$1
shift
echo
echo "== $name: $*"
start=$SECONDS
"$@"
status=$?
if [ $status -eq 0 ]; then
  echo "part $name: ok ($((SECONDS - start)) s)"
else
  echo "part $name: failed ($((SECONDS - start)) s)" >&2
fi
exit $status
