"""Each account of each instruction, in turn, replaced: by one of the attacker's own, and by its like of another
multisig. Who pays, who executes what is approved, and `program` (which Anchor's events ignore: they call Windlass
itself) may be anyone."""

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import idl
from stack.council import Council
from stack.instructions import unsigned
from stack.refusals import refused
from stack.scenes import SCENES

ANYONE = {"payer", "executor", "program"}
# What refuses an account of the attacker's own, wherever it stands; where that depends, see below.
BY_ACCOUNT = {
    "multisig": "AccountOwnedByWrongProgram",
    "program_state": "AccountOwnedByWrongProgram",
    "proposal": "AccountOwnedByWrongProgram",
    "upgrade_proposal": "AccountOwnedByWrongProgram",
    "tracker": "AccountOwnedByWrongProgram",
    "upgrade_authority": "ConstraintSeeds",
    "governed_program": "ProgramMismatch",
    "program_data": "ProgramDataInvalid",
    "buffer": "BufferMismatch",
    "recipient": "SpillMismatch",
    "spill": "SpillMismatch",
    "proposer": "NotAMember",
    "instructions": "SysvarInvalid",
    "slot_hashes": "SysvarInvalid",
    "rent": "SysvarInvalid",
    "clock": "SysvarInvalid",
    "loader": "InvalidProgramId",
    "system_program": "InvalidProgramId",
    "event_authority": "ConstraintAddress",
}
BY_PLACE = {
    ("initialize_multisig", "multisig"): "ConstraintSeeds",
    ("initialize_multisig", "create_key"): "ConstraintSeeds",
    ("register_program", "program_state"): "ConstraintSeeds",
    ("register_program", "governed_program"): "ConstraintSeeds",
    ("register_program", "authority"): "UpgradeAuthorityMismatch",
    ("propose_upgrade", "proposal"): "ConstraintSeeds",
    ("propose_upgrade", "buffer"): "BufferInvalid",
    ("propose_upgrade", "proposer"): "BufferAuthorityMismatch",
    ("approve_upgrade", "member"): "NotAMember",
    ("cancel_upgrade", "member"): "NotAMember",
    ("execute_upgrade", "governed_program"): "ConstraintSeeds",
    ("revoke_approval", "member"): "NotApproved",
    ("pause_system", "guard"): "NotAMember",
    ("resume_system", "signer"): "PauseNotOver",
    ("propose_config", "proposal"): "ConstraintSeeds",
    ("propose_rollback", "proposal"): "ConstraintSeeds",
    ("propose_transfer", "proposal"): "ConstraintSeeds",
    ("keep_rollback_buffer", "buffer"): "BufferInvalid",
    ("keep_rollback_buffer", "authority"): "BufferAuthorityMismatch",
    ("execute_transfer", "new_authority"): "NewAuthorityInvalid",
    ("register_released_program", "governed_program"): "ConstraintSeeds",
    ("register_released_program", "authority"): "UpgradeAuthorityMismatch",
}
# A pause is about one multisig alone: the other's is simply not this guard's, and not paused.
LIKE_BY_PLACE = {("pause_system", "multisig"): "NotAMember", ("resume_system", "multisig"): "NotPaused"}


def places(name: str) -> list[str]:
    entry = next(entry for entry in idl("windlass").json["instructions"] if entry["name"] == name)
    return [account["name"] for account in entry["accounts"]]


def replaced(instruction: Instruction, place: int, address: Pubkey) -> Instruction:
    metas = list(instruction.accounts)
    metas[place] = AccountMeta(address, metas[place].is_signer, metas[place].is_writable)
    return Instruction(instruction.program_id, instruction.data, metas)


OWN = [(name, account) for name in SCENES for account in places(name) if account not in ANYONE]
LIKE = [
    (name, account)
    for name in SCENES
    for account in places(name)
    if account in {"multisig", "program_state", "proposal", "upgrade_proposal"}
]


@pytest.mark.parametrize("name", SCENES)
def test_the_scene_itself_works(council: Council, name: str) -> None:
    instruction, signers = SCENES[name](council)
    council.chain.send(instruction, signers=signers)


@pytest.mark.parametrize(("name", "account"), OWN)
def test_an_account_of_the_attackers_own_is_refused(council: Council, name: str, account: str) -> None:
    instruction, signers = SCENES[name](council)
    attacker = council.chain.funded_keypair()
    attack = replaced(instruction, places(name).index(account), attacker.pubkey())
    with refused(BY_PLACE.get((name, account)) or BY_ACCOUNT[account]):
        council.chain.send(attack, signers=[attacker, *signers])


@pytest.mark.parametrize(("name", "account"), LIKE)
def test_the_like_of_another_multisig_is_refused(council: Council, name: str, account: str) -> None:
    instruction, signers = SCENES[name](council)
    other = Council(chain=council.chain, program=council.chain.keypair().pubkey())
    other.initialize()
    other.register()
    other.propose()
    like = {"multisig": other.multisig, "program_state": other.program_state}.get(account, other.proposal_address(1))
    attack = replaced(instruction, places(name).index(account), like)
    with refused(LIKE_BY_PLACE.get((name, account), "ConstraintSeeds")):
        council.chain.send(attack, signers=signers)


SIGNERS = [
    (name, account["name"])
    for name in SCENES
    for entry in idl("windlass").json["instructions"]
    if entry["name"] == name
    for account in entry["accounts"]
    if account.get("signer")
]


@pytest.mark.parametrize(("name", "account"), SIGNERS)
def test_an_account_that_does_not_sign_is_refused(council: Council, name: str, account: str) -> None:
    instruction, signers = SCENES[name](council)
    named = instruction.accounts[places(name).index(account)].pubkey
    with refused("AccountNotSigner"):
        council.chain.send(unsigned(instruction, named), signers=signers)


@pytest.mark.parametrize("name", ["approve_upgrade", "revoke_approval", "cancel_upgrade", "expire_proposal"])
def test_a_config_proposal_of_another_multisig_is_refused(council: Council, name: str) -> None:
    instruction, signers = SCENES[name](council)
    other = Council(chain=council.chain, program=council.chain.keypair().pubkey())
    other.initialize()
    attack = replaced(instruction, places(name).index("proposal"), other.proposal_address(other.propose_config()))
    attack = replaced(attack, places(name).index("program_state"), instruction.program_id)
    with refused("ConstraintSeeds"):
        council.chain.send(attack, signers=signers)
