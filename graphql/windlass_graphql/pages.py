"""Pages of lists that grow at the front: newest first, each item at a place that never changes."""

import base64
import binascii
import re
from dataclasses import dataclass

from windlass_graphql.errors import BadCursor, BadPageSize

LARGEST_PAGE = 100
DEFAULT_PAGE = 20

_CURSOR = re.compile(r"([a-z]+):(0|[1-9][0-9]{0,18}):([1-9A-HJ-NP-Za-km-z]{32,44}(?:/[1-9A-HJ-NP-Za-km-z]{32,44})?)")
_LARGEST_BIGINT = 2**63 - 1


@dataclass(frozen=True)
class Place:
    """Where an item stands in its list: by position (slot, sequence number or version), ties broken by key."""

    position: int
    key: str


@dataclass(frozen=True)
class Page:
    """What part of a list is asked for."""

    first: int
    after: Place | None

    @property
    def position(self) -> int | None:
        """The position to go on after."""
        return self.after.position if self.after else None

    @property
    def key(self) -> str | None:
        """The key to go on after."""
        return self.after.key if self.after else None

    @property
    def limit(self) -> int:
        """One row more than the page: whether there is a next one."""
        return self.first + 1


def encode_cursor(listing: str, place: Place) -> str:
    """The cursor of an item, opaque to clients; it names its list so that another list refuses it."""
    text = f"{listing}:{place.position}:{place.key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(listing: str, cursor: str) -> Place:
    """The item's place. Raises BadCursor."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise BadCursor(listing) from None
    match = _CURSOR.fullmatch(text)
    if match is None or match[1] != listing or int(match[2]) > _LARGEST_BIGINT:
        raise BadCursor(listing)
    return Place(int(match[2]), match[3])


def page(listing: str, first: int, after: str | None) -> Page:
    """The page that a field's arguments ask for. Raises BadPageSize, BadCursor."""
    if not 1 <= first <= LARGEST_PAGE:
        raise BadPageSize(first, LARGEST_PAGE)
    return Page(first, None if after is None else decode_cursor(listing, after))
