"""How a field of the schema is read, declared beside it: the compiler and the resolvers both go by this.

SQL here is over the rows of a fragment of sql/, which are `{t}`, and the parent's row, `{parent.column}` (text unless
`{parent.column:type}` tells). A field without a declaration is the column of its own name. Declarations are compared by
identity: each belongs to one field.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, TypeAlias, get_args

from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.types import get_object_definition
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from windlass_graphql.orders import BY_AGE, Orders
from windlass_graphql.pages import PAGE_ARGUMENTS, Ordering


@dataclass(frozen=True, eq=False)
class Argument:
    """An argument that narrows down what is read."""

    type: Any
    """Annotation of its type; whether it can be left out follows from it."""
    description: str
    where: str
    """The condition, with the argument as `{value}`."""
    cast: str = "text"
    """PostgreSQL's type of the value."""


@dataclass(frozen=True, eq=False)
class Value:
    """A single value that belongs to no row."""

    sql: str


@dataclass(frozen=True, eq=False)
class Inline:
    """An object out of columns of the same row: those of its fields that have another name there."""

    columns: Mapping[str, str] = field(default_factory=dict)
    present: str | None = None
    """The column that is null where the object is."""


@dataclass(frozen=True, eq=False)
class One:
    """An object of its own; null where no row is found."""

    fragment: str
    on: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    """What the fragment's `$name` stand for."""
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    exactly: tuple[frozenset[str], ...] = ()
    """The sets of arguments of which just one has to be given whole."""
    expected: str = ""
    """The same in words."""


@dataclass(frozen=True, eq=False)
class Many:
    """A list without pages."""

    fragment: str
    order: str
    most: int = 16
    """What bounds it: by itself the largest council that the chain allows."""
    on: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Listing:
    """A connection, ordered by a position that never changes, or one of others, and a key that breaks ties."""

    name: str
    """What its cursors say they belong to."""
    fragment: str
    position: str
    """The column: a slot, sequence number or version."""
    key: str
    """The column: base58, or two of them with a slash."""
    on: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    orders: Orders = BY_AGE

    @property
    def orderings(self) -> Mapping[str, Ordering]:
        """What it can go by, by the values of the orders' enum."""
        return self.orders.of(self.position)


Related: TypeAlias = One | Many | Listing
Reads: TypeAlias = Value | Inline | Related


class ReadField(StrawberryField):
    """A field whose resolver is its declaration."""

    @property
    def is_basic_field(self) -> bool:
        """No: its parent does not hold it."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
        """What the source's reader finds."""
        return source.read(self.python_name, self.metadata["reads"], kwargs)


def reading(description: str, reads: Reads, deprecation_reason: str | None = None) -> Any:
    """A field that is read as declared; the type is its annotation's."""
    made = ReadField(description=description, metadata={"reads": reads}, deprecation_reason=deprecation_reason)
    declared = {} if isinstance(reads, Value | Inline) else dict(reads.arguments)
    made.arguments = [
        StrawberryArgument(
            python_name=name,
            graphql_name=None,
            type_annotation=StrawberryAnnotation(argument.type),
            description=argument.description,
            default=None if NoneType in get_args(argument.type) else UNSET,
        )
        for name, argument in declared.items()
    ]
    if isinstance(reads, Listing):
        made.arguments += [
            StrawberryArgument(
                python_name=name,
                graphql_name=None,
                type_annotation=StrawberryAnnotation(type_),
                description=said,
                default=default,
            )
            for name, type_, said, default in (*PAGE_ARGUMENTS, reads.orders.argument)
        ]
    return made


def declared(type_: type, field: str) -> Any:
    """How a type's field is read."""
    found = next(each for each in get_object_definition(type_, strict=True).fields if each.python_name == field)
    return found.metadata["reads"]
