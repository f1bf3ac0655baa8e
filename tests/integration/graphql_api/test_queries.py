"""What the API answers is what the rows say."""

from datetime import timedelta

from integration.graphql_api.service import Service
from stack.read_model import GENESIS, TIMELOCK, ReadModel


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
