"""Agave's solana-test-validator instead of the embedded chain, as our own child with a ledger of its own.

Nothing sets its clock. Past a timelock leads one way: a snapshot, a stop, and a start from that snapshot so many slots
later (`--warp-slot`). A ledger bears that once.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from solders.pubkey import Pubkey

from windlass_commands.dev.processes import Child, Supervisor
from windlass_commands.dev.scratch import scratch_directory
from windlass_commands.errors import ProcessFailed, RpcError
from windlass_commands.rpc import Rpc

PREFIX = "windlass-ledger-"
NAME = "validator"
LOCALHOST = "127.0.0.1"
READY_SECONDS = 60.0
SNAPSHOT_SECONDS = 120.0
POLL_SECONDS = 0.1
# Agave's DEFAULT_TICKS_PER_SECOND is 160.
TICK_MS = 6.25
# A warp must not leave the first epoch, whose leaders alone the snapshot knows: 11 days of 50 ms slots.
SLOTS_PER_EPOCH = 20_000_000
# The clock moves by 75 to 100 % of the slots' nominal time (its drift is bounded: Agave, stake-weighted timestamp).
LEAST_SHARE = 0.75
# SIMD-0500, on by default there, refuses to deploy the SBPF version the programs are built for.
REFUSE_SBPF_V0_TO_V2 = "B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g"
SYSTEM_PROGRAM = "11111111111111111111111111111111"
MINTED_LAMPORTS = 500_000_000 * 1_000_000_000
# RPC, websocket (always the next), faucet, gossip, and from the tenth on the range it picks others from.
PORTS = 41
FIRST_PORT, LAST_PORT = 20_000, 29_000


class AgaveValidator:
    """A validator of one node. `slot_ms` is a slot's nominal time; real slots take about a third longer."""

    def __init__(self, supervisor: Supervisor, binary: Path, slot_ms: int, rpc_port: int = 0) -> None:
        if not (binary.is_file() and os.access(binary, os.X_OK)):
            what = "cannot be executed" if binary.exists() else "does not exist"
            raise ProcessFailed(f"--validator wants the path of Agave's solana-test-validator, but {binary} {what}.")
        self.supervisor = supervisor
        self.ticks = max(round(slot_ms / TICK_MS), 1)
        self.port = rpc_port or _free_ports()
        self.rpc_url, self.websocket_url = f"http://{LOCALHOST}:{self.port}", f"ws://{LOCALHOST}:{self.port + 1}"
        self.directory = scratch_directory(PREFIX)
        self._child: Child | None = None
        self._warped = False
        port = self.port
        self._command = [
            *(str(binary), "--ledger", str(self.directory / "ledger"), "--quiet", "--bind-address", LOCALHOST),
            *("--rpc-port", str(port), "--faucet-port", str(port + 2), "--gossip-port", str(port + 3)),
            *("--dynamic-port-range", f"{port + 10}-{port + PORTS - 1}", "--ticks-per-slot", str(self.ticks)),
            *("--slots-per-epoch", str(SLOTS_PER_EPOCH), "--deactivate-feature", REFUSE_SBPF_V0_TO_V2),
        ]

    async def start(self, programs: Sequence[tuple[Pubkey, Path, Pubkey | None]], mints: Sequence[Pubkey]) -> None:
        """Start with each program (address, code, upgrade authority) and 500 million SOL at each of `mints`.

        Returns once a slot is confirmed. Raises ProcessFailed.
        """
        for address, code, authority in programs:
            self._command += ["--upgradeable-program", str(address), str(code), str(authority or "none")]
        for mint in dict.fromkeys(mints):
            self._command += ["--account", str(mint), str(self._wallet(mint))]
        await self._run([], 1)

    async def pass_time(self, seconds: int) -> None:
        """Let at least `seconds` pass on the chain's clock; all that is confirmed by now survives, the URLs too.

        Raises ProcessFailed, also where this ledger has been through it before.
        """
        slots = int(seconds / LEAST_SHARE / (self.ticks * TICK_MS / 1000)) + 1
        if self._warped:
            raise ProcessFailed("The validator's ledger has passed time before and cannot again; start anew.")
        assert self._child is not None
        self._warped = True
        async with Rpc(self.rpc_url) as rpc:
            target = await rpc.slot() + slots
            if target >= SLOTS_PER_EPOCH:
                raise ProcessFailed(
                    f"{seconds} seconds are {slots:,} slots, which leaves the epoch of {SLOTS_PER_EPOCH:,} that the "
                    "validator can jump in; choose longer slots with --slot-ms."
                )
            await self._snapshot(rpc, await rpc.slot())
        await self.supervisor.retire(self._child)
        await self._run(["--warp-slot", str(target)], target + 1)

    async def remove(self) -> None:
        """Delete its files, once it has been stopped."""
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)

    async def _run(self, flags: list[str], first_slot: int) -> None:
        child = self._child = await self.supervisor.start(NAME, [*self._command, *flags])
        deadline = time.monotonic() + READY_SECONDS
        async with Rpc(self.rpc_url) as rpc:
            while True:
                if child.ended:
                    raise child.failure()
                try:
                    if await rpc.call("getSlot", {"commitment": "confirmed"}, repeatable=False) >= first_slot:
                        return
                except RpcError:
                    pass  # it does not listen yet
                if time.monotonic() > deadline:
                    raise ProcessFailed(f"The validator confirmed no slot within {READY_SECONDS:.0f} s.")
                await asyncio.sleep(POLL_SECONDS)

    async def _snapshot(self, rpc: Rpc, slot: int) -> None:
        """Until a full snapshot holds `slot`: a warp starts from it, and what is younger would be lost."""
        deadline = time.monotonic() + SNAPSHOT_SECONDS
        while True:
            try:
                if (await rpc.call("getHighestSnapshotSlot", repeatable=False))["full"] >= slot:
                    return
            except RpcError:
                pass  # there is none yet
            if time.monotonic() > deadline:
                raise ProcessFailed(f"The validator made no snapshot of slot {slot} within {SNAPSHOT_SECONDS:.0f} s.")
            await asyncio.sleep(POLL_SECONDS)

    def _wallet(self, address: Pubkey) -> Path:
        """An account of the genesis block, in the form that `solana account --output json` writes."""
        path = self.directory / f"{address}.json"
        account = {
            "lamports": MINTED_LAMPORTS,
            "data": ["", "base64"],
            "owner": SYSTEM_PROGRAM,
            "executable": False,
            "rentEpoch": 0,
            "space": 0,
        }
        path.write_text(json.dumps({"pubkey": str(address), "account": account}))
        return path


def _free_ports() -> int:
    """The first of 41 ports in a row that nobody listens on."""
    for port in random.SystemRandom().sample(range(FIRST_PORT, LAST_PORT, PORTS), k=100):
        if all(_is_free(port + offset) for offset in range(PORTS)):
            return port
    raise ProcessFailed(f"The validator needs {PORTS} free ports in a row between {FIRST_PORT} and {LAST_PORT}.")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind((LOCALHOST, port))
        except OSError:
            return False
        return True
