"""Which events of a transaction are the program's own.

Anchor's `emit_cpi!` makes a program call itself: the inner instruction's data is the tag below, then the event's
discriminator and its borsh bytes; its first account is the program's event authority, a PDA that signs the call.
The JSON of a transaction shows no signers of inner instructions. What proves that this call was the program's:

1. The transaction succeeded, so every call in it succeeded: a failed call fails its transaction.
2. A program that gets this tag hands it to Anchor's event dispatcher, which refuses the call unless its first
   account is a signer *and* the program's event authority (anchor-syn, codegen/program/handlers.rs,
   `__event_dispatch`; it comes before a program's fallback, and a program built without `event-cpi` refuses the
   tag altogether). So a call with another first account does not succeed, and is none of ours if it does.
3. A PDA signs only in a call that its own program makes (`invoke_signed`). Where the node tells stack heights, this
   is checked once more from the other side: the caller must be the program itself.

Hence: inner instructions of a successful transaction only, called by the program on itself, the event authority as
their first account. A transaction's own (outer) instruction with the tag is nobody's event. Logs are not looked at:
they are cut off at 10 kB, and any program can print anything.
"""

from collections.abc import Iterator
from typing import NamedTuple

from solders.pubkey import Pubkey

from windlass_indexer import base58
from windlass_indexer.errors import TransactionMalformed
from windlass_indexer.transaction import Transaction

# anchor-lang's EVENT_IX_TAG (the first eight bytes of sha256("anchor:event")) in little-endian.
EVENT_TAG = bytes.fromhex("e445a52e51cb9a1d")


class Emission(NamedTuple):
    """Bytes that the program emitted: event discriminator and borsh, without the tag; and from where."""

    path: tuple[int, ...]
    raw: bytes


def event_authority(program: str) -> str:
    """The PDA that signs the program's own event calls. Raises ValueError where `program` is not an address."""
    return str(Pubkey.find_program_address([b"__event_authority"], Pubkey.from_string(program))[0])


def emissions(transaction: Transaction, program: str, authority: str) -> Iterator[Emission]:
    """The program's events in order of execution; none where the transaction failed.

    `authority` is `event_authority(program)`, derived once by the caller because it costs a search.
    Raises TransactionMalformed.
    """
    if not transaction.succeeded:
        return
    for call in transaction.inner_instructions(program):
        if call.caller not in (program, None) or call.accounts[:1] != (authority,):
            continue
        try:
            data = base58.decode(call.data)
        except (ValueError, AttributeError, TypeError):
            raise TransactionMalformed(f"in {transaction.signature} the data of a call is not base58") from None
        if data.startswith(EVENT_TAG):
            yield Emission(call.path, data[len(EVENT_TAG) :])
