"""Events in the log: whose they are, and what is none."""

from base64 import b64encode

import pytest
from unit.indexer.recordings import recorded
from windlass_indexer.event import FollowedProgram
from windlass_indexer.logged import logged
from windlass_indexer.transaction import Transaction
from windlass_programs.addresses import VAULT_PROGRAM_ID
from windlass_programs.idl import Idl

OURS, OTHER = "Ours1111", "Other111"


def data(text: bytes) -> str:
    return f"Program data: {b64encode(text).decode()}"


LOGS = [
    f"Program {OURS} invoke [1]",
    data(b"first"),
    "Program log: Program Ours1111 success",
    f"Program {OTHER} invoke [2]",
    data(b"another program's"),
    f"Program log: Program {OURS} invoke [3]",
    data(b"another program's, that lies"),
    f"Program {OTHER} consumed 300 of 400000 compute units",
    f"Program {OTHER} success",
    data(b"second"),
    "Program data: not base64, at all",
    f"Program return: {OURS} AA==",
    f"Program {OURS} success",
    data(b"nobody's"),
]


def test_what_the_program_printed_is_its_own_and_nothing_else_is() -> None:
    assert list(logged(LOGS, OURS)) == [b"first", b"second"]
    assert list(logged(LOGS, OTHER)) == [b"another program's", b"another program's, that lies"]


@pytest.mark.parametrize("cut", range(len(LOGS)))
def test_a_log_that_was_cut_off_gives_what_is_left_of_it(cut: int) -> None:
    whole = list(logged(LOGS, OURS))
    left = list(logged([*LOGS[:cut], "Log truncated"], OURS))
    assert left == whole[: len(left)]


def test_a_transaction_tells_what_was_logged_unless_it_failed() -> None:
    vault = FollowedProgram(str(VAULT_PROGRAM_ID), Idl.load("collateral_vault_v1"))
    result = recorded("deposit_three_levels_deep")
    (event,) = vault.events(Transaction.parse(result))
    result["meta"]["logMessages"].insert(8, data(event.raw))
    assert list(vault.logged(Transaction.parse(result))) == [(event.name, event.data)]
    result["meta"]["err"] = {"InstructionError": [0, {"Custom": 1}]}
    assert list(vault.logged(Transaction.parse(result))) == []
