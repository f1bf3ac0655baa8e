"""The code digest, computed on chain."""

import pytest
from stack.chain import buffer_data, elf
from stack.governed import Governed
from stack.refusals import refused
from windlass_programs.addresses import LOADER_V3
from windlass_programs.digests import CODE_CHUNK_BYTES, code_digest
from windlass_programs.windlass import ProposalStatus


def test_a_small_buffer_is_verified_in_one_call(governed: Governed) -> None:
    id = governed.propose()
    governed.verify(id)
    proposal = governed.proposal(id)
    code = elf("collateral_vault_v2")
    assert (proposal.verified_len, proposal.verified_digest) == (len(code), code_digest(code))
    assert proposal.status is ProposalStatus.PROPOSED


@pytest.mark.parametrize("length", [CODE_CHUNK_BYTES, CODE_CHUNK_BYTES + 1, 2 * CODE_CHUNK_BYTES + 12_345])
def test_a_large_buffer_takes_a_call_for_each_mebibyte(governed: Governed, length: int) -> None:
    code = bytes(i * 7 % 251 for i in range(length))
    id = governed.propose(governed.upload(code))
    lengths = []
    while governed.proposal(id).verified_len < length:
        governed.verify(id)
        lengths.append(governed.proposal(id).verified_len)
    assert lengths == [*range(CODE_CHUNK_BYTES, length, CODE_CHUNK_BYTES), length]
    assert governed.proposal(id).verified_digest == code_digest(code)


def test_other_code_than_the_proposer_said_is_refused(governed: Governed) -> None:
    id = governed.propose(digest=code_digest(elf("collateral_vault_v1")))
    with refused("CodeDigestMismatch"):
        governed.verify(id)
    assert governed.proposal(id).verified_len == 0


def test_the_last_chunk_decides(governed: Governed) -> None:
    code = bytes(CODE_CHUNK_BYTES + 10)
    id = governed.propose(governed.upload(code), digest=code_digest(code[:-1] + b"\x01"))
    governed.verify(id)
    with refused("CodeDigestMismatch"):
        governed.verify(id)
    assert governed.proposal(id).verified_len == CODE_CHUNK_BYTES


def test_a_verified_buffer_needs_no_more_calls(governed: Governed) -> None:
    id = governed.propose_verified()
    with refused("BufferAlreadyVerified"):
        governed.verify(id)


def test_another_buffer_than_the_proposals_is_refused(governed: Governed) -> None:
    id = governed.propose()
    other = governed.upload(authority=governed.upgrade_authority)
    with refused("BufferMismatch"):
        governed.verify(id, buffer=other)


def test_a_buffer_that_left_the_upgrade_authority_is_refused(governed: Governed) -> None:
    id = governed.propose()
    buffer = governed.proposal(id).buffer
    governed.chain.put(buffer, buffer_data(elf("collateral_vault_v2"), governed.stranger.pubkey()), LOADER_V3)
    with refused("BufferAuthorityMismatch"):
        governed.verify(id)


def test_a_buffer_of_another_length_is_refused(governed: Governed) -> None:
    id = governed.propose()
    buffer = governed.proposal(id).buffer
    code = elf("collateral_vault_v2") + b"\x00"
    governed.chain.put(buffer, buffer_data(code, governed.upgrade_authority), LOADER_V3)
    with refused("BufferLengthMismatch"):
        governed.verify(id)


def test_a_cancelled_proposal_is_not_verified_any_more(governed: Governed) -> None:
    id = governed.propose()
    governed.cancel(id, governed.proposer)
    with refused("InvalidState"):
        governed.verify(id)
