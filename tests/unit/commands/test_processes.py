"""The supervisor of child processes, with real ones."""

from __future__ import annotations

import signal
import sys
import time

import pytest
from stack.leftovers import Mark
from windlass_commands.dev.processes import Supervisor
from windlass_commands.errors import ProcessFailed

TALKS = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def test_output_is_passed_on_line_by_line_with_the_childs_name() -> None:
    said: list[tuple[str, str]] = []
    supervisor = Supervisor(lambda name, line: said.append((name, line)))
    await supervisor.start("talker", python("print('one'); print('two')"))
    ended = await supervisor.first_end()
    assert said == [("talker", "one"), ("talker", "two")]
    assert str(ended).startswith("talker ended unexpectedly (exit code 0); it last said:\n    one\n    two")
    await supervisor.stop()


async def test_everything_is_stopped_the_last_started_first() -> None:
    mark, supervisor = Mark(), Supervisor(lambda name, line: None)
    for name in ("first", "second"):
        child = await supervisor.start(name, python(TALKS), environment=mark.environment())
        assert await supervisor.line_of(child, lambda line: line == "ready", 20) == "ready"
    children = list(supervisor.children)
    await supervisor.stop()
    assert [child.process.returncode for child in children] == [-signal.SIGTERM] * 2
    assert mark.processes() == []


async def test_a_child_that_ignores_the_request_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windlass_commands.dev.processes.STOP_SECONDS", 0.2)
    said: list[str] = []
    supervisor = Supervisor(lambda name, line: said.append(line))
    child = await supervisor.start("stubborn", python(STUBBORN))
    await supervisor.line_of(child, lambda line: line == "ready", 20)
    started = time.monotonic()
    await supervisor.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert time.monotonic() - started < 10
    assert "is killed" in said[-1]


async def test_a_child_that_ends_before_it_is_ready_is_told_with_its_last_words() -> None:
    supervisor = Supervisor(lambda name, line: None)
    child = await supervisor.start("broken", python("raise SystemExit('no such database')"))
    with pytest.raises(ProcessFailed, match=r"broken ended unexpectedly \(exit code 1\)[\s\S]*no such database"):
        await supervisor.line_of(child, lambda line: line == "ready", 20)
    await supervisor.stop()


async def test_a_program_that_does_not_exist_is_told() -> None:
    supervisor = Supervisor(lambda name, line: None)
    with pytest.raises(ProcessFailed, match="nothing cannot be started: /no/such/program: No such file"):
        await supervisor.start("nothing", ["/no/such/program"])
