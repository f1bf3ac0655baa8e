"""What the documentation takes from the source of `windlass-rules`: its table of transitions, limits, seeds."""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

_DOCS = r"((?:[ \t]*///.*\n)*)"
_CONSTANT = re.compile(_DOCS + r"(pub )?const (\w+): (i64|u8|u32|usize|Bounds) =\s*([^;]+);")
_SEED = re.compile(_DOCS + r"pub const (\w+): &\[u8\] = (?:b\"(\w+)\"|(\w+));")
_TRANSITION = re.compile(r"on\((\w+),\s*Action::(\w+),\s*Status::(\w+)\)")
_SHORTHAND = re.compile(r"const (\w+): Option<Status> = (?:None|Some\(Status::(\w+)\));")
_BOUNDS = re.compile(r"Bounds \{ least: (.+), most: (.+) \}")
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.LShift: operator.lshift,
    ast.BitOr: operator.or_,
}


class RuleSourceError(ValueError):
    """The Rust source is not written as this reads it: the message says what was looked for."""


@dataclass(frozen=True)
class Transition:
    """`before` is None where the proposal does not exist yet."""

    before: str | None
    action: str
    after: str


@dataclass(frozen=True)
class Limit:
    """A constant. `most` is there where it is a range; `is_seconds` where it is a time."""

    name: str
    least: int
    most: int | None
    is_seconds: bool
    meaning: str


def transitions(source: str) -> list[Transition]:
    """The table of transitions.rs, in its order."""
    shorthand: dict[str, str | None] = {name: status or None for name, status in _SHORTHAND.findall(source)}
    table = source.partition("pub const TRANSITIONS: [Transition; ")[2]
    try:
        found = [Transition(shorthand[before], action, after) for before, action, after in _TRANSITION.findall(table)]
    except KeyError as error:
        raise RuleSourceError(f"transitions.rs uses {error} as a status, and no `const` says which that is") from None
    if not table.startswith(f"{len(found)}]"):
        raise RuleSourceError(f"TRANSITIONS says it has {table.partition(']')[0]} entries, {len(found)} were read")
    return found


def variants(source: str, name: str) -> dict[str, str]:
    """The variants of `pub enum name` with their docs, in order."""
    body = source.partition(f"pub enum {name} {{")[2].partition("\n}")[0]
    found = {variant: _paragraph(docs) for docs, variant in re.findall(_DOCS + r"[ \t]+(\w+),", body)}
    if not found:
        raise RuleSourceError(f"no `pub enum {name}` with variants was found")
    return found


def limits(source: str) -> list[Limit]:
    """The public constants of a file that are numbers or bounds."""
    constants = _CONSTANT.findall(source)
    expressions = {name: expression for _, _, name, _, expression in constants}
    found = []
    for docs, public, name, type_, expression in constants:
        bounds = _BOUNDS.fullmatch(expression)
        ends = [_value(end, expressions) for end in (bounds.groups() if bounds else [expression])]
        if public:
            most = ends[1] if bounds else None
            found.append(Limit(name, ends[0], most, type_ in ("i64", "Bounds"), _paragraph(docs)))
    return found


def seeds(source: str, interface: str) -> list[tuple[str, str, str]]:
    """Name, text and docs of each seed of seeds.rs; a seed may be named after one of the interface's."""
    known = {name: text for _, name, text, _ in _SEED.findall(interface)}
    try:
        return [
            (name, text or known[other], _paragraph(docs).partition(" No account: ")[0])
            for docs, name, text, other in _SEED.findall(source)
        ]
    except KeyError as error:
        raise RuleSourceError(f"seeds.rs takes {error} from the interface, where it is not") from None


def read(path: Path) -> str:
    """The text. Raises RuleSourceError where the file is not there."""
    try:
        return path.read_text()
    except FileNotFoundError:
        raise RuleSourceError(f"{path.name} is not where it was: {path.parent}") from None


def _value(expression: str, known: Mapping[str, str]) -> int:
    def of(node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int() as value):
                return value
            case ast.Name(id=name) if name in known:
                return _value(known[name], known)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](of(left), of(right))
        raise RuleSourceError(f"`{expression}` is more than sums and products of known constants")

    return of(ast.parse(expression.strip(), mode="eval").body)


def _paragraph(docs: str) -> str:
    return " ".join(line.strip().removeprefix("///").strip() for line in docs.splitlines()).strip()
