"""Vaults against their token accounts on a real chain: what is missing is told once, for as long as it lasts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from integration.indexer.indexer_process import environment, running_indexer
from integration.indexer.vault_chain import MINT, User, VaultChain, vault_localnet
from solders.pubkey import Pubkey
from stack.localnet import Localnet
from stack.waiting import until
from windlass_indexer import reconciliation, service
from windlass_indexer.chain import Chain
from windlass_indexer.reconciliation import Reconciliation
from windlass_indexer.settings import Settings
from windlass_programs.addresses import associated_token_address

USERS = [User(f"reconciled {number}") for number in range(5)]
_AMOUNT = slice(64, 72)
ALERTS = "SELECT stream, data->>'missing' AS missing, ended_at IS NULL AS lasts FROM alerts ORDER BY id"


@pytest.fixture
def localnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localnet]:
    with vault_localnet(USERS, tmp_path_factory.mktemp("accounts"), "--slot-ms", "100") as localnet:
        yield localnet


@pytest.fixture
async def chain(localnet: Localnet) -> AsyncIterator[VaultChain]:
    async with VaultChain(localnet) as chain:
        yield chain


async def hold(chain: VaultChain, user: User, tokens: int | None) -> None:
    """Make the vault's token account hold so much, behind the program's back; None takes the account away."""
    address = str(tokens_of(user))
    (account,) = await Chain(chain.rpc).accounts([address])
    assert account.data is not None
    data = bytearray(account.data)
    data[_AMOUNT] = (tokens or 0).to_bytes(8, "little")
    update = {"lamports": 0} if tokens is None else {"data": data.hex()}
    await chain.rpc.call("surfnet_setAccount", address, update)

    async def confirmed() -> bool:
        (now,) = await Chain(chain.rpc).accounts([address])
        return now.data == (None if tokens is None else bytes(data))

    await until(confirmed, "the account is so")


def tokens_of(user: User) -> Pubkey:
    return associated_token_address(user.vault, MINT)


@asynccontextmanager
async def deposited(chain: VaultChain, database: str) -> AsyncIterator[Reconciliation]:
    """Everybody has deposited 500, and the tables say so; what reconciles the two."""
    for batch in ([(user, user.initialize()) for user in USERS], [(user, user.deposit(500)) for user in USERS]):
        for signature in await chain.send_all(batch):
            assert (await chain.transaction(signature))["meta"]["err"] is None
    rpc = Chain(chain.rpc)
    time = await rpc.time()
    settings = Settings.read(environment(chain.localnet, database), database=database)
    await service.backfill(settings, 0, time.confirmed_slot, lambda done, of: None)
    async with asyncpg.create_pool(database, min_size=1, max_size=2) as pool:
        yield Reconciliation(rpc, pool, lambda: time)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciliation, "_REQUEST_SECONDS", 0.0)


async def test_a_vault_whose_tokens_are_missing_is_told_once_while_it_lasts(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    short, empty, rich, *_ = USERS
    async with deposited(chain, database) as reconciling:
        found = await reconciling.reconcile()
        assert (len(found.checked), found.unbacked, found.moving, found.upto) == (5, [], 0, None)
        assert await connection.fetch(ALERTS) == []

        await hold(chain, short, 499)
        await hold(chain, rich, 1_000_000)
        await hold(chain, empty, None)
        for _ in range(2):
            assert len((await reconciling.reconcile()).unbacked) == 2
        alerts = {row["stream"]: tuple(row)[1:] for row in await connection.fetch(ALERTS)}
        assert alerts == {str(short.vault): ("1", True), str(empty.vault): ("500", True)}
        sums = await connection.fetchrow("SELECT * FROM reconciliation_sums ORDER BY reconciliation DESC LIMIT 1")
        assert dict(sums) == {
            "reconciliation": 3,
            "mint": str(MINT),
            "checked": 5,
            "unbacked": 2,
            "balances": 2_500,
            "tokens": 499 + 1_000_000 + 2 * 500,
            "missing": 501,
            "surplus": 999_500,
        }
        listed = await connection.fetch("SELECT vault, tokens FROM unbacked_vaults")
        assert {row["vault"]: row["tokens"] for row in listed} == {str(short.vault): 499, str(empty.vault): None}

        before = await connection.fetchval("SELECT max(change) FROM alerts")
        await hold(chain, short, 500)
        assert [each.row["vault"] for each in (await reconciling.reconcile()).unbacked] == [str(empty.vault)]
        lasting = {row["stream"]: row["lasts"] for row in await connection.fetch(ALERTS)}
        assert lasting == {str(short.vault): False, str(empty.vault): True}
        assert await connection.fetchval("SELECT max(change) FROM alerts") > before, "whoever follows hears of the end"

        # Once more at the same place in its stream: the same alert, which lasts again.
        await hold(chain, short, 0)
        await reconciling.reconcile()
        assert await connection.fetchval("SELECT count(*) FROM alerts") == 2
        assert await connection.fetchval("SELECT count(*) FROM alerts WHERE ended_at IS NULL") == 2


async def test_an_account_of_somebody_else_backs_no_vault(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    user = USERS[0]
    async with deposited(chain, database) as reconciling:
        address = str(tokens_of(user))
        (account,) = await Chain(chain.rpc).accounts([address])
        assert account.data is not None
        data = account.data[:32] + bytes(user.address) + account.data[64:]
        await chain.rpc.call("surfnet_setAccount", address, {"data": data.hex()})

        async def told() -> bool:
            return len((await reconciling.reconcile()).unbacked) == 1

        await until(told, "the vault is found wanting")
    assert await connection.fetchval("SELECT tokens FROM unbacked_vaults WHERE vault = $1", str(user.vault)) is None


async def test_deposits_and_withdrawals_under_way_are_not_taken_for_missing_tokens(
    chain: VaultChain, database: str, connection: asyncpg.Connection
) -> None:
    async with deposited(chain, database) as reconciling, running_indexer(chain.localnet, database):
        moving = asyncio.create_task(_move(chain))
        while not moving.done():
            assert (await reconciling.reconcile()).unbacked == []
        await moving

        async def quiet() -> bool:
            return len((await reconciling.reconcile()).checked) == len(USERS)

        await until(quiet, "all vaults can be compared")
    assert await connection.fetchval("SELECT count(*) FROM alerts") == 0


async def _move(chain: VaultChain) -> None:
    for turn in range(10):
        batch = [(user, user.withdraw(300) if turn % 2 == 0 else user.deposit(300)) for user in USERS]
        signatures = await chain.send_all(batch)
        await chain.transaction(signatures[-1])


async def test_many_vaults_are_looked_at_in_turn(
    chain: VaultChain, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation, "_CHUNK", 2)
    monkeypatch.setattr(reconciliation, "MOST", 2)
    seen: list[str] = []
    async with deposited(chain, database) as reconciling:
        for _ in range(3):
            found = await reconciling.reconcile()
            seen += [each.row["vault"] for each in found.checked]
        assert found.upto is None
        again = await reconciling.reconcile()
    assert sorted(seen) == sorted(str(user.vault) for user in USERS)
    assert [each.row["vault"] for each in again.checked] == seen[:2]
