"""An operator's mistakes end in one sentence that says what was expected, what came and what to do."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path

from solders.keypair import Keypair
from solders.transaction import VersionedTransaction
from stack.governance import Governance
from windlass_commands.keypairs import write_keypair
from windlass_programs.artifacts import program_elf, program_elf_path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_an_rpc_node_that_does_not_answer_is_named_with_what_to_do(governance: Governance) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    outcome = governance.run("show", governance.key("alice"), url=url, by=None)
    assert outcome.exit_code == 1
    assert outcome.message.startswith(f"No RPC node can be reached at {url}")
    assert "--url or WINDLASS_RPC_URL" in outcome.message


def test_a_server_that_is_no_rpc_node_is_told_apart(governance: Governance) -> None:
    outcome = governance.run("show", governance.key("alice"), url="ftp://example", by=None)
    assert outcome.exit_code == 2
    assert "--url expects an http:// or https:// address or one of mainnet-beta" in outcome.message


def test_a_missing_keypair_file_is_named(governance: Governance) -> None:
    outcome = governance.cli("vault", "init", governance.key("bob"), "-u", governance.url, "-k", "/nowhere/key.json")
    assert outcome.exit_code == 2
    assert "There is no keypair file /nowhere/key.json; give one with --keypair" in outcome.message


def test_a_file_that_is_no_keypair_is_told_without_its_content(governance: Governance, tmp_path: Path) -> None:
    secret = tmp_path / "key.json"
    secret.write_text("[1, 2, 3, 231]")
    outcome = governance.cli("vault", "init", governance.key("bob"), "-u", governance.url, "-k", str(secret))
    assert outcome.exit_code == 2
    assert "is no keypair file" in outcome.message
    assert "231" not in outcome.message


def test_an_address_with_a_wrong_letter_is_refused_before_anything_is_asked(governance: Governance) -> None:
    outcome = governance.run("show", governance.key("alice")[:-1] + "l", by=None)
    assert outcome.exit_code == 2
    assert "expected a base58 address of 32 bytes" in outcome.message


def test_an_address_that_holds_something_else_is_told(governance: Governance) -> None:
    outcome = governance.refused("show", governance.key("alice"), by=None)
    assert "found an account of 11111111111111111111111111111111" in outcome.message
    outcome = governance.refused("show", str(Keypair().pubkey()), by=None)
    assert "found nothing; check the address and the cluster" in outcome.message


def test_a_fee_payer_without_sol_is_told_what_it_holds(governance: Governance) -> None:
    poor = Keypair()
    write_keypair(governance.directory / "poor.json", poor)
    outcome = governance.refused("init-multisig", "-m", str(poor.pubkey()), "--threshold", "1", by="poor")
    assert outcome.message.startswith(f"The fee payer {poor.pubkey()} holds 0 SOL")
    assert "transfer SOL to it" in outcome.message


def test_a_fee_payer_with_too_little_sol_is_told_what_it_holds(governance: Governance) -> None:
    poor = Keypair()
    write_keypair(governance.directory / "poorer.json", poor)
    governance.rpc("requestAirdrop", str(poor.pubkey()), 2_000_000)
    balance = 0
    while not balance:
        balance = governance.rpc("getBalance", str(poor.pubkey()), {"commitment": "confirmed"})["value"]
    outcome = governance.refused("init-multisig", "-m", str(poor.pubkey()), "--threshold", "1", by="poorer")
    assert outcome.message.startswith(f"The fee payer {poor.pubkey()} holds 0.002 SOL")
    elf = str(program_elf_path("collateral_vault_v2"))
    outcome = governance.refused("upload", elf, "--buffer", str(governance.directory / "b.json"), by="poorer")
    assert "holds 0.002 SOL" in outcome.message
    assert "rent" in outcome.message


def test_an_immutable_program_cannot_be_handed_over(governance: Governance) -> None:
    windlass = "Wnd9DkGLs26uYGR6WUpHLmkTv2EcTDwSAShudvjjQg5"
    outcome = governance.refused("register", windlass, "--multisig", governance.multisig())
    assert outcome.message.startswith(f"Program {windlass} is immutable")


def test_a_file_that_is_no_program_is_refused_before_it_is_uploaded(governance: Governance, tmp_path: Path) -> None:
    text = tmp_path / "notes.so"
    text.write_text("not a program at all")
    outcome = governance.refused("upload", str(text), "--buffer", str(tmp_path / "b.json"))
    assert "holds no program: expected an ELF file" in outcome.message
    assert not (tmp_path / "b.json").exists()


def test_a_dry_run_tells_what_would_happen_and_sends_nothing(governance: Governance) -> None:
    outcome = governance.run("init-multisig", "-m", governance.key("alice"), "--threshold", "1", "--dry-run")
    assert outcome.exit_code == 0
    assert outcome.json["dry_run"]
    assert outcome.json["fee"] == 10_000
    assert governance.account(outcome.json["multisig"]) is None


def test_an_unsigned_transaction_names_who_has_to_sign_it(governance: Governance) -> None:
    multisig = governance.multisig()
    program = str(next(governance.handed_out))
    authority = governance.key("authority")
    outcome = governance.cli(
        *("register", program, "--multisig", multisig, "--unsigned", "--json", "-u", governance.url, "-k", authority)
    )
    assert outcome.exit_code == 0, outcome
    assert outcome.json["signers"] == [authority]
    assert len(outcome.json["transaction"]) > 400
    plain = governance.cli(
        *("register", program, "--multisig", multisig, "--unsigned", "-u", governance.url, "-k", authority)
    )
    assert len(plain.stdout.split()) == 1


def test_a_key_that_a_command_makes_itself_signs_what_is_handed_out(governance: Governance) -> None:
    alice = governance.key("alice")
    outcome = governance.cli(
        *("init-multisig", "-m", alice, "--threshold", "1", "--unsigned", "--json", "-u", governance.url, "-k", alice)
    )
    assert outcome.json["signers"] == [alice]
    handed_out = VersionedTransaction.from_bytes(base64.b64decode(outcome.json["transaction"]))
    signed = VersionedTransaction.populate(
        handed_out.message,
        [governance.wallets["alice"].sign_message(bytes(handed_out.message)), *handed_out.signatures[1:]],
    )
    assert signed.verify_with_results() == [True, True]
    options = {"encoding": "base64", "preflightCommitment": "confirmed"}
    governance.rpc("sendTransaction", base64.b64encode(bytes(signed)).decode(), options)


def test_text_output_says_what_will_happen_before_the_signature(governance: Governance) -> None:
    outcome = governance.cli(
        *("init-multisig", "-m", governance.key("alice"), "--threshold", "1"),
        *("-u", governance.url, "-k", governance.file("alice")),
    )
    assert outcome.exit_code == 0
    told, signed = outcome.stdout.index("An upgrade needs 1 approval within"), outcome.stdout.index("signature")
    assert told < signed
    assert "\x1b[" not in outcome.stdout


def test_solanas_config_file_names_node_and_keypair(governance: Governance, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(json.dumps({"json_rpc_url": governance.url, "keypair_path": governance.file("alice")}))
    from click.testing import CliRunner
    from windlass_commands.cli import main

    result = CliRunner().invoke(
        main,
        ["init-multisig", "-m", governance.key("alice"), "--threshold", "1", "--json"],
        env={"SOLANA_CONFIG_FILE": str(config), "WINDLASS_RPC_URL": ""},
    )
    assert result.exit_code == 0, result.output
    assert governance.account(json.loads(result.stdout)["multisig"]) is not None


def test_an_interrupted_upload_writes_only_what_is_missing(governance: Governance, tmp_path: Path) -> None:
    code = program_elf("collateral_vault_v2")
    first, whole = tmp_path / "first.so", tmp_path / "whole.so"
    whole.write_bytes(code)
    # The same length with the second half still zeros is what an interrupted upload leaves behind.
    first.write_bytes(code[: len(code) // 2] + bytes(len(code) - len(code) // 2))
    buffer = str(tmp_path / "buffer.json")
    before = governance.done("upload", str(first), "--buffer", buffer)
    after = governance.done("upload", str(whole), "--buffer", buffer)
    assert before["buffer"] == after["buffer"]
    assert after["written"] < len(code) * 0.6
    again = governance.done("upload", str(whole), "--buffer", buffer)
    assert (again["written"], again["transactions"]) == (0, 0)


def test_a_proposed_buffer_cannot_be_uploaded_to_again(governance: Governance, tmp_path: Path) -> None:
    multisig = governance.multisig()
    program, buffer = governance.registered(multisig), tmp_path / "buffer.json"
    elf = str(program_elf_path("collateral_vault_v2"))
    address = governance.done("upload", elf, "--buffer", str(buffer))["buffer"]
    propose = (
        "propose",
        "--multisig",
        multisig,
        "--program",
        program,
        "--buffer",
        address,
        "--no-rollback",
        "--extend",
    )
    other = tmp_path / "other.so"
    other.write_bytes(program_elf("collateral_vault_v1"))
    assert "does not hold" in governance.refused(*propose, "--elf", str(other)).message
    governance.done(*propose, "--extend", "--elf", elf)
    outcome = governance.refused("upload", elf, "--buffer", str(buffer))
    assert "it may be proposed already" in outcome.message
