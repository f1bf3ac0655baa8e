"""What lets one test's chain run on what the test before left: nothing of that is seen."""

from solders.pubkey import Pubkey
from stack.chain import Accounts, Chain
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.machines import Machine, lending, machine
from stack.relay import RELAY_PROGRAM_ID, put_relay
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID


def life(program: Pubkey = VAULT_PROGRAM_ID) -> tuple[Chain, Accounts]:
    """All accounts after an upgrade and a rollback."""
    council = Council()
    if program == WINDLASS_PROGRAM_ID:
        council = Council(program=program, release="windlass", successor="windlass")
    council.initialize()
    council.register()
    council.upgraded()
    id = council.rollback_approved()
    council.chain.advance(HOUR)
    council.roll_back(id)
    put_relay(council.chain)
    council.chain.put(council.chain.keypair().pubkey(), b"data", program)
    return council.chain, council.chain.accounts()


def test_a_chain_that_runs_where_another_ran_is_byte_for_byte_the_same() -> None:
    new, expected = life()
    with lending():
        used, _ = life(WINDLASS_PROGRAM_ID)
        used.advance(30 * DAY)
    with lending():
        again, accounts = life()
        assert again.svm is used.svm
        assert again.svm is not new.svm
        assert accounts == expected


def test_every_account_that_a_chain_touched_is_as_on_a_new_machine() -> None:
    with lending():
        used, left = life()
    with lending():
        again, new = machine(), Machine()
        assert again.svm is used.svm
        assert {address: again.account(address) for address in left} == {a: new.account(a) for a in left}
        assert again.account(RELAY_PROGRAM_ID) is None
