"""`windlass rollback-drill` as an operator runs it: from a release that misbehaves back to users with their tokens."""

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
DRILL_SECONDS = 300
VALIDATOR_SECONDS = 900
STEPS = [
    "withdrawals are refused",
    "paused",
    "rollback approved",
    "vaults reverted",
    "rollback delay over",
    "code rolled back",
    "resumed",
    "all collateral paid out",
]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary directory with a path short enough for PostgreSQL's socket."""
    directory = Path(tempfile.mkdtemp(prefix="wd-"))
    directory.chmod(0o755)  # as root, PostgreSQL runs as another user
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def drilled(temporary: Path, seconds: int, *arguments: str) -> list[dict[str, Any]]:
    """What the drill prints, once it has ended well and left nothing behind."""
    mark = Mark()
    told = subprocess.run(
        [WINDLASS, "rollback-drill", "--json", *arguments],
        env={**mark.environment(), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert mark.processes() == []
    assert list(temporary.glob("windlass-*")) == []
    return [json.loads(line) for line in told.stdout.splitlines()]


def check(lines: list[dict[str, Any]]) -> None:
    """Every refusal and the order of the steps; the last transactions pay all users out, and each is read."""
    refused = [line["error"] for line in lines if "refused" in line]
    assert refused == [
        "InstructionFallbackNotFound",  # withdraw_all, which release 1 has not
        "IncorrectAuthority",
        "TimelockNotOver",
        *["InstructionFallbackNotFound"] * 3,  # withdraw, which the faulty release has lost
        "TimelockNotOver",
    ]
    times = lines[-1]["seconds_since_first_refusal"]
    assert list(times) == STEPS
    assert list(times.values()) == sorted(times.values())
    paid = [line for line in lines if line.get("step", "").split(" ")[1:2] == ["withdraws"]]
    assert [line["step"].split(" ")[2] for line in paid] == ["1,257", "48,200", "310.5"]
    assert all(line["read_model_ms"] is not None for line in paid)


def test_a_release_that_keeps_collateral_is_rolled_back_and_everybody_is_paid_out(temporary: Path) -> None:
    check(drilled(temporary, DRILL_SECONDS))


@pytest.mark.long
@pytest.mark.validator
@needs_validator
def test_the_same_on_agaves_validator(temporary: Path) -> None:
    binary = validator_binary()
    assert binary is not None
    check(drilled(temporary, VALIDATOR_SECONDS, "--validator", str(binary)))
