"""A proposal's state is its status and what the chain's time made of it; no clock of this machine is asked."""

from datetime import timedelta

import pytest
from integration.graphql_api.service import Service
from stack.read_model import GENESIS, GRACE, TIMELOCK, VOTING, Proposal, ReadModel

SECOND = timedelta(seconds=1)
APPROVED = GENESIS + timedelta(minutes=3)
ETA = APPROVED + TIMELOCK

STATE = "query ($address: ID!) { proposal(address: $address) { state status timelock { secondsRemaining } } }"


async def _approved(read_model: ReadModel, approvals: int) -> Proposal:
    proposal = await read_model.propose(await read_model.govern())
    for _ in range(approvals):
        await read_model.approve(proposal)
    return proposal


async def _state(service: Service, proposal: Proposal) -> tuple[str, int | None]:
    found = (await service.ask(STATE, address=proposal.address))["proposal"]
    return found["state"], found["timelock"]["secondsRemaining"]


OPEN = [
    (0, GENESIS, "PROPOSED", None),
    (2, GENESIS + VOTING - SECOND, "PROPOSED", None),
    (2, GENESIS + VOTING, "EXPIRED", None),
    (3, APPROVED, "APPROVED", 172_800),
    (3, ETA - SECOND, "APPROVED", 1),
    (3, ETA, "READY", 0),
    (3, GENESIS + VOTING, "READY", 0),
    (3, ETA + GRACE - SECOND, "READY", 0),
    (3, ETA + GRACE, "EXPIRED", None),
]
"""Approvals of three, the chain's time, the state, and the seconds to eta."""


async def test_time_moves_an_open_proposal_on(service: Service, read_model: ReadModel) -> None:
    for approvals, time, state, remaining in OPEN:
        proposal = await _approved(read_model, approvals)
        await read_model.chain(time)
        assert await _state(service, proposal) == (state, remaining), (approvals, time)


@pytest.mark.parametrize("approvals", [2, 3])
async def test_a_proposal_for_an_older_version_or_older_rules_is_stale_whatever_the_time(
    service: Service, read_model: ReadModel, approvals: int
) -> None:
    outrun, overruled = await _approved(read_model, approvals), await _approved(read_model, approvals)
    await read_model.connection.execute("UPDATE programs SET version = 1 WHERE program = $1", outrun.governance.program)
    await read_model.connection.execute(
        "UPDATE multisigs SET config_seq = 1 WHERE address = $1", overruled.governance.multisig
    )
    for time in (GENESIS, ETA, ETA + GRACE):
        await read_model.chain(time)
        assert await _state(service, outrun) == ("STALE", None)
        assert await _state(service, overruled) == ("STALE", None)


async def test_an_executed_proposal_stays_so_and_tells_of_its_execution(
    service: Service, read_model: ReadModel
) -> None:
    proposal = await _approved(read_model, 3)
    await read_model.execute(proposal, ETA + SECOND)
    await read_model.chain(ETA + GRACE)
    answer = await service.ask(
        """query ($address: ID!) { proposal(address: $address) {
            state status closedAt closedSignature codeDigest
            execution { version at signature }
            program { version codeDigest lastUpgradeAt upgrades { nodes { version codeDigest proposal { address } } } }
        } }""",
        address=proposal.address,
    )
    found = answer["proposal"]
    assert (found["state"], found["status"]) == ("EXECUTED", "EXECUTED")
    assert found["execution"] == {"version": 1, "at": found["closedAt"], "signature": found["closedSignature"]}
    assert found["program"] == {
        "version": 1,
        "codeDigest": found["codeDigest"],
        "lastUpgradeAt": "2026-01-03T00:03:01Z",
        "upgrades": {
            "nodes": [{"version": 1, "codeDigest": found["codeDigest"], "proposal": {"address": proposal.address}}]
        },
    }


async def test_a_cancelled_proposal_stays_so(service: Service, read_model: ReadModel) -> None:
    proposal = await _approved(read_model, 3)
    await read_model.cancel(proposal)
    await read_model.chain(ETA + GRACE)
    assert await _state(service, proposal) == ("CANCELLED", None)


async def test_before_the_indexer_heard_of_any_time_nothing_is_ready_or_expired(
    service: Service, read_model: ReadModel
) -> None:
    open_, approved = await _approved(read_model, 0), await _approved(read_model, 3)
    assert await _state(service, open_) == ("PROPOSED", None)
    assert await _state(service, approved) == ("APPROVED", None)


async def test_proposals_are_found_by_state(service: Service, read_model: ReadModel) -> None:
    open_, ready = await _approved(read_model, 1), await _approved(read_model, 3)
    cancelled = await _approved(read_model, 1)
    await read_model.cancel(cancelled)
    await read_model.chain(ETA)

    async def addresses(states: list[str] | None) -> list[str]:
        answer = await service.ask(
            "query ($state: [ProposalState!]) { proposals(state: $state) { nodes { address } } }", state=states
        )
        return [node["address"] for node in answer["proposals"]["nodes"]]

    assert await addresses(["READY"]) == [ready.address]
    assert await addresses(["CANCELLED", "PROPOSED"]) == [cancelled.address, open_.address]
    assert await addresses(["EXPIRED"]) == []
    assert await addresses(None) == [cancelled.address, ready.address, open_.address]


async def test_a_row_is_final_once_its_slot_is(service: Service, read_model: ReadModel) -> None:
    proposal = await _approved(read_model, 1)
    query = "query ($address: ID!) { proposal(address: $address) { commitment } }"
    for finalized, commitment in [(read_model.slot - 1, "CONFIRMED"), (read_model.slot, "FINALIZED")]:
        await read_model.chain(GENESIS, finalized_slot=finalized)
        assert await service.ask(query, address=proposal.address) == {"proposal": {"commitment": commitment}}


PAUSE = timedelta(hours=10)


@pytest.mark.parametrize("kind", ["upgrade", "rollback"])
async def test_a_pause_makes_all_but_a_rollback_wait(service: Service, read_model: ReadModel, kind: str) -> None:
    proposal = await _approved(read_model, 3)
    if kind == "rollback":
        await read_model.connection.execute(
            "UPDATE upgrade_proposals SET kind = 'rollback', rolls_back = address WHERE address = $1", proposal.address
        )
    await read_model.connection.execute(
        "UPDATE multisigs SET (pause_started_at, paused_until) = ($2, $3) WHERE address = $1",
        proposal.governance.multisig,
        ETA - SECOND,
        ETA - SECOND + PAUSE,
    )
    moved = ("READY", 0) if kind == "rollback" else ("APPROVED", 1)
    for time, state in [(ETA, moved), (ETA + PAUSE - SECOND, moved), (ETA + PAUSE, ("READY", 0))]:
        await read_model.chain(time)
        assert await _state(service, proposal) == state, time
    # The end of grace does not move.
    await read_model.chain(ETA + GRACE)
    assert await _state(service, proposal) == ("EXPIRED", None)


async def test_a_config_has_no_program_and_is_stale_under_other_rules(service: Service, read_model: ReadModel) -> None:
    proposal = await _approved(read_model, 1)
    await read_model.connection.execute(
        """UPDATE upgrade_proposals SET kind = 'config', new_config = '{}', program = NULL, buffer = NULL,
           buffer_len = NULL, verified_len = NULL, code_digest = NULL, base_version = NULL, no_rollback = NULL
           WHERE address = $1""",
        proposal.address,
    )
    await read_model.chain(GENESIS)
    query = "query ($address: ID!) { proposal(address: $address) { kind state codeDigest program { address } } }"
    shown = {"kind": "CONFIG", "codeDigest": None, "program": None}
    assert await service.ask(query, address=proposal.address) == {"proposal": shown | {"state": "PROPOSED"}}
    await read_model.connection.execute("UPDATE multisigs SET config_seq = 1")
    assert await service.ask(query, address=proposal.address) == {"proposal": shown | {"state": "STALE"}}
