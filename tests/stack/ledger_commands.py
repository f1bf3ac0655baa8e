"""The ledger proposed, upgraded and about to be migrated, by the `windlass` command line."""

from __future__ import annotations

import json
from typing import Any

from solders.pubkey import Pubkey
from stack.governance import MEMBERS, Governance
from stack.ledger import LEDGER, ledger_elf

TWO_DAYS = 172_800


def plan(*, receipts: bool = False, **changes: Any) -> dict[str, Any]:
    """The content of a migration plan's file; `changes` are fields of its one layout."""
    layout = {
        "old": {"discriminator": LEDGER.old.hex(), "size": LEDGER.old_size},
        "new": {"discriminator": LEDGER.new.hex(), "size": LEDGER.new_size},
        "mapped": [{"from": from_, "to": to, "len": length} for from_, to, length in LEDGER.mapped],
        "dropped": [{"from": from_, "len": length} for from_, length in LEDGER.dropped],
    }
    return {"may_strand": 0, "receipts": receipts, "layouts": [{**layout, **changes}]}


def proposing(
    governance: Governance, multisig: str, program: str, voted: dict[str, Any], *more: str, code: bytes | None = None
) -> tuple[str, ...]:
    """The command that proposes the ledger, or other code, with a migration plan; its buffer is uploaded."""
    elf, file = governance.directory / f"{multisig}.so", governance.directory / f"{multisig}-plan.json"
    elf.write_bytes(code or ledger_elf(Pubkey.from_string(multisig)))
    file.write_text(json.dumps(voted))
    keypair = str(governance.directory / f"{multisig}-buffer.json")
    buffer = governance.done("upload", str(elf), "--buffer", keypair)["buffer"]
    what = ("--multisig", multisig, "--program", program, "--buffer", buffer, "--migration-plan", str(file))
    return ("propose", *what, *more)


def approve(governance: Governance, proposal: str) -> None:
    """Three members approve."""
    for name in MEMBERS[:3]:
        governance.done("approve", proposal, by=name)


def migrating(
    governance: Governance, multisig: str, program: str, voted: dict[str, Any], code: bytes | None = None
) -> str:
    """An executed upgrade without a way back whose migration is started; its proposal."""
    command = proposing(governance, multisig, program, voted, "--no-rollback", "--extend", code=code)
    proposal = str(governance.done(*command)["proposal"])
    governance.done("verify-buffer", proposal)
    approve(governance, proposal)
    governance.travel(TWO_DAYS + 5)
    governance.done("execute", proposal)
    governance.done("start-migration", proposal)
    return proposal
