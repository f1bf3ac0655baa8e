"""For each instruction that a council can send: a chain on which it works, and the instruction."""

from collections.abc import Callable, Mapping

from solders.instruction import Instruction
from solders.keypair import Keypair
from stack.chain import elf
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.instructions import i64
from windlass_programs.addresses import multisig_address
from windlass_programs.digests import code_digest

Scene = tuple[Instruction, list[Keypair]]


def _initialize_multisig(council: Council) -> Scene:
    another = council.chain.keypair()
    accounts = {"create_key": another.pubkey(), "multisig": multisig_address(another.pubkey())}
    instruction = council.instruction("initialize_multisig", arguments=council.terms.pack(), changes=accounts)
    return instruction, [council.payer, another]


def _register_program(council: Council) -> Scene:
    program = council.put_another_program()
    accounts = council.accounts_of(program)
    return council.instruction("register_program", arguments=i64(0), changes=accounts), [
        council.payer,
        council.deployer,
    ]


def _propose_upgrade(council: Council) -> Scene:
    buffer = council.upload()
    accounts = {"buffer": buffer, "proposer": council.proposer.pubkey()}
    arguments = code_digest(elf(council.successor)) + b"\1\0"
    instruction = council.instruction("propose_upgrade", id=1, arguments=arguments, changes=accounts)
    return instruction, [council.payer, council.proposer]


def _verify_buffer(council: Council) -> Scene:
    id = council.propose()
    return council.instruction("verify_buffer", id=id, changes={"buffer": council.proposal(id).buffer}), []


def _approve_upgrade(council: Council) -> Scene:
    member = council.members[0]
    return council.vote(council.propose_verified(), member), [member]


def _cancel_upgrade(council: Council) -> Scene:
    member = council.members[4]
    return council.for_kind("cancel_upgrade", council.approved(), b"", {"member": member.pubkey()}), [member]


def _execute_upgrade(council: Council) -> Scene:
    id = council.approved()
    council.chain.advance(2 * DAY)
    return council.execution(id), [council.stranger]


def _revoke_approval(council: Council) -> Scene:
    id, member = council.approved(), council.members[0]
    return council.for_kind("revoke_approval", id, b"", {"member": member.pubkey()}), [member]


def _expire_proposal(council: Council) -> Scene:
    id = council.approved()
    council.chain.advance(16 * DAY)
    return council.for_kind("expire_proposal", id, b"", {}), []


def _reclaim_buffer(council: Council) -> Scene:
    id = council.propose()
    council.cancel(id, council.proposer)
    proposal = council.proposal(id)
    accounts = {"buffer": proposal.buffer, "recipient": proposal.payer}
    return council.instruction("reclaim_buffer", id=id, changes=accounts), []


def _pause_system(council: Council) -> Scene:
    guard = council.members[3]
    return council.instruction("pause_system", arguments=i64(HOUR), changes={"guard": guard.pubkey()}), [guard]


def _resume_system(council: Council) -> Scene:
    guard = council.members[3]
    council.pause(guard, HOUR)
    return council.instruction("resume_system", changes={"signer": guard.pubkey()}), [guard]


def _propose_config(council: Council) -> Scene:
    accounts = {"proposer": council.proposer.pubkey()}
    instruction = council.instruction("propose_config", id=1, arguments=council.terms.pack(), changes=accounts)
    return instruction, [council.payer, council.proposer]


def _execute_config(council: Council) -> Scene:
    id = council.propose_config(voting_period=DAY)
    council.approve_by(id, *council.members[:3])
    council.chain.advance(2 * DAY)
    return council.config_execution(id), [council.stranger]


def _keep_rollback_buffer(council: Council) -> Scene:
    id = council.propose(no_rollback=False)
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    copy = council.upload(council.running_code, council.stranger.pubkey())
    accounts = {"buffer": copy, "authority": council.stranger.pubkey()}
    return council.instruction("keep_rollback_buffer", id=id, changes=accounts), [council.stranger]


def _propose_rollback(council: Council) -> Scene:
    council.upgraded()
    accounts = {"proposer": council.proposer.pubkey()}
    return council.instruction("propose_rollback", id=2, changes=accounts), [council.payer, council.proposer]


def _rollback_upgrade(council: Council) -> Scene:
    council.upgraded()
    id = council.rollback_approved()
    council.chain.advance(HOUR)
    return council.rollback(id), [council.stranger]


def _retire_rollback(council: Council) -> Scene:
    id = council.upgraded()
    council.chain.advance(7 * DAY)
    kept = council.proposal(id).rollback_buffer
    assert kept is not None
    accounts = {"buffer": kept.buffer, "recipient": kept.payer}
    return council.instruction("retire_rollback", id=id, changes=accounts), []


def _propose_transfer(council: Council) -> Scene:
    accounts, arguments = {"proposer": council.proposer.pubkey()}, bytes(council.stranger.pubkey())
    instruction = council.instruction("propose_transfer", id=1, arguments=arguments, changes=accounts)
    return instruction, [council.payer, council.proposer]


def _execute_transfer(council: Council) -> Scene:
    heir = council.chain.keypair()
    id = council.transfer_approved(heir.pubkey())
    accounts = {"new_authority": heir.pubkey(), "executor": council.stranger.pubkey()}
    return council.instruction("execute_transfer", id=id, changes=accounts), [council.stranger, heir]


def _register_released_program(council: Council) -> Scene:
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    accounts = {"authority": heir.pubkey()}
    return council.instruction("register_released_program", arguments=i64(0), changes=accounts), [heir]


SCENES: Mapping[str, Callable[[Council], Scene]] = {
    "initialize_multisig": _initialize_multisig,
    "register_program": _register_program,
    "propose_upgrade": _propose_upgrade,
    "verify_buffer": _verify_buffer,
    "approve_upgrade": _approve_upgrade,
    "cancel_upgrade": _cancel_upgrade,
    "execute_upgrade": _execute_upgrade,
    "revoke_approval": _revoke_approval,
    "expire_proposal": _expire_proposal,
    "reclaim_buffer": _reclaim_buffer,
    "pause_system": _pause_system,
    "resume_system": _resume_system,
    "propose_config": _propose_config,
    "execute_config": _execute_config,
    "keep_rollback_buffer": _keep_rollback_buffer,
    "propose_rollback": _propose_rollback,
    "rollback_upgrade": _rollback_upgrade,
    "retire_rollback": _retire_rollback,
    "propose_transfer": _propose_transfer,
    "execute_transfer": _execute_transfer,
    "register_released_program": _register_released_program,
}
