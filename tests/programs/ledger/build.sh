#!/usr/bin/env bash
# Build the program.
#   SBF=path/to/sbf build.sh [FILE]     default: ../built/ledger.so
# $SBF builds a workspace where nothing outside of it can be seen; this one needs windlass-interface beside it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(readlink -m "${1:-$here/../built/ledger.so}")
: "${SBF:?set SBF to the tool that builds Solana programs}"

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/tests/programs"
cp -r "$here" "$stage/tests/programs/ledger"
rsync -a --exclude target --exclude '*.so' --exclude '*.json' "$here/../../../programs/" "$stage/programs/"
mv "$stage/tests/programs/ledger/Cargo.lock" "$stage/"
sed -i '/^\[workspace\]$/d' "$stage/tests/programs/ledger/Cargo.toml"
printf '%s\n' '[workspace]' 'resolver = "2"' 'members = ["tests/programs/ledger"]' 'exclude = ["programs"]' \
  '[profile.release]' 'overflow-checks = true' > "$stage/Cargo.toml"
sed -i '/^\[profile.release\]$/,$d' "$stage/tests/programs/ledger/Cargo.toml"
"$SBF" build "$stage/tests/programs/ledger" "$out"
