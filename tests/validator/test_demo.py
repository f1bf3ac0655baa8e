"""`windlass demo --validator`: the same story on Agave's own validator, which is restarted to pass the timelock."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stack.leftovers import Mark
from stack.validator import needs_validator, validator_binary

WINDLASS = str(Path(sys.executable).with_name("windlass"))
STORY_SECONDS = 400

pytestmark = pytest.mark.validator


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary directory with a path short enough for PostgreSQL's socket."""
    directory = Path(tempfile.mkdtemp(prefix="wd-"))
    directory.chmod(0o755)  # as root, PostgreSQL runs as another user
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def run(mark: Mark, temporary: Path, verb: str, validator: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WINDLASS, verb, "--validator", str(validator), *more],
        env={**mark.environment(), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=STORY_SECONDS,
        check=False,
    )


@needs_validator
def test_the_story_ends_well_on_agaves_validator_and_leaves_nothing_behind(temporary: Path) -> None:
    mark, binary = Mark(), validator_binary()
    assert binary is not None
    told = run(mark, temporary, "demo", binary, "--exit", "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    lines: list[dict[str, Any]] = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line["error"] for line in lines if "refused" in line] == [
        "InstructionFallbackNotFound",
        "IncorrectAuthority",
        "TimelockNotOver",
        "MigrateFirst",
    ]
    assert lines[-1]["command"] == "demo"
    assert lines[-1]["read_model"]["by_subscription"]["steps"] == 11
    # Two days are millions of slots there: the chain was really restarted between the two.
    slots = {line["step"]: line["slot"] for line in lines if "step" in line}
    approved = next(slot for step, slot in slots.items() if step.startswith("carol approves"))
    executed = next(slot for step, slot in slots.items() if step.startswith("olga executes"))
    assert executed - approved > 48 * 3_600 / 0.05
    assert mark.processes() == []
    assert list(temporary.glob("windlass-*")) == []


@pytest.mark.parametrize("verb", ["demo", "dev"])
def test_a_validator_that_is_not_there_or_cannot_be_run_is_told_in_one_sentence(temporary: Path, verb: str) -> None:
    no_program = temporary / "notes.txt"
    no_program.write_text("no program")
    mark = Mark()
    for path, what in ((temporary / "absent", "does not exist"), (no_program, "cannot be executed")):
        told = run(mark, temporary, verb, path)
        assert told.returncode == 1
        wanted = f"error: --validator wants the path of Agave's solana-test-validator, but {path} {what}."
        assert " ".join(told.stderr.split()) == wanted
        assert mark.processes() == []
        assert list(temporary.glob("windlass-*")) == []
