"""The process: it starts, says where it is, refuses clearly, and stops."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from solders.keypair import Keypair
from stack.localnet import COMMAND, running_localnet


def refused(*flags: str) -> str:
    """What it says when it does not start; one line, no traceback."""
    ended = subprocess.run([COMMAND, *flags], check=False, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    return line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_a_second(number: signal.Signals) -> None:
    with running_localnet() as running:
        with socket.create_connection(("127.0.0.1", int(running.rpc_url.rsplit(":", 1)[1]))):
            began = time.monotonic()
            running.process.send_signal(number)
            assert running.process.wait(5) == 0
        assert time.monotonic() - began < 1.0


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in refused("--rpc-port", str(port))
    assert "cannot listen on 127.0.0.1:65536" in refused("--rpc-port", "65535")


def test_files_that_cannot_be_loaded_are_named(tmp_path: Path) -> None:
    address = str(Keypair().pubkey())
    missing = tmp_path / "missing.so"
    assert f"cannot read {missing}" in refused("--bpf-program", address, str(missing))
    text = tmp_path / "text.so"
    text.write_text("no program")
    assert "an ELF file (.so) was expected" in refused("--upgradeable-program", address, str(text), "none")
    text.write_bytes(b"\x7fELF and nothing else")
    assert f"account {address} cannot be loaded" in refused("--bpf-program", address, str(text))
    wrong = tmp_path / "account.json"
    wrong.write_text("{}")
    assert "solana account --output json" in refused("--account", "-", str(wrong))
    assert "a block is confirmed before it is finalized" in refused("--confirmed-lag", "9", "--finalized-lag", "2")
