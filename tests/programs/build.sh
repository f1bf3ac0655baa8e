#!/usr/bin/env bash
# Build the programs that only tests use.
#   SBF=path/to/sbf build.sh [DIRECTORY]     default: built
# $SBF is the tool that programs/build.sh names; CI builds into another directory and compares.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/built}
: "${SBF:?set SBF to the tool that builds Solana programs}"

mkdir -p "$out"
for crate in "$here"/*/Cargo.toml; do
  crate=$(dirname "$crate")
  so="$out/$(basename "$crate").so"
  # A crate that needs more than its own folder says how it is built.
  if [ -x "$crate/build.sh" ]; then "$crate/build.sh" "$so"; else "$SBF" build "$crate" "$so"; fi
done
