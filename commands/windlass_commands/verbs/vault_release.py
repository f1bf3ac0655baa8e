"""windlass vault release-2: what a multisig uploads and proposes to bring the vault program to its release 2."""

from __future__ import annotations

import json
from pathlib import Path

import click
from solders.pubkey import Pubkey
from windlass_programs.digests import code_digest
from windlass_programs.vault_release_2 import code_for, migration_plan

from windlass_commands.errors import UsageProblem
from windlass_commands.field_maps import plan_json
from windlass_commands.options import examples
from windlass_commands.output import Output
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import run


@click.command(
    "release-2",
    epilog=examples(
        "windlass vault release-2 MULTISIG --code vault.so --plan vault.json",
        "windlass vault release-2 MULTISIG --code vault.so --plan vault.json --may-strand 3",
    ),
)
@click.argument("multisig", type=ADDRESS)
@click.option("--code", type=click.Path(path_type=Path), required=True, help="File for the code, for windlass upload.")
@click.option("--plan", type=click.Path(path_type=Path), required=True, help="File for the plan, for windlass propose.")
@click.option("--may-strand", type=click.IntRange(0, 2**64 - 1), default=0, help="What a rollback may leave behind.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def release_2(multisig: Pubkey, code: Path, plan: Path, may_strand: int, as_json: bool) -> None:
    """Write the vault's release 2 for MULTISIG, which alone can have vaults migrated, and its migration plan."""
    output = Output(as_json=as_json)

    async def write() -> None:
        digest = _written(multisig, code, plan, may_strand)
        output.field("code", f"{code} (digest {digest})")
        output.field("plan", plan)
        output.result({"command": "vault release-2", "multisig": str(multisig), "code_digest": digest})

    run(output, write)


def _written(multisig: Pubkey, code: Path, plan: Path, may_strand: int) -> str:
    """Write both; the code's digest. Raises UsageProblem."""
    elf = code_for(multisig)
    try:
        code.write_bytes(elf)
        plan.write_text(json.dumps(plan_json(migration_plan(may_strand)), indent=2) + "\n")
    except OSError as error:
        raise UsageProblem(f"{error.filename} cannot be written: {error.strerror}.") from None
    return code_digest(elf).hex()
