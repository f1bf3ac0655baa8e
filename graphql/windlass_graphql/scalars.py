"""The scalars of the schema. GraphQL's own Int has 32 bits, which neither slots nor amounts fit into."""

from datetime import UTC, datetime
from typing import Any, NewType

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Int53 = NewType("Int53", int)
U64 = NewType("U64", int)
Amount = NewType("Amount", int)
Hash = NewType("Hash", bytes)
Json = NewType("Json", str)
"""JSON's text, as asyncpg gives it."""

LARGEST_INT53 = 2**53 - 1


def _serialize_int53(value: int) -> int:
    if not 0 <= value <= LARGEST_INT53:
        raise GraphQLError(f"Int53 holds 0 to {LARGEST_INT53}, got {value}")
    return value


def _parse_int53(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_INT53:
        raise GraphQLError(f"Int53: expected a whole number from 0 to {LARGEST_INT53}, got {value!r:.60}")
    return value


def _parse_u64(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 20 and int(value) < 2**64:
        return int(value)
    raise GraphQLError(f"U64: expected the digits of a number below 2^64 as a string, got {value!r:.60}")


def _parse_hash(value: object) -> bytes:
    if isinstance(value, str) and len(value) == 64:
        try:
            return bytes.fromhex(value)
        except ValueError:
            pass
    raise GraphQLError(f"Hash: expected 64 hexadecimal digits, got {value!r:.80}")


def _refuse_json(value: object) -> Json:
    raise GraphQLError("JSON: no argument takes it")


def _serialize_time(value: datetime) -> str:
    """Without zeros at a fraction's end, as PostgreSQL writes it."""
    whole, point, fraction = value.astimezone(UTC).replace(tzinfo=None).isoformat().partition(".")
    return f"{whole}{point}{fraction.rstrip('0')}Z"


def _parse_time(value: object) -> datetime:
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
            if time.tzinfo is not None:
                return time.astimezone(UTC)
        except (ValueError, OverflowError):  # of years before 1 or after 9999 in UTC
            pass
    raise GraphQLError(f"DateTime: expected ISO 8601 with an offset, like 2026-01-31T12:00:00Z, got {value!r:.60}")


SCALARS: dict[Any, ScalarDefinition] = {
    Int53: strawberry.scalar(
        name="Int53",
        description="A whole number from 0 to 2^53 - 1, which every JSON reader holds exactly; a JSON number. "
        "Slots, sequence numbers, versions, seconds and bytes.",
        serialize=_serialize_int53,
        parse_value=_parse_int53,
    ),
    U64: strawberry.scalar(
        name="U64",
        description="An unsigned 64-bit number as its decimal digits in a JSON string. Amounts of tokens.",
        serialize=lambda value: str(int(value)),
        parse_value=_parse_u64,
    ),
    Amount: strawberry.scalar(
        name="Amount",
        description="A sum of amounts of tokens, which may be more than 64 bits hold, as its decimal digits in a JSON "
        "string.",
        serialize=lambda value: str(int(value)),
        parse_value=_parse_u64,
    ),
    Hash: strawberry.scalar(
        name="Hash",
        description="32 bytes (a SHA-256 digest or a slot's hash) as 64 lower-case hexadecimal digits.",
        serialize=lambda value: value.hex(),
        parse_value=_parse_hash,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value, for what differs from case to case.",
        serialize=orjson.loads,
        parse_value=_refuse_json,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, ISO 8601, like 2026-01-31T12:00:00Z.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_serialize_time,
        parse_value=_parse_time,
    ),
}
