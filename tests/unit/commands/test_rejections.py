"""What the chain's refusals are called."""

from __future__ import annotations

import pytest
from solders.pubkey import Pubkey
from windlass_commands import explain
from windlass_commands.explanation import EXPLANATIONS, explains
from windlass_commands.rejections import NATIVE_ERRORS, TRANSACTION_ERRORS, rejection_of
from windlass_programs.addresses import LOADER_V3, SYSTEM_PROGRAM, TOKEN_PROGRAM, VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.idl import Idl

BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")


def test_the_programs_errors_have_their_idls_names_and_messages() -> None:
    for error in Idl.load("windlass").json["errors"]:
        found = rejection_of({"InstructionError": [1, {"Custom": error["code"]}]}, [], [BUDGET, WINDLASS_PROGRAM_ID])
        assert found.name == error["name"]
        assert found.message.rstrip(".") == error["msg"].rstrip(".")
        assert found.program == WINDLASS_PROGRAM_ID


def test_an_error_from_within_a_call_is_told_of_the_program_that_made_it() -> None:
    logs = [
        f"Program {VAULT_PROGRAM_ID} invoke [1]",
        f"Program {TOKEN_PROGRAM} invoke [2]",
        "Program log: Error: insufficient funds",
        f"Program {TOKEN_PROGRAM} failed: custom program error: 0x1",
        f"Program {VAULT_PROGRAM_ID} failed: custom program error: 0x1",
    ]
    found = rejection_of({"InstructionError": [0, {"Custom": 1}]}, logs, [VAULT_PROGRAM_ID])
    assert (found.program, found.name) == (TOKEN_PROGRAM, "InsufficientTokens")


def test_an_error_of_anchor_itself_names_the_account() -> None:
    logs = [
        "Program log: AnchorError caused by account: vault. Error Code: AccountNotInitialized. Error Number: 3012. "
        "Error Message: The program expected this account to be already initialized.",
    ]
    found = rejection_of({"InstructionError": [0, {"Custom": 3012}]}, logs, [VAULT_PROGRAM_ID])
    assert found.name == "AccountNotInitialized"
    assert "`vault`" in found.message


def test_a_native_programs_reason_is_its_last_line() -> None:
    logs = [
        f"Program {LOADER_V3} invoke [1]",
        "Program was deployed in this block already",
        f"Program {LOADER_V3} failed: invalid program argument",
    ]
    found = rejection_of({"InstructionError": [0, "InvalidArgument"]}, logs, [LOADER_V3])
    assert found.name == "InvalidArgument"
    assert found.message == "The loader answered InvalidArgument: Program was deployed in this block already."


@pytest.mark.parametrize(
    "error", ["AccountNotFound", "BlockhashNotFound", {"InsufficientFundsForRent": {"account_index": 0}}]
)
def test_errors_of_the_whole_transaction_have_names(error: object) -> None:
    found = rejection_of(error, [], [])
    assert str(found.name) in str(error)
    assert found.message.endswith(".")


def test_unknown_numbers_are_told_as_numbers() -> None:
    stranger = Pubkey.new_unique()
    found = rejection_of({"InstructionError": [0, {"Custom": 7}]}, [], [stranger])
    assert found.name is None
    assert found.message == f"Program {stranger} failed with error number 7."


def test_every_explanation_is_of_an_error_that_exists() -> None:
    assert len(explain.MODULES) > 1
    ours = (Idl.load("windlass"), Idl.load("collateral_vault_v2"))
    known = {error["name"] for idl in ours for error in idl.json["errors"]}
    known |= set(TRANSACTION_ERRORS) | {name for name, _ in NATIVE_ERRORS.values()}
    known |= {"InsufficientFundsForRent", "AccountDataTooSmall", "InvalidArgument"}  # Solana's own
    assert set(EXPLANATIONS) <= known


def test_two_explanations_of_one_error_are_refused() -> None:
    with pytest.raises(ValueError, match="TimelockNotOver is explained twice"):
        explains("TimelockNotOver")(EXPLANATIONS["TimelockNotOver"])


def test_the_system_programs_poverty_is_named() -> None:
    found = rejection_of({"InstructionError": [0, {"Custom": 1}]}, [], [SYSTEM_PROGRAM])
    assert found.name == "InsufficientFunds"
