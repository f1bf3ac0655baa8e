"""`windlass dev` as a process: it starts what is missing, says what is wrong, and leaves nothing running."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from stack.leftovers import Mark
from stack.localnet import running_localnet

WINDLASS = str(Path(sys.executable).with_name("windlass"))
STOP_SECONDS = 30


def start(mark: Mark, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [WINDLASS, "dev", "--json", *arguments],
        env=mark.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(dev: subprocess.Popen[str]) -> dict[str, str]:
    assert dev.stdout is not None
    assert dev.stderr is not None
    line = dev.stdout.readline()
    assert line, dev.stderr.read()
    urls: dict[str, str] = json.loads(line)
    return urls


def pid_of(mark: Mark, name: str) -> int:
    """The process with the mark whose command line names `name`."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                marked = mark.value.encode() in (entry / "environ").read_bytes()
                if marked and name in (entry / "cmdline").read_text():
                    return int(entry.name)
            except OSError:
                continue
    raise LookupError(name)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_dev_brings_everything_up_and_stops_all_of_it(number: signal.Signals) -> None:
    mark = Mark()
    with start(mark, "--slot-ms", "100") as dev:
        urls = ready(dev)
        answer = httpx.post(urls["graphql"], json={"query": "{ indexerStatus { slot programs { program } } }"}).json()
        assert len(answer["data"]["indexerStatus"]["programs"]) == 2
        assert answer["data"]["indexerStatus"]["slot"] > 0
        dev.send_signal(number)
        assert dev.wait(STOP_SECONDS) == 0
    assert mark.processes() == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the indexer's process in /proc")
def test_dev_ends_and_says_so_when_one_of_its_processes_does() -> None:
    mark = Mark()
    with start(mark, "--slot-ms", "100") as dev:
        ready(dev)
        os.kill(pid_of(mark, "windlass-indexer"), signal.SIGKILL)
        stdout, _ = dev.communicate(timeout=STOP_SECONDS)
    assert dev.returncode == 1
    error = json.loads(stdout)["error"]
    assert error["kind"] == "ProcessFailed"
    assert error["message"].startswith("indexer ended unexpectedly (signal SIGKILL)")
    assert mark.processes() == []


def test_dev_follows_a_chain_and_a_database_that_are_given(database: str) -> None:
    mark = Mark()
    with (
        running_localnet("--slot-ms", "100") as chain,
        start(mark, "--rpc", chain.rpc_url, "--ws", chain.ws_url, "--database", database) as dev,
    ):
        urls = ready(dev)
        assert urls["rpc"] == chain.rpc_url
        assert not any("windlass-localnet" in process for process in mark.processes())
        assert not any("bin/postgres" in process for process in mark.processes())
        dev.send_signal(signal.SIGINT)
        assert dev.wait(STOP_SECONDS) == 0
    assert mark.processes() == []


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_dev_says_which_given_part_cannot_be_reached() -> None:
    nobody = free_port()
    for arguments, sentence in (
        (("--rpc", f"http://127.0.0.1:{nobody}"), f"No RPC node can be reached at http://127.0.0.1:{nobody}"),
        (
            ("--database", f"postgresql://postgres:secret@127.0.0.1:{nobody}/x"),
            "The database given with --database cannot be reached",
        ),
    ):
        mark = Mark()
        with start(mark, *arguments) as dev:
            stdout, stderr = dev.communicate(timeout=60)
        assert dev.returncode == 1, stderr
        assert json.loads(stdout)["error"]["message"].startswith(sentence)
        assert "secret" not in stdout + stderr
        assert "Traceback" not in stderr
        assert mark.processes() == []


@pytest.mark.parametrize("option", ["--rpc-port", "--graphql-port"])
def test_dev_says_which_port_is_taken_and_leaves_nothing_behind(option: str) -> None:
    mark = Mark()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with start(mark, option, str(listener.getsockname()[1])) as dev:
            stdout, stderr = dev.communicate(timeout=60)
    assert dev.returncode == 1
    assert "ddress already in use" in json.loads(stdout)["error"]["message"]
    assert "initdb" not in stderr
    assert mark.processes() == []
