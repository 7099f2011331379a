#!/usr/bin/env bash
# The long tests: the owner of a workspace killed again and again, then properties with ever new values for an
# hour (`SOAK_MINUTES`). Every round takes other values, so the longer it runs the more it has seen.
set -euo pipefail
cd "$(dirname "$0")/.."

export FORMAOPS_SOAK=1 PROPTEST_CASES="${PROPTEST_CASES:-4096}"
crates=(domain engine providers template validate)

cargo build --release --locked -p formaops-cli
cargo test --release --locked -p formaops-tests kills

end=$((SECONDS + 60 * ${SOAK_MINUTES:-60}))
round=0
while [ $SECONDS -lt $end ]; do
  round=$((round + 1))
  # What starts a program for each value would take the hour for itself.
  cargo test --release --locked --quiet "${crates[@]/#/-pformaops-}" -- --skip reads_what_is_sent
  echo "round $round is fine"
done
