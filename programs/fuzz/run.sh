#!/usr/bin/env bash
# Fuzz for MINUTES in all (30), one target after the other: those named, or every one. What is worth keeping of the
# inputs goes to corpus/, the next run starts from them; what breaks a target goes to found/ and ends the run:
# `target/*/release/lives found/crash-...` does it again.
set -euo pipefail
cd "$(dirname "$0")"

minutes=${1:-30}
shift || true
if [ $# -eq 0 ]; then set -- loader plans lives; fi

host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --quiet --release --locked --target "$host"
mkdir -p found
for target in "$@"; do
    mkdir -p "corpus/$target"
    echo "$target: $((60 * minutes / $#)) s"
    "target/$host/release/$target" "corpus/$target" -max_total_time=$((60 * minutes / $#)) -print_final_stats=1 \
        -artifact_prefix="found/$target-" -verbosity=0
done
