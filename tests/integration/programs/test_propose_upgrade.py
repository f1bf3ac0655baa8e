"""Proposing: what is recorded, who may, and what happens to the buffer."""

import struct
from dataclasses import replace

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import buffer_data, elf
from stack.governed import DAY, Governed, Refused
from stack.ledger import Ledger
from stack.refusals import refused
from windlass_programs.addresses import (
    CLOCK_SYSVAR,
    LOADER_V3,
    SYSTEM_PROGRAM,
    WINDLASS_PROGRAM_ID,
)
from windlass_programs.digests import code_digest, proposal_digest
from windlass_programs.payload import payload_digest
from windlass_programs.windlass import ProposalStatus, UpgradeProposal

SET_AUTHORITY, WRITE, CLOSE = 4, 1, 5


def buffer_authority(world: Governed, buffer: Pubkey) -> Pubkey:
    return Pubkey.from_bytes(world.chain.account(buffer).data[5:37])


def test_a_proposal_records_everything_that_is_voted_on(governed: Governed) -> None:
    buffer = governed.upload()
    id = governed.propose(buffer)
    proposal = governed.proposal(id)
    code = elf("collateral_vault_v2")
    assert id == 1
    assert (proposal.multisig, proposal.program) == (governed.multisig, governed.program)
    assert (proposal.proposer, proposal.payer) == (governed.proposer.pubkey(), governed.payer.pubkey())
    assert (proposal.buffer, proposal.buffer_len) == (buffer, len(code))
    assert proposal.code_digest == code_digest(code)
    assert (proposal.verified_len, proposal.verified_digest) == (0, bytes(32))
    assert (proposal.base_version, proposal.config_seq, proposal.no_rollback) == (0, 0, True)
    assert proposal.slot_hash == governed.chain.newest_slot_hash
    assert proposal.status is ProposalStatus.PROPOSED
    assert (proposal.created_at, proposal.expires_at) == (governed.chain.now, governed.chain.now + 3 * DAY)
    assert (proposal.approved_at, proposal.eta, proposal.closed_at) == (0, 0, 0)
    assert (proposal.approvals, proposal.cancel_votes) == ([], [])
    assert governed.multisig_config.proposal_count == 1
    assert governed.open_proposals(governed.proposer) == 1


def recomputed(proposal: UpgradeProposal) -> bytes:
    return proposal_digest(
        windlass=WINDLASS_PROGRAM_ID,
        multisig=proposal.multisig,
        program=proposal.program,
        id=proposal.id,
        kind=proposal.kind.value,
        proposer=proposal.proposer,
        buffer=proposal.buffer,
        buffer_len=proposal.buffer_len,
        code_digest=proposal.code_digest,
        base_version=proposal.base_version,
        no_rollback=proposal.no_rollback,
        config_seq=proposal.config_seq,
        slot_hash=proposal.slot_hash,
        payload_digest=payload_digest(proposal),
    )


def test_the_digest_can_be_recomputed_off_chain(governed: Governed) -> None:
    proposal = governed.proposal(governed.propose())
    assert proposal.digest == recomputed(proposal)


def test_the_digest_covers_the_migration_plan(ledger: Ledger) -> None:
    proposal = ledger.proposal(ledger.propose_with_plan(ledger.plan))
    assert proposal.plan is not None
    assert proposal.digest == recomputed(proposal)
    other = replace(proposal, plan=replace(proposal.plan, may_strand=proposal.plan.may_strand + 1))
    assert proposal.digest != recomputed(other)


def test_the_same_proposal_in_another_slot_has_another_digest(governed: Governed) -> None:
    first = governed.proposal(governed.propose())
    governed.chain.advance(1)
    second = governed.proposal(governed.propose())
    assert first.slot_hash != second.slot_hash
    assert first.digest != second.digest


def test_the_proposer_cannot_touch_the_buffer_any_more(governed: Governed) -> None:
    buffer = governed.upload()
    governed.propose(buffer)
    assert buffer_authority(governed, buffer) == governed.upgrade_authority
    proposer = governed.proposer.pubkey()
    attempts = [
        (struct.pack("<IIQ4s", WRITE, 0, 4, b"evil"), [buffer, proposer]),
        (struct.pack("<I", SET_AUTHORITY), [buffer, proposer, proposer]),
        (struct.pack("<I", CLOSE), [buffer, governed.payer.pubkey(), proposer]),
    ]
    for data, accounts in attempts:
        metas = [AccountMeta(key, key == proposer, key != proposer) for key in accounts]
        with refused("Incorrect authority provided"):
            governed.chain.send(Instruction(LOADER_V3, data, metas), signers=[governed.proposer])


def test_one_buffer_is_proposed_once(governed: Governed) -> None:
    buffer = governed.upload()
    governed.propose(buffer)
    with refused("BufferAuthorityMismatch"):
        governed.propose(buffer)


def test_a_buffer_of_somebody_else_is_refused(governed: Governed) -> None:
    buffer = governed.upload(authority=governed.stranger.pubkey())
    with refused("BufferAuthorityMismatch"):
        governed.propose(buffer)


def test_a_buffer_without_authority_is_refused(governed: Governed) -> None:
    with refused("BufferAuthorityMismatch"):
        governed.propose(governed.chain.put_buffer(b"code", None))


@pytest.mark.parametrize(
    ("data", "owner"),
    [
        (b"", LOADER_V3),
        (b"\x01\x00\x00\x00\x01", LOADER_V3),
        (struct.pack("<I", 3) + bytes(100), LOADER_V3),
        (b"\x01\x00\x00\x00\x02" + bytes(100), LOADER_V3),
        (b"\x01\x00\x00\x00\x01" + bytes(32 + 100), SYSTEM_PROGRAM),
    ],
)
def test_what_is_no_buffer_is_refused(governed: Governed, data: bytes, owner: Pubkey) -> None:
    address = governed.chain.keypair().pubkey()
    governed.chain.put(address, data, owner)
    with refused("BufferInvalid"):
        governed.propose(address, digest=bytes(32))


def test_an_empty_buffer_is_refused(governed: Governed) -> None:
    address = governed.chain.keypair().pubkey()
    governed.chain.put(address, buffer_data(b"", governed.proposer.pubkey()), LOADER_V3)
    with refused("BufferInvalid"):
        governed.propose(address)


def test_a_stranger_cannot_propose(governed: Governed) -> None:
    with refused("NotAMember"):
        governed.propose(proposer=governed.stranger)


def test_a_member_who_may_only_approve_cannot_propose(governed: Governed) -> None:
    with refused("MissingRole"):
        governed.propose(proposer=governed.members[4])


def test_an_upgrade_may_be_proposed_with_a_way_back(governed: Governed) -> None:
    assert not governed.proposal(governed.propose(no_rollback=False)).no_rollback


def test_a_fourth_open_proposal_is_refused(governed: Governed) -> None:
    for _ in range(3):
        governed.propose()
    with refused("TooManyOpenProposals"):
        governed.propose()
    assert governed.open_proposals(governed.proposer) == 3
    governed.propose(proposer=governed.members[1])


def test_a_slot_hash_of_the_proposers_own_making_is_refused(governed: Governed) -> None:
    """With a hash chosen in advance, approvals could be signed in advance."""
    forged = governed.chain.keypair().pubkey()
    governed.chain.put(forged, struct.pack("<QQ32s", 1, 1, bytes(32)), SYSTEM_PROGRAM)
    buffer = governed.upload()
    for slot_hashes in (forged, CLOCK_SYSVAR):
        with refused("SysvarInvalid"):
            governed.send(
                "propose_upgrade",
                governed.proposer,
                id=1,
                arguments=bytes(32) + b"\x01\x00",
                changes={
                    "buffer": buffer,
                    "proposer": governed.proposer.pubkey(),
                    "slot_hashes": slot_hashes,
                },
            )


def test_a_proposal_lies_at_the_next_id_only(governed: Governed) -> None:
    buffer = governed.upload()
    with refused("ConstraintSeeds"):
        governed.send(
            "propose_upgrade",
            governed.proposer,
            id=2,
            arguments=bytes(32) + b"\x01\x00",
            changes={"buffer": buffer, "proposer": governed.proposer.pubkey()},
        )


def test_a_proposer_who_does_not_sign_is_refused(governed: Governed) -> None:
    buffer = governed.upload()
    instruction = governed.instruction(
        "propose_upgrade",
        id=1,
        arguments=bytes(32) + b"\x01\x00",
        changes={"buffer": buffer, "proposer": governed.proposer.pubkey()},
    )
    metas = [
        AccountMeta(meta.pubkey, meta.is_signer and meta.pubkey != governed.proposer.pubkey(), meta.is_writable)
        for meta in instruction.accounts
    ]
    with refused("AccountNotSigner"):
        governed.chain.send(Instruction(instruction.program_id, instruction.data, metas), signers=[governed.payer])


def test_a_state_of_another_multisig_is_refused(governed: Governed) -> None:
    """A stranger's own multisig governs nothing here, even with the stranger's own members."""
    other = Governed(chain=governed.chain)
    other.initialize()
    buffer = governed.upload(authority=other.proposer.pubkey())
    with pytest.raises(Refused) as raised:
        other.send(
            "propose_upgrade",
            other.proposer,
            id=1,
            arguments=bytes(32) + b"\x01\x00",
            changes={
                "buffer": buffer,
                "proposer": other.proposer.pubkey(),
                "program_state": governed.program_state,
                "upgrade_authority": governed.upgrade_authority,
            },
        )
    assert raised.value.error == "ConstraintSeeds"
