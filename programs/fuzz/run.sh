#!/usr/bin/env bash
# Fuzz for MINUTES of processor time in all (30), the same for each target: those named, or every one. What is worth
# keeping of the inputs goes to corpus/, the next run starts from them; what breaks a target goes to found/ and ends the
# run: `target/*/release/lives found/lives-crash-...` does it again.
set -euo pipefail
cd "$(dirname "$0")"

minutes=${1:-30}
shift || true
if [ $# -eq 0 ]; then set -- accounts loader plans lives; fi
seconds=$((60 * minutes / $#))

host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --quiet --release --locked --target "$host"
mkdir -p found
fuzzer=
trap '[ -z "$fuzzer" ] || kill "$fuzzer" 2>/dev/null || true' EXIT
for target in "$@"; do
    mkdir -p "corpus/$target"
    echo "$target: $seconds s of processor time"
    "target/$host/release/$target" "corpus/$target" -print_final_stats=1 -artifact_prefix="found/$target-" \
        -verbosity=0 &
    fuzzer=$!
    # libFuzzer's own limit is by the clock, of which a full machine leaves it little. At SIGUSR1 it ends well.
    while spent=$(ps -o cputimes= -p "$fuzzer") && [ "$spent" -lt "$seconds" ]; do sleep 1; done
    kill -USR1 "$fuzzer" 2>/dev/null || true
    wait "$fuzzer"
    fuzzer=
    echo "$target: ended after $((spent)) s of processor time"
done
