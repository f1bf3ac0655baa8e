"""Writes the typed codecs of this package from the IDLs: `python -m windlass_programs.generate [--check]`.

One module a program, one frozen dataclass for each account and each type that accounts are made of; and the proposal's
states from the rules' table.
"""

import sys
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Any

from windlass_programs.artifacts import ProgramName
from windlass_programs.idl import Idl, IdlError
from windlass_programs.states_source import current_states_source, screaming

MODULES: tuple[ProgramName, ...] = ("windlass", "collateral_vault_v1", "collateral_vault_v2")

_HEADER = '''"""Accounts of the {name} program. Written by `python -m windlass_programs.generate` from its IDL."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from solders.pubkey import Pubkey

from windlass_programs.borsh import Reader, account_reader
'''


def module_source(idl: Idl) -> str:
    """The module's text."""
    accounts = {name: discriminator for discriminator, name in idl.accounts.items()}
    parts = [_class(idl, name, accounts.get(name)) for name in _reachable(idl, list(accounts))]
    header = _HEADER.format(name=idl.name)
    if not any("(Enum)" in part for part in parts):
        header = header.replace("from enum import Enum\n", "")
    return "\n\n\n".join([header.rstrip("\n"), *parts]) + "\n"


def _reachable(idl: Idl, names: list[str]) -> list[str]:
    """The types that these are made of, then themselves: each before what uses it."""
    order: list[str] = []
    for name in names:
        for used in _reachable(idl, list(_uses(idl.types[name]))):
            if used not in order:
                order.append(used)
        if name not in order:
            order.append(name)
    return order


def _uses(node: Any) -> Iterator[str]:
    match node:
        case {"defined": {"name": name}}:
            yield name
        case Mapping():
            for value in node.values():
                yield from _uses(value)
        case list():
            for item in node:
                yield from _uses(item)


def _class(idl: Idl, name: str, discriminator: bytes | None) -> str:
    body = idl.types[name]["type"]
    if body["kind"] == "enum":
        return _enum(name, body["variants"])
    lines = ["@dataclass(frozen=True, slots=True)", f"class {name}:"]
    if discriminator is not None:
        lines += [
            f"    DISCRIMINATOR: ClassVar[bytes] = bytes.fromhex({discriminator.hex()!r})".replace("'", '"'),
            "",
        ]
    lines += [f"    {_field(field)}: {_annotation(field['type'])}" for field in body["fields"]]
    lines += [
        "",
        "    @classmethod",
        f'    def read(cls, reader: Reader) -> "{name}":',
        "        return cls(",
    ]
    lines += [f"            {_field(field)}={_read(field['type'])}," for field in body["fields"]]
    lines += ["        )"]
    if discriminator is not None:
        lines += ["", "    @classmethod", f'    def decode(cls, data: bytes) -> "{name}":']
        lines += [f'        """From the account\'s data. Raises ValueError where it is no {name}."""']
        lines += [f'        return cls.read(account_reader("{name}", cls.DISCRIMINATOR, data))']
    return "\n".join(lines)


def _enum(name: str, variants: list[Mapping[str, Any]]) -> str:
    if any(variant.get("fields") for variant in variants):
        raise IdlError(f"{name} has variants with fields: no account needs them yet")
    lines = [f"class {name}(Enum):"]
    lines += [f"    {screaming(variant['name'])} = {index}" for index, variant in enumerate(variants)]
    lines += ["", "    @classmethod", f'    def read(cls, reader: Reader) -> "{name}":']
    lines += ["        return cls(reader.unsigned(1))"]
    return "\n".join(lines)


def _field(field: Mapping[str, Any]) -> str:
    """The field's name, with an underscore where it is a word of Python's own."""
    name = str(field["name"])
    return f"{name}_" if iskeyword(name) else name


def _annotation(type_: Any) -> str:
    match type_:
        case "bool":
            return "bool"
        case "pubkey":
            return "Pubkey"
        case "string":
            return "str"
        case "bytes" | {"array": ["u8", int()]}:
            return "bytes"
        case str() if type_[0] in "ui":
            return "int"
        case {"option": inner}:
            return f"{_annotation(inner)} | None"
        case {"vec": inner} | {"array": [inner, _]}:
            return f"list[{_annotation(inner)}]"
        case {"defined": {"name": name}}:
            return str(name)
    raise IdlError(f"no typed codec can be made for {type_}")


def _read(type_: Any) -> str:
    """An expression that reads one value from `reader`."""
    match type_:
        case {"array": ["u8", int() as length]}:
            return f"reader.raw({length})"
        case {"array": [inner, int() as length]}:
            return f"reader.array({_function(inner)}, {length})"
        case {"option": inner}:
            return f"reader.option({_function(inner)})"
        case {"vec": inner}:
            return f"reader.vec({_function(inner)})"
        case {"defined": {"name": name}}:
            return f"{name}.read(reader)"
        case "bool":
            return "reader.flag()"
        case "pubkey" | "string" | "bytes":
            return f"reader.{type_}()"
        case str():
            return f"reader.{'unsigned' if type_[0] == 'u' else 'signed'}({int(type_[1:]) // 8})"
    raise IdlError(f"no typed codec can be made for {type_}")


def _function(type_: Any) -> str:
    match type_:
        case {"defined": {"name": name}}:
            return f"{name}.read"
        case "pubkey" | "string" | "bytes":
            return f"Reader.{type_}"
    return f"lambda reader: {_read(type_)}"


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    sources: dict[str, str] = {program: module_source(Idl.load(program)) for program in MODULES}
    sources["proposal_states"] = current_states_source()
    outdated = []
    for module, source in sources.items():
        path = Path(__file__).parent / f"{module}.py"
        if not path.exists() or path.read_text() != source:
            outdated.append(path.name)
            if not check:
                path.write_text(source)
    if check and outdated:
        print(f"not what IDLs and rules say: {', '.join(outdated)}; run python -m windlass_programs.generate")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
