"""windlass init-multisig"""

from __future__ import annotations

from pathlib import Path

import click
from solders.keypair import Keypair
from windlass_programs.addresses import multisig_address

from windlass_commands.accounts import APPROVE, role_names
from windlass_commands.amounts import counted
from windlass_commands.chain_time import duration
from windlass_commands.explanation import Subject
from windlass_commands.instructions.initialize_multisig import Member, MultisigParams, initialize_multisig
from windlass_commands.keypairs import Signer, load_keypair
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import DURATION, MEMBER
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command(
    "init-multisig",
    epilog=examples(
        "windlass init-multisig --threshold 2 -m ALICE -m BOB -m CAROL:approve,guard",
        "windlass init-multisig --threshold 3 --timelock 3d -m A -m B -m C -m D -m E --dry-run",
    ),
)
@click.option(
    "--member",
    "-m",
    "members",
    type=MEMBER,
    multiple=True,
    required=True,
    help="ADDRESS, or ADDRESS:roles with propose, approve, guard. Default roles: propose,approve.",
)
@click.option("--threshold", type=click.IntRange(0, 255), required=True, help="Approvals that an upgrade needs.")
@click.option(
    "--cancel-threshold",
    type=click.IntRange(0, 255),
    help="Votes that cancel a proposal. Default: as many as make approval impossible.",
)
@click.option(
    "--emergency-threshold", type=click.IntRange(0, 255), help="Approvals for a rollback. Default: --threshold."
)
@click.option("--timelock", type=DURATION, default="48h", show_default=True, help="From approval to execution.")
@click.option("--rollback-delay", type=DURATION, default="1h", show_default=True, help="The timelock of a rollback.")
@click.option("--grace-period", type=DURATION, default="14d", show_default=True, help="How long to execute in.")
@click.option("--voting-period", type=DURATION, default="7d", show_default=True, help="How long to vote in.")
@click.option(
    "--create-key",
    type=click.Path(path_type=Path),
    help="Keypair file that gives the multisig its address and signs this once. Default: a new key.",
)
@signing_options
def command(
    settings: Settings,
    members: tuple[Member, ...],
    threshold: int,
    cancel_threshold: int | None,
    emergency_threshold: int | None,
    timelock: int,
    rollback_delay: int,
    grace_period: int,
    voting_period: int,
    create_key: Path | None,
) -> None:
    """Make a multisig: who may propose, approve and guard, how many approvals it takes, how long everybody waits."""
    approvers = sum(1 for member in members if member.roles & APPROVE)
    params = MultisigParams(
        members=members,
        threshold=threshold,
        cancel_threshold=max(1, approvers - threshold + 1) if cancel_threshold is None else cancel_threshold,
        emergency_threshold=threshold if emergency_threshold is None else emergency_threshold,
        timelock=timelock,
        rollback_delay=rollback_delay,
        grace_period=grace_period,
        voting_period=voting_period,
    )
    key = load_keypair(create_key) if create_key else Keypair()
    run_session(settings, lambda session: init_multisig(session, key, params))


async def init_multisig(session: Session, create_key: Keypair, params: MultisigParams) -> None:
    """Tell what the multisig will be, and make it."""
    address = multisig_address(create_key.pubkey(), session.program_id)
    instruction = initialize_multisig(session.program_id, create_key.pubkey(), session.payer.address, params)
    lines = [f"    {member.key}  {role_names(member.roles)}" for member in params.members]
    summary = [
        f"Makes the multisig {address} with {counted(len(params.members), 'member')}:",
        *lines,
        f"An upgrade needs {counted(params.threshold, 'approval')} within {duration(params.voting_period)}, waits "
        f"{duration(params.timelock)}, and can then be executed for {duration(params.grace_period)}; "
        f"it takes {counted(params.cancel_threshold, 'vote')} to cancel it.",
    ]
    await session.carry_out(
        Intent(
            "init-multisig",
            [instruction],
            [],
            summary,
            Subject(multisig=address, payer=session.payer.address, params=params),
            {"multisig": str(address), "create_key": str(create_key.pubkey())},
            [Signer.of(create_key)],
        )
    )
