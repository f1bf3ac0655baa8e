"""For each instruction: a world in which it works, and the instruction with every account that it can take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from solders.instruction import Instruction
from solders.keypair import Keypair
from stack.chain import Chain, elf
from stack.council import Council
from stack.governed import DAY, HOUR, Governed
from stack.instructions import i64
from stack.ledger import Ledger
from stack.migration_scenes import MIGRATING, Act
from windlass_programs.addresses import multisig_address
from windlass_programs.digests import code_digest


def _next_id(council: Council) -> int:
    return council.multisig_config.proposal_count + 1


def _initialize_multisig(council: Council) -> Act:
    another = council.chain.keypair()
    accounts = {"create_key": another.pubkey(), "multisig": multisig_address(another.pubkey())}
    instruction = council.instruction("initialize_multisig", arguments=council.terms.pack(), changes=accounts)
    return instruction, [council.payer, another]


def _register_program(council: Council) -> Act:
    program = council.put_another_program()
    accounts = council.accounts_of(program)
    return council.instruction("register_program", arguments=i64(0), changes=accounts), [
        council.payer,
        council.deployer,
    ]


def _propose_upgrade(council: Council) -> Act:
    buffer = council.upload()
    accounts = {"buffer": buffer, "proposer": council.proposer.pubkey()}
    arguments = code_digest(elf(council.successor)) + b"\1\0"
    instruction = council.instruction("propose_upgrade", id=_next_id(council), arguments=arguments, changes=accounts)
    return instruction, [council.payer, council.proposer]


def _verify_buffer(council: Council) -> Act:
    id = council.propose()
    return council.instruction("verify_buffer", id=id, changes={"buffer": council.proposal(id).buffer}), []


def _execute_upgrade(council: Council) -> Act:
    id = council.approved()
    council.chain.advance(2 * DAY)
    return council.execution(id), [council.stranger]


def _reclaim_buffer(council: Council) -> Act:
    id = council.propose()
    council.cancel(id, council.proposer)
    proposal = council.proposal(id)
    accounts = {"buffer": proposal.buffer, "recipient": proposal.payer}
    return council.instruction("reclaim_buffer", id=id, changes=accounts), []


def _pause_system(council: Council) -> Act:
    guard = council.members[3]
    return council.instruction("pause_system", arguments=i64(HOUR), changes={"guard": guard.pubkey()}), [guard]


def _resume_system(council: Council) -> Act:
    guard = council.members[3]
    council.pause(guard, HOUR)
    return council.instruction("resume_system", changes={"signer": guard.pubkey()}), [guard]


def _propose_config(council: Council) -> Act:
    accounts = {"proposer": council.proposer.pubkey()}
    instruction = council.instruction(
        "propose_config", id=_next_id(council), arguments=council.terms.pack(), changes=accounts
    )
    return instruction, [council.payer, council.proposer]


def _execute_config(council: Council) -> Act:
    id = council.propose_config(voting_period=DAY)
    council.approve_by(id, *council.members[:3])
    council.chain.advance(2 * DAY)
    return council.config_execution(id), [council.stranger]


def _keep_rollback_buffer(council: Council) -> Act:
    id = council.propose(no_rollback=False)
    council.verify_all(id)
    council.approve_by(id, *council.members[:3])
    copy = council.upload(council.running_code, council.stranger.pubkey())
    accounts = {"buffer": copy, "authority": council.stranger.pubkey()}
    return council.instruction("keep_rollback_buffer", id=id, changes=accounts), [council.stranger]


def _propose_rollback(council: Council) -> Act:
    council.upgraded()
    accounts = {"proposer": council.proposer.pubkey()}
    return council.instruction("propose_rollback", id=_next_id(council), changes=accounts), [
        council.payer,
        council.proposer,
    ]


def _retire_rollback(council: Council) -> Act:
    id = council.upgraded()
    council.chain.advance(7 * DAY)
    kept = council.proposal(id).rollback_buffer
    assert kept is not None
    accounts = {"buffer": kept.buffer, "recipient": kept.payer}
    return council.instruction("retire_rollback", id=id, changes=accounts), []


def _propose_transfer(council: Council) -> Act:
    accounts, arguments = {"proposer": council.proposer.pubkey()}, bytes(council.stranger.pubkey())
    instruction = council.instruction("propose_transfer", id=_next_id(council), arguments=arguments, changes=accounts)
    return instruction, [council.payer, council.proposer]


def _execute_transfer(council: Council) -> Act:
    heir = council.chain.keypair()
    id = council.transfer_approved(heir.pubkey())
    accounts = {"new_authority": heir.pubkey(), "executor": council.stranger.pubkey()}
    return council.instruction("execute_transfer", id=id, changes=accounts), [council.stranger, heir]


def _register_released_program(council: Council) -> Act:
    heir = council.chain.keypair()
    council.transfer(council.transfer_approved(heir.pubkey()), heir)
    accounts = {"authority": heir.pubkey()}
    return council.instruction("register_released_program", arguments=i64(0), changes=accounts), [heir]


GOVERNING: Mapping[str, Callable[[Council], Act]] = {
    "initialize_multisig": _initialize_multisig,
    "register_program": _register_program,
    "propose_upgrade": _propose_upgrade,
    "verify_buffer": _verify_buffer,
    "execute_upgrade": _execute_upgrade,
    "reclaim_buffer": _reclaim_buffer,
    "pause_system": _pause_system,
    "resume_system": _resume_system,
    "propose_config": _propose_config,
    "execute_config": _execute_config,
    "keep_rollback_buffer": _keep_rollback_buffer,
    "propose_rollback": _propose_rollback,
    "retire_rollback": _retire_rollback,
    "propose_transfer": _propose_transfer,
    "execute_transfer": _execute_transfer,
    "register_released_program": _register_released_program,
}
SCENES = [*GOVERNING, *MIGRATING]


@dataclass(frozen=True)
class Scene:
    """A world, and an instruction that works in it when these sign."""

    world: Governed
    instruction: Instruction
    signers: list[Keypair]

    def play(self) -> None:
        """Send it."""
        self.world.chain.send(self.instruction, signers=self.signers)


def staged(name: str, chain: Chain, beside: Governed | None = None) -> Scene:
    """The scene of an instruction: a program of its own under a multisig of its own, or under that of the program
    `beside`, and all that the chain has stays."""
    program = chain.keypair().pubkey()
    if name in GOVERNING:
        council = Council(chain, program)
        _begin(council, beside)
        return Scene(council, *GOVERNING[name](council))
    ledger = Ledger(chain, program)
    _begin(ledger, beside)
    return Scene(ledger, *MIGRATING[name](ledger))


def _begin(world: Governed, beside: Governed | None) -> None:
    if beside is None:
        world.initialize()
    else:
        world.join(beside)
    world.register()
