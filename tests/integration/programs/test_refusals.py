"""What every test of a refusal relies on: that it would notice any change, of any account, anywhere on the chain."""

import pytest
from solders.account import Account
from solders.pubkey import Pubkey
from stack.chain import Chain, changed_accounts
from stack.council import Council
from stack.refusals import refused
from windlass_programs.addresses import SYSTEM_PROGRAM, VAULT_PROGRAM_ID

FEE_PAYER, OTHER = Pubkey.from_bytes(bytes([1]) * 32), Pubkey.from_bytes(bytes([2]) * 32)


@pytest.mark.parametrize(
    "after",
    [
        None,
        Account(6, b"data", SYSTEM_PROGRAM),
        Account(5, b"dat4", SYSTEM_PROGRAM),
        Account(5, b"data\0", SYSTEM_PROGRAM),
        Account(5, b"data", VAULT_PROGRAM_ID),
        Account(5, b"data", SYSTEM_PROGRAM, executable=True),
    ],
)
def test_any_change_of_an_account_is_one(after: Account | None) -> None:
    was = Account(5, b"data", SYSTEM_PROGRAM)
    assert changed_accounts({OTHER: was}, {OTHER: was}, FEE_PAYER) == []
    assert changed_accounts({OTHER: was}, {OTHER: after}, FEE_PAYER) == [OTHER]
    assert changed_accounts({OTHER: after}, {OTHER: was}, FEE_PAYER) == [OTHER]


def test_of_who_pays_the_fee_nothing_but_the_lamports_may_change() -> None:
    was = Account(5, b"", SYSTEM_PROGRAM)
    assert changed_accounts({FEE_PAYER: was}, {FEE_PAYER: Account(4, b"", SYSTEM_PROGRAM)}, FEE_PAYER) == []
    assert changed_accounts({FEE_PAYER: was}, {FEE_PAYER: Account(4, b"!", SYSTEM_PROGRAM)}, FEE_PAYER) == [FEE_PAYER]
    assert changed_accounts({FEE_PAYER: was}, {FEE_PAYER: None}, FEE_PAYER) == [FEE_PAYER]


def disturb(chain: Chain, address: Pubkey) -> None:
    """From now on this account changes each time the chain has looked at all of its accounts."""
    look = chain.accounts

    def and_disturb() -> dict[Pubkey, Account | None]:
        accounts = look()
        chain.put(address, bytes(len(chain.account(address).data) + 1), SYSTEM_PROGRAM)
        return accounts

    chain.accounts = and_disturb  # type: ignore[method-assign]


def test_a_refusal_that_changes_an_account_which_the_transaction_does_not_name_is_noticed(council: Council) -> None:
    bystander = council.chain.keypair().pubkey()
    council.chain.put(bystander, b"data", SYSTEM_PROGRAM)
    with refused("NotAMember"):
        council.pause(council.stranger, 1)
    disturb(council.chain, bystander)
    with pytest.raises(AssertionError, match=f"a refusal changed {bystander}"):
        council.pause(council.stranger, 1)
