"""A transaction's way: built, simulated, signed, sent, sent again, confirmed or expired."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from windlass_commands.errors import RpcError, RpcUnreachable, TransactionExpired, TransactionRefused, UsageProblem
from windlass_commands.keypairs import Signer
from windlass_commands.rejections import rejection_of
from windlass_commands.rpc import Rpc, Status

# The most a UDP packet carries (Solana's PACKET_DATA_SIZE), the limit of a legacy transaction.
MAX_TRANSACTION_BYTES = 1_232
# The most a transaction may ask for (Agave, MAX_COMPUTE_UNIT_LIMIT); what is really needed is simulated first.
MAX_COMPUTE_UNITS = 1_400_000
POLL_SECONDS = 0.05
# Sends a transaction and waits for its status; it is given the last block height at which it can land.
Confirm = Callable[[Rpc, VersionedTransaction, int], Awaitable[Status]]
RESEND_SECONDS = 2.0


@dataclass(frozen=True)
class Landed:
    """A transaction that succeeded, at the commitment asked for. `units` are compute units it was simulated with."""

    signature: Signature
    slot: int
    units: int
    seconds: float


def message_of(
    instructions: Sequence[Instruction], payer: Signer, blockhash: Hash, *, units: int, price: int = 0
) -> Message:
    """A legacy message that asks for `units` compute units at `price` micro-lamports each."""
    budget = [set_compute_unit_limit(units)]
    if price:
        budget.append(set_compute_unit_price(price))
    return Message.new_with_blockhash([*budget, *instructions], payer.address, blockhash)


def unsigned(message: Message, cosigners: Sequence[Signer] = ()) -> bytes:
    """The transaction for others to sign: a zero signature in each place but the cosigners'."""
    keypairs = {signer.address: signer.keypair for signer in cosigners}
    signatures = []
    for address in message.account_keys[: message.header.num_required_signatures]:
        keypair = keypairs.get(address)
        signatures.append(keypair.sign_message(bytes(message)) if keypair else Signature.default())
    return bytes(VersionedTransaction.populate(message, signatures))


def signed(message: Message, signers: Sequence[Signer]) -> VersionedTransaction:
    """The transaction with every signature it needs.

    Raises UsageProblem naming whoever cannot sign here.
    """
    keypairs = {signer.address: signer.keypair for signer in signers}
    needed = message.account_keys[: message.header.num_required_signatures]
    chosen: list[Keypair] = []
    for address in needed:
        keypair = keypairs.get(address)
        if keypair is None:
            raise UsageProblem(
                f"The transaction needs the signature of {address}, whose keypair was not given; give its file, or "
                "--unsigned to get the transaction for others to sign."
            )
        chosen.append(keypair)
    return VersionedTransaction(message, chosen)


async def simulate(rpc: Rpc, instructions: Sequence[Instruction], payer: Signer, *, price: int = 0) -> int:
    """Run the instructions without signatures and without effect; the compute units they need.

    Raises TransactionRefused with the chain's reason.
    """
    message = message_of(instructions, payer, Hash.default(), units=MAX_COMPUTE_UNITS, price=price)
    result = await rpc.simulate(unsigned(message))
    if result.error is not None:
        raise refused(result.error, result.logs, message)
    return result.units


def refused(error: Any, logs: list[str], message: Message, signature: Signature | None = None) -> TransactionRefused:
    """The chain's refusal as an error; explain.py turns it into a sentence with the values that matter."""
    rejection = rejection_of(error, logs, [message.account_keys[i.program_id_index] for i in message.instructions])
    return TransactionRefused(rejection.message, replace(rejection, signature=signature))


def units_to_ask(simulated: int) -> int:
    """Simulated compute units and some room: the state may have moved a little when it is executed."""
    return min(simulated + simulated // 5 + 5_000, MAX_COMPUTE_UNITS)


async def submit(
    rpc: Rpc,
    instructions: Sequence[Instruction],
    payer: Signer,
    signers: Sequence[Signer] = (),
    *,
    units: int | None = None,
    price: int = 0,
    confirm: Confirm | None = None,
) -> Landed:
    """Simulate (unless `units` says what it takes), sign, send and confirm, by polling unless told otherwise.

    Raises TransactionRefused, TransactionExpired, RpcError, UsageProblem.
    """
    if units is None:
        units = await simulate(rpc, instructions, payer, price=price)
    blockhash, last_valid_height = await rpc.latest_blockhash()
    message = message_of(instructions, payer, blockhash, units=units_to_ask(units), price=price)
    transaction = signed(message, [payer, *signers])
    started = time.monotonic()
    signature = transaction.signatures[0]
    try:
        status = await (confirm or send_until_confirmed)(rpc, transaction, last_valid_height)
    except RpcUnreachable as error:
        raise RpcUnreachable(
            f"{error} Transaction {signature} may have been executed nevertheless: look it up before you run the "
            "command again."
        ) from error
    if status.error is not None:
        raise refused(status.error, await logs_of(rpc, signature), message, signature)
    return Landed(signature, status.slot, units, time.monotonic() - started)


async def send_until_confirmed(rpc: Rpc, transaction: VersionedTransaction, last_valid_height: int) -> Status:
    """Send, and send again every 2 seconds, until the node's commitment is reached or the blockhash has run out.

    The same signature can land once only, so sending again is harmless. Raises TransactionExpired, RpcError.
    """
    raw, signature = bytes(transaction), transaction.signatures[0]
    await rpc.send(raw)
    next_send = time.monotonic() + RESEND_SECONDS
    while True:
        status = (await rpc.statuses([signature]))[0]
        if status is not None and status.reached(rpc.commitment):
            return status
        if time.monotonic() >= next_send:
            # A transaction that is in a block already needs no second sending, but may take long to be finalized.
            if status is None:
                if await rpc.block_height() > last_valid_height:
                    return await _last_look(rpc, signature)
                await _send_again(rpc, raw)
            next_send = time.monotonic() + RESEND_SECONDS
        await asyncio.sleep(POLL_SECONDS)


async def _send_again(rpc: Rpc, raw: bytes) -> None:
    try:
        await rpc.send(raw)
    except RpcError:
        return  # the first sending was accepted; whether it lands is told by its status


async def _last_look(rpc: Rpc, signature: Signature) -> Status:
    status = (await rpc.statuses([signature]))[0]
    if status is None:
        raise TransactionExpired(
            f"Transaction {signature} was not in any block before its blockhash ran out, so it never will be; "
            "nothing has changed. Run the command again."
        )
    return status


async def logs_of(rpc: Rpc, signature: Signature) -> list[str]:
    """The logs of an executed transaction; empty where the node does not have them yet."""
    options = {"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 1}
    try:
        found = await rpc.call("getTransaction", str(signature), options)
    except RpcError:
        return []
    return (found or {}).get("meta", {}).get("logMessages") or []


def as_base64(transaction: bytes) -> str:
    """How a transaction is handed to wallets."""
    return base64.b64encode(transaction).decode()
