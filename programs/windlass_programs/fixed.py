"""Types whose values all have the same size: however deep they are nested, one `struct` reads them at once.

Most events are nothing else, so this is what decoding costs. What varies in size is read value by value (`codec`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from windlass_programs.addresses import address_text
from windlass_programs.borsh import TruncatedData

Json = Any
Convert = Callable[[Sequence[Any], int], Json]

# An array longer than this is read in a loop: an IDL may name any length.
_MOST_VALUES = 256


@dataclass(frozen=True, slots=True)
class Fixed:
    """`format` is struct's, without byte order; it unpacks to `values` values.

    `convert` makes the JSON value from all that was unpacked and the place where these values begin, or raises
    TruncatedData; None: the first is the JSON value.
    """

    format: str
    values: int = 1
    convert: Convert | None = None


def structure(names: Sequence[str] | None, fields: Sequence[Fixed]) -> Fixed:
    """An object with these names, or a list where they have none."""
    places = [sum(field.values for field in fields[:number]) for number in range(len(fields))]
    keys: Sequence[Any] = range(len(fields)) if names is None else names
    count = sum(field.values for field in fields)
    # Taken as they are first, and then those made anew that are not what they stand for: most are numbers.
    first = [(key, place) for key, place in zip(keys, places, strict=True)]
    made = [
        (key, place, field.convert)
        for key, place, field in zip(keys, places, fields, strict=True)
        if field.convert is not None
    ]
    flat = count == len(fields)

    def convert(values: Sequence[Any], start: int) -> Json:
        if flat:
            value = dict(zip(keys, values[start : start + count], strict=True))
        else:
            value = {key: values[start + place] for key, place in first}
        for key, place, make in made:
            value[key] = make(values, start + place)
        return value

    return Fixed(
        "".join(field.format for field in fields),
        sum(field.values for field in fields),
        convert if names is not None else lambda values, start: list(convert(values, start).values()),
    )


def array(item: Fixed, length: int) -> Fixed | None:
    """None where it is too long for this."""
    return structure(None, [item] * length) if item.values * length <= _MOST_VALUES else None


def plain_enum(name: str, variants: Sequence[str]) -> Fixed:
    """Of variants without fields."""

    def convert(values: Sequence[Any], start: int) -> str:
        return variant(name, variants, values[start])

    return Fixed("B", 1, convert)


def variant(name: str, variants: Sequence[str], index: int) -> str:
    """Raises TruncatedData where there is none of this number."""
    if index >= len(variants):
        raise TruncatedData(f"{name} has {len(variants)} variants, number {index} came")
    return variants[index]


def octets(length: int) -> Fixed:
    """An array of u8, which is shown in hex."""
    return Fixed(f"{length}s", 1, lambda values, start: values[start].hex())


def _flag(values: Sequence[Any], start: int) -> bool:
    if (value := values[start]) > 1:
        raise TruncatedData(f"a bool is 0 or 1, {value} came")
    return bool(value)


def _wide(length: int, signed: bool) -> Fixed:
    return Fixed(f"{length}s", 1, lambda values, start: str(int.from_bytes(values[start], "little", signed=signed)))


SCALARS: dict[str, Fixed] = {
    "bool": Fixed("B", 1, _flag),
    "f32": Fixed("f"),
    "f64": Fixed("d"),
    "pubkey": Fixed("32s", 1, lambda values, start: address_text(values[start])),
    **{f"u{8 * length}": Fixed(code) for length, code in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))},
    **{f"i{8 * length}": Fixed(code) for length, code in ((1, "b"), (2, "h"), (4, "i"), (8, "q"))},
    **{f"u{8 * length}": _wide(length, signed=False) for length in (16, 32)},
    **{f"i{8 * length}": _wide(length, signed=True) for length in (16, 32)},
}
