"""Takes each check of an account out of the program and sees whether a test notices: `make check-mutants`.

One build holds all of them (`instrument.py`). All the programs' tests run on it once, and each check says where it did
not hold: no other test can notice that it is gone. Those run again with that one check taken out, by a byte in the
built file. Prints a Markdown table; `$SBF` is the tool that builds Solana programs.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from mutants.instrument import MARKER, SUPPORT, Check, Instrument

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = REPOSITORY / "programs"
BUILT = PROGRAMS / "windlass_programs/built"
# Those that measure, and that compare accounts with the same files: they are about other bytes than these.
TESTS = ["tests/integration/programs", "--ignore=tests/integration/programs/test_compute_units.py"]
PASSED, SOME_FAILED = 0, 1


def instrumented(scratch: Path) -> list[Check]:
    """Build the program with numbered checks into `scratch/built`."""
    workspace = scratch / "programs"
    shutil.copytree(PROGRAMS, workspace, ignore=shutil.ignore_patterns("target", "__pycache__"), dirs_exist_ok=True)
    instrument = Instrument()
    source = workspace / "windlass/src"
    for path in sorted(source.rglob("*.rs")):
        path.write_text(instrument.rewrite(str(path.relative_to(source)), path.read_text()))
    lib = source / "lib.rs"
    lib.write_text(lib.read_text().replace("#![forbid(unsafe_code)]\n", "") + SUPPORT)
    shutil.copytree(BUILT, scratch / "built", dirs_exist_ok=True)
    subprocess.run([os.environ["SBF"], "build", workspace / "windlass", scratch / "built/windlass.so"], check=True)
    return instrument.checks


def take_out(scratch: Path, number: int) -> Path:
    """A folder of built programs in which one check always holds; 0: none."""
    chosen = scratch / "chosen"
    shutil.copytree(scratch / "built", chosen, dirs_exist_ok=True)
    elf = (scratch / "built/windlass.so").read_bytes()
    if elf.count(MARKER) != 1:
        raise SystemExit(f"the byte that chooses a check is {elf.count(MARKER)} times in the program, expected once")
    (chosen / "windlass.so").write_bytes(elf.replace(MARKER + b"\0", MARKER + bytes([number])))
    return chosen


def run(built: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest on these built programs."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "mutants.chosen_check", "-p", "no:cacheprovider"]
    paths = os.pathsep.join([str(REPOSITORY / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])])
    variables = {**os.environ, "BUILT": str(built), "PYTHONPATH": paths, **environment}
    finished = subprocess.run(
        [*command, *arguments], cwd=REPOSITORY, env=variables, text=True, capture_output=True, check=False
    )
    if finished.returncode not in (PASSED, SOME_FAILED):
        raise SystemExit(
            f"pytest ended with {finished.returncode}, so nothing is known of any check:\n{finished.stderr}"
        )
    return finished


def failed(finished: subprocess.CompletedProcess[str]) -> list[str]:
    """The tests that failed."""
    lines = finished.stdout.splitlines()
    return [line.split(" ")[1] for line in lines if line.startswith(("FAILED ", "ERROR "))]


def main() -> int:
    """1 where the tests do not pass on the instrumented program with every check in it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("scratch", type=Path, help="a folder for the copies and the builds")
    scratch = options.parse_args().scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    checks = instrumented(scratch)

    unheld = scratch / "unheld.json"
    first = run(take_out(scratch, 0), *TESTS, "-m", "not validator and not long", UNHELD=str(unheld))
    other = set(failed(first))
    print(f"{len(checks)} checks; {first.stdout.splitlines()[-1]}", *sorted(other), sep="\n", file=sys.stderr)
    noticed: dict[int, list[str]] = {}
    for test, numbers in json.loads(unheld.read_text()).items():
        for number in sorted(set(numbers)):
            if test not in other:
                noticed.setdefault(number, []).append(test)

    results: Counter[str] = Counter()
    print("| check | where | taken out |\n| --- | --- | --- |")
    for check in checks:
        tests = noticed.get(check.number, [])
        gone = failed(run(take_out(scratch, check.number), "-x", *tests)) if tests else []
        result = "killed" if gone else "another check refuses the same" if tests else "no test meets it"
        results[result] += 1
        by = f" by `{gone[0].removeprefix('tests/integration/programs/')}`" if gone else ""
        print(f"| `{check.text.replace('|', chr(92) + '|')}` | {check.file}:{check.line} | {result}{by} |", flush=True)
    print(f"\n{len(checks)} checks: " + ", ".join(f"{count} {result}" for result, count in results.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
