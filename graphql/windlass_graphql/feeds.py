"""What happened, numbered in the order of commits: whoever knows the number of the last thing heard of misses nothing.

The indexer draws the numbers under a lock that it holds until the commit, so none below one that was seen is still to
come. They are the database's: a cursor of one server is good at any other.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from windlass_graphql.changes import Change, Told
from windlass_graphql.database import Row, Source
from windlass_graphql.errors import BadCursor, CursorGone
from windlass_graphql.reader import Reader

PAGE = 500
"""Entries that are read at once."""
_NUMBER = re.compile("0|[1-9][0-9]{0,18}")
_LARGEST_BIGINT = 2**63 - 1


@dataclass(frozen=True)
class Feed:
    """Entries that are kept for days at least. One about the same as before may take its place with a new number."""

    kind: str
    """Of its changes, and of the notifications that say that there are new ones."""
    name: str
    """What its cursors say they belong to, and its queries in sql/feeds.sql."""
    rows: str | None
    """The query for the rows that entries are about, by their addresses; None where entries have all there is."""

    def cursor(self, number: int) -> str:
        """Says that everything up to this number was heard of."""
        return f"{self.name}:{number}"

    def number(self, cursor: str) -> int:
        """The number that a cursor stands for. Raises BadCursor."""
        name, _, digits = cursor.partition(":")
        if name != self.name or not _NUMBER.fullmatch(digits) or int(digits) > _LARGEST_BIGINT:
            raise BadCursor("after", self.name)
        return int(digits)

    async def newest(self, source: Source) -> int:
        """The number of the newest entry that there is or was; 0 where there was none."""
        (row,) = await source.fetch("newest", self.kind)
        number: int = row["change"]
        return number

    async def check_kept(self, source: Source, after: int) -> None:
        """Asked once entries were read: that none before them was given up. Raises CursorGone."""
        (row,) = await source.fetch("given_up", self.kind)
        if after < row["upto"]:
            raise CursorGone(self.name)

    async def entries(self, source: Source, after: int, until: int = _LARGEST_BIGINT) -> list[Row]:
        """The first entries after a number, at most a page of them."""
        return await source.fetch(f"{self.name}_after", after, until, PAGE)

    async def told(
        self, source: Source, entries: list[Row], wanted: Callable[[Change], bool], reader: Reader
    ) -> list[Told]:
        """The entries that are wanted, with what they are about as it is now: None where a fork took it back."""
        found = [(entry, change) for entry in entries if wanted(change := self._change(entry))]
        if self.rows is None:
            return [Told(change, entry, reader) for entry, change in found]
        addresses = list({change.key for _, change in found})
        rows = {row["address"]: row for row in await source.fetch(self.rows, addresses)} if addresses else {}
        return [Told(change, rows.get(change.key), reader) for _, change in found]

    def _change(self, entry: Row) -> Change:
        return Change(
            self.kind,
            entry["key"],
            entry["slot"],
            entry["seq"],
            multisig=entry["multisig_address"],
            program=entry["program_address"],
            owner=entry["owner"],
            proposal=entry["proposal_address"],
            topic=entry["topic"],
            members=frozenset(entry["members"] or ()),
            number=entry["change"],
        )


ALERTS = Feed("alert", "alerts", None)
PROPOSALS = Feed("proposal", "proposals", "proposals_by_address")
MIGRATIONS = Feed("migration", "migrations", "migrations_by_address")
VAULTS = Feed("vault", "vaults", "vaults_by_address")
TVLS = Feed("tvl", "tvls", "tvls_by_address")
FEEDS = (ALERTS, PROPOSALS, MIGRATIONS, VAULTS, TVLS)
