"""Where each field of an account lies: the borsh layout of the IDL's types, as rows that people read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windlass_programs.idl import Idl, IdlError

DISCRIMINATOR_BYTES = 8

_FIXED = {"bool": 1, "pubkey": 32, "f32": 4, "f64": 8} | {f"{s}{n}": n // 8 for s in "ui" for n in (8, 16, 32, 64, 128)}
_RUST = {"pubkey": "Pubkey", "string": "String", "bytes": "Vec<u8>"}


@dataclass(frozen=True)
class Row:
    """One field. `offset` and `length` are bytes; behind a field of variable length the offset counts from its end."""

    offset: str
    length: str
    type: str
    field: str
    meaning: str


def type_name(type_: Any) -> str:
    """As Rust writes it."""
    match type_:
        case str():
            return _RUST.get(type_, type_)
        case {"option": inner}:
            return f"Option<{type_name(inner)}>"
        case {"vec": inner}:
            return f"Vec<{type_name(inner)}>"
        case {"array": [inner, int() as length]}:
            return f"[{type_name(inner)}; {length}]"
        case {"defined": {"name": str() as name}}:
            return name
    raise IdlError(f"the reference cannot describe the type {type_}")


def fixed_length(idl: Idl, type_: Any) -> int | None:
    """Bytes, None where it depends on the value."""
    match type_:
        case str() if type_ in _FIXED:
            return _FIXED[type_]
        case "string" | "bytes" | {"option": _} | {"vec": _}:
            return None
        case {"array": [inner, int() as length]}:
            each = fixed_length(idl, inner)
            return None if each is None else each * length
        case {"defined": {"name": name}}:
            return _fixed_length_of_defined(idl, defined(idl, name)["type"])
    raise IdlError(f"the reference cannot measure the type {type_}")


def _fixed_length_of_defined(idl: Idl, body: Mapping[str, Any]) -> int | None:
    if body["kind"] == "enum":
        return None if any(variant.get("fields") for variant in body["variants"]) else 1
    lengths = [fixed_length(idl, type_) for _, type_, _ in fields(body)]
    return None if None in lengths else sum(length for length in lengths if length is not None)


def length(idl: Idl, type_: Any) -> str:
    """In words where it is not fixed: `n` is the number of items."""
    fixed = fixed_length(idl, type_)
    if fixed is not None:
        return str(fixed)
    match type_:
        case "string" | "bytes":
            return "4 + n"
        case {"option": inner}:
            some = fixed_length(idl, inner)
            return f"1 or {1 + some}" if some is not None else f"1 or 1 + {type_name(inner)}"
        case {"vec": inner}:
            each = fixed_length(idl, inner)
            return f"4 + {each} * n" if each is not None else f"4 + n * {type_name(inner)}"
        case {"defined": {"name": name}} if defined(idl, name)["type"]["kind"] == "enum":
            return "1 + the variant's fields"
    return "variable"


def most_bytes(idl: Idl, type_: Any, items: int = 0) -> int:
    """Bytes with every option there and `items` in every vector."""
    fixed = fixed_length(idl, type_)
    if fixed is not None:
        return fixed
    match type_:
        case "string" | "bytes":
            return 4 + items
        case {"option": inner}:
            return 1 + most_bytes(idl, inner, items)
        case {"vec": inner}:
            return 4 + items * most_bytes(idl, inner, items)
        case {"array": [inner, int() as count]}:
            return count * most_bytes(idl, inner, items)
        case {"defined": {"name": name}} if (body := defined(idl, name)["type"])["kind"] == "struct":
            return sum(most_bytes(idl, type_, items) for _, type_, _ in fields(body))
    raise IdlError(f"the reference cannot measure the type {type_}")


def rows(idl: Idl, name: str, *, start: int = 0) -> list[Row]:
    """The fields of a struct in order, each struct inside it opened, counted from byte `start`."""
    place = _Place(start)
    return [
        row
        for field, type_, docs in fields(defined(idl, name)["type"])
        for row in _rows(idl, place, field, type_, docs)
    ]


@dataclass
class _Place:
    offset: int
    after: str | None = None

    def __str__(self) -> str:
        if self.after is None:
            return str(self.offset)
        return f"end of `{self.after}`" + (f" + {self.offset}" if self.offset else "")


def _rows(idl: Idl, place: _Place, field: str, type_: Any, docs: str) -> Iterator[Row]:
    match type_:
        case {"defined": {"name": name}} if (body := defined(idl, name)["type"])["kind"] == "struct":
            for inner, inner_type, inner_docs in fields(body):
                yield from _rows(idl, place, f"{field}.{inner}", inner_type, inner_docs or docs)
            return
    yield Row(str(place), length(idl, type_), type_name(type_), field, docs)
    fixed = fixed_length(idl, type_)
    if fixed is None:
        place.after, place.offset = field, 0
    else:
        place.offset += fixed


def defined(idl: Idl, name: str) -> Mapping[str, Any]:
    """The IDL's definition. Raises IdlError where there is none."""
    try:
        return idl.types[name]
    except KeyError:
        raise IdlError(f"the IDL names the type {name} and does not define it") from None


def fields(body: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    """Name, type and docs of each field of a struct or of a variant; fields without names are numbered."""
    return [
        (field["name"], field["type"], docs_of(field))
        if isinstance(field, dict) and "name" in field
        else (str(i), field, "")
        for i, field in enumerate(body.get("fields") or [])
    ]


def docs_of(node: Mapping[str, Any]) -> str:
    """The comment in the source, as one paragraph."""
    lines = (line.removeprefix("CHECK: ") for line in node.get("docs") or [])
    return " ".join(line for line in lines if line)
