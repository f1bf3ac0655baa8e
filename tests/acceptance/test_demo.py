"""`windlass demo` as a newcomer runs it: a process of its own, everything real, nothing left behind."""

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

WINDLASS = str(Path(sys.executable).with_name("windlass"))
STORY_SECONDS = 240


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary directory with a path short enough for PostgreSQL's socket."""
    directory = Path(tempfile.mkdtemp(prefix="wd-"))
    directory.chmod(0o755)  # as root, PostgreSQL runs as another user
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def tell(mark: Mark, temporary: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WINDLASS, "demo", "--exit", *arguments],
        env={**mark.environment(), "TMPDIR": str(temporary), **environment},
        capture_output=True,
        text=True,
        timeout=STORY_SECONDS,
        check=False,
    )


def test_the_demo_tells_its_story_twice_in_a_row_after_one_that_was_killed_and_leaves_nothing_behind(
    temporary: Path,
) -> None:
    mark = Mark()
    if sys.platform.startswith("linux"):  # elsewhere no kernel ends orphans
        kill_in_the_first_act(mark, temporary)
    told = tell(mark, temporary, "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    assert mark.processes() == []
    assert list(temporary.glob("windlass-*")) == []  # what the killed one left is cleaned up
    lines: list[dict[str, Any]] = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line["error"] for line in lines if "refused" in line] == [
        "InstructionFallbackNotFound",
        "IncorrectAuthority",
        "TimelockNotOver",
        "MigrateFirst",
    ]
    assert all(line["signature"] for line in lines if "step" in line or "refused" in line)
    assert lines[-1]["command"] == "demo"
    assert lines[-1]["read_model"]["by_subscription"]["steps"] == 11

    # Again, without a terminal, whatever the environment says.
    elsewhere = {"PGPORT": "1", "PGUSER": "x", "WINDLASS_GRAPHQL_DATABASE_URL": "postgresql://nowhere/x"}
    told = tell(mark, temporary, **elsewhere, DATABASE_URL="postgresql://nowhere/x", WINDLASS_RPC_URL="http://nowhere")
    assert told.returncode == 0, told.stdout + told.stderr
    assert mark.processes() == []
    assert list(temporary.glob("windlass-*")) == []
    assert "\x1b[" not in told.stdout
    for sentence in (
        "carol approves, 3 of 3: the timelock begins",
        "refused: TimelockNotOver",
        "olga executes: the vault program runs version 2",
        "the read model: 3 of 3 vaults migrated, MIGRATING",
        "every other vault holds what was deposited into version 1",
    ):
        assert sentence in told.stdout


def kill_in_the_first_act(mark: Mark, temporary: Path) -> None:
    """The kernel ends all that the demo started; only the database's directory stays."""
    with subprocess.Popen(
        [WINDLASS, "demo", "--json"],
        env={**mark.environment(), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        assert json.loads(demo.stdout.readline())["dashboard"].startswith("http://127.0.0.1:")
        assert json.loads(demo.stdout.readline())["act"] == 1
        assert len(mark.processes()) > 4
        demo.kill()
    assert mark.gone(), mark.processes()
    assert len(list(temporary.glob("windlass-postgres-*"))) == 1


def test_ctrl_c_ends_the_demo_at_any_moment(temporary: Path) -> None:
    mark = Mark()
    with subprocess.Popen(
        [WINDLASS, "demo", "--json"],
        env={**mark.environment(), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        assert json.loads(demo.stdout.readline())["dashboard"].startswith("http://127.0.0.1:")
        assert json.loads(demo.stdout.readline())["act"] == 1
        demo.send_signal(2)
        assert demo.wait(30) == 130
    assert mark.processes() == []
    assert list(temporary.glob("windlass-*")) == []
