"""A localnet on which users with tokens act on their collateral vaults, directly or through the forwarder."""

import base64
import json
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from integration.indexer.forwarding import Log, forward
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.transaction import Transaction, VersionedTransaction
from stack.localnet import Localnet, running_localnet
from stack.waiting import until
from windlass_indexer.rpc import Rpc
from windlass_programs.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    VAULT_PROGRAM_ID,
    associated_token_address,
    event_authority_address,
    vault_address,
)
from windlass_programs.artifacts import program_elf_path
from windlass_programs.idl import Idl

FORWARDER_ID = Pubkey.from_string("Fwd1111111111111111111111111111111111111111")
IMPOSTOR_ID = Pubkey.from_string("Fwd2222222222222222222222222222222222222222")
FORWARDER_SO = Path(__file__).parents[2] / "programs" / "built" / "forwarder.so"
STARTING_TOKENS = 1_000_000_000
_EVENT_AUTHORITY = event_authority_address(VAULT_PROGRAM_ID)
_DISCRIMINATORS = {
    instruction["name"]: bytes(instruction["discriminator"])
    for instruction in Idl.load("collateral_vault_v2").json["instructions"]
}


def keypair(name: str) -> Keypair:
    """The same one for the same name, in every run."""
    return Keypair.from_seed(sha256(name.encode()).digest())


MINT = keypair("mint").pubkey()


@dataclass(frozen=True)
class User:
    """Somebody with SOL, tokens and (once initialized) a vault."""

    name: str
    keys: Keypair = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", keypair(self.name))

    @property
    def address(self) -> Pubkey:
        return self.keys.pubkey()

    @property
    def vault(self) -> Pubkey:
        return vault_address(self.address)

    @property
    def tokens(self) -> Pubkey:
        return associated_token_address(self.address, MINT)

    def initialize(self) -> Instruction:
        """Make the vault."""
        return _vault_instruction(
            "initialize_vault",
            b"",
            AccountMeta(self.vault, False, True),
            AccountMeta(self.address, True, True),
            AccountMeta(MINT, False, False),
            AccountMeta(associated_token_address(self.vault, MINT), False, True),
            AccountMeta(TOKEN_PROGRAM, False, False),
            AccountMeta(ASSOCIATED_TOKEN_PROGRAM, False, False),
            AccountMeta(SYSTEM_PROGRAM, False, False),
        )

    def deposit(self, amount: int) -> Instruction:
        """Base units of the mint."""
        return self._move("deposit", amount)

    def withdraw(self, amount: int) -> Instruction:
        """Base units of the mint."""
        return self._move("withdraw", amount)

    def _move(self, name: str, amount: int) -> Instruction:
        return _vault_instruction(
            name,
            struct.pack("<Q", amount),
            AccountMeta(self.vault, False, True),
            AccountMeta(self.address, True, False),
            AccountMeta(self.tokens, False, True),
            AccountMeta(associated_token_address(self.vault, MINT), False, True),
            AccountMeta(TOKEN_PROGRAM, False, False),
        )


def _vault_instruction(name: str, arguments: bytes, *accounts: AccountMeta) -> Instruction:
    own = (AccountMeta(_EVENT_AUTHORITY, False, False), AccountMeta(VAULT_PROGRAM_ID, False, False))
    return Instruction(VAULT_PROGRAM_ID, _DISCRIMINATORS[name] + arguments, [*accounts, *own])


class VaultChain:
    """Sends transactions to a localnet that has the vault, the forwarder and funded users."""

    def __init__(self, localnet: Localnet) -> None:
        self.localnet = localnet
        self.rpc = Rpc(localnet.rpc_url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.rpc.__aexit__(None, None, None)

    async def send(self, signer: User, *instructions: Instruction, checked: bool = True) -> str:
        """A legacy transaction; gives its signature once the node has it. `checked`: the node simulates it first."""
        message = Message.new_with_blockhash(list(instructions), signer.address, await self._blockhash())
        return await self._send(bytes(Transaction([signer.keys], message, message.recent_blockhash)), checked)

    async def send_v0(self, signer: User, tables: Sequence[Any], *instructions: Instruction) -> str:
        """A v0 transaction with address lookup tables."""
        message = MessageV0.try_compile(signer.address, list(instructions), list(tables), await self._blockhash())
        return await self._send(bytes(VersionedTransaction(message, [signer.keys])), True)

    async def send_all(self, batch: Sequence[tuple[User, Instruction]]) -> list[str]:
        """One transaction for each, in this order, as JSON arrays."""
        blockhash = await self._blockhash()
        calls = []
        for number, (user, instruction) in enumerate(batch):
            # The logged number keeps equal transactions apart.
            mark = forward(FORWARDER_ID, Log(str(number)))
            message = Message.new_with_blockhash([instruction, mark], user.address, blockhash)
            encoded = base64.b64encode(bytes(Transaction([user.keys], message, blockhash))).decode()
            calls.append((encoded, {"encoding": "base64", "skipPreflight": True}))
        return [str(signature) for signature in await self.rpc.batch("sendTransaction", calls)]

    async def transaction(self, signature: str) -> dict[str, Any]:
        """The getTransaction result, once it is confirmed."""
        options = {"encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 1}

        async def confirmed() -> dict[str, Any] | None:
            result: dict[str, Any] | None = await self.rpc.call("getTransaction", signature, options)
            return result

        return await until(confirmed, f"{signature} is confirmed")

    async def _blockhash(self) -> Hash:
        latest = await self.rpc.call("getLatestBlockhash", {"commitment": "processed"})
        return Hash.from_string(latest["value"]["blockhash"])

    async def _send(self, wire: bytes, checked: bool) -> str:
        options = {"encoding": "base64", "skipPreflight": not checked, "preflightCommitment": "processed"}
        return str(await self.rpc.call("sendTransaction", base64.b64encode(wire).decode(), options))


@contextmanager
def vault_localnet(users: Sequence[User], directory: Path, *flags: str) -> Iterator[Localnet]:
    """A localnet with the vault (v1), the forwarder under two addresses, and tokens for the users."""
    accounts = {MINT: mint_account(), **{user.tokens: token_account(user) for user in users}}
    arguments = [
        *("--upgradeable-program", str(VAULT_PROGRAM_ID), str(program_elf_path("collateral_vault_v1")), "none"),
        *("--bpf-program", str(FORWARDER_ID), str(FORWARDER_SO)),
        *("--bpf-program", str(IMPOSTOR_ID), str(FORWARDER_SO)),
    ]
    for user in users:
        arguments += ["--mint", str(user.address)]
    for address, data in accounts.items():
        file = directory / f"{address}.json"
        file.write_text(json.dumps(_account(address, data)))
        arguments += ["--account", str(address), str(file)]
    with running_localnet(*arguments, *flags) as localnet:
        yield localnet


def _account(address: Pubkey, data: bytes) -> dict[str, Any]:
    encoded = [base64.b64encode(data).decode(), "base64"]
    account = {"lamports": 10_000_000, "data": encoded, "owner": str(TOKEN_PROGRAM), "executable": False}
    return {"pubkey": str(address), "account": account | {"rentEpoch": 0, "space": len(data)}}


def mint_account() -> bytes:
    """The mint's data."""
    return struct.pack("<I32sQBBI32s", 0, bytes(32), 2**63, 6, 1, 0, bytes(32))


def token_account(user: User) -> bytes:
    """The data of the user's token account."""
    fields = (bytes(MINT), bytes(user.address), STARTING_TOKENS, 0, bytes(32), 1, 0, 0, 0, 0, bytes(32))
    return struct.pack("<32s32sQI32sBIQQI32s", *fields)
