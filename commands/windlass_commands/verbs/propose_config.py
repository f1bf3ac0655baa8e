"""windlass propose-config"""

from __future__ import annotations

import click
from solders.pubkey import Pubkey
from windlass_programs.addresses import proposal_address
from windlass_programs.windlass import MemberParams
from windlass_programs.windlass import MultisigParams as Voted

from windlass_commands.amounts import counted
from windlass_commands.chain_time import duration
from windlass_commands.config_changes import DURATIONS, THRESHOLDS, config_changes
from windlass_commands.explanation import Subject
from windlass_commands.instructions.initialize_multisig import Member, MultisigParams
from windlass_commands.instructions.propose_config import propose_config
from windlass_commands.options import examples, signing_options
from windlass_commands.parameters import ADDRESS, DURATION, MEMBER
from windlass_commands.session import Intent, Session, Settings, run_session

COUNT = click.IntRange(0, 255)


@click.command(
    "propose-config",
    epilog=examples(
        "windlass propose-config MULTISIG --timelock 3d -k alice.json",
        "windlass propose-config MULTISIG -m ALICE -m BOB -m DAVE:approve,guard --threshold 2",
    ),
)
@click.argument("multisig", type=ADDRESS)
@click.option(
    "--member",
    "-m",
    "members",
    type=MEMBER,
    multiple=True,
    help="All members of the new configuration, as for init-multisig. Default: the present ones.",
)
@click.option("--threshold", type=COUNT, help="Approvals that a proposal needs.")
@click.option("--cancel-threshold", type=COUNT, help="Votes that cancel a proposal.")
@click.option("--emergency-threshold", type=COUNT, help="Approvals that a rollback needs.")
@click.option("--timelock", type=DURATION, help="From approval to execution.")
@click.option("--rollback-delay", type=DURATION, help="The timelock of a rollback.")
@click.option("--grace-period", type=DURATION, help="How long to execute in.")
@click.option("--voting-period", type=DURATION, help="How long to vote in.")
@signing_options
def command(settings: Settings, multisig: Pubkey, members: tuple[Member, ...], **changes: int | None) -> None:
    """Propose another configuration of a multisig; what is not named stays. --keypair may propose.

    It takes the same threshold and timelock as an upgrade. Once executed, all open proposals are stale.
    """
    run_session(settings, lambda session: propose(session, multisig, members, changes))


async def propose(
    session: Session, multisig: Pubkey, members: tuple[Member, ...], changes: dict[str, int | None]
) -> None:
    """Tell what would change, and propose it. `changes` are by the names of MultisigParams, None for what stays."""
    config = await session.accounts.multisig(multisig)
    kept = {name: getattr(config, name) for name in (*THRESHOLDS, *DURATIONS)}
    values = kept | {name: value for name, value in changes.items() if value is not None}
    new = MultisigParams(members or tuple(Member(member.key, member.roles) for member in config.members), **values)
    shown = Voted([MemberParams(member.key, member.roles) for member in new.members], **values)
    id = config.proposal_count + 1
    proposal = proposal_address(multisig, id, session.program_id)
    signer, payer = session.signer, session.payer
    landed = await session.carry_out(
        Intent(
            "propose-config",
            [propose_config(session.program_id, multisig, id, signer.address, payer.address, new)],
            [signer],
            [
                f"Proposes another configuration of the multisig: proposal {id}, {proposal}.",
                *(f"  {line}" for line in config_changes(config, shown)),
                f"It needs {counted(config.threshold, 'approval')}, then {duration(config.timelock)} pass before "
                "anyone can execute it.",
            ],
            Subject(proposal=proposal, multisig=multisig, member=signer.address, payer=payer.address, params=new),
            {"proposal": str(proposal), "id": id},
        )
    )
    if landed is not None:
        session.output.field("proposal", proposal)
        session.output.say(f"Next: windlass approve {proposal}", "dim")
