"""Vaults go from release 1 to release 2 and back: what both releases know of them stays to the last byte."""

from collections.abc import Callable, Sequence

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import elf, idl
from stack.instructions import build
from stack.refusals import refused
from stack.vault_migration import MigratingVaults, plan_of_vaults
from stack.vaults import TOKENS_AT_FIRST, Mint, User
from windlass_programs import collateral_vault_v1 as release_1
from windlass_programs import collateral_vault_v2 as release_2
from windlass_programs.artifacts import ProgramName
from windlass_programs.byte_layouts import DISCRIMINATOR_BYTES, rows
from windlass_programs.collateral_vault import CollateralVault
from windlass_programs.idl import Idl
from windlass_programs.vault_release_2 import NEW_SIZE, OLD_SIZE, migration_plan


@pytest.fixture
def vaults() -> MigratingVaults:
    """Release 1 of the vault under the multisig, nobody in it yet; an admin was named before it was handed over."""
    world = MigratingVaults()
    world.govern()
    return world


def users_of(world: MigratingVaults, deposits: Sequence[int]) -> list[User]:
    mint = Mint.create(world.chain)
    users = [User(mint) for _ in deposits]
    for user, amount in zip(users, deposits, strict=True):
        user.initialize()
        user.deposit(amount)
    return users


def known_to_both(vault: CollateralVault) -> dict[str, object]:
    known = {name: getattr(vault, name) for name in release_1.CollateralVault.__slots__}
    return {**known, "stream": (vault.stream.seq, vault.stream.digest)}


def test_a_migrated_vault_says_what_it_said(vaults: MigratingVaults) -> None:
    (idle, busy) = users_of(vaults, [700, 300])
    vaults.exchange.lock(busy, 120)
    before = [user.state for user in (idle, busy)]
    vaults.migrating()
    vaults.chain.advance(60)
    vaults.migrate(idle.vault, busy.vault)

    after = [user.state for user in (idle, busy)]
    for was, now in zip(before, after, strict=True):
        assert isinstance(was, release_1.CollateralVault)
        assert isinstance(now, release_2.CollateralVault)
        assert known_to_both(now) == known_to_both(was)
    assert [(v.locked_since, v.lifetime_locked) for v in after if isinstance(v, release_2.CollateralVault)] == [
        (0, 0),
        (before[1].last_updated, 120),
    ]
    vaults.exchange.unlock(busy, 20)
    for user, amount in ((idle, 700), (busy, 200)):
        user.withdraw(amount)
    assert (idle.tokens, busy.tokens) == ((TOKENS_AT_FIRST, 0), (TOKENS_AT_FIRST - 100, 100))
    assert vaults.tracker.migrated == 2


@pytest.mark.parametrize(
    "name", ["deposit", "withdraw", "withdraw_all", "lock", "unlock", "transfer from", "transfer to"]
)
def test_release_2_asks_to_migrate_first(vaults: MigratingVaults, name: str) -> None:
    user, migrated = users_of(vaults, [700, 700])
    for each in (user, migrated):
        vaults.exchange.lock(each, 100)
    vaults.migrating()
    vaults.migrate(migrated.vault)
    uses: dict[str, Callable[[], object]] = {
        "deposit": lambda: user.deposit(1),
        "withdraw": lambda: user.withdraw(1),
        "withdraw_all": user.withdraw_all,
        "lock": lambda: vaults.exchange.lock(user, 1),
        "unlock": lambda: vaults.exchange.unlock(user, 1),
        "transfer from": lambda: vaults.exchange.transfer(user, migrated, 1),
        "transfer to": lambda: vaults.exchange.transfer(migrated, user, 1),
    }
    with refused("MigrateFirst"):
        uses[name]()
    vaults.migrate(user.vault)
    uses[name]()


def test_a_vault_is_migrated_and_used_in_one_transaction(vaults: MigratingVaults) -> None:
    (user,) = users_of(vaults, [700])
    vaults.migrating()
    accounts = {
        "vault": user.vault,
        "owner": user.owner.pubkey(),
        "destination": user.wallet,
        "token_account": user.token_account,
    }
    use = build(idl("collateral_vault_v2"), "withdraw_all", accounts)
    first = vaults.moving("migrate_account", [user.vault])
    vaults.chain.send(first, use, signers=[vaults.payer, user.owner])
    assert isinstance(user.state, release_2.CollateralVault)
    assert user.tokens == (TOKENS_AT_FIRST, 0)


def test_where_the_use_fails_the_vault_is_not_migrated_either(vaults: MigratingVaults) -> None:
    (user,) = users_of(vaults, [700])
    vaults.migrating()
    accounts = {"destination": user.wallet, "vault": user.vault, "owner": user.owner.pubkey()}
    accounts["token_account"] = user.token_account
    too_much = build(idl("collateral_vault_v2"), "withdraw", accounts, (701).to_bytes(8, "little"))
    first = vaults.moving("migrate_account", [user.vault])
    with refused("InsufficientBalance"):
        vaults.chain.send(first, too_much, signers=[vaults.payer, user.owner])
    assert isinstance(user.state, release_1.CollateralVault)


def test_vaults_born_in_release_2_need_no_migration(vaults: MigratingVaults) -> None:
    vaults.migrating()
    (user,) = users_of(vaults, [50])
    assert isinstance(user.state, release_2.CollateralVault)
    vaults.migrate(user.vault)
    assert vaults.tracker.migrated == 0
    assert user.state.total_balance == 50


def test_a_reverted_vault_has_its_current_balances_in_release_1(vaults: MigratingVaults) -> None:
    (old,) = users_of(vaults, [700])
    vaults.migrating()
    vaults.migrate(old.vault)
    (born,) = users_of(vaults, [90])
    old.withdraw(200)
    vaults.exchange.lock(old, 50)
    before = [user.state for user in (old, born)]
    rollback = vaults.approve_rollback()
    vaults.revert(old.vault, born.vault)
    with refused("MigrateFirst"):
        old.deposit(1)
    after = [user.state for user in (old, born)]
    for was, now in zip(before, after, strict=True):
        assert isinstance(now, release_1.CollateralVault)
        assert known_to_both(now) == known_to_both(was)

    vaults.chain.advance(3_600)
    vaults.roll_back(rollback)
    vaults.chain.advance(1)
    vaults.exchange.unlock(old, 50)
    old.withdraw(500)
    born.withdraw(90)
    assert (old.tokens, born.tokens) == ((TOKENS_AT_FIRST, 0), (TOKENS_AT_FIRST, 0))


def test_a_stranded_vault_is_told_from_broken_ones_by_release_1(vaults: MigratingVaults) -> None:
    (user,) = users_of(vaults, [700])
    vaults.migrating(plan_of_vaults(may_strand=1))
    vaults.migrate(user.vault)
    rollback = vaults.approve_rollback()
    vaults.chain.advance(3_600)
    vaults.roll_back(rollback)
    vaults.chain.advance(1)
    with refused("NewerLayout"):
        user.deposit(1)
    with refused("NewerLayout"):
        user.withdraw(1)
    with refused("NewerLayout"):
        vaults.exchange.lock(user, 1)
    assert user.state.total_balance == 700


@pytest.mark.parametrize("name", ["migrate", "revert"])
def test_only_windlass_moves_vaults(vaults: MigratingVaults, name: str) -> None:
    (user,) = users_of(vaults, [700])
    vaults.migrating()
    if name == "revert":
        vaults.migrate(user.vault)
    key = vaults.chain.keypair()
    for authority, signs, error in (
        (vaults.migration_authority, False, "MissingRequiredSignature"),
        (key.pubkey(), True, "InvalidSeeds"),
    ):
        accounts = {"vault": user.vault, "migration_authority": authority}
        made = build(idl("collateral_vault_v2"), name, accounts)
        metas = [AccountMeta(m.pubkey, signs and m.pubkey == key.pubkey(), m.is_writable) for m in made.accounts]
        with refused(error):
            vaults.chain.send(Instruction(made.program_id, made.data, metas), signers=[key] if signs else [])


class AsBuilt(MigratingVaults):
    """Release 2 with no multisig written into it."""

    def upload(self, code: bytes | None = None, authority: Pubkey | None = None) -> Pubkey:
        return super().upload(elf("collateral_vault_v2") if code is None else code, authority)


def test_release_2_as_built_is_migrated_by_nobody() -> None:
    vaults = AsBuilt()
    vaults.govern()
    (user,) = users_of(vaults, [700])
    vaults.migrating()
    with refused("InvalidSeeds"):
        vaults.migrate(user.vault)


def test_the_plan_maps_every_field_that_both_releases_know() -> None:
    """Against the layouts that the IDLs tell."""
    (layout,) = migration_plan().layouts
    old, new = (offsets(name) for name in ("collateral_vault_v1", "collateral_vault_v2"))
    assert (layout.old_size, layout.new_size) == (OLD_SIZE, NEW_SIZE) == (old.pop(""), new.pop(""))
    moves = {each.from_ + n: each.to + n for each in layout.mapped for n in range(each.len)}
    assert sorted(moves) == list(range(DISCRIMINATOR_BYTES, OLD_SIZE))
    for field, place in old.items():
        assert moves[place] == new[field], field
    assert set(new) - set(old) == {"locked_since", "lifetime_locked"}
    assert layout.old_discriminator != layout.new_discriminator


def offsets(program: ProgramName) -> dict[str, int]:
    """Where each field of a vault begins; under "" where the last one ends."""
    fields = rows(Idl.load(program), "CollateralVault", start=DISCRIMINATOR_BYTES)
    places = {row.field: int(row.offset) for row in fields}
    return {**places, "": int(fields[-1].offset) + int(fields[-1].length)}
