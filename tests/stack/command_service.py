"""The command service as a process of its own, asked over real HTTP, and wallets that sign what it hands out."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction
from stack.governance import Governance

WINDLASS = str(Path(sys.executable).with_name("windlass"))
SECONDS = 90
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class CommandService:
    """Where it answers."""

    url: str

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A GET."""
        return httpx.get(self.url + path, timeout=SECONDS, **options)

    def post(self, path: str, account: str, /, **data: Any) -> httpx.Response:
        """What a wallet's client asks for `account`, with parameters in the body."""
        return httpx.post(self.url + path, json={"account": account, "data": data}, timeout=SECONDS)

    def transaction(self, path: str, account: str, /, **data: Any) -> Any:
        """The answer to a request that has to succeed."""
        response = self.post(path, account, **data)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, path: str, account: str, /, **data: Any) -> tuple[int, str]:
        """The status and the sentence of one that has to be refused."""
        response = self.post(path, account, **data)
        assert set(response.json()) == {"message"}, response.text
        return response.status_code, response.json()["message"]


def sign_and_send(governance: Governance, answer: Any, *wallets: Keypair) -> str:
    """Do what a wallet does with a transaction that it was handed, and wait until it is confirmed; the signature."""
    unsigned = VersionedTransaction.from_bytes(base64.b64decode(answer["transaction"]))
    signed = VersionedTransaction(unsigned.message, list(wallets))
    raw = base64.b64encode(bytes(signed)).decode()
    signature = str(governance.rpc("sendTransaction", raw, {"encoding": "base64", "preflightCommitment": "confirmed"}))
    deadline = time.monotonic() + SECONDS
    while True:
        (status,) = governance.rpc("getSignatureStatuses", [signature])["value"]
        if status is not None and status["confirmationStatus"] != "processed":
            assert status["err"] is None, status
            return signature
        assert time.monotonic() < deadline, "the transaction was not confirmed"
        time.sleep(POLL_SECONDS)


def commands_url(database: str) -> str:
    """The database's URL as the service's role."""
    parts = urlsplit(database)
    return urlunsplit(parts._replace(netloc=f"windlass_commands@{parts.netloc.rpartition('@')[2]}"))


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The process, with nothing of this environment's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("WINDLASS_", "DATABASE_"))}
    return subprocess.Popen(
        [WINDLASS, "serve", "--port", "0", "--json", *arguments],
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(
    rpc_url: str, database: str, *, complaints: Sequence[str] = (), **environment: str
) -> Iterator[CommandService]:
    """The service before a node, with its log in the database (`none`: without). No limit to the rate of requests holds
    but one that is asked for. It has to end cleanly, and may warn of `complaints` only."""
    settings = {"WINDLASS_RPC_URL": rpc_url, "WINDLASS_COMMANDS_RATE_LIMIT": "0", **environment}
    if database == "none":
        settings["WINDLASS_COMMANDS_DATABASE_URL"] = "none"
    else:
        settings["DATABASE_URL"] = database
    with start(**settings) as process:
        assert process.stdout is not None
        watchdog = threading.Timer(SECONDS, process.kill)
        watchdog.start()
        line = process.stdout.readline()
        watchdog.cancel()
        try:
            if line:
                yield CommandService(json.loads(line)["url"])
        finally:
            process.terminate()
            _, said = process.communicate(timeout=SECONDS)
    assert line, said
    assert process.returncode == 0, said
    unexpected = [each for each in said.splitlines() if not any(complaint in each for complaint in complaints)]
    assert unexpected == [], said
