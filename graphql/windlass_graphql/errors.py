"""What can go wrong, in one tree.

WindlassGraphQLError
├── StartupError            the server cannot start: one sentence that says why and what to do
│   └── NotMigrated         the tables are not there (yet)
└── ApiError                shown to clients, with `extensions.code`
    ├── BadAddress          BAD_ADDRESS
    ├── BadCursor           BAD_CURSOR
    ├── CursorGone          CURSOR_GONE
    ├── BadPageSize         BAD_PAGE_SIZE
    ├── BadArguments        BAD_ARGUMENTS
    ├── TooMuch             TOO_COMPLEX
    ├── TooManyValues       TOO_COMPLEX
    ├── NotPersisted        PERSISTED_QUERY_NOT_FOUND
    ├── OnlyPersisted       PERSISTED_QUERIES_ONLY
    ├── BadRequest          BAD_REQUEST
    ├── FellBehind          FELL_BEHIND
    ├── Interrupted         INTERRUPTED
    ├── QueryTimedOut       TIMEOUT
    └── DatabaseUnavailable UNAVAILABLE

Whatever else is raised while a query runs is logged and shown as INTERNAL without its text.
"""

from typing import ClassVar


class WindlassGraphQLError(Exception):
    """The read API could not do what was asked."""


class StartupError(WindlassGraphQLError):
    """The server cannot start."""


class NotMigrated(StartupError):
    """The database does not hold the tables; whoever starts everything at once has them in a moment."""

    def __init__(self, shown_url: str) -> None:
        super().__init__(
            f"The database {shown_url} does not hold Windlass's tables; run `windlass-indexer migrate` first."
        )


class ApiError(WindlassGraphQLError):
    """A query cannot be answered; the message is meant for its sender."""

    code: ClassVar[str]

    @property
    def extensions(self) -> dict[str, str]:
        """What graphql-core copies into the error of the response."""
        return {"code": self.code}


class BadAddress(ApiError):
    """An argument is not the base58 text of 32 bytes."""

    code = "BAD_ADDRESS"

    def __init__(self, argument: str, value: str) -> None:
        super().__init__(
            f"{argument}: expected an address (32 bytes in base58, 32 to 44 characters), "
            f"got {value[:60]!r} ({len(value)} characters)"
        )


class BadCursor(ApiError):
    """A cursor is not one that the same list handed out."""

    code = "BAD_CURSOR"

    def __init__(self, argument: str, listing: str) -> None:
        super().__init__(
            f"{argument}: expected a cursor that `{listing}` handed out in this order (an edge's cursor, one of "
            "pageInfo's, or a message's); leave it out to begin at the list's end"
        )


class CursorGone(ApiError):
    """What happened since a cursor is not kept any more."""

    code = "CURSOR_GONE"

    def __init__(self, feed: str) -> None:
        super().__init__(
            f"after: what happened to `{feed}` since that cursor is not kept any more, so some of it would be missed; "
            "subscribe without `after`, with includeCurrent: true to begin with what is there"
        )


class BadPageSize(ApiError):
    """`first` or `last` is out of range."""

    code = "BAD_PAGE_SIZE"

    def __init__(self, argument: str, size: int, largest: int) -> None:
        super().__init__(f"{argument}: expected 1 to {largest}, got {size}; page on with a cursor")


class BadArguments(ApiError):
    """Arguments that do not go together."""

    code = "BAD_ARGUMENTS"


class TooMuch(ApiError):
    """The pages that are asked for hold too much together."""

    code = "TOO_COMPLEX"

    def __init__(self, objects: int, largest: int) -> None:
        super().__init__(
            f"the operation asks for up to {objects} objects, {largest} are allowed; ask for smaller pages, "
            "or in several requests"
        )


class TooManyValues(ApiError):
    """The variables hold too much."""

    code = "TOO_COMPLEX"

    def __init__(self, largest: int) -> None:
        super().__init__(f"the variables hold more than the allowed {largest} values; ask for less at once")


class NotPersisted(ApiError):
    """A document is asked for by a name that the server does not know. Clients that can send the text do so then, and
    know this by the code, which is Apollo's.
    """

    code = "PERSISTED_QUERY_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(
            f"no document is known by the id {id[:80]!r}; send its text as `query`, or have it added to the "
            "server's persisted queries"
        )


class OnlyPersisted(ApiError):
    """A document's text came where only known documents are answered."""

    code = "PERSISTED_QUERIES_ONLY"

    def __init__(self) -> None:
        super().__init__(
            "this server answers only the documents on its list, and this one is not; have it added to the "
            "server's persisted queries"
        )


class BadRequest(ApiError):
    """A request is none of GraphQL's."""

    code = "BAD_REQUEST"


class FellBehind(ApiError):
    """A subscriber read more slowly than changes came."""

    code = "FELL_BEHIND"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"this subscription fell behind by more than {limit} changes and was ended; "
            "subscribe again after the last cursor (or with includeCurrent: true), or narrow it down"
        )


class Interrupted(ApiError):
    """The server could not go on telling changes, and will begin anew."""

    code = "INTERRUPTED"

    def __init__(self) -> None:
        super().__init__(
            "something went wrong on the server while it told changes, so this subscription was ended before it could "
            "miss any; subscribe again after the last cursor (or with includeCurrent: true)"
        )


class QueryTimedOut(ApiError):
    """The database gave up on the statement."""

    code = "TIMEOUT"

    def __init__(self) -> None:
        super().__init__("the query took too long and was stopped; ask for fewer items or for less of each")


class DatabaseUnavailable(ApiError):
    """The database cannot be reached at the moment, or every connection to it is busy."""

    code = "UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("the database cannot be reached at the moment; try again shortly")
