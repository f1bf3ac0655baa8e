"""Agave's solana-test-validator instead of the embedded chain, as our own child with a ledger of its own.

Nothing sets its clock. Past a timelock leads one way: a snapshot, a stop, and a start from that snapshot so many slots
later (`--warp-slot`).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import socket
import time
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from solders.pubkey import Pubkey
from windlass_programs.addresses import SYSTEM_PROGRAM

from windlass_commands.dev.processes import Child, Supervisor
from windlass_commands.dev.scratch import scratch_directory
from windlass_commands.errors import ProcessFailed, RpcError
from windlass_commands.rpc import Account, Rpc

PREFIX = "windlass-ledger-"
NAME = "validator"
LOCALHOST = "127.0.0.1"
READY_SECONDS = 60.0
SNAPSHOT_SECONDS = 300.0
POLL_SECONDS = 0.1
LOG_LINES = 3
# Agave's DEFAULT_TICKS_PER_SECOND is 160.
TICK_MS = 6.25
# A warp must not leave the first epoch, whose leaders alone the snapshot knows: 11 days of 50 ms slots.
SLOTS_PER_EPOCH = 20_000_000
# A jump moves the clock by 75 to 100 % of the nominal time of all slots since the epoch's first, those of former jumps
# among them (Agave, stake-weighted timestamp). It may stand still then for days.
LEAST_SHARE = 0.75
# So many slots are in a snapshot's status cache, and each must be among the newest million: a ledger that has jumped
# can do so again once none is from before.
SLOTS_IN_SNAPSHOT = 300
# SIMD-0500, on by default there, refuses to deploy the SBPF version the programs are built for.
REFUSE_SBPF_V0_TO_V2 = "B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g"
MINTED_LAMPORTS = 500_000_000 * 1_000_000_000
# RPC, websocket (always the next), faucet, gossip, and from the tenth on the range it picks others from.
PORTS = 41
FIRST_PORT, LAST_PORT = 20_000, 29_000


class AgaveValidator:
    """A validator of one node. `slot_ms` is a slot's nominal time; real slots take about a third longer.

    All of Agave's features are active but those `without`.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        binary: Path,
        slot_ms: int,
        rpc_port: int = 0,
        without: Sequence[str] = (REFUSE_SBPF_V0_TO_V2,),
    ) -> None:
        if not (binary.is_file() and os.access(binary, os.X_OK)):
            what = "cannot be executed" if binary.exists() else "does not exist"
            raise ProcessFailed(f"--validator wants the path of Agave's solana-test-validator, but {binary} {what}.")
        self.supervisor = supervisor
        self.ticks = max(round(slot_ms / TICK_MS), 1)
        self.port = rpc_port or _free_ports()
        self.rpc_url, self.websocket_url = f"http://{LOCALHOST}:{self.port}", f"ws://{LOCALHOST}:{self.port + 1}"
        self.directory = scratch_directory(PREFIX)
        self._child: Child | None = None
        self._jumped_to = 0
        port = self.port
        self._command = [
            *(str(binary), "--ledger", str(self.directory / "ledger"), "--quiet", "--bind-address", LOCALHOST),
            *("--rpc-port", str(port), "--faucet-port", str(port + 2), "--gossip-port", str(port + 3)),
            *("--dynamic-port-range", f"{port + 10}-{port + PORTS - 1}", "--ticks-per-slot", str(self.ticks)),
            *("--slots-per-epoch", str(SLOTS_PER_EPOCH)),
        ]
        for feature in without:
            self._command += ["--deactivate-feature", feature]

    async def start(
        self,
        programs: Sequence[tuple[Pubkey, Path, Pubkey | None]],
        mints: Sequence[Pubkey],
        accounts: Sequence[Account] = (),
    ) -> None:
        """Start with each program (address, code, upgrade authority), 500 million SOL at each of `mints`, and
        `accounts` as they are given.

        Returns once a slot is confirmed. Raises ProcessFailed.
        """
        for address, code, authority in programs:
            self._command += ["--upgradeable-program", str(address), str(code), str(authority or "none")]
        wallets = [
            Account(mint, MINTED_LAMPORTS, SYSTEM_PROGRAM, b"", executable=False) for mint in dict.fromkeys(mints)
        ]
        # A directory: thousands of accounts are no command line.
        genesis = self.directory / "genesis"
        await asyncio.to_thread(self._write_genesis, genesis, (*wallets, *accounts))
        self._command += ["--account-dir", str(genesis)]
        await self._run([], 1)

    async def restart(self, flags: Sequence[str] = (), first_slot: int = 1) -> None:
        """Stop, and start again on the same ledger and ports; returns once `first_slot` is confirmed.

        Raises ProcessFailed.
        """
        assert self._child is not None
        await self.supervisor.retire(self._child)
        await self._run(flags, first_slot)

    async def pass_time(self, seconds: int) -> None:
        """Let at least `seconds` pass on the chain's clock; all that is confirmed by now survives, the URLs too.

        A second time waits until 300 slots have passed since the first, and moves the clock at least as far again.
        Raises ProcessFailed.
        """
        async with Rpc(self.rpc_url) as rpc:
            slot = await rpc.slot()
            target = slot + int(seconds / LEAST_SHARE / (self.ticks * TICK_MS / 1000)) + 1
            if target >= SLOTS_PER_EPOCH:
                raise ProcessFailed(
                    f"{seconds} seconds are {target - slot:,} slots, which leaves the epoch of {SLOTS_PER_EPOCH:,} "
                    "that the validator can jump in; choose longer slots with --slot-ms."
                )
            await self._snapshot(rpc, max(slot, self._jumped_to + SLOTS_IN_SNAPSHOT if self._jumped_to else 0))
        await self.restart(["--warp-slot", str(target)], target + 1)
        self._jumped_to = target

    async def remove(self) -> None:
        """Delete its files, once it has been stopped."""
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)

    async def _run(self, flags: Sequence[str], first_slot: int) -> None:
        child = self._child = await self.supervisor.start(NAME, [*self._command, *flags])
        deadline = time.monotonic() + READY_SECONDS
        async with Rpc(self.rpc_url) as rpc:
            while True:
                if child.ended:
                    raise ProcessFailed(f"{child.failure()}{self._last_errors()}")
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

    def _last_errors(self) -> str:
        """What its log has of errors, which it does not print."""
        log = self.directory / "ledger" / "validator.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        errors = [line for line in lines if " ERROR " in line or not line.startswith("[")][-LOG_LINES:]
        return "\nIts log's last errors:\n" + "\n".join(f"    {line}" for line in errors) if errors else ""

    def _write_genesis(self, directory: Path, accounts: Sequence[Account]) -> None:
        """Files with the accounts of the genesis block, in the form that `solana account --output json` writes."""
        directory.mkdir()
        for account in accounts:
            content = {
                "lamports": account.lamports,
                "data": [b64encode(account.data).decode(), "base64"],
                "owner": str(account.owner),
                "executable": account.executable,
                "rentEpoch": 0,
                "space": len(account.data),
            }
            file = directory / f"{account.address}.json"
            file.write_text(json.dumps({"pubkey": str(account.address), "account": content}))


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
