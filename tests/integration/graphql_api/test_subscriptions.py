"""A subscriber hears what was committed, soon, once, and whatever happens to the connection behind."""

import asyncio
import socket
from time import perf_counter

from integration.graphql_api.service import DEADLINE, Service, running
from stack.read_model import GENESIS, ReadModel, key
from windlass_graphql.changes import QUEUE_LIMIT

CHANGED = """subscription ($multisig: ID, $program: ID, $proposal: ID, $current: Boolean! = false) {
    proposalChanged(multisig: $multisig, program: $program, proposal: $proposal, includeCurrent: $current) {
        slot seq proposal { address status approvalCount approvals { member } multisig { address } }
    }
}"""


async def test_a_change_is_heard_when_it_is_committed_and_not_before(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern()
    proposal = await read_model.propose(governance)
    async with service.socket() as client:
        await client.subscribe(CHANGED, proposal=proposal.address)
        async with read_model.transaction():
            await read_model.approve(proposal)
            # What was asked on the same socket is answered first: nothing of the open transaction was on its way.
            answer = await service.ask(
                "query ($a: ID!) { proposal(address: $a) { approvalCount } }", a=proposal.address
            )
            assert answer == {"proposal": {"approvalCount": 0}}
            await client.settle()
        assert (await client.next())["proposalChanged"] == {
            "slot": read_model.slot,
            "seq": governance.seq,
            "proposal": {
                "address": proposal.address,
                "status": "PROPOSED",
                "approvalCount": 1,
                "approvals": [{"member": governance.members[0]}],
                "multisig": {"address": governance.multisig},
            },
        }


async def test_each_subscriber_hears_only_what_it_asked_for(service: Service, read_model: ReadModel) -> None:
    mine, other = await read_model.govern(), await read_model.govern()
    async with service.socket() as client:
        everything = await client.subscribe(CHANGED)
        of_multisig = await client.subscribe(CHANGED, multisig=mine.multisig)
        of_program = await client.subscribe(CHANGED, program=other.program)
        first, second = await read_model.propose(mine), await read_model.propose(other)
        heard = set()
        for _ in range(4):
            message = await client.receive()
            heard.add((message["id"], message["payload"]["data"]["proposalChanged"]["proposal"]["address"]))
    assert heard == {
        (everything, first.address),
        (everything, second.address),
        (of_multisig, first.address),
        (of_program, second.address),
    }


async def test_what_is_there_already_comes_first_where_it_is_asked_for(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern()
    proposals = [await read_model.propose(governance) for _ in range(3)]
    async with service.socket() as client:
        await client.begin(CHANGED, multisig=governance.multisig, current=True)
        current = [(await client.next())["proposalChanged"]["proposal"]["address"] for _ in proposals]
        assert current == [proposal.address for proposal in proposals]
        await read_model.approve(proposals[0])
        change = (await client.next())["proposalChanged"]
    assert (change["proposal"]["address"], change["seq"]) == (proposals[0].address, governance.seq)


async def test_nothing_is_lost_when_the_listening_connection_is_killed(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern()
    proposal = await read_model.propose(governance)
    async with service.socket() as client:
        await client.subscribe(CHANGED, proposal=proposal.address)
        for approvals in range(1, 4):
            killed = await read_model.connection.fetch(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = 'windlass-graphql-listener' AND datname = current_database()"""
            )
            assert killed
            await read_model.approve(proposal)
            change = (await client.next())["proposalChanged"]
            assert (change["seq"], change["proposal"]["approvalCount"]) == (governance.seq, approvals)
            await service.until_ready()


async def test_a_client_that_stops_reading_is_told_and_the_others_hear_everything(
    service: Service, read_model: ReadModel
) -> None:
    governance = await read_model.govern()
    proposal = await read_model.propose(governance)
    aliases = " ".join(f"d{number}: digest" for number in range(60))
    wide = f"subscription {{ proposalChanged {{ seq proposal {{ {aliases} }} }} }}"
    changes = 3 * QUEUE_LIMIT
    async with service.socket() as stuck, service.socket() as healthy:
        # Little is buffered on its way to a client that does not read.
        transport = stuck.connection.transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        await stuck.subscribe(wide)
        transport.pause_reading()
        await healthy.subscribe("subscription { proposalChanged { seq } }")
        await read_model.connection.execute(
            """INSERT INTO changes (kind, key, multisig, slot, seq)
               SELECT 'proposal', $1, $2, 1, seq FROM generate_series(1, $3::integer) AS seq""",
            proposal.address,
            governance.multisig,
            changes,
        )
        await read_model.notify(kind="proposal")
        for seq in range(1, changes + 1):
            assert await healthy.next() == {"proposalChanged": {"seq": seq}}
        transport.resume_reading()
        heard = 0
        while "errors" not in (message := await stuck.receive())["payload"]:
            heard += 1
        assert heard < changes
        assert message["payload"]["errors"][0]["extensions"] == {"code": "FELL_BEHIND"}
        assert (await stuck.receive())["type"] == "complete"


async def test_a_vaults_changes_are_heard_by_its_owner(service: Service, read_model: ReadModel) -> None:
    owner = key()
    query = "subscription ($o: ID) { vaultChanged(owner: $o) { slot seq vault { address totalBalance } } }"
    async with service.socket() as client:
        await client.subscribe(query, o=owner)
        await read_model.vault(key(), [1])
        async with read_model.transaction():
            vault = await read_model.vault(owner, [2, 3])
        assert await client.next() == {
            "vaultChanged": {"slot": read_model.slot, "seq": 3, "vault": {"address": vault, "totalBalance": "5"}}
        }


async def test_the_indexers_progress_is_heard(service: Service, read_model: ReadModel) -> None:
    await read_model.chain(GENESIS)
    async with service.socket() as client:
        await client.subscribe("subscription { indexerStatusChanged { slot } }")
        read_model.slot += 7
        async with read_model.transaction():
            await read_model.chain(GENESIS)
            await read_model.notify(kind="status", key="")
        assert await client.next() == {"indexerStatusChanged": {"slot": read_model.slot}}


async def test_a_notification_that_makes_no_sense_is_passed_over(database: str, read_model: ReadModel) -> None:
    proposal = await read_model.propose(await read_model.govern())
    async with running(database, expect_errors=True) as service, service.socket() as client:
        await client.subscribe(CHANGED)
        for payload in ("", "[]", "{", '{"kind": "proposal", "seq": "x"}', '{"kind": "moon", "key": "?"}'):
            await read_model.connection.execute("SELECT pg_notify('windlass_changes', $1)", payload)
        await read_model.approve(proposal)
        assert (await client.next())["proposalChanged"]["proposal"]["address"] == proposal.address


async def test_a_change_reaches_its_subscriber_in_milliseconds(service: Service, read_model: ReadModel) -> None:
    proposal = await read_model.propose(await read_model.govern(members=16, threshold=16))
    async with service.socket() as client:
        await client.subscribe(CHANGED, proposal=proposal.address)
        took = []
        for number in range(60):
            begun = perf_counter()
            await read_model.change("proposal", proposal.address, proposal.governance, None, number)
            assert (await client.next())["proposalChanged"]["seq"] == number
            took.append(perf_counter() - begun)
    took.sort()
    print(f"NOTIFY to message: median {took[30] * 1000:.1f} ms, worst {took[-1] * 1000:.1f} ms")
    assert took[30] < 0.1  # far above what it takes on a quiet machine, far below what polling would take


async def test_the_server_ends_within_a_second_while_clients_listen(service: Service) -> None:
    async with service.socket() as first, service.socket() as second:
        await first.subscribe(CHANGED)
        await second.subscribe(CHANGED)
        begun = perf_counter()
        service.process.terminate()
        async with asyncio.timeout(DEADLINE):
            assert await service.process.wait() == 0
        assert perf_counter() - begun < 1
