"""How resolvers read: one statement for each kind of thing, all of them of one moment."""

from collections.abc import Awaitable, Callable
from typing import Any

from integration.graphql_api.service import reader_url
from stack.read_model import ReadModel
from windlass_graphql.changes import Hub
from windlass_graphql.context import Context
from windlass_graphql.database import Row, open_database
from windlass_graphql.schema import schema


class _Watched:
    """The database, with what is read written down and something done after each statement."""

    def __init__(self, database: Any, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self._source = database
        self._then = then
        self.read: list[str] = []

    def snapshot(self) -> "_Watched":
        self._source = self._source.snapshot()
        return self

    async def fetch_sql(self, sql: str, *arguments: object) -> list[Row]:
        self.read.append(sql)
        rows: list[Row] = await self._source.fetch_sql(sql, *arguments)
        if self._then is not None:
            await self._then()
        return rows

    async def close(self) -> None:
        await self._source.close()


async def _ask(watched: _Watched, query: str) -> dict[str, Any]:
    result = await schema.execute(query, context_value=Context(watched, Hub()))  # type: ignore[arg-type]
    assert result.errors is None
    assert result.data is not None
    return result.data


async def test_nested_lists_take_one_statement_for_each_kind_of_thing(database: str, read_model: ReadModel) -> None:
    for _ in range(4):
        governance = await read_model.govern()
        for _ in range(3):
            await read_model.approve(await read_model.propose(governance))
    async with open_database(reader_url(database)) as opened:
        watched = _Watched(opened)
        data = await _ask(
            watched,
            """{ proposals { nodes {
                approvals { member } cancelVotes { member } verification { seq }
                program { address multisig { address } upgrades { nodes { version } } }
                multisig { members { key } programs { nodes { address } } proposals { nodes { id } } }
            } } }""",
        )
    assert len(data["proposals"]["nodes"]) == 12
    # Proposals, approvals, votes to cancel, streams, programs, multisigs, upgrades, members, programs and proposals.
    assert len(watched.read) == len(set(watched.read)) == 10


async def test_an_answer_never_mixes_two_moments(database: str, read_model: ReadModel) -> None:
    proposal = await read_model.propose(await read_model.govern())
    await read_model.approve(proposal)

    async def approve_meanwhile() -> None:
        if len(proposal.approvals) < 3:
            await read_model.approve(proposal)

    async with open_database(reader_url(database)) as opened:
        watched = _Watched(opened, then=approve_meanwhile)
        data = await _ask(watched, "{ proposals { nodes { approvalCount approvals { member } } } }")
    assert len(proposal.approvals) == 3
    (found,) = data["proposals"]["nodes"]
    assert found["approvalCount"] == len(found["approvals"]) == 1
