"""A Solana RPC node, as far as commands ask it anything.

Reads go through solana-py. Simulating, sending and asking for statuses go as plain JSON: the errors inside those
answers are an open set, and solders' types know only those of their day.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from solana.exceptions import SolanaRpcException
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Commitment
from solana.rpc.core import RPCException
from solders.hash import Hash
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from windlass_programs.addresses import CLOCK_SYSVAR

from windlass_commands.errors import RpcError, RpcRefused, RpcUnreachable
from windlass_commands.pace import Pace
from windlass_commands.packed_accounts import ListingReader, PackedAccounts
from windlass_commands.retry import ATTEMPTS, retrying

T = TypeVar("T")

COMMITMENTS = ("processed", "confirmed", "finalized")
MAX_ACCOUNTS_A_CALL = 100
MAX_STATUSES_A_CALL = 256
SEND_OPTIONS = {"encoding": "base64", "skipPreflight": True, "maxRetries": 0}
# A node may look through millions of accounts before it answers.
LISTING_SECONDS = 300


@dataclass(frozen=True)
class Account:
    """An account as the node holds it at the commitment asked for. Lamports, and data as bytes."""

    address: Pubkey
    lamports: int
    owner: Pubkey
    data: bytes
    executable: bool


@dataclass(frozen=True)
class Clock:
    """The Clock sysvar: the slot, and the chain's own time in unix seconds."""

    slot: int
    unix_timestamp: int


@dataclass(frozen=True)
class Simulation:
    """What would have happened. `error` is None or Solana's JSON form; `units` are compute units consumed."""

    error: Any
    logs: list[str]
    units: int


@dataclass(frozen=True)
class Status:
    """How far a transaction has got. `error` is None or Solana's JSON form."""

    slot: int
    error: Any
    commitment: str

    def reached(self, commitment: str) -> bool:
        """True once it is at least at `commitment`."""
        return COMMITMENTS.index(self.commitment) >= COMMITMENTS.index(commitment)


class Rpc:
    """One node. Every method raises RpcUnreachable or RpcRefused; reads are retried where that can help."""

    def __init__(
        self, url: str, commitment: str = "confirmed", *, timeout: float = 30, pace: Pace | None = None
    ) -> None:
        self.url = url
        self._pace = pace or Pace()
        self.commitment = commitment
        self._client = AsyncClient(url, commitment=Commitment(commitment), timeout=timeout)
        self._http = httpx.AsyncClient(timeout=timeout, limits=httpx.Limits(max_connections=128))

    async def __aenter__(self) -> Rpc:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        await self._http.aclose()

    async def account(self, address: Pubkey) -> Account | None:
        """The account at `address`, or None where there is nothing."""
        return (await self.accounts([address]))[0]

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """The accounts at `addresses`, in their order, None where there is nothing."""
        found: list[Account | None] = []
        for start in range(0, len(addresses), MAX_ACCOUNTS_A_CALL):
            part = list(addresses[start : start + MAX_ACCOUNTS_A_CALL])
            values = (await self._read(lambda part=part: self._client.get_multiple_accounts(part))).value  # type: ignore[misc]
            for address, value in zip(part, values, strict=True):
                found.append(
                    None
                    if value is None
                    else Account(address, value.lamports, value.owner, bytes(value.data), value.executable)
                )
        return found

    async def program_accounts(
        self, owner: Pubkey, filters: Sequence[Mapping[str, Any]], part: tuple[int, int] | None = (0, 0)
    ) -> list[Account]:
        """The accounts of program `owner` that pass the filters, as far as this node lists them.

        Their data is `part` of it, (offset, length); nothing of it by default, None for all.
        """
        options: dict[str, Any] = {"encoding": "base64", "commitment": self.commitment, "filters": list(filters)}
        if part is not None:
            options["dataSlice"] = {"offset": part[0], "length": part[1]}
        found = await self.call("getProgramAccounts", str(owner), options)
        return [
            Account(
                Pubkey.from_string(each["pubkey"]),
                each["account"]["lamports"],
                owner,
                base64.b64decode(each["account"]["data"][0]),
                each["account"]["executable"],
            )
            for each in found
        ]

    async def packed_accounts(self, owner: Pubkey, filters: Sequence[Mapping[str, Any]]) -> PackedAccounts:
        """As `program_accounts` without data, for any number of accounts: read while the answer arrives."""
        options = {
            "encoding": "base64",
            "commitment": self.commitment,
            "filters": list(filters),
            "dataSlice": {"offset": 0, "length": 0},
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "getProgramAccounts", "params": [str(owner), options]}

        async def once() -> PackedAccounts:
            reader = ListingReader()
            async with self._http.stream("POST", self.url, json=body, timeout=LISTING_SECONDS) as response:
                response.raise_for_status()
                async for piece in response.aiter_bytes():
                    reader.take(piece)
            if not len(reader.accounts):
                self._result(json.loads(reader.rest), "getProgramAccounts")
            return reader.accounts

        return await self._translated(once, repeatable=True)

    async def balance(self, address: Pubkey) -> int:
        """Lamports at `address`; 0 where there is no account."""
        return (await self._read(lambda: self._client.get_balance(address))).value

    async def rent(self, size: int) -> int:
        """Lamports that exempt an account of `size` bytes from rent."""
        return (await self._read(lambda: self._client.get_minimum_balance_for_rent_exemption(size))).value

    async def fee(self, message: Message) -> int:
        """Lamports that `message` costs in fees; 5,000 a signature where the node cannot tell."""
        answer = await self._read(lambda: self._client.get_fee_for_message(message))
        return answer.value if answer.value is not None else 5_000 * message.header.num_required_signatures

    async def latest_blockhash(self) -> tuple[Hash, int]:
        """A recent blockhash and the last block height at which it is valid."""
        value = (await self._read(self._client.get_latest_blockhash)).value
        return value.blockhash, value.last_valid_block_height

    async def block_height(self) -> int:
        """The height that a blockhash's validity is measured by."""
        return (await self._read(self._client.get_block_height)).value

    async def slot(self, commitment: str | None = None) -> int:
        """The newest slot at `commitment` (by default this node object's)."""
        level = Commitment(commitment or self.commitment)
        return (await self._read(lambda: self._client.get_slot(level))).value

    async def genesis_hash(self) -> str:
        """Which cluster this is."""
        return str((await self._read(self._client.get_genesis_hash)).value)

    async def clock(self) -> Clock:
        """The chain's own clock, which timelocks are measured by."""
        account = await self.account(CLOCK_SYSVAR)
        if account is None or len(account.data) < 40:
            raise RpcUnreachable(f"The node at {self.url} has no Clock sysvar, so it is no Solana cluster.")
        slot, _, _, _, unix_timestamp = struct.unpack_from("<QqQQq", account.data)
        return Clock(slot, unix_timestamp)

    async def simulate(self, transaction: bytes) -> Simulation:
        """Run a transaction without its signatures being checked, under a fresh blockhash, and undo it."""
        options = {
            "encoding": "base64",
            "sigVerify": False,
            "replaceRecentBlockhash": True,
            "commitment": self.commitment,
        }
        value = (await self.call("simulateTransaction", _base64(transaction), options))["value"]
        return Simulation(value["err"], value.get("logs") or [], value.get("unitsConsumed") or 0)

    async def send(self, transaction: bytes) -> Signature:
        """Hand a signed transaction to the node, without preflight: commands simulate before they sign."""
        return Signature.from_string(await self.call("sendTransaction", _base64(transaction), SEND_OPTIONS))

    async def send_all(self, transactions: Sequence[bytes]) -> list[bool]:
        """As `send`, several in one request: which of them the node took."""
        answers = await self._answers("sendTransaction", [(_base64(each), SEND_OPTIONS) for each in transactions])
        return ["result" in answer for answer in answers]

    async def statuses(self, signatures: Sequence[Signature]) -> list[Status | None]:
        """How far each transaction has got, None where the node does not know it."""
        found: list[Status | None] = []
        for start in range(0, len(signatures), MAX_STATUSES_A_CALL):
            part = [str(signature) for signature in signatures[start : start + MAX_STATUSES_A_CALL]]
            for value in (await self.call("getSignatureStatuses", part))["value"]:
                found.append(
                    None
                    if value is None
                    # A node that says nothing of the commitment has rooted the transaction's slot.
                    else Status(value["slot"], value["err"], value.get("confirmationStatus") or "finalized")
                )
        return found

    async def call(self, method: str, *params: Any, repeatable: bool = True) -> Any:
        """One JSON-RPC call; its result as plain JSON. `repeatable` calls are tried again where that can help."""

        async def once() -> Any:
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
            response = await self._http.post(self.url, json=body)
            response.raise_for_status()
            return self._result(response.json(), method)

        return await self._translated(once, repeatable=repeatable)

    async def batch(self, method: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        """The same method with different parameters, in one request; the results in their order."""

        return [self._result(answer, method) for answer in await self._answers(method, calls)]

    async def _answers(self, method: str, calls: Sequence[Sequence[Any]]) -> list[Any]:
        async def once() -> list[Any]:
            body = [
                {"jsonrpc": "2.0", "id": place, "method": method, "params": list(params)}
                for place, params in enumerate(calls)
            ]
            response = await self._http.post(self.url, json=body)
            response.raise_for_status()
            return sorted(response.json(), key=lambda answer: answer["id"])

        return await self._translated(once, repeatable=True, requests=len(calls)) if calls else []

    def _result(self, answer: Any, method: str) -> Any:
        if "error" in answer:
            error = answer["error"]
            raise RpcRefused(
                f"The node at {self.url} refused {method}: {error.get('message')} (code {error.get('code')}).",
                error.get("code", 0),
                error.get("data"),
            )
        return answer["result"]

    async def _read(self, ask: Callable[[], Awaitable[T]]) -> T:
        return await self._translated(ask, repeatable=True)

    async def _translated(self, ask: Callable[[], Awaitable[T]], *, repeatable: bool, requests: int = 1) -> T:
        try:
            async for attempt in retrying(ATTEMPTS if repeatable else 1):
                with attempt:
                    await self._pace.wait(requests)
                    return await ask()
            raise AssertionError("tenacity reraises or returns")
        except RpcError:
            raise
        except RPCException as error:
            detail = error.args[0] if error.args else error
            raise RpcRefused(
                f"The node at {self.url} refused the request: {getattr(detail, 'message', detail)}.",
                getattr(detail, "code", 0),
            ) from error
        except (SolanaRpcException, httpx.HTTPError, httpx.InvalidURL) as error:
            raise RpcUnreachable(self._unreachable(error.__cause__ or error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise RpcUnreachable(
                f"What answers at {self.url} is no Solana RPC node; expected a JSON-RPC answer. Check --url."
            ) from error

    def _unreachable(self, error: BaseException) -> str:
        if isinstance(error, httpx.HTTPStatusError):
            return (
                f"The RPC address {self.url} answered HTTP {error.response.status_code} instead of 200; "
                "check --url and any access token in it."
            )
        if isinstance(error, httpx.TimeoutException):
            return f"The RPC node at {self.url} did not answer in time; check --url, or try again."
        return (
            f"No RPC node can be reached at {self.url} ({error or type(error).__name__}); start one, or name another "
            "with --url or WINDLASS_RPC_URL."
        )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
