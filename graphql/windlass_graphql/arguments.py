"""What a field's arguments ask for, checked before any SQL and split into what the statement depends on and values."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_args

import strawberry

from windlass_graphql.addresses import address
from windlass_graphql.errors import BadArguments
from windlass_graphql.limits import LARGEST_LIST, LONGEST_TEXT
from windlass_graphql.pages import Page, page
from windlass_graphql.reads import Argument, Inline, Listing, One, Reads, Value


@dataclass(frozen=True)
class Bound:
    """A field's arguments."""

    given: tuple[str, ...] = ()
    """Names of those that narrow it down, in the order of their declaration."""
    filters: tuple[Hashable, ...] = ()
    """Their values."""
    page: Page | None = None

    @property
    def shape(self) -> Hashable:
        """Whatever has the same shape is answered by the same statement."""
        return self.given, self.page and self.page.shape

    @property
    def values(self) -> list[object]:
        """The statement's parameters, as `parameter_names` numbers them."""
        values: list[object] = [list(value) if isinstance(value, tuple) else value for value in self.filters]
        if self.page is not None:
            for place in (self.page.after, self.page.before):
                if place is not None:
                    values += [place.position, place.key]
            values.append(self.page.size)
        return values


NOTHING = Bound()


def bind(field: str, reads: Reads, arguments: Mapping[str, Any]) -> Bound:
    """Raises BadAddress, BadArguments, BadPageSize, BadCursor."""
    if isinstance(reads, Value | Inline):
        return NOTHING
    given = tuple(name for name in reads.arguments if arguments.get(name) is not None)
    if isinstance(reads, One) and reads.exactly and frozenset(given) not in reads.exactly:
        raise BadArguments(f"{field}: expected {reads.expected}")
    return Bound(
        given,
        tuple(_value(name, reads.arguments[name], arguments[name]) for name in given),
        page(reads.name, reads.orderings, arguments) if isinstance(reads, Listing) else None,
    )


def _value(name: str, argument: Argument, value: Any) -> Hashable:
    if isinstance(value, list):
        if len(value) > LARGEST_LIST:
            raise BadArguments(f"{name}: expected at most {LARGEST_LIST} items, got {len(value)}")
        # In one order, so that equal filters share a batch.
        return tuple(sorted({str(_plain(item)) for item in value}))
    if strawberry.ID in (argument.type, *get_args(argument.type)):
        return address(name, value)
    plain: Hashable = _plain(value)
    if isinstance(plain, str) and (len(plain) > LONGEST_TEXT or not plain.isprintable()):
        raise BadArguments(f"{name}: expected at most {LONGEST_TEXT} printable characters, got {plain[:60]!r}")
    return plain


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
