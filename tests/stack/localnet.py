"""`windlass-localnet` as a process on free ports, for tests of everything that talks to a chain."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 600
STOP_SECONDS = 30
COMMAND = str(Path(sys.executable).with_name("windlass-localnet"))


@dataclass(frozen=True)
class Localnet:
    """A running chain."""

    rpc_url: str
    ws_url: str
    process: subprocess.Popen[str]


@contextmanager
def running_localnet(*flags: str) -> Iterator[Localnet]:
    """Start `windlass-localnet` with `flags` on free ports; stop it at the end.

    It prints its endpoints once it accepts connections, so it is ready when this returns. Raises
    RuntimeError with its output when it does not come up.
    """
    command = [COMMAND, "--rpc-port", "0", "--json", *flags]
    # A file, not a pipe: nobody reads while the test runs, and a full pipe would stop the process.
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            assert process.stdout is not None
            watchdog = threading.Timer(START_SECONDS, process.kill)
            watchdog.start()
            try:
                line = process.stdout.readline()
                watchdog.cancel()
                if line:
                    endpoints = json.loads(line)
                    yield Localnet(endpoints["rpc_url"], endpoints["ws_url"], process)
            finally:
                watchdog.cancel()
                process.terminate()
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
        errors.seek(0)
        log = errors.read()
        if not line:
            raise RuntimeError(f"{' '.join(command)} did not start: {log}")
        sys.stderr.write(log)
