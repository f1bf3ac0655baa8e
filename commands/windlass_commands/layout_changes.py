"""What a new release does to the accounts of the old one, by their IDLs; and why that would corrupt them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from windlass_commands.account_shapes import DISCRIMINATOR_BYTES, Field, Shape

# The runtime's MAX_PERMITTED_DATA_INCREASE, by which one instruction can change an account's size.
MAX_RESIZE = 10_240
MAX_OFFSET = 2**16 - 1


@dataclass(frozen=True)
class Declared:
    """What the operator says of two releases that their IDLs cannot.

    `renamed` gives the new path ("Vault.total_balance") or account of an old one; `dropped` are old ones that may be
    lost; `sizes` the bytes of an account before and after, where there is room behind its fields.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A field of the old release, and that of the new one by the same name."""

    old: Field
    new: Field

    @property
    def moved(self) -> bool:
        """Whether it lies elsewhere."""
        return self.old.start != self.new.start


@dataclass
class AccountChange:
    """One account type of the old release, and what becomes of it; `new` is None where that is nothing."""

    old: Shape
    new: Shape | None
    old_size: int = 0
    new_size: int = 0
    kept: list[Kept] = field(default_factory=list)
    added: list[Field] = field(default_factory=list)
    dropped: list[Field] = field(default_factory=list)
    # Of the old release, with nothing of that name in the new one; and with something of another type.
    vanished: list[Field] = field(default_factory=list)
    retyped: list[Kept] = field(default_factory=list)
    # What no plan settles.
    obstacles: list[str] = field(default_factory=list)

    @property
    def migrates(self) -> bool:
        """Whether accounts of this type have to be migrated."""
        return self.new is not None and (self.layout_differs or self.old.discriminator != self.new.discriminator)

    @property
    def layout_differs(self) -> bool:
        """Whether anything but the discriminator is another."""
        changed = self.added or self.dropped or self.vanished or self.retyped
        return bool(changed or any(each.moved for each in self.kept) or self.old_size != self.new_size)

    @property
    def problems(self) -> list[str]:
        """Why accounts of this type would be corrupted."""
        return [*self._about_fields(), *self.obstacles]

    def _about_fields(self) -> Iterator[str]:
        for old in self.vanished:
            path = f"{self.old.name}.{old.path}"
            yield (
                f"field {self.old.name}.{old} vanishes; --rename {path}=NEW says what it is called now, --drop {path} "
                "that it may be lost"
            )
        for kept in self.retyped:
            path = f"{self.old.name}.{kept.old.path}"
            yield (
                f"field {path} is {kept.old.type} and becomes {kept.new.type}, so its bytes would be read as something "
                f"else; --drop {path} lets it go, and the program's migrate makes the new one"
            )


def changes(old: Mapping[str, Shape], new: Mapping[str, Shape], declared: Declared) -> list[AccountChange]:
    """What becomes of each account type of the old release."""
    found = [_change(shape, new.get(declared.renamed.get(name, name)), declared) for name, shape in old.items()]
    claimed = {change.new.name for change in found if change.new}
    for change in found:
        for other in new.values():
            same = other.discriminator == change.old.discriminator
            if same and (change.new is None or other.name != change.new.name):
                change.obstacles.append(
                    f"the new account {other.name} has the discriminator of the old {change.old.name}, so one would be "
                    "read as the other"
                )
    unknown = [path for path in (*declared.renamed, *declared.dropped, *declared.sizes) if not _exists(path, old)]
    if unknown and found:
        found[0].obstacles.append(f"{unknown[0]} is named, and the old IDL has no such account or field")
    for change in found:
        if change.new is None and change.old.name not in declared.dropped:
            left = sorted(set(new) - claimed)
            hint = f" (--rename {change.old.name}={left[0]}?)" if left else ""
            change.obstacles.append(
                f"account {change.old.name} is in the old IDL and not in the new one, so nothing could read it any "
                f"more; say what it is called now{hint}, or --drop {change.old.name}"
            )
    return found


def _change(old: Shape, new: Shape | None, declared: Declared) -> AccountChange:
    change = AccountChange(old, new)
    if new is None:
        return change
    _match_fields(change, declared)
    _measure(change, declared)
    if change.migrates:
        change.obstacles += _obstacles(change)
    return change


def _match_fields(change: AccountChange, declared: Declared) -> None:
    assert change.new is not None
    name, fields = change.old.name, dict(change.new.by_path)
    for old in change.old.fields:
        path = f"{name}.{old.path}"
        target = declared.renamed.get(path, path).removeprefix(f"{name}.")
        new = fields.get(target)
        if path in declared.dropped:
            change.dropped.append(old)
        elif new is None:
            change.vanished.append(old)
        elif new.type != old.type:
            change.retyped.append(Kept(old, new))
            del fields[target]
        else:
            change.kept.append(Kept(old, new))
            del fields[target]
    change.added = list(fields.values())


def _measure(change: AccountChange, declared: Declared) -> None:
    assert change.new is not None
    name = change.old.name
    if given := declared.sizes.get(name):
        change.old_size, change.new_size = given
        for what, size, least in (
            ("old", change.old_size, change.old.size),
            ("new", change.new_size, change.new.size),
        ):
            if least is not None and size < least:
                change.obstacles.append(f"--size says {size:,} bytes of the {what} {name}, whose fields take {least:,}")
        return
    if change.old.size is None or change.new.size is None:
        unchanged = change.old.fields == change.new.fields and change.old.behind == change.new.behind
        if not unchanged or change.old.discriminator != change.new.discriminator:
            change.obstacles.append(
                f"account {name} has fields of variable length, so its IDL does not tell its size; "
                f"--size {name}=OLD:NEW does"
            )
        return
    change.old_size, change.new_size = change.old.size, change.new.size


def _obstacles(change: AccountChange) -> list[str]:
    """Why a plan cannot move this account type's fields."""
    assert change.new is not None
    name, found = change.old.name, []
    if change.old.discriminator == change.new.discriminator:
        found.append(
            f"account {name} keeps its discriminator {change.old.discriminator.hex()} with another layout, so nobody "
            "could tell which layout an account is in; give the new one its own, as #[account(discriminator = …)]"
        )
    for side, shape in (("old", change.old), ("new", change.new)):
        if len(shape.discriminator) != DISCRIMINATOR_BYTES or not any(shape.discriminator):
            found.append(
                f"the {side} {name} has the discriminator {shape.discriminator.hex() or 'of no bytes'}; a migration "
                "tells accounts apart by 8 bytes that are not all zero"
            )
        if shape.behind:
            found.append(
                f"in the {side} {name}, field {shape.behind[0]} lies behind {shape.fields[-1].path}, whose length "
                "varies, so it is at another place in each account; a migration moves fields at fixed places only"
            )
    if abs(change.new_size - change.old_size) > MAX_RESIZE:
        found.append(
            f"account {name} would change from {change.old_size:,} to {change.new_size:,} bytes, and one instruction "
            f"can change it by {MAX_RESIZE:,} at most; grow it in several releases"
        )
    if max(change.old_size, change.new_size) > MAX_OFFSET:
        found.append(f"account {name} has more than {MAX_OFFSET:,} bytes, and a plan names no byte behind that")
    return found


def _exists(path: str, old: Mapping[str, Shape]) -> bool:
    account, _, rest = path.partition(".")
    return account in old and (not rest or rest in old[account].by_path)
