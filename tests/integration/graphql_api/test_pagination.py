"""Pages hold what they held while rows arrive, for every list."""

from datetime import timedelta
from typing import Any

import pytest
from integration.graphql_api.service import Service
from stack.read_model import GENESIS, ReadModel, key
from windlass_graphql.compiler.documents import Documents
from windlass_graphql.schema import graphql_schema

PAGE = """query ($first: Int!, $after: String) { proposals(first: $first, after: $after) {
    edges { cursor node { address } } nodes { address } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} }"""


async def _page(service: Service, first: int, after: str | None = None) -> dict[str, Any]:
    page: dict[str, Any] = (await service.ask(PAGE, first=first, after=after))["proposals"]
    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    return page


async def test_paging_finds_each_row_once_while_new_ones_arrive(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern()
    written = [(await read_model.propose(governance)).address for _ in range(11)]
    found: list[str] = []
    after = None
    while True:
        page = await _page(service, 3, after)
        found += [node["address"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        await read_model.propose(governance)
    assert found == written[::-1]


async def test_rows_of_one_slot_are_neither_lost_nor_doubled_between_pages(
    service: Service, read_model: ReadModel
) -> None:
    governance = await read_model.govern()
    written = set()
    for _ in range(7):
        written.add((await read_model.propose(governance)).address)
        read_model.slot -= 1
    first = await _page(service, 4)
    second = await _page(service, 4, first["pageInfo"]["endCursor"])
    found = [node["address"] for page in (first, second) for node in page["nodes"]]
    assert sorted(found) == sorted(written)
    assert not second["pageInfo"]["hasNextPage"]


async def test_an_empty_list_is_an_empty_page(service: Service) -> None:
    page = await _page(service, 5)
    assert page["edges"] == []
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }


async def test_nested_lists_page_by_themselves_for_each_parent(service: Service, read_model: ReadModel) -> None:
    governances = [await read_model.govern() for _ in range(3)]
    for _ in range(3):
        for governance in governances:
            await read_model.propose(governance)
    answer = await service.ask(
        """{ multisigs { nodes {
            address
            programs { nodes { proposals(first: 1) { nodes { id } pageInfo { hasNextPage } } } }
            newest: proposals(first: 2) { nodes { id } pageInfo { endCursor hasNextPage } }
            all: proposals(state: [PROPOSED]) { nodes { id } }
            none: proposals(state: [EXECUTED]) { nodes { id } }
        } } }"""
    )
    nodes = answer["multisigs"]["nodes"]
    assert [node["address"] for node in nodes] == [governance.multisig for governance in governances[::-1]]
    for node in nodes:
        assert node["programs"]["nodes"][0]["proposals"] == {"nodes": [{"id": 3}], "pageInfo": {"hasNextPage": True}}
        assert [proposal["id"] for proposal in node["newest"]["nodes"]] == [3, 2]
        assert [proposal["id"] for proposal in node["all"]["nodes"]] == [3, 2, 1]
        assert node["none"]["nodes"] == []
    rest = await service.ask(
        """query ($address: ID!, $after: String) { multisig(address: $address) {
            proposals(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage } }
        } }""",
        address=nodes[0]["address"],
        after=nodes[0]["newest"]["pageInfo"]["endCursor"],
    )
    assert rest["multisig"]["proposals"] == {"nodes": [{"id": 1}], "pageInfo": {"hasNextPage": False}}


async def test_filters_narrow_every_list(service: Service, read_model: ReadModel) -> None:
    mine, other = await read_model.govern(), await read_model.govern()
    second = await read_model.register(mine)
    first_proposal = await read_model.propose(mine)
    second_proposal = await read_model.propose(mine, program=second)
    await read_model.propose(other)
    owner = key()
    vault = await read_model.vault(owner, [5])
    await read_model.vault(key(), [7])
    answer = await service.ask(
        """query ($multisig: ID, $program: ID, $member: ID, $owner: ID) {
            ofMultisig: proposals(multisig: $multisig) { nodes { address } }
            ofProgram: proposals(program: $program) { nodes { address } }
            ofProposer: proposals(proposer: $member, program: $program) { nodes { address } }
            programs(multisig: $multisig) { nodes { address } }
            program: programs(address: $program) { nodes { address multisig { address } } }
            multisigs(member: $member) { nodes { address } }
            vaults(owner: $owner) { nodes { address } }
        }""",
        multisig=mine.multisig,
        program=second,
        member=mine.members[0],
        owner=owner,
    )
    assert answer == {
        "ofMultisig": {"nodes": [{"address": second_proposal.address}, {"address": first_proposal.address}]},
        "ofProgram": {"nodes": [{"address": second_proposal.address}]},
        "ofProposer": {"nodes": [{"address": second_proposal.address}]},
        "programs": {"nodes": [{"address": second}, {"address": mine.program}]},
        "program": {"nodes": [{"address": second, "multisig": {"address": mine.multisig}}]},
        "multisigs": {"nodes": [{"address": mine.multisig}]},
        "vaults": {"nodes": [{"address": vault}]},
    }


async def test_programs_upgrades_vaults_and_their_transactions_have_pages_too(
    service: Service, read_model: ReadModel
) -> None:
    governance = await read_model.govern()
    second = await read_model.register(governance)
    for number in range(3):
        proposal = await read_model.propose(governance)
        assert proposal.base_version == number
        await read_model.execute(proposal, proposal.created_at)
    vault = await read_model.vault(key(), [1, 2, 3])
    query = """query ($programs: String, $upgrades: String, $transactions: String, $m: ID!, $p: ID!, $v: ID!) {
        programs(first: 1, after: $programs) { nodes { address } pageInfo { endCursor } }
        program(multisig: $m, address: $p) { upgrades(first: 2, after: $upgrades) {
            nodes { version } pageInfo { endCursor }
        } }
        vault(address: $v) { transactions(first: 2, after: $transactions) {
            nodes { seq amount totalBalance } pageInfo { endCursor }
        } }
    }"""
    known: dict[str, object] = {"m": governance.multisig, "p": governance.program, "v": vault}
    first = await service.ask(query, **known)
    assert first["programs"]["nodes"] == [{"address": second}]
    assert first["program"]["upgrades"]["nodes"] == [{"version": 3}, {"version": 2}]
    assert first["vault"]["transactions"]["nodes"] == [
        {"seq": 4, "amount": "3", "totalBalance": "6"},
        {"seq": 3, "amount": "2", "totalBalance": "3"},
    ]
    rest = await service.ask(
        query,
        programs=first["programs"]["pageInfo"]["endCursor"],
        upgrades=first["program"]["upgrades"]["pageInfo"]["endCursor"],
        transactions=first["vault"]["transactions"]["pageInfo"]["endCursor"],
        **known,
    )
    assert rest["programs"]["nodes"] == [{"address": governance.program}]
    assert rest["program"]["upgrades"]["nodes"] == [{"version": 1}]
    assert rest["vault"]["transactions"]["nodes"] == [{"seq": 2, "amount": "1", "totalBalance": "1"}]


@pytest.mark.parametrize("order", ["NEWEST_FIRST", "OLDEST_FIRST"])
@pytest.mark.parametrize(("size", "cursor"), [("first", "after"), ("last", "before")])
async def test_a_list_read_from_either_end_and_in_either_order_holds_each_row_once_while_others_arrive(
    service: Service, read_model: ReadModel, size: str, cursor: str, order: str
) -> None:
    governance = await read_model.govern()
    written = [(await read_model.propose(governance)).address for _ in range(10)]
    listed = written.copy() if order == "OLDEST_FIRST" else written[::-1]
    # From where nothing is added: there the end does not move away.
    grows_ahead = (order == "OLDEST_FIRST") == (size == "first")
    query = f"""query ($size: Int, $cursor: String) {{
        proposals(order: {order}, {size}: $size, {cursor}: $cursor) {{
            totalCount nodes {{ address }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    end, more = ("endCursor", "hasNextPage") if size == "first" else ("startCursor", "hasPreviousPage")
    found: list[str] = []
    place = None
    for number in range(4):
        page = (await service.ask(query, size=3, cursor=place))["proposals"]
        addresses = [node["address"] for node in page["nodes"]]
        found = found + addresses if size == "first" else addresses + found
        assert page["totalCount"] == len(written)
        assert page["pageInfo"][more] is (len(found) < (len(written) if grows_ahead else 10))
        place = page["pageInfo"][end]
        if number == 0:
            written.append((await read_model.propose(governance)).address)
    assert found == (written if order == "OLDEST_FIRST" else written[::-1]) if grows_ahead else found == listed


async def _in_order(service: Service, listing: str, order: str, nodes: str = "address") -> list[str]:
    """All items, two at a time from the beginning; from the end they are the same."""
    found: list[str] = []
    for onward in (True, False):
        end, size = ("after", "first") if onward else ("before", "last")
        pages, cursor = [], None
        while True:
            answer = await service.ask(
                f"""query ($cursor: String) {{ {listing}(order: {order}, {size}: 2, {end}: $cursor) {{
                    nodes {{ {nodes} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}""",
                cursor=cursor,
            )
            page = answer[listing]
            pages.append([node["address"] for node in page["nodes"]])
            info = page["pageInfo"]
            cursor = info["endCursor"] if onward else info["startCursor"]
            if not info["hasNextPage" if onward else "hasPreviousPage"]:
                break
        whole = [address for page in (pages if onward else reversed(pages)) for address in page]
        assert found in ([], whole)
        found = whole
    return found


async def test_vaults_go_by_what_they_hold_however_much_that_is(service: Service, read_model: ReadModel) -> None:
    amounts = [5, 2**63, 0, 5, 2**64 - 1]
    vaults = [await read_model.vault(key(), [amount]) for amount in amounts]
    by_amount = sorted(zip(amounts, vaults, strict=True))
    assert await _in_order(service, "vaults", "SMALLEST_FIRST") == [vault for _, vault in by_amount]
    assert await _in_order(service, "vaults", "LARGEST_FIRST") == [vault for _, vault in reversed(by_amount)]


async def test_proposals_go_by_what_happened_last(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern()
    first, second, third = [await read_model.propose(governance) for _ in range(3)]
    await read_model.approve(first)
    changed = [first.address, third.address, second.address]
    assert await _in_order(service, "proposals", "LAST_CHANGED_FIRST") == changed
    assert await _in_order(service, "proposals", "OLDEST_FIRST") == [first.address, second.address, third.address]
    nested = await service.ask(
        "{ multisigs { nodes { proposals(order: LAST_CHANGED_FIRST, first: 1) { nodes { address } } } } }"
    )
    assert nested == {"multisigs": {"nodes": [{"proposals": {"nodes": [{"address": first.address}]}}]}}


async def test_programs_go_by_their_last_upgrade(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern()
    other = await read_model.register(governance)
    never = await read_model.register(governance)
    for program, days in [(governance.program, 4), (other, 3)]:
        proposal = await read_model.propose(governance, program=program)
        await read_model.execute(proposal, GENESIS + timedelta(days=days))
    assert await _in_order(service, "programs", "LAST_UPGRADED_FIRST") == [governance.program, other, never]
    assert await _in_order(service, "programs", "NEWEST_FIRST") == [never, other, governance.program]


async def test_migrations_go_by_how_much_was_migrated(service: Service, read_model: ReadModel) -> None:
    migrated = {key(): number for number in (3, 1, 2)}
    for tracker, number in migrated.items():
        await read_model.connection.execute(
            "INSERT INTO migration_jobs (tracker, state, migrated) VALUES ($1, 'migrating', $2)", tracker, number
        )
    wanted = sorted(migrated, key=lambda tracker: -migrated[tracker])
    assert await _in_order(service, "migrations", "MOST_MIGRATED_FIRST") == wanted


async def test_a_cursor_is_good_for_its_order_only(service: Service, read_model: ReadModel) -> None:
    await read_model.vault(key(), [1])
    answer = await service.ask("{ vaults(order: LARGEST_FIRST) { pageInfo { endCursor } } }")
    query = "query ($after: String, $order: VaultOrder!) { vaults(after: $after, order: $order) { nodes { owner } } }"
    after = answer["vaults"]["pageInfo"]["endCursor"]
    assert await service.ask(query, after=after, order="SMALLEST_FIRST") == {"vaults": {"nodes": []}}
    assert (await service.refusal(query, after=after, order="NEWEST_FIRST"))["extensions"] == {"code": "BAD_CURSOR"}


async def test_what_lists_go_by_is_looked_up_in_an_index(database: str, read_model: ReadModel) -> None:
    await read_model.connection.execute("SET enable_seqscan = off")
    for query, index in [
        ("{ proposals(order: LAST_CHANGED_FIRST) { nodes { address } } }", "upgrade_proposals_changed"),
        ("{ vaults(order: LARGEST_FIRST) { nodes { address } } }", "vaults_largest"),
        ("{ vaults(order: SMALLEST_FIRST) { nodes { address } } }", "vaults_largest"),
        ("{ migrations(order: MOST_MIGRATED_FIRST) { nodes { address } } }", "migration_jobs_most_migrated"),
    ]:
        ready = Documents(graphql_schema).operation(query, None).ready({})
        plan = await read_model.connection.fetch(f"EXPLAIN {ready.sql}", *ready.values)
        text = "\n".join(row[0] for row in plan)
        assert index in text, text
        assert "Sort" not in text, text
