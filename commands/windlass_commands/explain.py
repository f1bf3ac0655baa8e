"""Turns the program's refusals into sentences with the values that matter: how long, how many, which, what to do.

Each error that depends on what the chain holds has one function in `explanations/`; the others are told by their
message in the IDL.
"""

from __future__ import annotations

from dataclasses import replace

from windlass_commands.accounts import Accounts
from windlass_commands.errors import AccountMissing, RpcError, TransactionRefused
from windlass_commands.explanation import EXPLANATIONS, Explainer, Subject
from windlass_commands.explanations import authorities, chain, migrations, multisigs, proposals, vaults

# Importing them has registered what they explain.
MODULES = (authorities, chain, migrations, multisigs, proposals, vaults)


async def explained(refusal: TransactionRefused, accounts: Accounts, subject: Subject) -> TransactionRefused:
    """The same refusal with the best sentence there is for it."""
    rejection = refusal.rejection
    explain = EXPLANATIONS.get(rejection.name or "")
    if explain is None:
        return refusal
    try:
        sentence = await explain(Explainer(accounts, subject, rejection.message))
    except (AccountMissing, RpcError):
        return refusal  # the IDL's own message stands
    return TransactionRefused(sentence, replace(rejection, message=sentence))
