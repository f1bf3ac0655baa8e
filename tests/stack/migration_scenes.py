"""The scenes of a migration, and those of a rollback that it is part of: these instructions take its tracker then."""

from collections.abc import Callable, Mapping

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.governed import HOUR
from stack.ledger import ROLLBACK_WINDOW, Ledger, Plan

Act = tuple[Instruction, list[Keypair]]


def _start_migration(ledger: Ledger) -> Act:
    id = ledger.executed(ledger.plan)
    return ledger.instruction("start_migration", id=id, changes={"tracker": ledger.tracker_address()}), [ledger.payer]


def _migrate_account(ledger: Ledger) -> Act:
    ledger.migrating(Plan(receipts=True))
    return ledger.moving("migrate_account", [ledger.put_account()]), [ledger.payer]


def _revert_account(ledger: Ledger) -> Act:
    ledger.migrating(Plan(receipts=True))
    account = ledger.put_account()
    ledger.migrate(account)
    ledger.approve_rollback()
    return ledger.moving("revert_account", [account]), [ledger.payer]


def _finalize_migration(ledger: Ledger) -> Act:
    ledger.migrating()
    ledger.chain.advance(ROLLBACK_WINDOW)
    accounts = {"tracker": ledger.tracker_address()}
    return ledger.instruction("finalize_migration", id=ledger.upgrade, changes=accounts), []


def _close_account_version(ledger: Ledger) -> Act:
    ledger.migrating(Plan(receipts=True))
    account = ledger.put_account()
    ledger.migrate(account)
    ledger.chain.advance(ROLLBACK_WINDOW)
    ledger.finalize()
    accounts = {"tracker": ledger.tracker_address(), "account_version": ledger.receipt_address(account)}
    return ledger.instruction("close_account_version", changes=accounts), []


def _with_tracker(ledger: Ledger, name: str, id: int, arguments: bytes = b"", **accounts: Pubkey) -> Instruction:
    accounts["tracker"] = ledger.tracker_address()
    return ledger.instruction(name, id=id, arguments=arguments, changes=accounts)


def _approve_upgrade(ledger: Ledger) -> Act:
    """The vote that has accounts go back."""
    ledger.migrating()
    id, member = ledger.propose_rollback(), ledger.members[3]
    for other in ledger.members[:3]:
        ledger.approve(id, other)
    digest = ledger.proposal(id).digest
    return _with_tracker(ledger, "approve_upgrade", id, digest, member=member.pubkey()), [member]


def _revoke_approval(ledger: Ledger) -> Act:
    """After it accounts go forward again."""
    ledger.migrating()
    member = ledger.members[0]
    return _with_tracker(ledger, "revoke_approval", ledger.approve_rollback(), member=member.pubkey()), [member]


def _cancel_upgrade(ledger: Ledger) -> Act:
    """The vote after which accounts go forward again."""
    ledger.migrating()
    id, member = ledger.approve_rollback(), ledger.members[2]
    for other in ledger.members[:2]:
        ledger.cancel(id, other)
    return _with_tracker(ledger, "cancel_upgrade", id, member=member.pubkey()), [member]


def _expire_proposal(ledger: Ledger) -> Act:
    ledger.migrating()
    id = ledger.approve_rollback()
    ledger.chain.advance(ROLLBACK_WINDOW)
    return _with_tracker(ledger, "expire_proposal", id), []


def _rollback_upgrade(ledger: Ledger) -> Act:
    ledger.migrating()
    id = ledger.approve_rollback()
    ledger.chain.advance(HOUR)
    return ledger.rollback(id), [ledger.stranger]


MIGRATING: Mapping[str, Callable[[Ledger], Act]] = {
    "start_migration": _start_migration,
    "migrate_account": _migrate_account,
    "revert_account": _revert_account,
    "finalize_migration": _finalize_migration,
    "close_account_version": _close_account_version,
    "approve_upgrade": _approve_upgrade,
    "revoke_approval": _revoke_approval,
    "cancel_upgrade": _cancel_upgrade,
    "expire_proposal": _expire_proposal,
    "rollback_upgrade": _rollback_upgrade,
}
