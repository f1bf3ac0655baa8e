"""An Anchor program's instructions, built from its IDL by anchorpy.

anchorpy reads the IDL format before Anchor 0.30 only, so it gets that (windlass_programs.legacy_idl). It stays on
this side of Windlass: nothing else imports it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from anchorpy.coder.instruction import InstructionCoder
from anchorpy_core.idl import Idl as LegacyIdl
from anchorpy_core.idl import IdlAccount
from pyheck import snake
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import event_authority_address
from windlass_programs.artifacts import ProgramName
from windlass_programs.idl import Idl
from windlass_programs.legacy_idl import to_legacy


class AnchorProgram:
    """Encodes instructions of one program by its IDL."""

    def __init__(self, idl: Idl) -> None:
        legacy = LegacyIdl.from_json(json.dumps(to_legacy(idl.json)))
        self._coder = InstructionCoder(legacy)
        self._accounts = {
            snake(instruction.name): [
                (snake(account.name), account.is_signer, account.is_mut)
                for account in instruction.accounts
                if isinstance(account, IdlAccount)
            ]
            for instruction in legacy.instructions
        }
        self._optional = {
            instruction["name"]: {account["name"] for account in instruction["accounts"] if account.get("optional")}
            for instruction in idl.json["instructions"]
        }

    def instruction(
        self, program_id: Pubkey, name: str, arguments: Mapping[str, Any], accounts: Mapping[str, Pubkey | None]
    ) -> Instruction:
        """The instruction `name` (snake case, as all names here), its accounts in the IDL's order.

        The two accounts that Anchor adds for `emit_cpi!` need not be given, nor optional ones (or as None). Raises
        ValueError where an account that the IDL names is not given, or one given is not in the IDL.
        """
        expected = self._accounts[name]
        given = {
            "event_authority": event_authority_address(program_id),
            "program": program_id,
            **{account: address for account, address in accounts.items() if address is not None},
        }
        names = [account for account, _, _ in expected]
        if missing := [account for account in names if account not in {*given, *self._optional[name]}]:
            raise ValueError(f"{name} needs the accounts {', '.join(missing)}")
        if unknown := [account for account in accounts if account not in names]:
            raise ValueError(f"{name} has no accounts {', '.join(unknown)}")
        metas = [
            AccountMeta(given[account], signer, writable)
            if account in given
            else AccountMeta(program_id, is_signer=False, is_writable=False)  # Anchor's way to say that there is none
            for account, signer, writable in expected
        ]
        return Instruction(program_id, self._coder.encode(name, dict(arguments)), metas)


@cache
def anchor_program(name: ProgramName) -> AnchorProgram:
    """The program of that name in windlass_programs, its IDL read once."""
    return AnchorProgram(Idl.load(name))
