#!/usr/bin/env bash
# Build every program and its IDL.
#   SBF=path/to/sbf build.sh [DIRECTORY]     default: windlass_programs/built
# $SBF is a tool with the commands `build CRATE_DIR OUT.so` and `idl CRATE_DIR OUT.json`. The same sources give the same
# bytes, wherever they lie: CI builds into another directory and compares.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/windlass_programs/built}
: "${SBF:?set SBF to the tool that builds Solana programs}"

mkdir -p "$out"
for crate in windlass collateral-vault-v1 collateral-vault-v2; do
  name=${crate//-/_}
  "$SBF" idl "$here/$crate" "$out/$name.json"
  "$SBF" build "$here/$crate" "$out/$name.so"
done
