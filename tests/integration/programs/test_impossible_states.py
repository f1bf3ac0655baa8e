"""Accounts as no transaction leaves them, put in place by force: the programs still refuse to go wrong."""

import struct

import pytest
from solders.pubkey import Pubkey
from stack.chain import Chain
from stack.council import Council
from stack.governed import DAY, Governed
from stack.ledger import Ledger, Plan
from stack.refusals import refused
from stack.vaults import Mint, User

U64_MAX = 2**64 - 1
STREAM_SEQ = 8
# MultisigConfig: discriminator, stream, bump, create key, three thresholds, four durations, config_seq, the count.
PROPOSAL_COUNT = 8 + 40 + 1 + 32 + 3 + 4 * 8 + 8
# Then the pauses (two times, who, their sum, the last three) and the members: a length, key and roles of the first.
OPEN_PROPOSALS_OF_THE_FIRST = PROPOSAL_COUNT + 8 + (2 * 8 + 32 + 8 + 3 * 8) + 4 + 33
# ProgramUpgradeState: discriminator, two bumps, three keys, the version, code digest and length, timelock, and where
# nothing is approved:
VERSION = 8 + 2 + 3 * 32
LAST_UPGRADE_AT = VERSION + 8 + 32 + 4 + 8
RELEASED = LAST_UPGRADE_AT + 8 + 1 + 1
# UpgradeProposal and AccountVersion, as docs/SMART_CONTRACT.md has them.
BUFFER_RECLAIMED = 380
MIGRATED_AT = 8 + 1 + 4 * 32
# CollateralVault: discriminator, stream, bump, three keys, then the balances.
TOTAL_BALANCE = 8 + 40 + 1 + 3 * 32
TOKEN_AMOUNT = 64


def overwrite(chain: Chain, address: Pubkey, offset: int, value: bytes) -> None:
    account = chain.account(address)
    data = bytearray(account.data)
    data[offset : offset + len(value)] = value
    chain.put(address, bytes(data), account.owner)


def u64(value: int) -> bytes:
    return struct.pack("<Q", value)


def test_a_released_program_is_left_alone(governed: Governed) -> None:
    id, waiting = governed.propose_verified(), governed.approved()
    for member in governed.members[:3]:
        governed.cancel(waiting, member)
    overwrite(governed.chain, governed.program_state, RELEASED, b"\x01")
    assert governed.program_upgrade_state.released
    with refused("Released"):
        governed.propose()
    with refused("Released"):
        governed.approve(id, governed.members[0])
    governed.cancel(id, governed.proposer)


def test_ids_do_not_start_again(governed: Governed) -> None:
    overwrite(governed.chain, governed.multisig, PROPOSAL_COUNT, u64(U64_MAX))
    with refused("Overflow"):
        governed.send(
            "propose_upgrade",
            governed.proposer,
            id=1,
            arguments=bytes(32) + b"\x01\x00",
            changes={"buffer": governed.upload(), "proposer": governed.proposer.pubkey()},
        )


def test_versions_do_not_start_again(governed: Governed) -> None:
    overwrite(governed.chain, governed.program_state, VERSION, u64(U64_MAX))
    overwrite(governed.chain, governed.program_state, LAST_UPGRADE_AT, u64(1))
    id = governed.approved()
    governed.chain.advance(2 * DAY)
    with refused("Overflow"):
        governed.execute(id)


def test_versions_do_not_go_back(council: Council) -> None:
    """The kept copy would be of a version to come."""
    council.upgraded()
    overwrite(council.chain, council.program_state, VERSION, u64(0))
    id = council.propose_verified()
    council.approve_by(id, *council.members[:2])
    with refused("InvariantViolated"):
        council.approve_by(id, council.members[2])


def test_what_belongs_to_an_upgrade_is_no_transfers(council: Council) -> None:
    id = council.propose_transfer(council.stranger.pubkey())
    overwrite(council.chain, council.proposal_address(id), BUFFER_RECLAIMED, b"\x01")
    with refused("InvariantViolated"):
        council.approve_by(id, council.members[0])


def test_more_accounts_moved_than_there_are_events_are_refused(migrating: Ledger) -> None:
    migrating.migrate(*migrating.put_accounts(2))
    overwrite(migrating.chain, migrating.tracker_address(), STREAM_SEQ, u64(0))
    with refused("InvariantViolated"):
        migrating.migrate(migrating.put_account())


def test_no_account_went_back_before_it_came(ledger: Ledger) -> None:
    ledger.migrating(Plan(receipts=True))
    account = ledger.put_account()
    ledger.migrate(account)
    ledger.approve_rollback()
    overwrite(ledger.chain, ledger.receipt_address(account), MIGRATED_AT, u64(ledger.chain.now + 1))
    with refused("InvariantViolated"):
        ledger.revert(account)


def test_a_receipt_of_another_program_is_none(ledger: Ledger) -> None:
    ledger.migrating(Plan(receipts=True))
    account = ledger.put_account()
    ledger.migrate(account)
    ledger.approve_rollback()
    receipt = ledger.receipt_address(account)
    ledger.chain.put(receipt, ledger.chain.account(receipt).data, ledger.program)
    with refused("ReceiptMismatch"):
        ledger.revert(account)


def test_events_do_not_start_again(governed: Governed) -> None:
    overwrite(governed.chain, governed.multisig, STREAM_SEQ, u64(U64_MAX))
    with refused("ArithmeticOverflow"):
        governed.propose()


def test_a_quota_below_zero_is_refused(governed: Governed) -> None:
    id = governed.propose()
    overwrite(governed.chain, governed.multisig, OPEN_PROPOSALS_OF_THE_FIRST, b"\x00")
    assert governed.open_proposals(governed.proposer) == 0
    with refused("InvariantViolated"):
        governed.cancel(id, governed.proposer)


def test_more_open_proposals_than_were_ever_made_are_refused(governed: Governed) -> None:
    overwrite(governed.chain, governed.multisig, OPEN_PROPOSALS_OF_THE_FIRST, b"\x02")
    with refused("InvariantViolated"):
        governed.propose()


def test_an_account_of_another_kind_is_refused(governed: Governed) -> None:
    id = governed.propose_verified()
    proposal = governed.proposal_address(id)
    with refused("AccountDiscriminatorMismatch"):
        governed.cancel(id, governed.proposer, program_state=proposal)
    with refused("AccountDiscriminatorMismatch"):
        governed.cancel(id, governed.proposer, proposal=governed.program_state)


def test_an_account_of_another_program_is_refused(governed: Governed) -> None:
    """The same bytes at another owner: what a stranger's program would forge."""
    id = governed.propose_verified()
    for address in (governed.multisig, governed.program_state, governed.proposal_address(id)):
        real = governed.chain.account(address)
        governed.chain.put(address, real.data, governed.program)
        with refused("AccountOwnedByWrongProgram"):
            governed.cancel(id, governed.proposer)
        governed.chain.put(address, real.data, real.owner)
    governed.cancel(id, governed.proposer)


@pytest.fixture
def user(fresh: Governed) -> User:
    """Somebody with 100 in a vault."""
    user = User(Mint.create(fresh.chain))
    user.initialize()
    user.deposit(100)
    return user


def test_balances_that_do_not_add_up_are_refused(user: User) -> None:
    overwrite(user.chain, user.vault, TOTAL_BALANCE, u64(101))
    with refused("InvariantViolated"):
        user.deposit(1)
    with refused("InvariantViolated"):
        user.withdraw(1)


def test_a_vault_whose_tokens_are_gone_takes_no_more(user: User) -> None:
    overwrite(user.chain, user.token_account, TOKEN_AMOUNT, u64(99))
    with refused("TokensMissing"):
        user.deposit(1)
    with refused("TokensMissing"):
        user.withdraw(1)


def test_what_is_locked_cannot_be_withdrawn(user: User) -> None:
    """No instruction of these releases locks anything yet."""
    overwrite(user.chain, user.vault, TOTAL_BALANCE, u64(100) + u64(40) + u64(60))
    with refused("InsufficientBalance"):
        user.withdraw(61)
    user.withdraw(60)
    vault = user.state
    assert (vault.total_balance, vault.locked_balance, vault.available_balance) == (40, 40, 0)
