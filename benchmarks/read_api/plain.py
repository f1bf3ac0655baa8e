"""The same two lists as a plain Strawberry service: typed rows, one dataloader, Strawberry's own ASGI application.

`python plain.py URL` serves it on a free port, which it prints.
"""

import socket
import sys
from datetime import datetime
from typing import Any, NewType

import asyncpg
import strawberry
import uvicorn
import uvloop
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig

Slot = NewType("Slot", int)
Context = dict[str, Any]


@strawberry.type
class Approval:
    member: strawberry.ID
    at: datetime
    slot: Slot
    signature: str


@strawberry.type
class Proposal:
    address: strawberry.ID
    id: Slot
    buffer: strawberry.ID | None
    proposer: strawberry.ID
    created_at: datetime
    created_slot: Slot
    created_signature: str

    @strawberry.field
    async def approvals(self, info: strawberry.Info[Context, None]) -> list[Approval]:
        """Through the dataloader."""
        found: list[Approval] = await info.context["approvals"].load(self.address)
        return found


@strawberry.type
class Proposals:
    nodes: list[Proposal]


@strawberry.type
class Query:
    @strawberry.field
    async def proposals(self, info: strawberry.Info[Context, None], first: int) -> Proposals:
        """The newest."""
        rows = await info.context["pool"].fetch(
            """SELECT address, id, buffer, proposer, created_at, created_slot, created_signature
               FROM upgrade_proposals ORDER BY created_slot DESC, address DESC LIMIT $1""",
            first,
        )
        return Proposals(nodes=[Proposal(**row) for row in rows])


class Service(GraphQL[Context, None]):
    """With a pool, and a dataloader for each request."""

    pool: Any = None

    async def get_context(self, request: Any, response: Any) -> Context:
        """What resolvers use."""

        async def load(keys: list[str]) -> list[list[Approval]]:
            rows = await self.pool.fetch(
                """SELECT proposal, member, at, slot, signature FROM approval_history
                   WHERE proposal = ANY ($1::text[]) AND vote = 'approve' ORDER BY proposal, seq""",
                keys,
            )
            found: dict[str, list[Approval]] = {key: [] for key in keys}
            for row in rows:
                found[row["proposal"]].append(
                    Approval(**{name: row[name] for name in ("member", "at", "slot", "signature")})
                )
            return [found[key] for key in keys]

        return {"pool": self.pool, "approvals": DataLoader(load)}


async def _serve(url: str) -> None:
    schema = strawberry.Schema(
        Query, config=StrawberryConfig(scalar_map={Slot: strawberry.scalar(name="Slot", serialize=int)})
    )
    service = Service(schema)
    service.pool = await asyncpg.create_pool(url, min_size=10, max_size=10)
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    await uvicorn.Server(uvicorn.Config(service, log_config=None, access_log=False)).serve([listening])


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1]))
