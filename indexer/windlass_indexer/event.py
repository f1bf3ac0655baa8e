"""An event as it is kept: where on the chain it stands, and what it says."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from windlass_programs.addresses import address_text
from windlass_programs.codec import Codec, CodecError
from windlass_programs.idl import Idl

from windlass_indexer.attribution import emissions, event_authority
from windlass_indexer.logged import logged
from windlass_indexer.transaction import Transaction

_log = logging.getLogger(__name__)

# discriminator, then the header: stream (32 bytes), seq u64, unix_timestamp i64, little-endian.
_STREAM = slice(8, 40)
_SEQ = slice(40, 48)
_HEADER_END = 56
_NO_SEQ = 1 << 63


class Event(NamedTuple):
    """One event of a followed program.

    `name` is None where the IDL does not know the event (or what follows its discriminator): it is kept with its
    bytes, `data` is then {"raw": hex}. `stream` and `seq` are the header's and None where there is none.
    """

    slot: int
    transaction_index: int | None
    signature: str
    path: tuple[int, ...]
    program: str
    name: str | None
    stream: str | None
    seq: int | None
    block_time: int | None
    raw: bytes
    data: dict[str, Any]

    def json(self) -> bytes:
        """What `windlass-indexer decode` prints of it, on one line."""
        return orjson.dumps(
            {
                "slot": self.slot,
                "signature": self.signature,
                "path": self.path,
                "program": self.program,
                "name": self.name,
                "data": self.data,
            }
        )


@dataclass(frozen=True)
class FollowedProgram:
    """A program whose events are read. `has_streams`: each of its events begins with the stream header."""

    address: str
    idl: Idl
    has_streams: bool = True
    # How many events the IDL did not know, or not to their end, by their discriminator in hex.
    unknown: Counter[str] = field(default_factory=Counter, compare=False)

    @classmethod
    def from_idl(cls, file: Path, address: str | None = None) -> "FollowedProgram":
        """Anybody's program, by its IDL; `address` goes before the one in there. Raises IdlError or OSError."""
        idl = Idl.parse(file.read_bytes(), address)
        return cls(str(idl.address), idl, has_streams=False)

    @cached_property
    def authority(self) -> str:
        """The program's event authority."""
        return event_authority(self.address)

    @cached_property
    def codec(self) -> Codec:
        """Made once: the IDL's types are compiled. An event of another's program that cannot be decoded is kept raw."""
        return Codec(self.idl, lenient=not self.has_streams)

    def events(self, transaction: Transaction) -> Iterator[Event]:
        """The program's own events in this transaction. Raises TransactionMalformed."""
        for emission in emissions(transaction, self.address, self.authority):
            name, data = self._decode(emission.raw)
            stream, seq = self._header(emission.raw)
            yield Event(
                transaction.slot,
                transaction.index,
                transaction.signature,
                emission.path,
                self.address,
                name,
                stream,
                seq,
                transaction.block_time,
                emission.raw,
                data,
            )

    def logged(self, transaction: Transaction) -> Iterator[tuple[str | None, dict[str, Any]]]:
        """What the program printed as events in a transaction that succeeded: see `windlass_indexer.logged`."""
        if transaction.succeeded:
            for raw in logged(transaction.logs, self.address):
                yield self._decode(raw)

    def _decode(self, event: bytes) -> tuple[str | None, dict[str, Any]]:
        try:
            decoded = self.codec.event(event)
        except CodecError as error:
            self._tell_unknown(event, str(error))
            return None, {"raw": event.hex()}
        if decoded.rest:
            self._tell_unknown(event, f"event {decoded.name} has {decoded.rest} bytes more than the IDL knows")
        return decoded.name, decoded.fields

    def _tell_unknown(self, event: bytes, what: str) -> None:
        """Count it, and say so at the first of its kind, the tenth, the hundredth and so on."""
        kind = event[:8].hex()
        self.unknown[kind] += 1
        if set(str(self.unknown[kind])[1:]) <= {"0"} and str(self.unknown[kind])[0] == "1":
            _log.warning("%s: %s; its bytes are kept (%d so far)", self.idl.name, what, self.unknown[kind])

    def _header(self, event: bytes) -> tuple[str | None, int | None]:
        # Read from the bytes, so that an event that the IDL does not know yet still has its place in the stream.
        if not self.has_streams or len(event) < _HEADER_END:
            return None, None
        seq = int.from_bytes(event[_SEQ], "little")
        # No stream gets there: a program that says so says something else.
        return (address_text(event[_STREAM]), seq) if seq < _NO_SEQ else (None, None)
