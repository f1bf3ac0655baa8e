"""Pages of lists, each item at a place that never changes, or at one that changes with what the list goes by."""

import base64
import binascii
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from windlass_graphql.errors import BadArguments, BadCursor, BadPageSize

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
NEWEST_FIRST = "newest_first"
OLDEST_FIRST = "oldest_first"

_ADDRESS = "[1-9A-HJ-NP-Za-km-z]{32,44}"
_CURSOR = re.compile(rf"([a-z]+(?:\.[a-z]+)?):(0|[1-9][0-9]{{0,19}}):({_ADDRESS}(?:/(?:{_ADDRESS}|[0-9]{{19}}))?)")
_LARGEST = {"bigint": 2**63 - 1, "numeric": 2**64 - 1}
"""Positions, by PostgreSQL's type; numeric is what u64 are kept in."""


@dataclass(frozen=True)
class Place:
    """Where an item stands in its list: by position (a slot, sequence number, amount), ties broken by key."""

    position: int
    key: str


@dataclass(frozen=True)
class Ordering:
    """What a list goes by."""

    column: str
    ascends: bool
    label: str = ""
    """What cursors call the column; empty for the one that never changes."""
    cast: str = "bigint"

    def cursors_of(self, listing: str) -> str:
        """What cursors of the list say that they belong to."""
        return f"{listing}.{self.label}" if self.label else listing


PAGE_ARGUMENTS: tuple[tuple[str, Any, str, object], ...] = (
    ("first", int | None, f"How many from the beginning: 1 to {LARGEST_PAGE}, {DEFAULT_PAGE} unless told.", None),
    ("after", str | None, "A cursor of this list: only what follows it.", None),
    ("last", int | None, f"Instead of first: how many from the end, 1 to {LARGEST_PAGE}.", None),
    ("before", str | None, "A cursor of this list: only what comes before it.", None),
)
"""Name, type, description and default of what every connection takes beside its order."""


@dataclass(frozen=True)
class Page:
    """What part of a list is asked for."""

    size: int
    from_end: bool
    ordering: Ordering
    after: Place | None
    before: Place | None

    @property
    def ascends(self) -> bool:
        """Whether rows are read by rising position; from the end they are read backwards."""
        return self.ordering.ascends != self.from_end

    @property
    def shape(self) -> tuple[Hashable, ...]:
        """What the statement depends on."""
        return self.from_end, self.ordering, self.after is not None, self.before is not None


def encode_cursor(listing: str, ordering: Ordering, place: Place) -> str:
    """The cursor of an item, opaque to clients; it names its list and order so that another one refuses it."""
    text = f"{ordering.cursors_of(listing)}:{place.position}:{place.key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(listing: str, ordering: Ordering, cursor: str, argument: str = "after") -> Place:
    """The item's place. Raises BadCursor."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise BadCursor(argument, listing) from None
    match = _CURSOR.fullmatch(text)
    if match is None or match[1] != ordering.cursors_of(listing) or int(match[2]) > _LARGEST[ordering.cast]:
        raise BadCursor(argument, listing)
    return Place(int(match[2]), match[3])


def page(listing: str, orderings: Mapping[str, Ordering], arguments: Mapping[str, Any]) -> Page:
    """The page that a field's arguments ask for. Raises BadPageSize, BadCursor, BadArguments."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise BadArguments("expected first or last, got both")
    size: int = next((each for each in (first, last) if each is not None), DEFAULT_PAGE)
    if not 1 <= size <= LARGEST_PAGE:
        raise BadPageSize("first" if last is None else "last", size, LARGEST_PAGE)
    order = arguments.get("order", NEWEST_FIRST)
    ordering = orderings[getattr(order, "value", order)]
    after, before = (
        None if arguments.get(end) is None else decode_cursor(listing, ordering, arguments[end], end)
        for end in ("after", "before")
    )
    return Page(size, last is not None, ordering, after, before)
