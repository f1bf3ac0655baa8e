"""`windlass-indexer decode`: what it takes, and what it says of what it does not."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from unit.indexer.recordings import recorded
from windlass_indexer.cli import main
from windlass_indexer.event import FollowedProgram
from windlass_indexer.transaction import Transaction
from windlass_programs.artifacts import idl_path
from windlass_programs.idl import Idl
from windlass_programs.legacy_idl import to_legacy

IDL = str(idl_path("collateral_vault_v1"))


def decode(stdin: Any, *options: str, idl: str = IDL) -> Result:
    text = stdin if isinstance(stdin, bytes) else orjson.dumps(stdin)
    return CliRunner().invoke(main, ["decode", "--idl", idl, *options], input=text)


def test_each_event_is_one_line_of_json() -> None:
    result = decode(recorded("deposit_and_withdrawal_in_one_instruction"))
    events = [orjson.loads(line) for line in result.output.splitlines()]
    assert [list(event) for event in events] == [["slot", "signature", "path", "program", "name", "data"]] * 2
    assert [(event["name"], event["path"]) for event in events] == [("Deposited", [0, 0, 1]), ("Withdrawn", [0, 1, 1])]


def test_the_whole_json_rpc_answer_is_taken_as_well() -> None:
    bare = recorded("vault_initialized")
    envelope = {"jsonrpc": "2.0", "id": 1, "result": bare}
    assert decode(envelope).output == decode(bare).output != ""


def test_a_transaction_without_events_prints_nothing_and_succeeds() -> None:
    result = decode(recorded("deposit_that_failed"))
    assert (result.exit_code, result.output) == (0, "")


def test_another_program_can_be_named() -> None:
    result = decode(recorded("vault_initialized"), "--program", "Fwd1111111111111111111111111111111111111111")
    assert (result.exit_code, result.output) == (0, "")


def test_an_event_unknown_to_the_idl_is_printed_raw() -> None:
    vault = "VLT1QGNyVgn3ozzdQcansZmZzPYcazcDQ5gHgDfGCCx"
    result = decode(recorded("vault_initialized"), "--program", vault, idl=str(idl_path("windlass")))
    event = orjson.loads(result.output)
    assert event["name"] is None
    assert bytes.fromhex(event["data"]["raw"])


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"", "nothing came"),
        (b"{", "expected a getTransaction result in JSON"),
        (b"null", "the result is null"),
        ({"jsonrpc": "2.0", "id": 1, "result": None}, "the result is null"),
        (
            {"jsonrpc": "2.0", "id": 1, "error": {"code": -32015, "message": "version"}},
            "the node answered with an error",
        ),
        ([1, 2], "expected a getTransaction result"),
        ({"slot": 1, "transaction": ["AQID", "base64"], "meta": {}}, 'fetch it with encoding "json"'),
    ],
)
def test_bad_input_is_one_clear_sentence(stdin: Any, said: str) -> None:
    result = decode(stdin)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"address": "x", "metadata": {"name": "x"}}'])
def test_a_bad_idl_is_one_clear_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "idl.json"
    file.write_text(text)
    result = decode(recorded("vault_initialized"), idl=str(file))
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_bad_program_is_one_clear_sentence() -> None:
    result = decode(recorded("vault_initialized"), "--program", "nonsense")
    assert result.exit_code == 2
    assert "--program is not a program's address" in result.stderr


@pytest.mark.parametrize("command", ["", "run", "decode", "migrate", "verify"])
def test_each_command_shows_an_example(command: str) -> None:
    arguments = [command, "--help"] if command else ["--help"]
    assert f"Example: windlass-indexer {command}" in CliRunner().invoke(main, arguments).output


def old_idl(directory: Path, address: str | None) -> str:
    legacy = to_legacy(Idl.load("collateral_vault_v1").json)
    legacy["metadata"] = {"address": address} if address else {}
    file = directory / "old.json"
    file.write_bytes(orjson.dumps(legacy))
    return str(file)


def test_an_idl_in_the_old_format_is_taken_as_well(tmp_path: Path) -> None:
    transaction = recorded("deposit_and_withdrawal_in_one_instruction")
    vault = "VLT1QGNyVgn3ozzdQcansZmZzPYcazcDQ5gHgDfGCCx"
    expected = decode(transaction).output
    assert decode(transaction, idl=old_idl(tmp_path, vault)).output == expected != ""
    assert decode(transaction, "--program", vault, idl=old_idl(tmp_path, None)).output == expected


def test_an_old_idl_without_an_address_asks_for_the_program(tmp_path: Path) -> None:
    result = decode(recorded("vault_initialized"), idl=old_idl(tmp_path, None))
    assert result.exit_code == 2
    assert "name the program with --program" in result.stderr


def test_what_a_program_logged_is_printed_on_request_and_marked() -> None:
    result = recorded("deposit_three_levels_deep")
    (event,) = FollowedProgram.from_idl(Path(IDL)).events(Transaction.parse(result))
    result["meta"]["logMessages"].insert(8, f"Program data: {b64encode(event.raw).decode()}")
    assert len(decode(result).output.splitlines()) == 1
    called, logged = map(orjson.loads, decode(result, "--logs").output.splitlines())
    assert (logged["logged"], logged["name"], logged["data"]) == (True, called["name"], called["data"])
