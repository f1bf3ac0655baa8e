"""What commands take on their command line, as click parameter types."""

from __future__ import annotations

from pathlib import Path

import click
from solders.pubkey import Pubkey

from windlass_commands.accounts import APPROVE, GUARD, PROPOSE
from windlass_commands.chain_time import parse_duration
from windlass_commands.errors import CommandError
from windlass_commands.instructions.initialize_multisig import Member
from windlass_commands.keypairs import load_keypair

ROLES = {"propose": PROPOSE, "approve": APPROVE, "guard": GUARD}
DEFAULT_ROLES = PROPOSE | APPROVE


class Address(click.ParamType[Pubkey]):
    """A base58 address, or a keypair file, of which the public key is taken."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Pubkey:
        if isinstance(value, Pubkey):
            return value
        text = str(value)
        try:
            return Pubkey.from_string(text)
        except ValueError:
            pass
        if not Path(text).expanduser().is_file():
            self.fail(
                f"expected a base58 address of 32 bytes (or a keypair file), but got {text!r}; check it for missing "
                "letters.",
                param,
                ctx,
            )
        try:
            return load_keypair(Path(text)).pubkey()
        except CommandError as error:
            self.fail(str(error), param, ctx)


class Duration(click.ParamType[int]):
    """Seconds, given as 48h, 2d, 1d12h or a number."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_duration(str(value))
        except CommandError as error:
            self.fail(str(error), param, ctx)


class Digest(click.ParamType[bytes]):
    """32 bytes in hexadecimal."""

    name = "digest"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        if isinstance(value, bytes):
            return value
        try:
            digest = bytes.fromhex(str(value))
        except ValueError:
            digest = b""
        if len(digest) != 32:
            self.fail(f"expected 64 hexadecimal digits (32 bytes), but got {value!r}.", param, ctx)
        return digest


class MemberRoles(click.ParamType[Member]):
    """ADDRESS or ADDRESS:role,role with the roles propose, approve and guard."""

    name = "member"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Member:
        if isinstance(value, Member):
            return value
        address, _, names = str(value).partition(":")
        key = ADDRESS.convert(address, param, ctx)
        roles = 0
        for name in names.split(",") if names else []:
            if name not in ROLES:
                self.fail(f"a role is one of {', '.join(ROLES)}, not {name!r}.", param, ctx)
            roles |= ROLES[name]
        return Member(key, roles or DEFAULT_ROLES)


ADDRESS = Address()
DURATION = Duration()
DIGEST = Digest()
MEMBER = MemberRoles()
