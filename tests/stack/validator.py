"""Agave's own solana-test-validator as a process, for the tests marked `validator`."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

# With SIMD-0500 active, as it is by default there, programs built for SBPF v0 cannot be deployed.
REFUSE_SBPF_V0_TO_V2 = "B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
# RPC, websocket (always the next), faucet, gossip, and from the tenth on the range it picks others from.
PORTS = 41
FIRST_PORT, LAST_PORT = 20_000, 29_000


@dataclass(frozen=True)
class Validator:
    """A running validator."""

    rpc_url: str
    ws_url: str


def validator_binary() -> Path | None:
    """SOLANA_TEST_VALIDATOR, else the one in ../shared/bin beside the repository; None where neither is."""
    if named := os.environ.get("SOLANA_TEST_VALIDATOR"):
        return Path(named)
    beside = Path(__file__).resolve().parents[3] / "shared" / "bin" / "solana-test-validator"
    return beside if beside.exists() else None


@contextmanager
def running_validator(binary: Path, ledger: Path, *flags: str) -> Iterator[Validator]:
    """Start a validator with a fresh ledger on free ports and 16 ticks a slot; stop it at the end.

    All features are active unless `flags` deactivate some.
    """
    port = _free_ports()
    command = [
        *(str(binary), "--ledger", str(ledger), "--reset", "--quiet", "--bind-address", "127.0.0.1"),
        *("--rpc-port", str(port), "--faucet-port", str(port + 2), "--gossip-port", str(port + 3)),
        *("--dynamic-port-range", f"{port + 10}-{port + PORTS - 1}", "--ticks-per-slot", "16"),
        *flags,
    ]
    log = ledger.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait(process, f"http://127.0.0.1:{port}", log)
        yield Validator(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port + 1}")
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    body = {"jsonrpc": "2.0", "id": 1, "method": "getSlot", "params": [{"commitment": "confirmed"}]}
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the validator ended with {process.returncode}: {log.read_text()[-800:]}")
        try:
            if httpx.post(url, json=body).json().get("result", 0) >= 1:
                return
        except (httpx.HTTPError, ValueError):
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"no confirmed slot within {START_SECONDS:.0f} s: {log.read_text()[-800:]}")
        time.sleep(0.1)


def _free_ports() -> int:
    """The first of 41 ports in a row that nobody listens on."""
    for port in random.Random().sample(range(FIRST_PORT, LAST_PORT, PORTS), k=100):
        if all(_is_free(port + offset) for offset in range(PORTS)):
            return port
    raise RuntimeError(f"no {PORTS} free ports in a row between {FIRST_PORT} and {LAST_PORT}")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
