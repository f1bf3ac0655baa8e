"""What the API answers is what the rows say."""

from datetime import timedelta

from integration.graphql_api.service import Service
from stack.read_model import GENESIS, TIMELOCK, ReadModel, key


async def test_a_proposal_is_answered_with_everything_around_it(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern(own_timelock=259_200)
    proposal = await read_model.propose(governance)
    for _ in range(3):
        await read_model.approve(proposal)
    await read_model.vote_to_cancel(proposal)
    await read_model.chain(GENESIS + timedelta(hours=1), finalized_slot=read_model.slot)
    answer = await service.ask(
        """query ($address: ID!) { proposal(address: $address) {
            address id kind state status bufferLength noRollback approvalCount threshold commitment
            createdAt createdSlot codeDigest digest slotHash
            approvals { member at slot signature }
            cancelVotes { member }
            timelock { votingEndsAt approvedAt eta graceEndsAt secondsRemaining }
            execution { version }
            program { address timelockSeconds ownTimelockSeconds version codeDigest }
            multisig { address threshold members { key roles } proposals { nodes { address } } }
            verification { stream seq verifiedSeq isVerified disagreement }
        } }""",
        address=proposal.address,
    )
    row = await read_model.connection.fetchrow("SELECT * FROM upgrade_proposals WHERE address = $1", proposal.address)
    found = answer["proposal"]
    assert found | {"approvals": None, "timelock": None, "multisig": None} == {
        "address": proposal.address,
        "id": 1,
        "kind": "UPGRADE",
        "state": "APPROVED",
        "status": "APPROVED",
        "bufferLength": 200_000,
        "noRollback": True,
        "approvalCount": 3,
        "threshold": 3,
        "commitment": "FINALIZED",
        "createdAt": "2026-01-01T00:00:00Z",
        "createdSlot": proposal.created_slot,
        "codeDigest": row["code_digest"].hex(),
        "digest": row["digest"].hex(),
        "slotHash": row["slot_hash"].hex(),
        "approvals": None,
        "cancelVotes": [{"member": governance.members[-1]}],
        "timelock": None,
        "execution": None,
        "program": {
            "address": governance.program,
            "timelockSeconds": 259_200,
            "ownTimelockSeconds": 259_200,
            "version": 0,
            "codeDigest": None,
        },
        "multisig": None,
        "verification": {
            "stream": governance.multisig,
            "seq": governance.seq,
            "verifiedSeq": 0,
            "isVerified": False,
            "disagreement": None,
        },
    }
    assert [approval["member"] for approval in found["approvals"]] == governance.members[:3]
    assert found["timelock"] == {
        "votingEndsAt": "2026-01-08T00:00:00Z",
        "approvedAt": "2026-01-01T00:03:00Z",
        "eta": "2026-01-03T00:03:00Z",
        "graceEndsAt": "2026-01-17T00:03:00Z",
        "secondsRemaining": int((TIMELOCK - timedelta(minutes=57)).total_seconds()),
    }
    assert found["multisig"]["members"][0] == {"key": governance.members[0], "roles": ["PROPOSE", "APPROVE"]}
    assert found["multisig"]["members"][4] == {"key": governance.members[4], "roles": ["APPROVE"]}
    assert found["multisig"]["proposals"] == {"nodes": [{"address": proposal.address}]}


async def test_a_proposal_is_found_by_its_number_too(service: Service, read_model: ReadModel) -> None:
    governance = await read_model.govern()
    await read_model.propose(governance)
    second = await read_model.propose(governance)
    query = "query ($multisig: ID!, $id: Int53!) { proposal(multisig: $multisig, id: $id) { address } }"
    assert await service.ask(query, multisig=governance.multisig, id=2) == {"proposal": {"address": second.address}}
    assert await service.ask(query, multisig=governance.multisig, id=3) == {"proposal": None}


async def test_what_is_not_there_is_null(service: Service) -> None:
    answer = await service.ask(
        """query ($a: ID!) {
            multisig(address: $a) { address } program(multisig: $a, address: $a) { address }
            proposal(address: $a) { address } vault(owner: $a) { address } byAddress: vault(address: $a) { address }
            chainTime indexerStatus { slot lagSlots chainTime verifiedUpToSlot programs { slot } streams { total } }
        }""",
        a=key(),
    )
    assert answer == {
        "multisig": None,
        "program": None,
        "proposal": None,
        "vault": None,
        "byAddress": None,
        "chainTime": None,
        "indexerStatus": {
            "slot": None,
            "lagSlots": None,
            "chainTime": None,
            "verifiedUpToSlot": 0,
            "programs": [],
            "streams": {"total": 0},
        },
    }


async def test_amounts_of_64_bits_are_exact(service: Service, read_model: ReadModel) -> None:
    owner, largest = key(), 2**64 - 1
    vault = await read_model.vault(owner, [largest])
    answer = await service.ask(
        """query ($owner: ID!) { vault(owner: $owner) {
            address owner totalBalance lockedBalance availableBalance totalDeposited totalWithdrawn commitment
            transactions { nodes { kind amount totalBalance commitment } }
            verification { stream seq isVerified }
        } }""",
        owner=owner,
    )
    assert answer["vault"] == {
        "address": vault,
        "owner": owner,
        "totalBalance": str(largest),
        "lockedBalance": "0",
        "availableBalance": str(largest),
        "totalDeposited": str(largest),
        "totalWithdrawn": "0",
        "commitment": "CONFIRMED",
        "transactions": {
            "nodes": [
                {"kind": "DEPOSIT", "amount": str(largest), "totalBalance": str(largest), "commitment": "CONFIRMED"}
            ]
        },
        "verification": {"stream": vault, "seq": 2, "isVerified": False},
    }


async def test_an_aggregate_is_verified_once_the_events_that_made_it_are(
    service: Service, read_model: ReadModel
) -> None:
    governance = await read_model.govern()
    older = await read_model.propose(governance)
    await read_model.verified(governance.multisig)
    newer = await read_model.propose(governance)
    query = """query ($older: ID!, $newer: ID!, $multisig: ID!) {
        older: proposal(address: $older) { verification { ...v } }
        newer: proposal(address: $newer) { verification { ...v } }
        multisig(address: $multisig) { verification { ...v } }
    }
    fragment v on Verification { seq verifiedSeq verifiedAt isVerified disagreement }"""

    async def judged() -> list[tuple[bool, str | None]]:
        answer = await service.ask(query, older=older.address, newer=newer.address, multisig=governance.multisig)
        return [
            (found["verification"]["isVerified"], found["verification"]["disagreement"]) for found in answer.values()
        ]

    assert await judged() == [(True, None), (False, None), (False, None)]
    await read_model.verified(governance.multisig)
    assert await judged() == [(True, None)] * 3
    await read_model.connection.execute("UPDATE streams SET disagreement = 'the digests differ at 4'")
    assert await judged() == [(False, "the digests differ at 4")] * 3


async def test_the_status_says_how_far_the_chain_was_read_and_proven(service: Service, read_model: ReadModel) -> None:
    first = await read_model.govern()
    await read_model.govern()
    await read_model.verified(first.multisig)
    program = await read_model.chain(GENESIS, finalized_slot=90)
    answer = await service.ask(
        """{ chainTime indexerStatus {
            chainTime slot lagSlots verifiedUpToSlot streams { total verified disagreeing }
            programs { program slot confirmedSlot finalizedSlot lagSlots chainTime }
        } }"""
    )
    assert answer["chainTime"] == "2026-01-01T00:00:00Z"
    assert answer["indexerStatus"] == {
        "chainTime": "2026-01-01T00:00:00Z",
        "slot": read_model.slot,
        "lagSlots": 3,
        "verifiedUpToSlot": 0,
        "streams": {"total": 2, "verified": 1, "disagreeing": 0},
        "programs": [
            {
                "program": program,
                "slot": read_model.slot,
                "confirmedSlot": read_model.slot + 3,
                "finalizedSlot": 90,
                "lagSlots": 3,
                "chainTime": "2026-01-01T00:00:00Z",
            }
        ],
    }
    await read_model.connection.execute("UPDATE streams SET (verified_seq, verified_slot) = (seq, slot)")
    proven = await service.ask("{ indexerStatus { verifiedUpToSlot streams { verified } } }")
    assert proven["indexerStatus"] == {"verifiedUpToSlot": read_model.slot, "streams": {"verified": 2}}
