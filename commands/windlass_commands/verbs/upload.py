"""windlass upload"""

from __future__ import annotations

from pathlib import Path

import click
from solders.pubkey import Pubkey
from windlass_programs.digests import code_digest

from windlass_commands import loader
from windlass_commands.amounts import size, sol
from windlass_commands.elf import executable_hash, read_header
from windlass_commands.errors import Refused, TransactionRefused, UsageProblem
from windlass_commands.explain import explained
from windlass_commands.explanation import Subject
from windlass_commands.features import require_accepted
from windlass_commands.keypairs import Signer, load_or_create_keypair
from windlass_commands.options import examples, signing_options
from windlass_commands.session import Session, Settings, run_session
from windlass_commands.transactions import simulate
from windlass_commands.upload import DEFAULT_WINDOW, Upload
from windlass_commands.upload_bar import upload_bar


@click.command(
    "upload",
    epilog=examples(
        "windlass upload target/deploy/vault.so",
        "windlass upload vault.so --buffer vault-buffer.json     (again, after an interruption)",
    ),
)
@click.argument("elf", type=click.Path(path_type=Path))
@click.option(
    "--buffer",
    type=click.Path(path_type=Path),
    help="Keypair file of the buffer, made if it does not exist; the same file resumes an upload. "
    "Default: NAME-buffer.json here.",
)
@click.option(
    "--window",
    type=click.IntRange(1, 512),
    default=DEFAULT_WINDOW,
    show_default=True,
    help="Transactions in flight.",
)
@signing_options
def command(settings: Settings, elf: Path, buffer: Path | None, window: int) -> None:
    """Write a program's ELF file into a buffer on chain. --keypair becomes the buffer's authority."""
    if settings.unsigned:
        raise click.UsageError(
            "An upload is hundreds of transactions, so there is no --unsigned for it; use a keypair with little SOL."
        )
    run_session(settings, lambda session: upload_file(session, elf, buffer, window))


async def upload_file(session: Session, elf: Path, buffer_file: Path | None, window: int) -> None:
    """Check the file, then write what of it is not in the buffer yet."""
    code = read_program(elf)
    await require_accepted(session.rpc, read_header(code, str(elf)))
    await upload_code(session, code, buffer_file or Path(f"{elf.stem}-buffer.json"), str(elf), window)


async def upload_code(
    session: Session,
    code: bytes,
    path: Path,
    what: str,
    window: int = DEFAULT_WINDOW,
    comes_back: str = "when the upgrade is executed",
) -> Pubkey | None:
    """Write what of `code` is not in the buffer yet whose keypair is in the file at `path`, made if there is none.

    The buffer; None where --dry-run left it at words. `what` names the code to people, `comes_back` when its rent does.
    """
    buffer = buffer_signer(session, path)
    upload = Upload(
        session.rpc,
        buffer,
        session.signer,
        session.payer,
        code,
        window,
        session.settings.priority_fee,
    )
    on_chain = await upload.existing()
    rent = await session.rpc.rent(loader.BUFFER_HEADER_BYTES + len(code))
    chunks = len(upload.missing(on_chain if on_chain is not None else bytes(len(code))))
    session.output.say(
        f"Writes {what} ({size(len(code))}) into buffer {buffer.address}: {chunks} transactions"
        + (
            f", and locks {sol(rent)} of rent that come back {comes_back}."
            if on_chain is None
            else "; the rest is there."
        )
    )
    subject = Subject(payer=session.payer.address, buffer=buffer.address)
    try:
        if on_chain is None:
            await require_affordable(session, upload, rent)
        if session.settings.dry_run:
            session.output.say("Nothing was sent.")
            session.output.result({"command": "upload", "dry_run": True, "transactions": chunks, "rent": rent})
            return None
        with upload_bar(session.output.progress_console, len(code)) as told:
            done = await upload.run(told)
    except TransactionRefused as refusal:
        raise await explained(refusal, session.accounts, subject) from None
    digest = code_digest(code).hex()
    session.output.field("buffer", done.buffer)
    session.output.field("code digest", digest)
    session.output.field("solana-verify", executable_hash(code).hex())
    if done.written:
        session.output.field("rate", f"{size(int(done.written / done.seconds))}/s, {done.transactions} transactions")
    session.output.say("The buffer holds exactly these bytes (compared byte by byte).", "green")
    session.output.result(
        {
            "command": "upload",
            "buffer": str(done.buffer),
            "buffer_file": str(path),
            "bytes": done.length,
            "written": done.written,
            "transactions": done.transactions,
            "seconds": round(done.seconds, 3),
            "code_digest": digest,
            "executable_hash": executable_hash(code).hex(),
        }
    )
    return done.buffer


def buffer_signer(session: Session, path: Path) -> Signer:
    """The buffer's key from its file. Raises UsageProblem where --dry-run would have to make the file."""
    if session.settings.dry_run and not path.exists():
        raise UsageProblem(f"--dry-run needs an existing --buffer file to simulate with; {path} does not exist.")
    return Signer.of(load_or_create_keypair(path))


def read_program(elf: Path) -> bytes:
    """The file's bytes. Raises UsageProblem where it cannot be read."""
    try:
        return elf.expanduser().read_bytes()
    except FileNotFoundError:
        raise UsageProblem(f"There is no file {elf}; give the .so file that `cargo build-sbf` makes.") from None
    except OSError as error:
        raise UsageProblem(f"The file {elf} cannot be read: {error.strerror}.") from None


async def require_affordable(session: Session, upload: Upload, rent: int) -> None:
    """Raise Refused or TransactionRefused where the buffer cannot even be made."""
    signatures = 2 if upload.payer.address == upload.authority.address else 3
    balance = await session.rpc.balance(upload.payer.address)
    fees = 5_000 * (len(upload.missing(bytes(len(upload.code)))) * (signatures - 1) + signatures)
    if balance < rent + fees:
        raise Refused(
            f"The upload needs {sol(rent + fees)} (rent {sol(rent)}, fees {sol(fees)}), and the fee payer "
            f"{upload.payer.address} holds {sol(balance)}; transfer SOL to it, or name another with --fee-payer."
        )
    await simulate(session.rpc, upload.creation(rent), upload.payer, price=upload.price)
