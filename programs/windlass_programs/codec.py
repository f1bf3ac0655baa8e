"""Events and accounts decoded by their IDL into plain JSON values.

Integers up to 64 bits are numbers, wider ones decimal strings; a pubkey is base58; `bytes` and arrays of u8 are
lower-case hex; an Option is its value or null; a variant without fields is its name, one with fields an object with
that name as its only key; a struct is an object with the IDL's own field names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from windlass_programs.borsh import Reader, TruncatedData
from windlass_programs.idl import Idl, IdlError

Json = Any
Decode = Callable[[Reader], Json]


class CodecError(ValueError):
    """The data could not be decoded by this IDL."""


class UnknownDiscriminator(CodecError):
    """The IDL knows no event or account that begins with these bytes."""


class MalformedData(CodecError):
    """The discriminator is known, but what follows is not what the IDL says."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The name that the IDL gives, and the fields as plain JSON values."""

    name: str
    fields: dict[str, Json]


class Codec:
    """Decodes what one program emits and stores. Made once for an IDL: the types are compiled to functions."""

    def __init__(self, idl: Idl, lenient: bool = False) -> None:
        """Raises IdlError where the IDL names a type that it does not define, or one that cannot be decoded.

        `lenient`: what is made of such a type is unknown instead, and named in `undecodable` with the reason.
        """
        self.idl = idl
        self.undecodable: dict[str, str] = {}
        self._lenient = lenient
        self._types: dict[str, Decode] = {}
        self._events = self._compile_entries(idl.events)
        self._accounts = self._compile_entries(idl.accounts)
        # Eight bytes by default; a program may choose others, and then the longest that fits is meant.
        self._discriminator_lengths = sorted({len(d) for d in (*idl.events, *idl.accounts)}, reverse=True)

    def event(self, data: bytes) -> Decoded:
        """An event from its discriminator and borsh bytes (without the CPI tag)."""
        return self._decode(self._events, data, "event")

    def account(self, data: bytes) -> Decoded:
        """An account from its data; bytes after its last field are room that the program left."""
        return self._decode(self._accounts, data, "account")

    def _decode(self, entries: Mapping[bytes, tuple[str, Decode]], data: bytes, what: str) -> Decoded:
        for length in self._discriminator_lengths:
            if entry := entries.get(data[:length]):
                break
        else:
            raise UnknownDiscriminator(f"{self.idl.name} has no {what} that begins with {data[:8].hex()}")
        name, decode = entry
        try:
            return Decoded(name, decode(Reader(data, length)))
        except TruncatedData as error:
            raise MalformedData(f"{what} {name} of {self.idl.name}: {error}") from None

    def _compile_entries(self, entries: Mapping[bytes, str]) -> dict[bytes, tuple[str, Decode]]:
        compiled: dict[bytes, tuple[str, Decode]] = {}
        for discriminator, name in entries.items():
            try:
                compiled[discriminator] = name, self._defined(name)
            except (IdlError, KeyError, TypeError) as error:
                if not self._lenient:
                    raise
                self.undecodable[name] = str(error)
                self._types.clear()  # a type that contains itself is half made
        return compiled

    def _defined(self, name: str) -> Decode:
        if name not in self._types:
            definition = self.idl.types.get(name)
            if definition is None:
                raise IdlError(f"the IDL uses the type {name} and does not define it")
            # A type may contain itself (behind a Vec or an Option): the name is bound before it is compiled.
            self._types[name] = lambda reader: compiled(reader)  # noqa: PLW0108
            compiled = self._compile_definition(name, definition["type"])
            self._types[name] = compiled
        return self._types[name]

    def _compile_definition(self, name: str, body: Mapping[str, Any]) -> Decode:
        match body["kind"]:
            case "struct":
                return self._fields(body.get("fields", []))
            case "enum":
                return self._enum(name, body["variants"])
            case "type":
                return self.compile(body["alias"])
            case kind:
                raise IdlError(f"the type {name} is of an unknown kind: {kind}")

    def _fields(self, fields: list[Any]) -> Decode:
        if all(isinstance(field, dict) and "name" in field for field in fields):
            named = [(field["name"], self.compile(field["type"])) for field in fields]
            return lambda reader: {name: decode(reader) for name, decode in named}
        unnamed = [self.compile(field) for field in fields]
        return lambda reader: [decode(reader) for decode in unnamed]

    def _enum(self, name: str, variants: list[Mapping[str, Any]]) -> Decode:
        compiled = [
            (variant["name"], self._fields(variant["fields"]) if variant.get("fields") else None)
            for variant in variants
        ]

        def decode(reader: Reader) -> Json:
            index = reader.unsigned(1)
            if index >= len(compiled):
                raise TruncatedData(f"{name} has {len(compiled)} variants, number {index} came")
            variant, fields = compiled[index]
            return variant if fields is None else {variant: fields(reader)}

        return decode

    def compile(self, type_: Any) -> Decode:
        """A function that reads one value of an IDL type."""
        match type_:
            case str() if type_ in _SCALARS:
                return _SCALARS[type_]
            case {"option": inner}:
                some = self.compile(inner)
                return lambda reader: reader.option(some)
            case {"vec": inner}:
                element = self.compile(inner)
                return lambda reader: reader.vec(element)
            case {"array": ["u8", int() as length]}:
                return lambda reader: reader.raw(length).hex()
            case {"array": [inner, int() as length]}:
                item = self.compile(inner)
                return lambda reader: reader.array(item, length)
            case {"defined": {"name": str() as name}}:
                return self._defined(name)
            case _:
                raise IdlError(f"the IDL uses a type that cannot be decoded: {type_}")


def _wide(read: Callable[[Reader, int], int], length: int) -> Decode:
    return lambda reader: str(read(reader, length))


def _integer(read: Callable[[Reader, int], int], length: int) -> Decode:
    return lambda reader: read(reader, length)


_SCALARS: dict[str, Decode] = {
    "bool": Reader.flag,
    "f32": Reader.f32,
    "f64": Reader.f64,
    "string": Reader.string,
    "bytes": lambda reader: reader.bytes().hex(),
    "pubkey": lambda reader: str(reader.pubkey()),
    **{f"u{8 * n}": _integer(Reader.unsigned, n) for n in (1, 2, 4, 8)},
    **{f"i{8 * n}": _integer(Reader.signed, n) for n in (1, 2, 4, 8)},
    **{f"u{8 * n}": _wide(Reader.unsigned, n) for n in (16, 32)},
    **{f"i{8 * n}": _wide(Reader.signed, n) for n in (16, 32)},
}
