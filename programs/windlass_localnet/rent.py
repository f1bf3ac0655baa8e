"""The rent rule that LiteSVM leaves out: accounts without data must be rent-exempt too.

Source: Agave's svm/src/rent_calculator.rs. A transaction may not leave a written account with lamports
below the minimum, unless it was below before, as long, and did not gain any. LiteSVM checks this for
accounts that hold data.
"""

from __future__ import annotations

from typing import Any

from solders.account import Account

from windlass_localnet.message import MessageAccounts

MINIMUM_WITHOUT_DATA = 890_880


def violates(before: Account | None, after: Account | None) -> bool:
    """Whether an account's change breaks the rule."""
    if after is None or after.data or not 0 < after.lamports < MINIMUM_WITHOUT_DATA:
        return False
    was_below = before is not None and not before.data and before.lamports < MINIMUM_WITHOUT_DATA
    return not was_below or (before is not None and after.lamports > before.lamports)


def violation(
    named: MessageAccounts, before: list[Account | None], after: list[Account | None]
) -> dict[str, Any] | None:
    """The TransactionError for the first account that breaks the rule."""
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        if named.writable[index] and violates(old, new):
            return {"InsufficientFundsForRent": {"account_index": index}}
    return None
