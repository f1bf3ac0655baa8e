"""Pages of lists that grow at one end, each item at a place that never changes."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry

from windlass_graphql.errors import BadArguments, BadCursor, BadPageSize

LARGEST_PAGE = 100
DEFAULT_PAGE = 20

_ADDRESS = "[1-9A-HJ-NP-Za-km-z]{32,44}"
_CURSOR = re.compile(rf"([a-z]+):(0|[1-9][0-9]{{0,18}}):({_ADDRESS}(?:/(?:{_ADDRESS}|[0-9]{{19}}))?)")
_LARGEST_BIGINT = 2**63 - 1


@dataclass(frozen=True)
class Place:
    """Where an item stands in its list: by position (slot, sequence number or version), ties broken by key."""

    position: int
    key: str


@strawberry.enum(description="The order of a list.")
class Order(Enum):
    """By position."""

    NEWEST_FIRST = strawberry.enum_value("newest_first", description="The default.")
    OLDEST_FIRST = strawberry.enum_value("oldest_first", description="What arrives is added at the end.")


PAGE_ARGUMENTS: tuple[tuple[str, Any, str, object], ...] = (
    ("first", int | None, f"How many from the beginning: 1 to {LARGEST_PAGE}, {DEFAULT_PAGE} unless told.", None),
    ("after", str | None, "A cursor of this list: only what follows it.", None),
    ("last", int | None, f"Instead of first: how many from the end, 1 to {LARGEST_PAGE}.", None),
    ("before", str | None, "A cursor of this list: only what comes before it.", None),
    ("order", Order, "Newest first unless told.", Order.NEWEST_FIRST),
)
"""Name, type, description and default of what every connection takes."""


@dataclass(frozen=True)
class Page:
    """What part of a list is asked for."""

    size: int
    from_end: bool
    oldest_first: bool
    after: Place | None
    before: Place | None

    @property
    def ascends(self) -> bool:
        """Whether rows are read by rising position; from the end they are read backwards."""
        return self.oldest_first != self.from_end

    @property
    def shape(self) -> tuple[bool, ...]:
        """What the statement depends on."""
        return self.from_end, self.oldest_first, self.after is not None, self.before is not None


def encode_cursor(listing: str, place: Place) -> str:
    """The cursor of an item, opaque to clients; it names its list so that another list refuses it."""
    text = f"{listing}:{place.position}:{place.key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(listing: str, cursor: str, argument: str = "after") -> Place:
    """The item's place. Raises BadCursor."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise BadCursor(argument, listing) from None
    match = _CURSOR.fullmatch(text)
    if match is None or match[1] != listing or int(match[2]) > _LARGEST_BIGINT:
        raise BadCursor(argument, listing)
    return Place(int(match[2]), match[3])


def page(listing: str, arguments: Mapping[str, Any]) -> Page:
    """The page that a field's arguments ask for. Raises BadPageSize, BadCursor, BadArguments."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise BadArguments("expected first or last, got both")
    size: int = next((each for each in (first, last) if each is not None), DEFAULT_PAGE)
    if not 1 <= size <= LARGEST_PAGE:
        raise BadPageSize("first" if last is None else "last", size, LARGEST_PAGE)
    after, before = (
        None if arguments.get(end) is None else decode_cursor(listing, arguments[end], end)
        for end in ("after", "before")
    )
    order = arguments.get("order", Order.NEWEST_FIRST)
    oldest_first = getattr(order, "value", order) == Order.OLDEST_FIRST.value
    return Page(size, last is not None, oldest_first, after, before)
