"""A JSON-RPC client that shows answers as they are: what a library hides is what a test asks about."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

DEADLINE_SECONDS = 90.0
SOL = 1_000_000_000


class RpcFailure(Exception):
    """The answer was an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data: Any = error.get("data")


async def until(condition: Callable[[], Awaitable[Any]], what: str) -> Any:
    """The first truthy value of `condition`; fails after the deadline, naming `what`."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        value = await condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {DEADLINE_SECONDS} s")
        await asyncio.sleep(0.005)


class Rpc:
    """Calls methods of one endpoint."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=DEADLINE_SECONDS)

    async def __call__(self, method: str, *params: Any) -> Any:
        """The result. Raises RpcFailure."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = (await self.http.post("/", json=body)).json()
        if "error" in answer:
            raise RpcFailure(answer["error"])
        return answer["result"]

    async def blockhash(self) -> Hash:
        """The newest blockhash."""
        answer = await self("getLatestBlockhash", {"commitment": "processed"})
        return Hash.from_string(answer["value"]["blockhash"])

    async def funded(self, lamports: int = 100 * SOL) -> Keypair:
        """A new key with lamports, confirmed."""
        key = Keypair()
        await self.confirmed(await self("requestAirdrop", str(key.pubkey()), lamports))
        return key

    async def signed(
        self, instructions: Sequence[Instruction], *signers: Keypair, blockhash: Hash | None = None
    ) -> VersionedTransaction:
        """A legacy transaction that the first signer pays for."""
        blockhash = blockhash or await self.blockhash()
        message = Message.new_with_blockhash(instructions, signers[0].pubkey(), blockhash)
        return VersionedTransaction(message, signers)

    async def send(self, transaction: VersionedTransaction, *, skip_preflight: bool = False) -> str:
        """sendTransaction; the signature."""
        encoded = base64.b64encode(bytes(transaction)).decode()
        config = {"encoding": "base64", "skipPreflight": skip_preflight, "preflightCommitment": "processed"}
        signature: str = await self("sendTransaction", encoded, config)
        return signature

    async def run(self, instructions: Sequence[Instruction], *signers: Keypair) -> dict[str, Any]:
        """Send without preflight and wait until confirmed; the transaction as getTransaction shows it."""
        signature = await self.send(await self.signed(instructions, *signers), skip_preflight=True)
        return await self.confirmed(signature)

    async def confirmed(self, signature: str, commitment: str = "confirmed") -> dict[str, Any]:
        """The transaction, once it is at the commitment."""

        async def fetch() -> Any:
            config = {"commitment": commitment, "maxSupportedTransactionVersion": 0}
            return await self("getTransaction", signature, config)

        found: dict[str, Any] = await until(fetch, f"{signature} {commitment}")
        return found

    async def lamports(self, address: Pubkey, commitment: str = "processed") -> int:
        """An account's balance."""
        answer = await self("getBalance", str(address), {"commitment": commitment})
        balance: int = answer["value"]
        return balance

    async def data(self, address: Pubkey, commitment: str = "processed") -> bytes:
        """An account's data; fails when there is no such account."""
        config = {"commitment": commitment, "encoding": "base64"}
        value = (await self("getAccountInfo", str(address), config))["value"]
        assert value is not None, f"{address} does not exist"
        return base64.b64decode(value["data"][0])
