"""A proposal's digest, recomputed on this side: what a member approves is what the fields say, not what a node does."""

from __future__ import annotations

from solders.pubkey import Pubkey
from windlass_programs.digests import proposal_digest
from windlass_programs.payload import payload_digest
from windlass_programs.windlass import UpgradeProposal


def digest_of(proposal: UpgradeProposal, program_id: Pubkey) -> bytes:
    """The proposal's digest, recomputed here from its fields."""
    return proposal_digest(
        windlass=program_id,
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
