"""A migration of many accounts by `windlass migrate run`, killed with SIGKILL at random points until it is done."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
from stack.governance import Governance
from windlass_programs.windlass import MigrationTracker

WINDLASS = str(Path(sys.executable).with_name("windlass"))
POLL_SECONDS = 0.05
ACCOUNTS_A_CALL = 100


@dataclass
class Killed:
    """How it went. `peak` is the most memory that any of the runners held, in bytes."""

    kills: int = 0
    seconds: float = 0.0
    peak: int = 0
    done_at_kills: list[int] = field(default_factory=list)


@dataclass
class Runner:
    """Runs the migration of `proposal`, as often as it takes."""

    governance: Governance
    proposal: str
    tracker: str
    window: int = 256

    def __post_init__(self) -> None:
        self._client = httpx.Client(timeout=600)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def migrated(self) -> int:
        """The tracker's own count."""
        options = {"encoding": "base64", "commitment": "processed"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "getAccountInfo", "params": [self.tracker, options]}
        data = self._client.post(self.governance.url, json=body).json()["result"]["value"]["data"][0]
        return MigrationTracker.decode(base64.b64decode(data)).migrated

    def until_done(self, accounts: int, kills: int, seed: int, seconds: float) -> Killed:
        """Kill it at `kills` random points, then let it end. Fails after so many seconds."""
        went, begun = Killed(), time.monotonic()
        for point in sorted(random.Random(seed).sample(range(accounts), kills)):
            with self._started() as process:
                while self.migrated() <= point:
                    assert process.poll() is None, process.returncode
                    assert time.monotonic() - begun < seconds, (went, self.migrated())
                    time.sleep(POLL_SECONDS)
                went.peak = max(went.peak, peak_memory(process.pid))
                process.send_signal(signal.SIGKILL)
                assert process.wait() == -signal.SIGKILL
            went.kills += 1
            went.done_at_kills.append(self.migrated())
        with self._started() as process:
            while process.poll() is None:
                went.peak = max(went.peak, peak_memory(process.pid))
                assert time.monotonic() - begun < seconds, (went, self.migrated())
                time.sleep(POLL_SECONDS)
            assert process.stdout is not None
            told = json.loads(process.stdout.read())
            assert process.returncode == 0, told
        went.seconds = time.monotonic() - begun
        assert told["left"] == 0
        return went

    def _started(self) -> subprocess.Popen[str]:
        command = [WINDLASS, "migrate", "run", self.proposal, "--window", str(self.window), "--json"]
        command += ["--url", self.governance.url, "--keypair", self.governance.file("user")]
        environment = {**os.environ, "SOLANA_CONFIG_FILE": str(self.governance.directory / "none")}
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def peak_memory(pid: int) -> int:
    """Bytes; 0 where the process has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def processor_seconds(pid: int) -> float:
    """What a running process has used, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def data_of_all(governance: Governance, addresses: Sequence[str]) -> Iterator[bytes]:
    """The data of any number of accounts, in their order."""
    options = {"encoding": "base64", "commitment": "confirmed"}
    with httpx.Client(timeout=60) as client:
        for start in range(0, len(addresses), ACCOUNTS_A_CALL):
            part = addresses[start : start + ACCOUNTS_A_CALL]
            body = {"jsonrpc": "2.0", "id": 1, "method": "getMultipleAccounts", "params": [part, options]}
            for account in client.post(governance.url, json=body).json()["result"]["value"]:
                yield base64.b64decode(account["data"][0])


async def read_model_of(database: str, tracker: str) -> tuple[int, int, int, int, bytes]:
    """What the read model holds: accounts, migrations of them, the tracker's count, its stream's number and digest."""
    connection = await asyncpg.connect(database)
    try:
        row = await connection.fetchrow(
            """SELECT count(DISTINCT account) AS accounts, count(*) AS migrations,
                      (SELECT migrated FROM migration_jobs WHERE tracker = $1) AS migrated,
                      (SELECT seq FROM streams WHERE stream = $1) AS seq,
                      (SELECT digest FROM streams WHERE stream = $1) AS digest
               FROM account_migrations WHERE tracker = $1 AND kind = 'migrate'""",
            tracker,
        )
        assert row is not None
        return row["accounts"], row["migrations"], row["migrated"], row["seq"], bytes(row["digest"])
    finally:
        await connection.close()
