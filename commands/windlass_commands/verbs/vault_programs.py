"""windlass vault init-authority, set-admin, add-program, remove-program, programs: who else moves collateral."""

from __future__ import annotations

import click
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from windlass_programs.addresses import collateral_signer_address, vault_authority_address

from windlass_commands.explanation import Subject
from windlass_commands.instructions.add_authorized_program import add_authorized_program
from windlass_commands.instructions.initialize_authority import initialize_authority
from windlass_commands.instructions.remove_authorized_program import remove_authorized_program
from windlass_commands.instructions.set_admin import set_admin
from windlass_commands.keypairs import Signer, signer_from
from windlass_commands.options import chain_options, examples, signing_options, vault_program_option
from windlass_commands.parameters import ADDRESS
from windlass_commands.session import Intent, Session, Settings, run_session


@click.command("init-authority", epilog=examples("windlass vault init-authority --admin ADDRESS -k deployer.json"))
@click.option("--admin", type=ADDRESS, required=True, help="Who authorizes programs from then on.")
@vault_program_option
@signing_options
def init_authority(settings: Settings, admin: Pubkey, vault_program: Pubkey) -> None:
    """Name the first admin of the programs that may move collateral.

    --keypair is the vault program's upgrade authority: do this before `windlass register`, after which no key is.
    """

    async def init(session: Session) -> None:
        deployer = session.signer
        await _carry_out(
            session,
            "vault init-authority",
            vault_program,
            initialize_authority(vault_program, deployer.address, session.payer.address, admin),
            f"Makes {admin} the admin of the programs that may move collateral.",
            {"admin": str(admin)},
        )

    run_session(settings, init)


@click.command("set-admin", epilog=examples("windlass vault set-admin new-admin.json -k admin.json"))
@click.argument("new_admin")
@vault_program_option
@signing_options
def set_admin_command(settings: Settings, new_admin: str, vault_program: Pubkey) -> None:
    """Make NEW_ADMIN, a keypair file that signs too, the admin. --keypair is the present one.

    With --unsigned or --dry-run an address will do.
    """

    async def hand_over(session: Session) -> None:
        heir = signer_from(new_admin, address_allowed=settings.unsigned or settings.dry_run)
        await _carry_out(
            session,
            "vault set-admin",
            vault_program,
            set_admin(vault_program, session.signer.address, heir.address),
            f"Makes {heir.address} the admin in the place of {session.signer.address}.",
            {"admin": str(heir.address)},
            heir,
        )

    run_session(settings, hand_over)


@click.command("add-program", epilog=examples("windlass vault add-program PROGRAM -k admin.json"))
@click.argument("program", type=ADDRESS)
@vault_program_option
@signing_options
def add_program(settings: Settings, program: Pubkey, vault_program: Pubkey) -> None:
    """Let PROGRAM lock, unlock and transfer the collateral in every vault. --keypair is the admin.

    Whoever can upgrade PROGRAM has that power too.
    """

    async def add(session: Session) -> None:
        signer = collateral_signer_address(program)
        await _carry_out(
            session,
            "vault add-program",
            vault_program,
            add_authorized_program(vault_program, session.signer.address, program),
            f"Authorizes {program} to move collateral; it signs as {signer}.",
            {"program": str(program), "signer": str(signer)},
        )

    run_session(settings, add)


@click.command("remove-program", epilog=examples("windlass vault remove-program PROGRAM -k admin.json"))
@click.argument("program", type=ADDRESS)
@vault_program_option
@signing_options
def remove_program(settings: Settings, program: Pubkey, vault_program: Pubkey) -> None:
    """Let PROGRAM move collateral no more. What it has locked stays locked. --keypair is the admin."""

    async def remove(session: Session) -> None:
        await _carry_out(
            session,
            "vault remove-program",
            vault_program,
            remove_authorized_program(vault_program, session.signer.address, program),
            f"Ends the authorization of {program} to move collateral.",
            {"program": str(program)},
        )

    run_session(settings, remove)


@click.command("programs", epilog=examples("windlass vault programs"))
@vault_program_option
@chain_options
def programs(settings: Settings, vault_program: Pubkey) -> None:
    """Show the admin and the programs that may move collateral."""

    async def show(session: Session) -> None:
        authority = await session.accounts.vault_authority(vault_program)
        session.output.field("admin", authority.admin)
        for authorized in authority.programs:
            session.output.field("program", f"{authorized.program} (signs as {authorized.signer})")
        session.output.result(
            {
                "command": "vault programs",
                "address": str(vault_authority_address(vault_program)),
                "admin": str(authority.admin),
                "programs": [{"program": str(each.program), "signer": str(each.signer)} for each in authority.programs],
                "stream_seq": authority.stream.seq,
                "stream_digest": authority.stream.digest.hex(),
            }
        )

    run_session(settings, show)


COMMANDS = (init_authority, set_admin_command, add_program, remove_program, programs)


async def _carry_out(
    session: Session,
    name: str,
    vault_program: Pubkey,
    instruction: Instruction,
    sentence: str,
    result: dict[str, str],
    *more: Signer,
) -> None:
    result = {"authority": str(vault_authority_address(vault_program)), **result}
    subject = Subject(member=session.signer.address, payer=session.payer.address)
    await session.carry_out(Intent(name, [instruction], [session.signer, *more], [sentence], subject, dict(result)))
