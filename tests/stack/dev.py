"""`windlass dev` beside a chain that is there: database, indexer and read API, each a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from stack.leftovers import Mark

WINDLASS = str(Path(sys.executable).with_name("windlass"))
INDEXER = str(Path(sys.executable).with_name("windlass-indexer"))
STOP_SECONDS = 60
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Dev:
    """What runs beside the chain."""

    rpc: str
    dashboard: str
    graphql: str
    database: str
    commands: str

    def ask(self, query: str, **variables: object) -> Any:
        """The data of a query that has to succeed."""
        answer = httpx.post(self.graphql, json={"query": query, "variables": variables}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def until(self, query: str, enough: Callable[[Any], Any], seconds: float, **variables: object) -> Any:
        """The first answer that is `enough`; fails with the last one after so many seconds."""
        deadline = time.monotonic() + seconds
        while not enough(answer := self.ask(query, **variables)):
            assert time.monotonic() < deadline, answer
            time.sleep(POLL_SECONDS)
        return answer

    def verify(self) -> subprocess.CompletedProcess[str]:
        """`windlass-indexer verify`."""
        command = [INDEXER, "verify", "--rpc", self.rpc, "--database", self.database]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@contextmanager
def running_dev(rpc_url: str, ws_url: str) -> Iterator[Dev]:
    """Start it; stop it as Ctrl-C does, and make sure that nothing is left of it."""
    mark = Mark()
    with subprocess.Popen(
        [WINDLASS, "dev", "--json", "--rpc", rpc_url, "--ws", ws_url],
        env=mark.environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as dev:
        assert dev.stdout is not None
        urls = json.loads(dev.stdout.readline())
        try:
            yield Dev(rpc_url, urls["dashboard"], urls["graphql"], urls["database"], urls["commands"])
        finally:
            dev.send_signal(signal.SIGINT)
            code = dev.wait(STOP_SECONDS)
    assert code == 0
    assert mark.gone(), mark.processes()
