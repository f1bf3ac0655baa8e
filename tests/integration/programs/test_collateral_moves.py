"""Locks and settlements: authorized programs move collateral, nobody else does, and tokens lie where the books say."""

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.chain import Chain, Refused, elf, idl
from stack.exchange import MANAGER, Exchange
from stack.instructions import build, u64
from stack.refusals import refused
from stack.vaults import Mint, User
from windlass_programs.addresses import (
    VAULT_PROGRAM_ID,
    collateral_signer_address,
    program_data_address,
    vault_address,
    vault_authority_address,
)
from windlass_programs.artifacts import ProgramName
from windlass_programs.codec import Codec
from windlass_programs.collateral_vault_v2 import CollateralVault
from windlass_programs.digests import NEW_STREAM_DIGEST, next_stream_digest

RELEASES: list[ProgramName] = ["collateral_vault_v1", "collateral_vault_v2"]
MOST_PROGRAMS = 16


@pytest.fixture(params=RELEASES)
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """The vault program with nobody named yet, in each release."""
    chain = Chain()
    deployer = chain.keypair()
    chain.put_program(VAULT_PROGRAM_ID, elf(request.param), deployer.pubkey())
    chain.advance(1)
    return Exchange(chain, deployer, request.param)


@pytest.fixture
def mint(exchange: Exchange) -> Mint:
    """A token on that chain; the position manager is authorized."""
    exchange.open()
    return Mint.create(exchange.chain)


def vault_of(mint: Mint, deposited: int = 0) -> User:
    """Somebody with a vault, and so much in it."""
    user = User(mint)
    user.initialize()
    if deposited:
        user.deposit(deposited)
    return user


def books(user: User) -> tuple[int, int, int, int, int]:
    """Total, locked, available, ever deposited, ever withdrawn."""
    vault = user.state
    return (
        vault.total_balance,
        vault.locked_balance,
        vault.available_balance,
        vault.total_deposited,
        vault.total_withdrawn,
    )


# Locks.


def test_what_is_locked_cannot_be_withdrawn_until_it_is_unlocked(exchange: Exchange, mint: Mint) -> None:
    user = vault_of(mint, 100)
    exchange.lock(user, 60)
    assert books(user) == (100, 60, 40, 100, 0)
    with refused("InsufficientBalance"):
        user.withdraw(41)
    user.withdraw(40)
    exchange.unlock(user, 50)
    assert books(user) == (60, 10, 50, 100, 40)
    user.withdraw(50)
    assert user.tokens[1] == 10


def test_no_more_than_is_available_can_be_locked(exchange: Exchange, mint: Mint) -> None:
    user = vault_of(mint, 100)
    exchange.lock(user, 30)
    for amount in (71, 2**64 - 1):
        with refused("InsufficientBalance"):
            exchange.lock(user, amount)
    exchange.lock(user, 70)
    assert books(user) == (100, 100, 0, 100, 0)


def test_no_more_than_is_locked_can_be_unlocked_or_transferred(exchange: Exchange, mint: Mint) -> None:
    user, other = vault_of(mint, 100), vault_of(mint)
    exchange.lock(user, 30)
    with refused("InsufficientLocked"):
        exchange.unlock(user, 31)
    with refused("InsufficientLocked"):
        exchange.transfer(user, other, 31)
    assert books(user) == (100, 30, 70, 100, 0)


def test_nothing_cannot_be_moved_by_a_program(exchange: Exchange, mint: Mint) -> None:
    user, other = vault_of(mint, 100), vault_of(mint)
    exchange.lock(user, 30)
    with refused("AmountZero"):
        exchange.lock(user, 0)
    with refused("AmountZero"):
        exchange.unlock(user, 0)
    with refused("AmountZero"):
        exchange.transfer(user, other, 0)


def test_release_2_knows_since_when_something_is_locked_and_how_much_ever_was(exchange: Exchange, mint: Mint) -> None:
    if exchange.release != "collateral_vault_v2":
        pytest.skip("release 1 does not keep it")
    user, other = vault_of(mint, 100), vault_of(mint)

    def lock() -> tuple[int, int]:
        vault = user.state
        assert isinstance(vault, CollateralVault)
        return vault.locked_since, vault.lifetime_locked

    assert lock() == (0, 0)
    exchange.chain.advance(60)
    exchange.lock(user, 30)
    first = exchange.chain.now
    exchange.chain.advance(60)
    exchange.lock(user, 20)
    assert lock() == (first, 50)
    exchange.unlock(user, 40)
    assert lock() == (first, 50)
    exchange.transfer(user, other, 10)
    assert lock() == (0, 50)
    exchange.chain.advance(60)
    exchange.lock(user, 1)
    assert lock() == (exchange.chain.now, 51)


# Settlements.


def test_a_settlement_moves_locked_collateral_and_its_tokens(exchange: Exchange, mint: Mint) -> None:
    loser, winner = vault_of(mint, 100), vault_of(mint, 5)
    exchange.lock(loser, 60)
    exchange.transfer(loser, winner, 25)
    assert books(loser) == (75, 35, 40, 100, 25)
    assert books(winner) == (30, 0, 30, 30, 0)
    assert (loser.tokens[1], winner.tokens[1]) == (75, 30)
    winner.withdraw(30)


def test_a_vault_is_not_settled_with_itself(exchange: Exchange, mint: Mint) -> None:
    user, other = vault_of(mint, 100), vault_of(mint)
    exchange.lock(user, 50)
    with refused("SameVault"):
        exchange.transfer(user, user, 10)
    with refused("TokenAccountMismatch"):
        exchange.transfer(user, other, 10, to_token_account=user.token_account)


def test_a_settlement_uses_each_vaults_own_token_account(exchange: Exchange, mint: Mint) -> None:
    user, other, third = vault_of(mint, 100), vault_of(mint), vault_of(mint, 100)
    exchange.lock(user, 50)
    for swapped in ({"from_token_account": third.token_account}, {"to_token_account": third.token_account}):
        with refused("TokenAccountMismatch"):
            exchange.transfer(user, other, 10, **swapped)


def test_vaults_of_two_mints_are_not_settled_with_each_other(exchange: Exchange, mint: Mint) -> None:
    user, other = vault_of(mint, 100), vault_of(Mint.create(exchange.chain), 100)
    exchange.lock(user, 50)
    with refused("MintMismatch"):
        exchange.transfer(user, other, 10)


def test_a_settlement_beyond_64_bits_is_refused(exchange: Exchange, mint: Mint) -> None:
    user, other = vault_of(mint, 2), vault_of(mint)
    exchange.lock(user, 2)
    account = exchange.chain.account(other.vault)
    data = bytearray(account.data)
    place = data.index(u64(0) * 5) + 3 * 8  # of its five amounts: deposited, and withdrawn behind it
    data[place : place + 16] = u64(2**64 - 1) * 2
    exchange.chain.put(other.vault, bytes(data), account.owner)
    with refused("Overflow"):
        exchange.transfer(user, other, 1)


# Who may.


def test_only_authorized_programs_move_collateral(exchange: Exchange, mint: Mint) -> None:
    user, other = vault_of(mint, 100), vault_of(mint)
    exchange.lock(user, 50)
    stranger = exchange.put_manager(exchange.chain.keypair().pubkey())
    with refused("ProgramNotAuthorized"):
        exchange.lock(user, 10, stranger)
    with refused("ProgramNotAuthorized"):
        exchange.unlock(user, 10, stranger)
    with refused("ProgramNotAuthorized"):
        exchange.transfer(user, other, 10, stranger)

    exchange.authorize(stranger)
    exchange.unlock(user, 10, stranger)
    assert books(user)[1] == 40


def test_the_authorized_programs_address_has_to_sign(exchange: Exchange, mint: Mint) -> None:
    """Whoever calls the vault directly can name the address, and cannot sign for it."""
    user = vault_of(mint, 100)
    accounts = {
        "authority": exchange.authority,
        "program_signer": collateral_signer_address(MANAGER),
        "vault": user.vault,
    }
    made = build(idl(exchange.release), "lock_collateral", accounts, u64(10))
    unsigned = [meta if not meta.is_signer else type(meta)(meta.pubkey, False, False) for meta in made.accounts]
    with refused("AccountNotSigner"):
        exchange.chain.send(Instruction(made.program_id, made.data, unsigned))


def test_a_key_that_signs_is_no_program(exchange: Exchange, mint: Mint) -> None:
    user, key = vault_of(mint, 100), exchange.chain.keypair()
    for program in (key, user.owner):
        accounts = {"authority": exchange.authority, "program_signer": program.pubkey(), "vault": user.vault}
        with refused("ProgramNotAuthorized"):
            made = build(idl(exchange.release), "lock_collateral", accounts, u64(10))
            exchange.chain.send(made, signers=[program])


def test_another_account_is_not_the_authority(exchange: Exchange, mint: Mint) -> None:
    """Not even one that says the same, at another address."""
    user = vault_of(mint, 100)
    forged = exchange.chain.keypair().pubkey()
    exchange.chain.put(forged, exchange.chain.account(exchange.authority).data, VAULT_PROGRAM_ID)
    with refused("ConstraintSeeds"):
        exchange.lock(user, 10, authority=forged)


def test_another_account_is_not_a_vault(exchange: Exchange, mint: Mint) -> None:
    user = vault_of(mint, 100)
    forged = exchange.chain.keypair().pubkey()
    exchange.chain.put(forged, exchange.chain.account(user.vault).data, VAULT_PROGRAM_ID)
    with refused("ConstraintSeeds"):
        exchange.lock(user, 10, vault=forged)
    with refused("AccountDiscriminatorMismatch"):
        exchange.lock(user, 10, vault=exchange.authority)


# The admin.


def test_the_upgrade_authority_names_the_admin_once(exchange: Exchange) -> None:
    stranger = exchange.chain.keypair()
    with refused("NotUpgradeAuthority"):
        exchange.initialize_authority(stranger)
    other = exchange.chain.keypair().pubkey()
    exchange.chain.put_program(other, elf(exchange.release), stranger.pubkey())
    with refused("NotUpgradeAuthority"):  # of another program, it is
        exchange.initialize_authority(stranger, program_data=program_data_address(other))
    exchange.initialize_authority()
    assert (exchange.state.admin, exchange.programs) == (exchange.admin.pubkey(), [])
    with pytest.raises(Refused):  # by the System program, whose words for it differ between releases
        exchange.initialize_authority()


def test_a_program_that_nobody_can_upgrade_gets_no_admin_any_more(exchange: Exchange) -> None:
    exchange.chain.put_program(VAULT_PROGRAM_ID, elf(exchange.release), None)
    exchange.chain.advance(1)
    with refused("NotUpgradeAuthority"):
        exchange.initialize_authority()


def test_only_the_admin_authorizes(exchange: Exchange) -> None:
    exchange.initialize_authority()
    for nobody in (exchange.deployer, exchange.chain.keypair()):
        with refused("NotAdmin"):
            exchange.authorize(MANAGER, nobody)
    exchange.authorize(MANAGER)
    with refused("NotAdmin"):
        exchange.deauthorize(MANAGER, exchange.deployer)
    with refused("NotAdmin"):
        exchange.set_admin(exchange.deployer, exchange.deployer)
    authorized = exchange.state.programs
    assert [(each.program, each.signer) for each in authorized] == [(MANAGER, collateral_signer_address(MANAGER))]


def test_a_program_is_authorized_once_and_removed_once(exchange: Exchange, mint: Mint) -> None:
    user = vault_of(mint, 100)
    with refused("AlreadyAuthorized"):
        exchange.authorize(MANAGER)
    exchange.lock(user, 10)
    exchange.deauthorize(MANAGER)
    assert exchange.programs == []
    with refused("ProgramNotAuthorized"):
        exchange.unlock(user, 10)
    with refused("NotAuthorized"):
        exchange.deauthorize(MANAGER)
    exchange.authorize(MANAGER)
    exchange.unlock(user, 10)


def test_only_programs_are_authorized(exchange: Exchange) -> None:
    exchange.initialize_authority()
    for no_program in (exchange.admin.pubkey(), exchange.authority, program_data_address(VAULT_PROGRAM_ID)):
        with refused("NotAProgram"):
            exchange.authorize(no_program)


def test_so_many_programs_are_authorized_and_no_more(exchange: Exchange) -> None:
    exchange.initialize_authority()
    programs = [exchange.put_manager(exchange.chain.keypair().pubkey()) for _ in range(MOST_PROGRAMS)]
    for program in programs:
        exchange.authorize(program)
    with refused("TooManyPrograms"):
        exchange.authorize(MANAGER)
    exchange.deauthorize(programs[3])
    exchange.authorize(MANAGER)
    assert exchange.programs == [*programs[:3], *programs[4:], MANAGER]


def test_the_office_goes_to_a_key_that_signs(exchange: Exchange) -> None:
    exchange.initialize_authority()
    heir, former = exchange.chain.keypair(), exchange.admin
    exchange.set_admin(heir)
    with refused("NotAdmin"):
        exchange.authorize(MANAGER)
    exchange.authorize(MANAGER, heir)
    accounts = {"authority": exchange.authority, "admin": heir.pubkey(), "new_admin": former.pubkey()}
    made = build(idl(exchange.release), "set_admin", accounts)
    unsigned = [type(m)(m.pubkey, m.is_signer and m.pubkey != former.pubkey(), m.is_writable) for m in made.accounts]
    with refused("AccountNotSigner"):
        exchange.chain.send(Instruction(made.program_id, made.data, unsigned), signers=[heir])


# Events.


def test_every_move_is_one_event_of_each_vaults_stream(exchange: Exchange, mint: Mint) -> None:
    loser, winner = vault_of(mint, 100), vault_of(mint)
    exchange.lock(loser, 60)
    exchange.transfer(loser, winner, 25)
    exchange.unlock(loser, 35)
    codec = Codec(idl(exchange.release))
    emitted = exchange.chain.events_of(VAULT_PROGRAM_ID)
    told = [codec.event(event) for event in emitted]
    manager = str(MANAGER)
    expected = [
        (
            loser,
            [
                ("VaultInitialized", None, None, None),
                ("Deposited", None, 100, (100, 0, 100, 100, 0)),
                ("CollateralLocked", manager, 60, (100, 60, 40, 100, 0)),
                ("CollateralSent", manager, 25, (75, 35, 40, 100, 25)),
                ("CollateralUnlocked", manager, 35, (75, 0, 75, 100, 25)),
            ],
        ),
        (
            winner,
            [
                ("VaultInitialized", None, None, None),
                ("CollateralReceived", manager, 25, (25, 0, 25, 25, 0)),
            ],
        ),
    ]
    amounts = ("total_balance", "locked_balance", "available_balance", "total_deposited", "total_withdrawn")
    for user, wanted in expected:
        own = [event for event in told if event.fields["header"]["stream"] == str(user.vault)]
        assert [
            (
                event.name,
                event.fields.get("program"),
                event.fields.get("amount"),
                tuple(event.fields[name] for name in amounts) if "amount" in event.fields else None,
            )
            for event in own
        ] == wanted
        assert {(event.fields["vault"], event.fields["owner"]) for event in own} == {
            (str(user.vault), str(user.owner.pubkey()))
        }
        digest = NEW_STREAM_DIGEST
        for data, event in zip(emitted, told, strict=True):
            if event in own:
                digest = next_stream_digest(digest, data)
        assert (user.state.stream.seq, user.state.stream.digest) == (len(own), digest)
    (sent,) = [event.fields for event in told if event.name == "CollateralSent"]
    (received,) = [event.fields for event in told if event.name == "CollateralReceived"]
    assert (sent["to"], received["from"]) == (str(winner.vault), str(loser.vault))


def test_the_authority_tells_its_own_story(exchange: Exchange) -> None:
    heir = Keypair.from_seed(bytes(range(32)))
    exchange.initialize_authority()
    exchange.authorize(MANAGER)
    exchange.deauthorize(MANAGER)
    exchange.set_admin(heir)
    codec, emitted = Codec(idl(exchange.release)), exchange.chain.events_of(VAULT_PROGRAM_ID)
    told = [codec.event(event) for event in emitted]
    program = {"program": str(MANAGER), "signer": str(collateral_signer_address(MANAGER))}
    admin = str(exchange.admin.pubkey())
    own = [{k: v for k, v in event.fields.items() if k not in ("header", "authority")} for event in told]
    assert [(event.name, fields) for event, fields in zip(told, own, strict=True)] == [
        ("AuthorityInitialized", {"admin": admin}),
        ("ProgramAuthorized", program),
        ("ProgramDeauthorized", program),
        ("AdminChanged", {"from": admin, "to": str(heir.pubkey())}),
    ]
    digest = NEW_STREAM_DIGEST
    for data in emitted:
        digest = next_stream_digest(digest, data)
    assert (exchange.state.stream.seq, exchange.state.stream.digest) == (4, digest)


def test_seeds_are_those_of_the_addresses(exchange: Exchange, mint: Mint) -> None:
    user = vault_of(mint)
    assert vault_address(user.owner.pubkey()) == user.vault
    assert exchange.chain.account(vault_authority_address()).owner == VAULT_PROGRAM_ID
    assert isinstance(exchange.state.admin, Pubkey)
