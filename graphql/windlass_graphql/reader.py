"""What the fields of one answer read: each kind of thing once for all its parents."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

from windlass_graphql.database import Row, Source
from windlass_graphql.pages import Page

Key = TypeVar("Key")
ProgramKey = tuple[str, str]
"""Multisig and program."""
States = tuple[str, ...] | None


@dataclass(frozen=True)
class PageOf(Generic[Key]):
    """A page of the list that belongs to a parent."""

    parent: Key
    page: Page
    states: States = None


class Reader:
    """Reads rows for one operation, or for one change that many subscribers are told.

    The loaders' futures are shared, so each caller waits behind a shield: a client that leaves must not cancel what
    another waits for.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._whole = DataLoader(self._load_whole)
        self._multisigs = DataLoader(self._load_multisigs)
        self._programs = DataLoader(self._load_programs)
        self._proposals = DataLoader(self._load_proposals)
        self._streams = DataLoader(self._load_streams)
        self._members = DataLoader(self._load_members)
        self._votes = DataLoader(self._load_votes)
        self._programs_of = DataLoader(self._load_programs_of)
        self._proposals_of_multisig = DataLoader(self._load_proposals_of_multisig)
        self._proposals_of_program = DataLoader(self._load_proposals_of_program)
        self._upgrades_of = DataLoader(self._load_upgrades_of)
        self._transactions_of = DataLoader(self._load_transactions_of)

    async def fetch(self, query: str, *arguments: object) -> list[Row]:
        """The rows of a query of sql/."""
        return await self._source.fetch(query, *arguments)

    def whole(self, query: str) -> Awaitable[list[Row]]:
        """The rows of a query without arguments, read once."""
        return asyncio.shield(self._whole.load(query))

    def multisig(self, address: str) -> Awaitable[Row | None]:
        """A multisig by its address."""
        return asyncio.shield(self._multisigs.load(address))

    def program(self, key: ProgramKey) -> Awaitable[Row | None]:
        """A program under a multisig."""
        return asyncio.shield(self._programs.load(key))

    def proposal(self, address: str) -> Awaitable[Row | None]:
        """A proposal by its address."""
        return asyncio.shield(self._proposals.load(address))

    def stream(self, address: str) -> Awaitable[Row | None]:
        """How far a stream is folded and verified."""
        return asyncio.shield(self._streams.load(address))

    def members(self, multisig: str) -> Awaitable[list[Row]]:
        """A multisig's members, in the account's order."""
        return asyncio.shield(self._members.load(multisig))

    def votes(self, proposal: str) -> Awaitable[list[Row]]:
        """A proposal's votes of both kinds, oldest first."""
        return asyncio.shield(self._votes.load(proposal))

    def programs_of(self, multisig: str, page: Page) -> Awaitable[list[Row]]:
        """A page of a multisig's programs (and one row more, as for every page)."""
        return asyncio.shield(self._programs_of.load(PageOf(multisig, page)))

    def proposals_of_multisig(self, multisig: str, page: Page, states: States) -> Awaitable[list[Row]]:
        """A page of a multisig's proposals."""
        return asyncio.shield(self._proposals_of_multisig.load(PageOf(multisig, page, states)))

    def proposals_of_program(self, program: ProgramKey, page: Page, states: States) -> Awaitable[list[Row]]:
        """A page of a program's proposals."""
        return asyncio.shield(self._proposals_of_program.load(PageOf(program, page, states)))

    def upgrades_of(self, program: ProgramKey, page: Page) -> Awaitable[list[Row]]:
        """A page of a program's executed upgrades."""
        return asyncio.shield(self._upgrades_of.load(PageOf(program, page)))

    def transactions_of(self, vault: str, page: Page) -> Awaitable[list[Row]]:
        """A page of a vault's deposits and withdrawals."""
        return asyncio.shield(self._transactions_of.load(PageOf(vault, page)))

    async def _load_whole(self, names: list[str]) -> list[list[Row]]:
        return [await self.fetch(name) for name in names]

    async def _load_multisigs(self, keys: list[str]) -> Sequence[Row | None]:
        return _one_each(keys, await self.fetch("multisigs_by_address", keys), "address")

    async def _load_proposals(self, keys: list[str]) -> Sequence[Row | None]:
        return _one_each(keys, await self.fetch("proposals_by_address", keys), "address")

    async def _load_streams(self, keys: list[str]) -> Sequence[Row | None]:
        return _one_each(keys, await self.fetch("streams_by_address", keys), "stream")

    async def _load_programs(self, keys: list[ProgramKey]) -> Sequence[Row | None]:
        rows = await self.fetch("programs_by_key", *_columns(keys))
        found = {(row["multisig_address"], row["address"]): row for row in rows}
        return [found.get(key) for key in keys]

    async def _load_members(self, keys: list[str]) -> list[list[Row]]:
        return _many_each(keys, await self.fetch("members_of_multisigs", keys), lambda row: row["multisig"])

    async def _load_votes(self, keys: list[str]) -> list[list[Row]]:
        return _many_each(keys, await self.fetch("votes_of_proposals", keys), lambda row: row["proposal"])

    async def _load_programs_of(self, keys: list[PageOf[str]]) -> list[list[Row]]:
        return await self._pages(
            keys,
            lambda parents, page, _: self.fetch("programs_of_multisigs", parents, page.position, page.key, page.limit),
            lambda row: row["multisig_address"],
        )

    async def _load_proposals_of_multisig(self, keys: list[PageOf[str]]) -> list[list[Row]]:
        return await self._pages(
            keys,
            lambda parents, page, states: self.fetch(
                "proposals_of_multisigs", parents, states, page.position, page.key, page.limit
            ),
            lambda row: row["multisig_address"],
        )

    async def _load_proposals_of_program(self, keys: list[PageOf[ProgramKey]]) -> list[list[Row]]:
        return await self._pages(
            keys,
            lambda parents, page, states: self.fetch(
                "proposals_of_programs", *_columns(parents), states, page.position, page.key, page.limit
            ),
            lambda row: (row["multisig_address"], row["program_address"]),
        )

    async def _load_upgrades_of(self, keys: list[PageOf[ProgramKey]]) -> list[list[Row]]:
        return await self._pages(
            keys,
            lambda parents, page, _: self.fetch(
                "upgrades_of_programs", *_columns(parents), page.position, page.key, page.limit
            ),
            lambda row: (row["multisig_address"], row["program_address"]),
        )

    async def _load_transactions_of(self, keys: list[PageOf[str]]) -> list[list[Row]]:
        return await self._pages(
            keys,
            lambda parents, page, _: self.fetch("transactions_of_vaults", parents, page.position, page.key, page.limit),
            lambda row: row["vault_address"],
        )

    async def _pages(
        self,
        keys: list[PageOf[Key]],
        read: Callable[[list[Key], Page, States], Awaitable[list[Row]]],
        parent_of: Callable[[Row], Key],
    ) -> list[list[Row]]:
        """Reads the same page of all parents at once; aliases with other arguments are pages of their own."""
        parents: defaultdict[tuple[Page, States], list[Key]] = defaultdict(list)
        for key in keys:
            parents[key.page, key.states].append(key.parent)
        found: dict[PageOf[Key], list[Row]] = {}
        for (page, states), asked in parents.items():
            rows = _many_each(asked, await read(asked, page, states), parent_of)
            found.update(zip((PageOf(parent, page, states) for parent in asked), rows, strict=True))
        return [found[key] for key in keys]


def _columns(keys: Iterable[ProgramKey]) -> tuple[list[str], list[str]]:
    keys = list(keys)
    return [multisig for multisig, _ in keys], [program for _, program in keys]


def _one_each(keys: list[str], rows: list[Row], column: str) -> list[Row | None]:
    found = {row[column]: row for row in rows}
    return [found.get(key) for key in keys]


def _many_each(keys: list[Key], rows: list[Row], parent_of: Callable[[Row], Key]) -> list[list[Row]]:
    found: dict[Key, list[Row]] = {key: [] for key in keys}
    for row in rows:
        found[parent_of(row)].append(row)
    return [found[key] for key in keys]
