"""Whoever was cut off goes on after the last cursor, at any server: nothing is lost, nothing is heard twice."""

import asyncio

from integration.graphql_api.service import Service, Socket, running
from stack.read_model import Proposal, ReadModel, key
from windlass_graphql.feeds import PAGE

ALERTS = """subscription ($multisig: ID, $proposal: ID, $kinds: [AlertKind!], $after: String) {
    alertChanged(multisig: $multisig, proposal: $proposal, kinds: $kinds, after: $after) {
        cursor alert { id kind withdrawnAt proposal { address } }
    }
}"""

PROPOSALS = """subscription ($member: ID, $proposal: ID, $current: Boolean! = false, $after: String) {
    proposalChanged(member: $member, proposal: $proposal, includeCurrent: $current, after: $after) {
        cursor address seq proposal { approvalCount }
    }
}"""
VAULTS = """subscription ($owner: ID, $current: Boolean! = false, $after: String) {
    vaultChanged(owner: $owner, includeCurrent: $current, after: $after) {
        cursor address seq vault { totalBalance }
    }
}"""
TVLS = """subscription ($mint: ID, $current: Boolean! = false, $after: String) {
    tvlChanged(mint: $mint, includeCurrent: $current, after: $after) { cursor mint tvl { total vaults } }
}"""
MIGRATIONS = """subscription ($program: ID, $current: Boolean! = false, $after: String) {
    migrationChanged(program: $program, includeCurrent: $current, after: $after) {
        cursor address migration { migrated proposal { address } }
    }
}"""


async def _heard(client: Socket, count: int) -> list[tuple[str, int]]:
    """Cursors and alerts of the next messages."""
    messages = [(await client.next())["alertChanged"] for _ in range(count)]
    return [(message["cursor"], message["alert"]["id"]) for message in messages]


async def test_an_alert_is_heard_when_it_is_raised_and_again_when_it_is_withdrawn(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    async with service.socket() as client:
        await client.subscribe(ALERTS, proposal=proposal.address)
        id = await read_model.alert(proposal, "ready")
        raised = (await client.next())["alertChanged"]
        await read_model.withdraw(id)
        withdrawn = (await client.next())["alertChanged"]
    assert raised["alert"] == {
        "id": id,
        "kind": "READY",
        "withdrawnAt": None,
        "proposal": {"address": proposal.address},
    }
    assert withdrawn["alert"]["id"] == id
    assert withdrawn["alert"]["withdrawnAt"]
    assert withdrawn["cursor"] != raised["cursor"]


async def test_what_happened_since_a_cursor_comes_first_and_what_happens_then_follows(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    async with service.socket() as client:
        await client.subscribe(ALERTS)
        await read_model.alert(proposal)
        ((cursor, _),) = await _heard(client, 1)
    # More than is read at once.
    missed = [await read_model.alert(proposal) for _ in range(PAGE + 5)]
    async with service.socket() as client:
        await client.begin(ALERTS, after=cursor)
        heard = await _heard(client, len(missed))
        assert [id for _, id in heard] == missed
        next_one = await read_model.alert(proposal)
        assert (await _heard(client, 1))[0][1] == next_one


async def test_of_what_was_missed_and_of_what_comes_the_same_is_heard(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    other = await read_model.propose(await read_model.govern())

    async def happen() -> int:
        await read_model.alert(other, "ready")
        await read_model.alert(proposal, "expiring")
        wanted = await read_model.alert(proposal, "ready")
        await read_model.alert(proposal, "executed")
        return wanted

    wanted = await happen()
    async with service.socket() as client:
        await client.begin(ALERTS, multisig=proposal.governance.multisig, kinds=["READY"], after="alerts:0")
        assert (await _heard(client, 1))[0][1] == wanted
        wanted = await happen()
        assert (await _heard(client, 1))[0][1] == wanted
        await client.settle()


async def test_a_cursor_goes_on_at_another_server(
    database: str, service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    async with running(database) as other:
        async with service.socket() as client:
            await client.subscribe(ALERTS)
            first = await read_model.alert(proposal)
            ((cursor, heard),) = await _heard(client, 1)
            assert heard == first
            second = await read_model.alert(proposal)
        async with other.socket() as client:
            await client.begin(ALERTS, after=cursor)
            assert [id for _, id in await _heard(client, 1)] == [second]
            await client.settle()


async def test_a_cursor_ahead_of_a_server_repeats_nothing(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    async with service.socket() as client:
        await client.subscribe(ALERTS, after="alerts:2")
        ids = [await read_model.alert(proposal) for _ in range(3)]
        assert await _heard(client, 1) == [("alerts:3", ids[2])]


async def test_a_number_that_is_committed_late_is_not_passed_over(
    service: Service, read_model: ReadModel, writer: ReadModel, proposal: Proposal
) -> None:
    """Two write at once: the one that drew the lower number commits first, however long it takes."""
    async with service.socket() as client:
        await client.subscribe(ALERTS)
        async with read_model.transaction():
            first = await read_model.alert(proposal)
            second = asyncio.create_task(writer.alert(proposal))
            await client.settle()
        assert [id for _, id in await _heard(client, 2)] == [first, await second]


async def test_each_alert_is_heard_once_when_the_listening_connection_is_killed(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    async with service.socket() as client:
        await client.subscribe(ALERTS)
        raised = []
        for _ in range(3):
            assert await read_model.connection.fetch(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = 'windlass-graphql-listener' AND datname = current_database()"""
            )
            raised += [await read_model.alert(proposal) for _ in range(3)]
            assert [id for _, id in await _heard(client, 3)] == raised[-3:]
            await service.until_ready()
        await client.settle()


async def test_a_cursor_of_something_else_is_refused(service: Service) -> None:
    async with service.socket() as client:
        for cursor in ("", "alerts", "alerts:x", "alerts:01", "alerts:9223372036854775808", "proposals:1"):
            await client.begin(ALERTS, after=cursor)
            (error,) = (await client.receive())["payload"]["errors"]
            assert error["extensions"] == {"code": "BAD_CURSOR"}
            assert (await client.receive())["type"] == "complete"


async def test_each_change_of_a_proposal_is_heard_after_a_cursor(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    stands = (await service.ask("{ cursors { alerts proposals migrations } }"))["cursors"]
    other = await read_model.propose(await read_model.govern())
    for _ in range(3):
        await read_model.approve(proposal)
    async with service.socket() as client:
        await client.begin(PROPOSALS, proposal=proposal.address, after=stands["proposals"])
        missed = [(await client.next())["proposalChanged"] for _ in range(3)]
        await read_model.approve(other)
        await read_model.approve(proposal)
        missed.append((await client.next())["proposalChanged"])
    seq = proposal.governance.seq
    assert [message["seq"] for message in missed] == [seq - 3, seq - 2, seq - 1, seq]
    assert [message["proposal"]["approvalCount"] for message in missed] == [3, 3, 3, 4]
    assert len({message["cursor"] for message in missed}) == 4


async def test_what_is_there_already_has_a_cursor_once_all_of_it_was_heard(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    second = await read_model.propose(proposal.governance)
    async with service.socket() as client:
        await client.begin(PROPOSALS, current=True)
        first, last = [(await client.next())["proposalChanged"] for _ in range(2)]
    assert (first["address"], first["cursor"], last["address"]) == (proposal.address, None, second.address)
    await read_model.approve(proposal)
    async with service.socket() as client:
        await client.begin(PROPOSALS, after=last["cursor"])
        assert (await client.next())["proposalChanged"]["address"] == proposal.address
        await client.settle()
        await client.begin(PROPOSALS, current=True, after=last["cursor"])
        (error,) = (await client.receive())["payload"]["errors"]
    assert error["extensions"] == {"code": "BAD_ARGUMENTS"}


async def test_a_member_hears_of_the_proposals_of_their_multisigs(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    other = await read_model.propose(await read_model.govern())
    async with service.socket() as client:
        await client.begin(PROPOSALS, member=proposal.governance.members[3], current=True)
        assert (await client.next())["proposalChanged"]["address"] == proposal.address
        await read_model.approve(other)
        await read_model.approve(proposal)
        assert (await client.next())["proposalChanged"]["address"] == proposal.address


async def test_a_proposal_that_a_fork_took_back_is_heard_as_gone(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    async with service.socket() as client:
        await client.subscribe(PROPOSALS)
        async with read_model.transaction():
            await read_model.connection.execute("DELETE FROM upgrade_proposals WHERE address = $1", proposal.address)
            await read_model.change("proposal", proposal.address, proposal.governance, None, 0)
        gone = (await client.next())["proposalChanged"]
    assert (gone["address"], gone["proposal"]) == (proposal.address, None)


async def test_a_migrations_progress_is_heard_and_goes_on_after_a_cursor(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    tracker = await read_model.migration(proposal)
    async with service.socket() as client:
        await client.begin(MIGRATIONS, program=proposal.governance.program, current=True)
        started = (await client.next())["migrationChanged"]
        assert (started["address"], started["migration"]["migrated"]) == (tracker, 0)
        await read_model.migrate(tracker, proposal, accounts=20)
        assert (await client.next())["migrationChanged"]["migration"] == {
            "migrated": 20,
            "proposal": {"address": proposal.address},
        }
    await read_model.migrate(tracker, proposal, accounts=5)
    async with service.socket() as client:
        await client.begin(MIGRATIONS, after=started["cursor"])
        heard = [(await client.next())["migrationChanged"]["migration"]["migrated"] for _ in range(2)]
    assert heard == [25, 25]


async def test_a_vaults_balance_is_heard_live_and_goes_on_after_a_cursor(
    service: Service, read_model: ReadModel
) -> None:
    owner = key()
    vault = await read_model.vault(owner, [5])
    mint = await read_model.connection.fetchval("SELECT mint FROM vaults WHERE address = $1", vault)

    async def deposit(total: int) -> None:
        await read_model.connection.execute(
            "UPDATE vaults SET (total_balance, available_balance, total_deposited) = ($2, $2, $2) WHERE address = $1",
            vault,
            total,
        )
        await read_model.connection.execute("UPDATE tvl_stats SET total_change = $1 WHERE mint = $2", total, mint)
        await read_model.vault_changed(vault, owner, mint, total)

    async with service.socket() as client:
        await client.begin(VAULTS, owner=owner, current=True)
        first = (await client.next())["vaultChanged"]
        assert (first["address"], first["seq"], first["vault"]["totalBalance"]) == (vault, 2, "5")
        await read_model.vault(key(), [1])
        await deposit(9)
        assert (await client.next())["vaultChanged"]["vault"]["totalBalance"] == "9"
    await deposit(11)
    async with service.socket() as client:
        await client.begin(VAULTS, owner=owner, after=first["cursor"])
        heard = [(await client.next())["vaultChanged"]["seq"] for _ in range(2)]
    assert heard == [9, 11]
    async with service.socket() as client:
        await client.begin(TVLS, mint=mint, current=True)
        present = (await client.next())["tvlChanged"]
        assert (present["mint"], present["tvl"]["total"]) == (mint, "11")
        await deposit(20)
        assert (await client.next())["tvlChanged"]["tvl"]["total"] == "20"


async def test_a_vault_that_a_fork_took_back_is_heard_as_gone(service: Service, read_model: ReadModel) -> None:
    owner = key()
    vault = await read_model.vault(owner, [])
    async with service.socket() as client:
        await client.subscribe(VAULTS, owner=owner)
        await read_model.connection.execute("DELETE FROM vaults WHERE address = $1", vault)
        await read_model.vault_changed(vault, owner, key(), 0)
        gone = (await client.next())["vaultChanged"]
    assert (gone["address"], gone["seq"], gone["vault"]) == (vault, 0, None)


async def test_a_cursor_from_before_what_is_kept_is_refused_and_a_newer_one_is_not(
    service: Service, read_model: ReadModel, proposal: Proposal
) -> None:
    await read_model.approve(proposal)
    newest = await read_model.connection.fetchval("SELECT max(change) FROM changes")
    await read_model.connection.execute("INSERT INTO changes_given_up VALUES ('proposal', $1)", newest)
    async with service.socket() as client:
        await client.begin(PROPOSALS, after=f"proposals:{newest - 1}")
        (error,) = (await client.receive())["payload"]["errors"]
        assert error["extensions"] == {"code": "CURSOR_GONE"}
        assert "not kept any more" in error["message"]
    async with service.socket() as client:
        await client.begin(PROPOSALS, after=f"proposals:{newest}")
        await read_model.approve(proposal)
        assert (await client.next())["proposalChanged"]["address"] == proposal.address


async def test_where_a_feed_stands_is_good_to_go_on_from_when_nothing_of_it_is_kept(
    database: str, read_model: ReadModel, proposal: Proposal
) -> None:
    """Nothing happened for a week: the feed's table is empty, and its numbers go on."""
    await read_model.approve(proposal)
    missed = await read_model.give_up_changes("proposal")
    async with running(database) as service:
        stands = (await service.ask("{ cursors { proposals } }"))["cursors"]["proposals"]
        async with service.socket() as client:
            await client.begin(PROPOSALS, proposal=proposal.address, current=True)
            present = (await client.next())["proposalChanged"]["cursor"]
            await read_model.approve(proposal)
            heard = (await client.next())["proposalChanged"]["cursor"]
        async with service.socket() as client:
            for cursor in (stands, present):
                await client.begin(PROPOSALS, after=cursor)
                assert (await client.next())["proposalChanged"]["cursor"] == heard
    assert stands == present == f"proposals:{missed}"


async def test_a_server_that_starts_when_nothing_is_kept_says_that_a_cursor_is_too_old(
    database: str, read_model: ReadModel, proposal: Proposal
) -> None:
    await read_model.approve(proposal)
    missed = await read_model.give_up_changes("proposal")
    async with running(database) as service, service.socket() as client:
        await client.begin(PROPOSALS, after=f"proposals:{missed - 1}")
        (error,) = (await client.receive())["payload"]["errors"]
    assert error["extensions"] == {"code": "CURSOR_GONE"}
