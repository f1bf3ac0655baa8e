"""Receipts: what an account was before its migration and after, for whoever asked for it in the plan."""

from hashlib import sha256

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.governed import DAY
from stack.ledger import ROLLBACK_WINDOW, Fields, Ledger, Plan
from stack.refusals import refused
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID, account_version_address


@pytest.fixture
def receipted(ledger: Ledger) -> Ledger:
    """A started migration whose plan has receipts."""
    ledger.migrating(Plan(receipts=True))
    return ledger


def move(world: Ledger, *keys: Pubkey, name: str = "migrate_account") -> None:
    """Move with exactly these remaining accounts."""
    moving = world.instruction(
        name, changes={"tracker": world.tracker_address(), "migration_authority": world.migration_authority}
    )
    metas = [*moving.accounts, *(AccountMeta(key, False, True) for key in keys)]
    world.chain.send(Instruction(WINDLASS_PROGRAM_ID, moving.data, metas), signers=[world.payer])


def test_each_migrated_account_gets_a_receipt(receipted: Ledger) -> None:
    accounts = receipted.put_accounts(10)
    receipted.migrate(*accounts)
    for number, account in enumerate(accounts):
        receipt = receipted.receipt(account)
        assert (receipt.tracker, receipt.account) == (receipted.tracker_address(), account)
        assert receipt.before == sha256(Fields(balance=number).old()).digest()
        assert receipt.after == sha256(receipted.data(account)).digest()
        assert (receipt.migrated_at, receipt.reverted_at) == (receipted.chain.now, 0)
        assert receipt.payer == receipted.payer.pubkey()


def test_a_receipt_says_when_its_account_went_back_and_forth(receipted: Ledger) -> None:
    account = receipted.put_account()
    receipted.migrate(account)
    first = receipted.receipt(account)
    id = receipted.approve_rollback()
    receipted.chain.advance(5)
    receipted.revert(account)
    reverted = receipted.receipt(account)
    assert (reverted.migrated_at, reverted.reverted_at) == (first.migrated_at, receipted.chain.now)
    assert (reverted.before, reverted.after) == (first.before, first.after)

    receipted.cancel_rollback(id)
    receipted.chain.advance(5)
    receipted.migrate(account)
    again = receipted.receipt(account)
    assert (again.migrated_at, again.reverted_at) == (receipted.chain.now, 0)
    assert again.before == sha256(Fields().reverted()).digest()


def test_an_account_that_was_born_in_the_new_layout_gets_no_receipt(receipted: Ledger) -> None:
    born = receipted.put_account(data=Fields().new())
    receipted.migrate(born)
    receipted.approve_rollback()
    receipted.revert(born)
    assert receipted.tracker.reverted == 1
    assert not receipted.chain.exists(receipted.receipt_address(born))


def test_lamports_at_a_receipts_address_do_not_keep_an_account_from_migrating(receipted: Ledger) -> None:
    account = receipted.put_account()
    receipted.chain.airdrop(receipted.receipt_address(account), 10**6)
    receipted.migrate(account)
    receipt = receipted.chain.account(receipted.receipt_address(account))
    assert receipt.lamports == receipted.chain.svm.minimum_balance_for_rent_exemption(len(receipt.data))


@pytest.mark.parametrize("wrong", ["missing", "another account's", "foreign", "before its account"])
def test_a_receipt_is_the_accounts_own(receipted: Ledger, wrong: str) -> None:
    account, other = receipted.put_accounts(2)
    receipt, foreign = receipted.receipt_address(account), account_version_address(VAULT_PROGRAM_ID, account)
    keys = {
        "missing": [account],
        "another account's": [account, receipted.receipt_address(other)],
        "foreign": [account, foreign],
        "before its account": [receipt, account],
    }[wrong]
    with refused("AccountNotGoverned" if wrong == "before its account" else "ReceiptMismatch"):
        move(receipted, *keys)
    move(receipted, account, receipt)


def test_an_account_cannot_go_back_past_its_receipt(receipted: Ledger) -> None:
    account, other = receipted.put_accounts(2)
    receipted.migrate(account, other)
    receipted.approve_rollback()
    for keys in ([account], [account, receipted.receipt_address(other)]):
        with refused("ReceiptMismatch"):
            move(receipted, *keys, name="revert_account")
    assert receipted.tracker.reverted == 0


def test_a_receipt_is_given_back_to_its_payer_once_nothing_can_go_back(receipted: Ledger) -> None:
    account = receipted.put_account()
    receipted.migrate(account)
    payer, receipt = receipted.payer.pubkey(), receipted.receipt_address(account)
    with refused("MigrationOpen"):
        receipted.close_receipt(account)
    receipted.chain.advance(ROLLBACK_WINDOW)
    with refused("MigrationOpen"):
        receipted.close_receipt(account)
    receipted.finalize()
    with refused("SpillMismatch"):
        receipted.close_receipt(account, payer=receipted.stranger.pubkey())

    rent, before = receipted.chain.account(receipt).lamports, receipted.chain.account(payer).lamports
    seq = receipted.tracker.stream.seq
    receipted.close_receipt(account)
    assert not receipted.chain.exists(receipt)
    assert receipted.chain.account(payer).lamports == before + rent
    assert receipted.tracker.stream.seq == seq + 1
    with refused("AccountNotInitialized"):
        receipted.close_receipt(account)


def test_receipts_are_given_back_after_a_rollback(receipted: Ledger) -> None:
    account = receipted.put_account()
    receipted.migrate(account)
    id = receipted.approve_rollback()
    receipted.revert(account)
    with refused("MigrationOpen"):
        receipted.close_receipt(account)
    receipted.chain.advance(DAY)
    receipted.roll_back(id)
    receipted.close_receipt(account)
    assert not receipted.chain.exists(receipted.receipt_address(account))


def test_a_receipt_is_closed_by_its_own_tracker(receipted: Ledger) -> None:
    account = receipted.put_account()
    receipted.migrate(account)
    earlier, receipt = receipted.tracker_address(), receipted.receipt_address(account)
    receipted.chain.advance(ROLLBACK_WINDOW)
    receipted.finalize()
    receipted.migrating(Plan(receipts=True))
    with refused("ConstraintSeeds"):
        receipted.close_receipt(account, account_version=receipt)
    with refused("ConstraintSeeds"):
        other = receipted.register_another_program()
        receipted.close_receipt(account, account_version=receipt, tracker=earlier, program_state=other)
    receipted.close_receipt(account, account_version=receipt, tracker=earlier)
