"""A migration plan as the operator writes it: a JSON file, read without guessing.

    {
      "may_strand": 0,
      "receipts": false,
      "layouts": [
        {
          "old": {"discriminator": "account:Vault", "size": 64},
          "new": {"discriminator": "6c65646765725f32", "size": 96},
          "mapped": [{"from": 8, "to": 8, "len": 48}],
          "dropped": [{"from": 56, "len": 8}]
        }
      ]
    }

Offsets and sizes are bytes of the account's data, its discriminator (8 bytes) included. A discriminator is 16
hexadecimal digits, or account:NAME for that which Anchor derives from an account's name. The program checks the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from windlass_programs.windlass import AccountLayout, DroppedRange, MappedRange, MigrationPlan

from windlass_commands.errors import UsageProblem
from windlass_commands.field_maps import plan_json

T = TypeVar("T")

U16, U32, U64 = 2**16 - 1, 2**32 - 1, 2**64 - 1


def read_plan(path: Path) -> MigrationPlan:
    """The plan in a file. Raises UsageProblem that says where in it something else was expected."""
    try:
        content = json.loads(path.expanduser().read_text())
    except FileNotFoundError:
        raise UsageProblem(
            f"There is no file {path}; `windlass propose --help` shows what a migration plan is."
        ) from None
    except (OSError, ValueError) as error:
        raise UsageProblem(f"The migration plan {path} cannot be read as JSON: {error}.") from None
    return plan_of(content, f"the migration plan {path}")


def plan_of(content: Any, name: str) -> MigrationPlan:
    """The plan that JSON holds, `name` says which. Raises UsageProblem that says where something else was expected."""
    try:
        return _plan(_Place("the plan", content))
    except _Unexpected as error:
        raise UsageProblem(f"In {name}, {error}.") from None


def write_plan(path: Path, plan: MigrationPlan) -> None:
    """Write it so that `read_plan` reads it. Raises UsageProblem."""
    try:
        path.expanduser().write_text(json.dumps(plan_json(plan), indent=2) + "\n")
    except OSError as error:
        raise UsageProblem(f"The migration plan cannot be written to {path}: {error.strerror}.") from None


class _Unexpected(Exception):
    """Where something is not as expected, and what it is."""


class _Place:
    """A JSON value, and what to call it."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value

    def fields(self, *names: str, optional: Mapping[str, Any] | None = None) -> dict[str, _Place]:
        """The fields of an object: all of `names`, those of `optional` or their defaults, and no other."""
        defaults = dict(optional or {})
        if not isinstance(self.value, dict):
            raise self.unexpected("an object")
        if missing := [name for name in names if name not in self.value]:
            raise _Unexpected(f"{self.name} needs {_listed(missing)}")
        if unknown := [name for name in self.value if name not in (*names, *defaults)]:
            raise _Unexpected(f"{self.name} has {_listed(unknown)}, and knows {_listed([*names, *defaults])} only")
        given = {**defaults, **self.value}
        return {name: _Place(f"{name} of {self.name}", given[name]) for name in given}

    def items(self, name: str, read: Callable[[_Place], T]) -> list[T]:
        """Each element of an array, called `name` and its number."""
        if not isinstance(self.value, list):
            raise self.unexpected("an array")
        owner = self.name.partition(" of ")[2]
        return [read(_Place(f"{name} {n} of {owner}", value)) for n, value in enumerate(self.value, 1)]

    def number(self, most: int) -> int:
        """A whole number from 0 to `most`."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not 0 <= self.value <= most:
            raise self.unexpected(f"a whole number from 0 to {most:,}")
        return self.value

    def flag(self) -> bool:
        """true or false."""
        if not isinstance(self.value, bool):
            raise self.unexpected("true or false")
        return self.value

    def discriminator(self) -> bytes:
        """8 bytes, in hexadecimal or by an account's name."""
        expected = "16 hexadecimal digits or account:NAME"
        if not isinstance(self.value, str):
            raise self.unexpected(expected)
        if self.value.startswith("account:"):
            return sha256(self.value.encode()).digest()[:8]
        try:
            found = bytes.fromhex(self.value)
        except ValueError:
            raise self.unexpected(expected) from None
        if len(found) != 8:
            raise self.unexpected(expected)
        return found

    def unexpected(self, expected: str) -> _Unexpected:
        """What to raise where it is not `expected`."""
        return _Unexpected(f"{self.name} should be {expected}, but is {json.dumps(self.value)}")


def _plan(place: _Place) -> MigrationPlan:
    fields = place.fields("layouts", optional={"may_strand": 0, "receipts": False})
    return MigrationPlan(
        layouts=fields["layouts"].items("layout", _layout),
        may_strand=fields["may_strand"].number(U64),
        receipts=fields["receipts"].flag(),
    )


def _layout(place: _Place) -> AccountLayout:
    fields = place.fields("old", "new", "mapped", optional={"dropped": []})
    old, new = (fields[side].fields("discriminator", "size") for side in ("old", "new"))
    return AccountLayout(
        old_discriminator=old["discriminator"].discriminator(),
        new_discriminator=new["discriminator"].discriminator(),
        old_size=old["size"].number(U32),
        new_size=new["size"].number(U32),
        mapped=fields["mapped"].items("mapped range", _mapped),
        dropped=fields["dropped"].items("dropped range", _dropped),
    )


def _mapped(place: _Place) -> MappedRange:
    fields = place.fields("from", "to", "len")
    return MappedRange(*(fields[name].number(U16) for name in ("from", "to", "len")))


def _dropped(place: _Place) -> DroppedRange:
    fields = place.fields("from", "len")
    return DroppedRange(*(fields[name].number(U16) for name in ("from", "len")))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
