"""What actions take: after the question mark of the address, or in `data` of the body, as Solana Actions send it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import orjson
from solders.pubkey import Pubkey

from windlass_commands.chain_time import parse_duration
from windlass_commands.errors import UsageProblem
from windlass_commands.parameters import MEMBER
from windlass_commands.plan_file import plan_of

MOST_VALUES = 16
SHOWN = 60
"""Characters of a wrong value that are repeated to whoever sent it."""
DURATION_PATTERN = "[0-9]{1,9}|([0-9]{1,7}[smhd]){1,4}"
HASH_PATTERN = "[0-9a-fA-F]{64}"
ADDRESS_SCHEMA = {"type": "string", "pattern": "^[1-9A-HJ-NP-Za-km-z]{32,44}$"}


@dataclass(frozen=True)
class Kind:
    """What a parameter's text has to be: how it is read (ValueError where it is not so), told, and described."""

    read: Callable[[str], Any]
    expected: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One of an action's parameters. `many`: it may be given up to 16 times."""

    name: str
    kind: Kind
    label: str
    required: bool = False
    many: bool = False

    def value(self, given: object) -> Any:
        """What was sent for it, read. Raises UsageProblem."""
        texts = given if isinstance(given, list) else [given]
        if len(texts) > (MOST_VALUES if self.many else 1) or not texts:
            raise UsageProblem(f"{self.name}: expected {'1 to 16 values' if self.many else 'it once'}.")
        values = [self._one(text) for text in texts]
        return tuple(values) if self.many else values[0]

    def _one(self, text: object) -> Any:
        if isinstance(text, str):
            try:
                return self.kind.read(text)
            except (ValueError, click.UsageError):
                pass
            except UsageProblem as error:
                raise UsageProblem(f"{self.name}: {error}") from None
        raise UsageProblem(f"{self.name}: expected {self.kind.expected}, got {shown(text)}.")


def read_all(parameters: Sequence[Parameter], given: Mapping[str, object]) -> dict[str, Any]:
    """The values of those that were given. Raises UsageProblem for what is missing, unknown or wrong."""
    known = {each.name: each for each in parameters}
    for name in given:
        if name not in known:
            raise UsageProblem(f"{shown(name)} is no parameter here; expected {', '.join(known) or 'none'}.")
    for each in parameters:
        if each.required and each.name not in given:
            raise UsageProblem(f"{each.name} is missing: expected {each.kind.expected}.")
    return {name: known[name].value(value) for name, value in given.items()}


def shown(value: object) -> str:
    """A value that somebody sent, as it may be repeated to them."""
    text = ascii(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def address(text: str) -> Pubkey:
    """A base58 address of 32 bytes. Raises ValueError."""
    return Pubkey.from_string(text)


def _proposal(text: str) -> Pubkey | int:
    if text.isascii() and text.isdecimal() and len(text) < 20:
        return int(text)
    return address(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4) or int(text) > 255:
        raise ValueError
    return int(text)


def _duration(text: str) -> int:
    if not re.fullmatch(DURATION_PATTERN, text, re.ASCII):
        raise ValueError
    return parse_duration(text)


def _hash(text: str) -> bytes:
    if not re.fullmatch(HASH_PATTERN, text, re.ASCII):
        raise ValueError
    return bytes.fromhex(text)


def _plan(text: str) -> Any:
    return plan_of(orjson.loads(text), "the migration plan")


def _member(text: str) -> Any:
    # The command line's own reading takes keypair files too; here an address is an address.
    address(text.partition(":")[0])
    return MEMBER.convert(text, None, None)


def choice(*names: str) -> Kind:
    """One of these words."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return Kind(read, f"one of {', '.join(names)}", {"type": "string", "enum": list(names)})


ADDRESS = Kind(address, "a base58 address of 32 bytes", ADDRESS_SCHEMA)
PROPOSAL = Kind(
    _proposal,
    "a proposal's address, or its number together with `multisig`",
    {"type": "string", "pattern": "^([1-9A-HJ-NP-Za-km-z]{32,44}|[0-9]{1,19})$"},
)
FLAG = Kind(_flag, "true or false", {"type": "string", "enum": ["true", "false"]})
COUNT = Kind(_count, "a number from 0 to 255", {"type": "string", "pattern": "^[0-9]{1,3}$"})
DURATION = Kind(
    _duration,
    "a duration such as 48h, or a number of seconds",
    {"type": "string", "pattern": f"^({DURATION_PATTERN})$"},
)
HASH = Kind(_hash, "64 hexadecimal digits", {"type": "string", "pattern": f"^{HASH_PATTERN}$"})
PLAN = Kind(_plan, "a migration plan as JSON", {"type": "string", "contentMediaType": "application/json"})
ROLE = "(propose|approve|guard)"
ROLES = Kind(
    _member,
    "ADDRESS or ADDRESS:role,role with the roles propose, approve and guard",
    {"type": "string", "pattern": f"^[1-9A-HJ-NP-Za-km-z]{{32,44}}(:{ROLE}(,{ROLE})*)?$"},
)
