"""Events and accounts decoded by their IDL into plain JSON values.

Integers up to 64 bits are numbers, wider ones decimal strings; a pubkey is base58; `bytes` and arrays of u8 are
lower-case hex; an Option is its value or null; a variant without fields is its name, one with fields an object with
that name as its only key; a struct is an object with the IDL's own field names.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from struct import Struct
from typing import Any, NamedTuple

from windlass_programs import fixed
from windlass_programs.borsh import Reader, TruncatedData
from windlass_programs.fixed import Fixed
from windlass_programs.idl import Idl, IdlError

Json = Any
Decode = Callable[[Reader], Json]


class CodecError(ValueError):
    """The data could not be decoded by this IDL."""


class UnknownDiscriminator(CodecError):
    """The IDL knows no event or account that begins with these bytes."""


class MalformedData(CodecError):
    """The discriminator is known, but what follows is not what the IDL says."""


class Decoded(NamedTuple):
    """The name that the IDL gives, and the fields as plain JSON values.

    `rest` is how many bytes follow the last field: of an event, what a newer version of the program says besides.
    """

    name: str
    fields: dict[str, Json]
    rest: int = 0


class Codec:
    """Decodes what one program emits and stores. Made once for an IDL: the types are compiled to functions."""

    def __init__(self, idl: Idl, lenient: bool = False) -> None:
        """Raises IdlError where the IDL names a type that it does not define, or one that cannot be decoded.

        `lenient`: what is made of such a type is unknown instead, and named in `undecodable` with the reason.
        """
        self.idl = idl
        self.undecodable: dict[str, str] = {}
        self._lenient = lenient
        self._types: dict[str, Fixed | Decode] = {}
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
        reader = Reader(data, length)
        try:
            return Decoded(name, decode(reader), reader.remaining)
        except TruncatedData as error:
            raise MalformedData(f"{what} {name} of {self.idl.name}: {error}") from None

    def _compile_entries(self, entries: Mapping[bytes, str]) -> dict[bytes, tuple[str, Decode]]:
        compiled: dict[bytes, tuple[str, Decode]] = {}
        for discriminator, name in entries.items():
            try:
                compiled[discriminator] = name, _reading(self._defined(name))
            except (IdlError, KeyError, TypeError) as error:
                if not self._lenient:
                    raise
                self.undecodable[name] = str(error)
                self._types.clear()  # a type that contains itself is half made
        return compiled

    def _defined(self, name: str) -> Fixed | Decode:
        if name not in self._types:
            definition = self.idl.types.get(name)
            if definition is None:
                raise IdlError(f"the IDL uses the type {name} and does not define it")
            # A type may contain itself (behind a Vec or an Option): the name is bound before it is compiled.
            self._types[name] = lambda reader: decode(reader)  # noqa: PLW0108
            compiled = self._compile_definition(name, definition["type"])
            decode = _reading(compiled)
            self._types[name] = compiled
        return self._types[name]

    def _compile_definition(self, name: str, body: Mapping[str, Any]) -> Fixed | Decode:
        match body["kind"]:
            case "struct":
                return self._fields(body.get("fields", []))
            case "enum":
                return self._enum(name, body["variants"])
            case "type":
                return self._compile(body["alias"])
            case kind:
                raise IdlError(f"the type {name} is of an unknown kind: {kind}")

    def _fields(self, fields: list[Any]) -> Fixed | Decode:
        if all(isinstance(field, dict) and "name" in field for field in fields):
            return _structure([field["name"] for field in fields], [self._compile(field["type"]) for field in fields])
        return _structure(None, [self._compile(field) for field in fields])

    def _enum(self, name: str, variants: list[Mapping[str, Any]]) -> Fixed | Decode:
        names = [variant["name"] for variant in variants]
        if not any(variant.get("fields") for variant in variants):
            return fixed.plain_enum(name, names)
        fields = {
            variant["name"]: _reading(self._fields(variant["fields"])) for variant in variants if variant.get("fields")
        }

        def decode(reader: Reader) -> Json:
            variant = fixed.variant(name, names, reader.unsigned(1))
            return {variant: fields[variant](reader)} if variant in fields else variant

        return decode

    def _compile(self, type_: Any) -> Fixed | Decode:
        """How one value of an IDL type is read."""
        match type_:
            case str() if type_ in fixed.SCALARS:
                return fixed.SCALARS[type_]
            case str() if type_ in _OF_ANY_SIZE:
                return _OF_ANY_SIZE[type_]
            case {"option": inner}:
                some = _reading(self._compile(inner))
                return lambda reader: reader.option(some)
            case {"vec": inner}:
                element = _reading(self._compile(inner))
                return lambda reader: reader.vec(element)
            case {"array": ["u8", int() as length]}:
                return fixed.octets(length)
            case {"array": [inner, int() as length]}:
                item = self._compile(inner)
                if isinstance(item, Fixed) and (array := fixed.array(item, length)):
                    return array
                one = _reading(item)
                return lambda reader: reader.array(one, length)
            case {"defined": {"name": str() as name}}:
                return self._defined(name)
            case _:
                raise IdlError(f"the IDL uses a type that cannot be decoded: {type_}")


def _reading(compiled: Fixed | Decode) -> Decode:
    if not isinstance(compiled, Fixed):
        return compiled
    layout, convert = Struct("<" + compiled.format), compiled.convert
    if convert is None:
        return lambda reader: reader.unpack(layout)[0]
    return lambda reader: convert(reader.unpack(layout), 0)


def _structure(names: Sequence[str] | None, fields: Sequence[Fixed | Decode]) -> Fixed | Decode:
    """Fields next to each other that are all of fixed size are read at once."""
    keys: Sequence[Any] = range(len(fields)) if names is None else names
    sized = [field for field in fields if isinstance(field, Fixed)]
    if len(sized) == len(fields):
        return fixed.structure(names, sized)
    steps: list[tuple[Any, Decode]] = []  # None: an object with several fields
    for is_fixed, group in groupby(zip(keys, fields, strict=True), lambda field: isinstance(field[1], Fixed)):
        members = list(group)
        if is_fixed:
            several = [field for _, field in members if isinstance(field, Fixed)]
            steps.append((None, _reading(fixed.structure([key for key, _ in members], several))))
        else:
            steps += [(key, _reading(field)) for key, field in members]

    def decode(reader: Reader) -> dict[Any, Json]:
        value: dict[Any, Json] = {}
        for key, read in steps:
            if key is None:
                value.update(read(reader))
            else:
                value[key] = read(reader)
        return value

    return decode if names is not None else lambda reader: list(decode(reader).values())


_OF_ANY_SIZE: dict[str, Decode] = {
    "string": Reader.string,
    "bytes": lambda reader: reader.bytes().hex(),
}
