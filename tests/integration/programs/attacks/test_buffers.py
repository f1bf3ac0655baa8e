"""Attacks by buffers: reclaimed twice, swapped, recreated, kept copies that are none."""

import struct

from solders.instruction import AccountMeta, Instruction
from solders.system_program import CreateAccountParams, create_account
from stack.chain import buffer_data, elf
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.refusals import refused
from windlass_programs.addresses import LOADER_V3, SYSTEM_PROGRAM

WRITE, SET_AUTHORITY, CLOSE = 1, 4, 5


def waiting(council: Council) -> int:
    """An approved upgrade for which a copy has to be kept."""
    id = council.propose(no_rollback=False)
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    return id


def test_a_buffer_reclaimed_for_one_proposal_is_not_taken_from_the_next(council: Council) -> None:
    """The first is cancelled and reclaimed, and the buffer made and proposed again at the same address."""
    buffer = council.upload()
    first = council.propose(buffer)
    council.cancel(first, council.proposer)
    council.reclaim(first)
    code = elf("collateral_vault_v2")
    council.chain.put(buffer, buffer_data(code, council.proposer.pubkey()), LOADER_V3)
    second = council.propose(buffer)
    with refused("BufferReclaimed"):
        council.reclaim(first)
    council.verify_all(second)
    council.approve_by(second, *council.members[:3])
    council.chain.advance(2 * DAY)
    council.execute(second)


def test_reclaimed_lamports_go_to_nobody_but_the_payer(council: Council) -> None:
    id = council.propose()
    council.cancel(id, council.proposer)
    with refused("SpillMismatch"):
        council.reclaim(id, recipient=council.stranger.pubkey())


def test_a_buffer_is_not_reclaimed_by_another_proposal(council: Council) -> None:
    open_one, cancelled = council.propose(), council.propose()
    council.cancel(cancelled, council.proposer)
    with refused("BufferMismatch"):
        council.reclaim(cancelled, buffer=council.proposal(open_one).buffer)


def test_program_data_is_never_closed(council: Council) -> None:
    """Not as a proposal's buffer, nor as a kept copy."""
    id = council.propose()
    council.cancel(id, council.proposer)
    with refused("BufferMismatch"):
        council.reclaim(id, buffer=council.program_data)
    upgrade = council.upgraded()
    council.chain.advance(7 * DAY)
    with refused("BufferMismatch"):
        council.retire(upgrade, buffer=council.program_data)


def test_a_buffer_is_not_rewritten_reauthored_or_closed_after_it_was_kept(council: Council) -> None:
    id = waiting(council)
    keeper = council.stranger
    copy = council.upload(council.running_code, keeper.pubkey())
    council.keep(id, copy)
    for data, keys in [
        (struct.pack("<IIQ4s", WRITE, 0, 4, b"evil"), [copy, keeper.pubkey()]),
        (struct.pack("<I", SET_AUTHORITY), [copy, keeper.pubkey(), keeper.pubkey()]),
        (struct.pack("<I", CLOSE), [copy, council.payer.pubkey(), keeper.pubkey()]),
    ]:
        metas = [AccountMeta(key, key == keeper.pubkey(), key != keeper.pubkey()) for key in keys]
        with refused("Incorrect authority provided"):
            council.chain.send(Instruction(LOADER_V3, data, metas), signers=[keeper])


def test_a_buffer_is_not_closed_and_made_again_between_vote_and_execution(council: Council) -> None:
    """Whoever uploaded it still has the key that made its address."""
    key, uploader = council.chain.keypair(), council.proposer
    council.chain.put(key.pubkey(), buffer_data(elf("collateral_vault_v2"), uploader.pubkey()), LOADER_V3)
    id = council.propose(key.pubkey())
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    code = council.chain.account(key.pubkey())
    closing = [AccountMeta(key.pubkey(), False, True), AccountMeta(council.payer.pubkey(), False, True)]
    close = Instruction(LOADER_V3, struct.pack("<I", CLOSE), [*closing, AccountMeta(uploader.pubkey(), True, False)])
    make = create_account(
        CreateAccountParams(
            from_pubkey=council.stranger.pubkey(),
            to_pubkey=key.pubkey(),
            lamports=code.lamports,
            space=len(code.data),
            owner=LOADER_V3,
        )
    )
    with refused("Incorrect authority provided"):
        council.chain.send(close, make, signers=[uploader, council.stranger, key])
    with refused("InvalidState"):
        council.reclaim(id)
    with refused("custom program error: 0x0"):
        council.chain.send(make, signers=[council.stranger, key])
    council.chain.advance(2 * DAY)
    council.execute(id)
    assert council.running_code.startswith(elf("collateral_vault_v2"))


def test_a_copy_written_to_in_the_same_transaction_is_not_kept(council: Council) -> None:
    """Compared and locked in one instruction: what comes before it is compared, what comes after it cannot write."""
    id = waiting(council)
    keeper = council.stranger
    copy = council.upload(council.running_code, keeper.pubkey())
    metas = [AccountMeta(copy, False, True), AccountMeta(keeper.pubkey(), True, False)]
    write = Instruction(LOADER_V3, struct.pack("<IIQ4s", WRITE, 0, 4, b"evil"), metas)
    accounts = {"buffer": copy, "authority": keeper.pubkey()}
    keep = council.instruction("keep_rollback_buffer", id=id, changes=accounts)
    with refused("CopyMismatch"):
        council.chain.send(write, keep, signers=[keeper])
    with refused("Incorrect authority provided"):
        council.chain.send(keep, write, signers=[keeper])


def test_a_copy_that_lacks_the_codes_last_zeros_is_refused(council: Council) -> None:
    """It would compare equal, and not load again: nobody could roll back."""
    id = waiting(council)
    code = council.running_code.rstrip(b"\0")
    with refused("CopyMismatch"):
        council.keep(id, council.upload(code, council.stranger.pubkey()))


def test_a_copy_whose_payer_cannot_be_paid_is_refused(council: Council) -> None:
    """The copy itself as its own authority: the loader could not pay it, and nobody could roll back."""
    id = waiting(council)
    copy = council.chain.keypair()
    council.chain.put(copy.pubkey(), buffer_data(council.running_code, copy.pubkey()), LOADER_V3)
    with refused("PayerInvalid"):
        council.keep(id, copy.pubkey(), copy)


def test_a_copy_of_the_new_code_is_refused(council: Council) -> None:
    id = waiting(council)
    with refused("CopyMismatch"):
        council.keep(id, council.upload(authority=council.stranger.pubkey()))


def test_a_copy_that_somebody_else_holds_is_refused(council: Council) -> None:
    id = waiting(council)
    copy = council.upload(council.running_code, council.proposer.pubkey())
    with refused("BufferAuthorityMismatch"):
        council.keep(id, copy)


def test_the_proposed_buffer_is_not_kept_as_the_copy(council: Council) -> None:
    id = council.propose(council.upload(council.running_code), no_rollback=False)
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    with refused("BufferAuthorityMismatch"):
        council.keep(id, council.proposal(id).buffer)


def test_a_copy_kept_for_another_version_is_stale_with_its_upgrade(council: Council) -> None:
    """Kept, fallen below the threshold, and meanwhile another upgrade ran."""
    id = waiting(council)
    council.keep(id)
    council.revoke(id, council.members[0])
    other = council.approved()
    council.chain.advance(2 * DAY)
    council.execute(other)
    with refused("StaleProposal"):
        council.approve(id, council.members[0])
    with refused("RollbackBufferInUse"):
        council.retire(id)
    council.expire(id)
    council.retire(id)


def test_rolled_back_lamports_go_to_nobody_but_who_uploaded_the_copy(council: Council) -> None:
    council.upgraded()
    id = council.rollback_approved()
    council.chain.advance(HOUR)
    with refused("SpillMismatch"):
        council.roll_back(id, spill=council.payer.pubkey())


def test_retired_lamports_go_to_nobody_but_who_uploaded_the_copy(council: Council) -> None:
    id = council.upgraded()
    council.chain.advance(7 * DAY)
    with refused("SpillMismatch"):
        council.retire(id, recipient=council.payer.pubkey())


def test_a_copy_is_not_retired_to_block_a_rollback(council: Council) -> None:
    id = council.upgraded()
    council.rollback_approved()
    with refused("RollbackBufferInUse"):
        council.retire(id)


def test_the_kept_copy_is_not_proposed_as_an_upgrade(council: Council) -> None:
    council.upgraded()
    kept = council.program_upgrade_state.rollback
    assert kept is not None
    with refused("BufferAuthorityMismatch"):
        council.propose(kept.buffer)


def test_an_account_that_is_no_buffer_is_not_kept(council: Council) -> None:
    id = waiting(council)
    fake = council.chain.keypair().pubkey()
    council.chain.put(fake, buffer_data(council.running_code, council.stranger.pubkey()), SYSTEM_PROGRAM)
    with refused("BufferInvalid"):
        council.keep(id, fake)
