"""Writes a program into a loader buffer: resumable, a window of transactions in flight, compared at the end.

The chain is the only state: each round reads the buffer, and writes the chunks that are not there yet.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account
from solders.transaction import VersionedTransaction
from windlass_programs.addresses import LOADER_V3

from windlass_commands import loader
from windlass_commands.errors import Refused, UploadIncomplete
from windlass_commands.flight import Flight
from windlass_commands.keypairs import Signer
from windlass_commands.rpc import Rpc
from windlass_commands.transactions import MAX_TRANSACTION_BYTES, message_of, signed, submit, unsigned

# What the loader's Write takes is 2,370 compute units (measured); the limit itself 150 more.
WRITE_UNITS = 5_000
MAX_ROUNDS = 5
DEFAULT_WINDOW = 48

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Uploaded:
    """What an upload did. `written` counts the bytes sent now, the rest of `length` was there already."""

    buffer: Pubkey
    length: int
    written: int
    transactions: int
    seconds: float


@dataclass(frozen=True)
class Upload:
    """One program on its way into one buffer. `authority` may write to it and signs each chunk."""

    rpc: Rpc
    buffer: Signer
    authority: Signer
    payer: Signer
    code: bytes
    window: int = DEFAULT_WINDOW
    price: int = 0

    def chunk_bytes(self) -> int:
        """How much code fits into one transaction beside its signatures and keys: 959 bytes with one signer."""
        empty = loader.write(self.buffer.address, self.authority.address, 0, b"")
        message = message_of([empty], self.payer, Hash.default(), units=WRITE_UNITS, price=self.price)
        # An instruction's data longer than 127 bytes has its length in two bytes instead of one.
        return MAX_TRANSACTION_BYTES - len(unsigned(message)) - 1

    def missing(self, on_chain: bytes) -> list[int]:
        """Offsets of the chunks that the buffer does not hold yet."""
        size = self.chunk_bytes()
        return [
            start
            for start in range(0, len(self.code), size)
            if on_chain[start : start + size] != self.code[start : start + size]
        ]

    def creation(self, lamports: int) -> list[Instruction]:
        """The instructions that make the buffer; `lamports` exempt it from rent."""
        return [
            create_account(
                CreateAccountParams(
                    from_pubkey=self.payer.address,
                    to_pubkey=self.buffer.address,
                    lamports=lamports,
                    space=loader.BUFFER_HEADER_BYTES + len(self.code),
                    owner=LOADER_V3,
                )
            ),
            loader.initialize_buffer(self.buffer.address, self.authority.address),
        ]

    async def existing(self) -> bytes | None:
        """The program bytes in the buffer, or None where there is no such account yet.

        Raises Refused where the account is something else, or a buffer of other length or another's.
        """
        account = await self.rpc.account(self.buffer.address)
        if account is None:
            return None
        found = loader.decode_buffer(account.data) if account.owner == LOADER_V3 else None
        if found is None:
            raise Refused(
                f"The account at {self.buffer.address} is no buffer (it belongs to {account.owner}); name another "
                "file with --buffer."
            )
        if found.authority != self.authority.address:
            raise Refused(
                f"The buffer {self.buffer.address} belongs to {found.authority}, not to {self.authority.address}: it "
                "may be proposed already. Name another file with --buffer to upload once more."
            )
        if len(found.code) != len(self.code):
            raise Refused(
                f"The buffer {self.buffer.address} was made for {len(found.code):,} bytes and the program has "
                f"{len(self.code):,}; name another file with --buffer."
            )
        return found.code

    async def run(self, progress: Progress = lambda done: None) -> Uploaded:
        """Make the buffer unless it exists, write what is missing, read it back and compare.

        `progress` is told the bytes that are in the buffer. Raises Refused, UploadIncomplete, RpcError.
        """
        started = time.monotonic()
        on_chain = await self.existing()
        transactions = 0
        if on_chain is None:
            lamports = await self.rpc.rent(loader.BUFFER_HEADER_BYTES + len(self.code))
            signers = [self.buffer, self.authority]
            await submit(self.rpc, self.creation(lamports), self.payer, signers, price=self.price)
            transactions += 1
            on_chain = bytes(len(self.code))
        size, written = self.chunk_bytes(), 0
        for _ in range(MAX_ROUNDS):
            missing = self.missing(on_chain)
            if not missing:
                seconds = time.monotonic() - started
                return Uploaded(self.buffer.address, len(self.code), written, transactions, seconds)
            held = len(self.code) - sum(len(self.code[start : start + size]) for start in missing)
            progress(held)
            round_ = _Round(self, missing, held, progress)
            await round_.run()
            written += round_.landed_bytes
            transactions += len(missing)
            on_chain = await self.existing() or b""
        left = self.missing(on_chain)
        if left:
            raise UploadIncomplete(
                f"{len(left)} of {-(-len(self.code) // size)} chunks are still missing in buffer "
                f"{self.buffer.address}; run the same command again, it writes only those."
            )
        return Uploaded(self.buffer.address, len(self.code), written, transactions, time.monotonic() - started)


class _Round:
    """Sends each missing chunk once, at most `window` of them unconfirmed at a time."""

    def __init__(self, upload: Upload, offsets: list[int], held: int, progress: Progress) -> None:
        self.upload = upload
        self.offsets = deque(offsets)
        self.size = upload.chunk_bytes()
        self.held = held
        self.landed_bytes = 0
        self.progress = progress
        self.flight = Flight(upload.rpc)

    async def run(self) -> None:
        await self.flight.each(self.upload.window, lambda: self.offsets.popleft() if self.offsets else None, self._send)

    async def _send(self, offset: int) -> None:
        upload = self.upload
        chunk = upload.code[offset : offset + self.size]
        write = loader.write(upload.buffer.address, upload.authority.address, offset, chunk)

        def sign(blockhash: Hash) -> VersionedTransaction:
            message = message_of([write], upload.payer, blockhash, units=WRITE_UNITS, price=upload.price)
            return signed(message, [upload.payer, upload.authority])

        arrived = await self.flight.send(sign)
        # What did not arrive is missing in the next round, and sent again.
        if arrived is not None and arrived.status.error is None:
            self.landed_bytes += len(chunk)
            self.progress(self.held + self.landed_bytes)
