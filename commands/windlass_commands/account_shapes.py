"""Where the fields of an account type lie, as an IDL says: what the layouts of two releases are compared by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windlass_programs.byte_layouts import defined, fields, fixed_length, type_name
from windlass_programs.idl import Idl, IdlError

from windlass_commands.errors import UsageProblem

DISCRIMINATOR_BYTES = 8
# An IDL of before Anchor 0.30 may name no program; layouts do not depend on it.
NO_PROGRAM = "11111111111111111111111111111111"


@dataclass(frozen=True)
class Field:
    """A field that is no struct, by its path ("stream.seq"). `end` is None where its length depends on its value: to
    the end of the account then, or of unknown place where others follow.
    """

    path: str
    type: str
    start: int
    end: int | None

    def __str__(self) -> str:
        end = "…" if self.end is None else f"{self.end:,}"
        return f"{self.path} ({self.type}, bytes {self.start:,}..{end})"


@dataclass(frozen=True)
class Shape:
    """An account type. `size` are the bytes that its fields take with its discriminator; None: it depends on values.

    `behind` are fields behind one of variable length: their place is not fixed.
    """

    name: str
    discriminator: bytes
    fields: tuple[Field, ...]
    behind: tuple[str, ...]
    size: int | None

    @property
    def by_path(self) -> Mapping[str, Field]:
        """Its fields by their paths."""
        return {field.path: field for field in self.fields}


def read_idl(path: Path) -> Idl:
    """The IDL in a file. Raises UsageProblem."""
    try:
        text = path.expanduser().read_bytes()
    except OSError as error:
        raise UsageProblem(f"The IDL {path} cannot be read: {error.strerror}; `anchor build` writes one.") from None
    try:
        return Idl.parse(text)
    except IdlError as error:
        if "address" not in str(error):
            raise UsageProblem(f"{path} is no IDL that can be read: {error}.") from None
    try:
        return Idl.parse(text, NO_PROGRAM)
    except IdlError as error:
        raise UsageProblem(f"{path} is no IDL that can be read: {error}.") from None


def shapes_of(idl: Idl) -> dict[str, Shape]:
    """The account types of a program by name. Raises UsageProblem where one has a type that cannot be measured."""
    found = {}
    for discriminator, name in idl.accounts.items():
        try:
            found[name] = _shape(idl, name, discriminator)
        except IdlError as error:
            raise UsageProblem(f"The layout of account {name} cannot be told from its IDL: {error}.") from None
    return found


def _shape(idl: Idl, name: str, discriminator: bytes) -> Shape:
    place: int = len(discriminator)
    laid: list[Field] = []
    behind: list[str] = []
    variable = False
    for path, type_ in _leaves(idl, defined(idl, name)["type"], ""):
        length = fixed_length(idl, type_)
        if variable:
            behind.append(path)
            continue
        laid.append(Field(path, _described(idl, type_), place, None if length is None else place + length))
        variable = length is None
        place += length or 0
    return Shape(name, discriminator, tuple(laid), tuple(behind), None if variable else place)


def _leaves(idl: Idl, body: Mapping[str, Any], within: str) -> Iterator[tuple[str, Any]]:
    for name, type_, _ in fields(body):
        match type_:
            case {"defined": {"name": inner}} if (struct := defined(idl, inner)["type"])["kind"] == "struct":
                yield from _leaves(idl, struct, f"{within}{name}.")
            case _:
                yield f"{within}{name}", type_


def _described(idl: Idl, type_: Any) -> str:
    """The type as Rust writes it; of an enum its variants as well, for their order is what its byte means."""
    match type_:
        case {"defined": {"name": name}} if (body := defined(idl, name)["type"])["kind"] == "enum":
            return f"{name} {{{', '.join(variant['name'] for variant in body['variants'])}}}"
        case {"defined": {"name": name}}:
            inner = ", ".join(_described(idl, each) for _, each, _ in fields(defined(idl, name)["type"]))
            return f"{name} {{{inner}}}"
        case {"array": [inner, int() as length]}:
            return f"[{_described(idl, inner)}; {length}]"
        case {"option": inner}:
            return f"Option<{_described(idl, inner)}>"
        case {"vec": inner}:
            return f"Vec<{_described(idl, inner)}>"
    return type_name(type_)
