"""The collateral vault: the tokens that come in are the tokens that go out, and only to their owner."""

import pytest
from solders.pubkey import Pubkey
from stack.chain import Chain, elf
from stack.governed import Refused
from stack.refusals import refused
from stack.vaults import TOKENS_AT_FIRST, Mint, User
from windlass_programs.addresses import TOKEN_PROGRAM, VAULT_PROGRAM_ID
from windlass_programs.artifacts import ProgramName

RELEASES: list[ProgramName] = ["collateral_vault_v1", "collateral_vault_v2"]


@pytest.fixture(params=RELEASES)
def mint(request: pytest.FixtureRequest) -> Mint:
    """A token on a chain that runs one of the releases."""
    chain = Chain()
    chain.put_program(VAULT_PROGRAM_ID, elf(request.param), chain.keypair().pubkey())
    chain.advance(1)
    return Mint.create(chain)


@pytest.fixture
def user(mint: Mint) -> User:
    """Somebody with an empty vault."""
    user = User(mint)
    user.initialize()
    return user


def test_a_vault_is_its_owners_and_has_its_own_token_account(user: User) -> None:
    vault = user.state
    assert (vault.owner, vault.mint, vault.token_account) == (
        user.owner.pubkey(),
        user.mint.address,
        user.token_account,
    )
    assert (vault.total_balance, vault.locked_balance, vault.available_balance) == (0, 0, 0)
    assert (vault.created_at, vault.last_updated) == (user.chain.now, user.chain.now)
    assert user.chain.account(user.token_account).owner == TOKEN_PROGRAM
    assert user.tokens == (TOKENS_AT_FIRST, 0)


def test_tokens_move_with_the_books(user: User) -> None:
    user.deposit(700)
    user.chain.advance(60)
    user.withdraw(200)
    user.deposit(1)
    vault = user.state
    assert (vault.total_balance, vault.locked_balance, vault.available_balance) == (501, 0, 501)
    assert (vault.total_deposited, vault.total_withdrawn) == (701, 200)
    assert (vault.created_at, vault.last_updated) == (user.chain.now - 60, user.chain.now)
    assert user.tokens == (TOKENS_AT_FIRST - 501, 501)


def test_two_users_have_nothing_to_do_with_each_other(user: User) -> None:
    other = User(user.mint)
    other.initialize()
    user.deposit(10)
    other.deposit(20)
    assert (user.state.total_balance, other.state.total_balance) == (10, 20)
    assert (user.tokens[1], other.tokens[1]) == (10, 20)


def test_nothing_cannot_be_moved(user: User) -> None:
    with refused("AmountZero"):
        user.deposit(0)
    with refused("AmountZero"):
        user.withdraw(0)


def test_no_more_than_is_available_can_be_withdrawn(user: User) -> None:
    user.deposit(100)
    for amount in (101, 2**64 - 1):
        with refused("InsufficientBalance"):
            user.withdraw(amount)
    user.withdraw(100)
    with refused("InsufficientBalance"):
        user.withdraw(1)


def test_tokens_that_a_stranger_sent_to_the_vault_are_not_its_balance(user: User) -> None:
    user.deposit(100)
    user.mint.mint_to(user.token_account, 5)
    with refused("InsufficientBalance"):
        user.withdraw(101)
    assert user.state.total_balance == 100


def test_no_more_than_the_wallet_holds_can_be_deposited(user: User) -> None:
    with refused("custom program error: 0x1"):  # the token program's InsufficientFunds
        user.deposit(TOKENS_AT_FIRST + 1)
    assert user.state.total_balance == 0


def test_a_balance_beyond_64_bits_is_refused(user: User) -> None:
    user.deposit(2)
    with refused("Overflow"):
        user.deposit(2**64 - 1)


@pytest.mark.parametrize("name", ["deposit", "withdraw"])
def test_only_the_owner_moves_tokens(user: User, name: str) -> None:
    user.deposit(100)
    thief = User(user.mint)
    with refused("NotOwner"):
        getattr(thief, name)(50, vault=user.vault, token_account=user.token_account)


def test_another_vaults_token_account_is_refused(user: User) -> None:
    victim = User(user.mint)
    victim.initialize()
    victim.deposit(100)
    user.deposit(100)
    with refused("TokenAccountMismatch"):
        user.withdraw(50, token_account=victim.token_account)
    with refused("TokenAccountMismatch"):
        user.deposit(50, token_account=victim.token_account)


def test_a_deposit_comes_from_the_owners_own_account(user: User) -> None:
    other = User(user.mint)
    with refused("SourceNotOwned"):
        user.deposit(50, source=other.wallet)
    with refused("ConstraintDuplicateMutableAccount"):
        user.deposit(50, source=user.token_account)


def test_tokens_cannot_be_withdrawn_into_the_vault_itself(user: User) -> None:
    user.deposit(100)
    with refused("ConstraintDuplicateMutableAccount"):
        user.withdraw(50, destination=user.token_account)


def test_a_withdrawal_may_go_to_somebody_else(user: User) -> None:
    other = User(user.mint)
    user.deposit(100)
    user.withdraw(40, destination=other.wallet)
    assert user.mint.tokens_in(other.wallet) == TOKENS_AT_FIRST + 40


def test_tokens_of_another_mint_are_refused(user: User) -> None:
    other = Mint.create(user.chain)
    wallet = other.create_account_of(user.owner.pubkey())
    other.mint_to(wallet, 100)
    with refused("MintMismatch"):
        user.deposit(50, source=wallet)
    user.deposit(50)
    with refused("MintMismatch"):
        user.withdraw(50, destination=wallet)


def test_a_vault_is_opened_once(user: User) -> None:
    user.deposit(100)
    with pytest.raises(Refused):  # by the System program, whose words for it differ between releases
        user.initialize()
    assert user.state.total_balance == 100


def test_a_token_account_made_by_a_stranger_does_not_keep_a_vault_from_being_opened(mint: Mint) -> None:
    user = User(mint)
    assert mint.create_account_of(user.vault) == user.token_account
    mint.mint_to(user.token_account, 7)
    user.initialize()
    user.deposit(10)
    assert (user.state.total_balance, user.tokens[1]) == (10, 17)


def test_another_token_program_is_refused(user: User) -> None:
    with refused("InvalidProgramId"):
        user.deposit(1, token_program=Pubkey.new_unique())
