"""Each account of each instruction in turn is another: one of the attacker's own, the same scene's under another
multisig or of another program, one that does not sign. The reference's table says what refuses it, or why it may be."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.chain import Chain, Refused, idl
from stack.council import Council
from stack.instructions import unsigned
from stack.refusals import refused
from stack.scenes import SCENES, Scene, staged
from windlass_programs.addresses import WINDLASS_PROGRAM_ID

REFERENCE = Path(__file__).parents[4] / "docs" / "SMART_CONTRACT.md"
PLACES = {entry["name"]: [each["name"] for each in entry["accounts"]] for entry in idl("windlass").json["instructions"]}
SIGNERS = {
    entry["name"]: [each["name"] for each in entry["accounts"] if each.get("signer")]
    for entry in idl("windlass").json["instructions"]
}
# These are compared with the address that another account holds, and with nothing else.
NAMED = {(name, "tracker") for name, places in PLACES.items() if {"tracker", "multisig", "proposal"} <= set(places)}
NAMED = NAMED - {("start_migration", "tracker")} | {("finalize_migration", "proposal")}


@cache
def table() -> dict[tuple[str, str], list[str]]:
    """What the reference says of (instruction, account) where it is one of the attacker's own, and where its like."""
    section = REFERENCE.read_text().partition("## Accounts in the place of others")[2].partition("\n## ")[0]
    said: dict[tuple[str, str], list[str]] = {}
    for account, where, *cells in re.findall(r"^\| `(\w+)`" + r" \| (.*?)" * 4 + r" \|$", section, re.MULTILINE):
        elsewhere = [name for name in SCENES if account in PLACES[name] and (name, account) not in said]
        for name in re.findall(r"`(\w+)`", where) or elsewhere:
            assert (name, account) not in said, f"{account} of {name} is there twice"
            said[name, account] = [cell.strip("`") for cell in cells]
    return said


OWN, OF_ANOTHER_MULTISIG, OF_ANOTHER_PROGRAM = range(3)
WITH_PROGRAM = [name for name in SCENES if table()[name, PLACES[name][0]][OF_ANOTHER_PROGRAM] != "—"]


def refusals(name: str, column: int) -> dict[str, str]:
    """Of the accounts that cannot be replaced: as what it is refused."""
    said = {account: table()[name, account][column] for account in PLACES[name]}
    return {account: text for account, text in said.items() if text.isidentifier()}


def replaced(instruction: Instruction, name: str, account: str, address: Pubkey) -> Instruction:
    metas, place = list(instruction.accounts), PLACES[name].index(account)
    metas[place] = AccountMeta(address, metas[place].is_signer, metas[place].is_writable)
    return Instruction(instruction.program_id, instruction.data, metas)


def refusal(chain: Chain, instruction: Instruction, signers: Sequence[Keypair]) -> str:
    with pytest.raises(Refused) as raised:
        chain.send(instruction, signers=signers)
    return raised.value.error


def test_the_reference_names_each_account_of_each_instruction() -> None:
    assert set(SCENES) == set(PLACES)
    assert set(table()) == {(name, account) for name, accounts in PLACES.items() for account in accounts}


@pytest.mark.parametrize("name", SCENES)
def test_an_account_of_the_attackers_own_is_refused(name: str) -> None:
    chain = Chain()
    scene, attacker = staged(name, chain), chain.funded_keypair()
    expected, signers = refusals(name, OWN), [attacker, *scene.signers]
    attacks = {account: replaced(scene.instruction, name, account, attacker.pubkey()) for account in expected}
    assert {account: refusal(chain, attack, signers) for account, attack in attacks.items()} == expected

    instruction = scene.instruction
    for account in PLACES[name]:
        if account not in expected:
            assert table()[name, account][OWN].startswith("anyone's: ")
            instruction = replaced(instruction, name, account, attacker.pubkey())
    chain.send(instruction, signers=signers)


@pytest.mark.parametrize("name", SCENES)
def test_the_like_of_another_multisig_is_refused(name: str) -> None:
    other = staged(name, Chain())
    attack_with_likes(name, OF_ANOTHER_MULTISIG, other, staged(name, other.world.chain))


@pytest.mark.parametrize("name", WITH_PROGRAM)
def test_the_like_of_another_program_under_the_same_multisig_is_refused(name: str) -> None:
    other = staged(name, Chain())
    attack_with_likes(name, OF_ANOTHER_PROGRAM, other, staged(name, other.world.chain, other.world))


def attack_with_likes(name: str, column: int, other: Scene, scene: Scene) -> None:
    """Play the scene with each account in turn from the other, and then as it is."""
    chain, expected, signers = scene.world.chain, refusals(name, column), [*other.signers, *scene.signers]
    likes, own = (
        dict(zip(PLACES[name], [meta.pubkey for meta in each.instruction.accounts], strict=False))
        for each in (other, scene)
    )
    attacks = {account: replaced(scene.instruction, name, account, likes[account]) for account in expected}
    assert {account: refusal(chain, attack, signers) for account, attack in attacks.items()} == expected
    same = {account for account in PLACES[name] if table()[name, account][column] == "the same"}
    assert {account for account in own if own[account] == likes[account]} == same
    scene.play()


@pytest.mark.parametrize("name", SCENES)
def test_an_account_of_windlass_at_another_address_is_refused(name: str) -> None:
    """Nobody can make one. If one were there, the same bytes and named by the others, its seeds would not fit."""
    scene, met = staged(name, Chain()), {}
    chain = scene.world.chain
    addresses = [meta.pubkey for meta in scene.instruction.accounts[: len(PLACES[name])]]
    ours = {address: chain.account(address) for address in addresses if chain.exists(address)}
    ours = {address: account for address, account in ours.items() if account.owner == WINDLASS_PROGRAM_ID}
    for address, account in ours.items():
        copy, place = chain.keypair().pubkey(), PLACES[name][addresses.index(address)]
        chain.put(copy, account.data, account.owner)
        for other in ours.keys() - {address} if (name, place) not in NAMED else ():
            chain.put(other, ours[other].data.replace(bytes(address), bytes(copy)), account.owner)
        met[place] = refusal(chain, replaced(scene.instruction, name, place, copy), scene.signers)
        for other in ours:
            chain.put(other, ours[other].data, account.owner)
    assert met == {place: "TrackerMismatch" if (name, place) in NAMED else "ConstraintSeeds" for place in met}
    scene.play()


@pytest.mark.parametrize("name", [name for name in SCENES if SIGNERS[name]])
def test_an_account_that_does_not_sign_is_refused(name: str) -> None:
    scene = staged(name, Chain())
    for account in SIGNERS[name]:
        signer = scene.instruction.accounts[PLACES[name].index(account)].pubkey
        with refused("AccountNotSigner"):
            scene.world.chain.send(unsigned(scene.instruction, signer), signers=scene.signers)
    scene.play()


@pytest.mark.parametrize("name", ["approve_upgrade", "revoke_approval", "cancel_upgrade", "expire_proposal"])
def test_an_optional_account_that_is_needed_cannot_be_left_out(name: str) -> None:
    """The version and the place that it holds would go unseen, and accounts would not go back."""
    scene = staged(name, Chain())
    for account, error in [("program_state", "ProgramMismatch"), ("tracker", "AccountMissing")]:
        with refused(error):
            attack = replaced(scene.instruction, name, account, WINDLASS_PROGRAM_ID)
            scene.world.chain.send(attack, signers=scene.signers)
    scene.play()


@pytest.mark.parametrize("name", ["approve_upgrade", "revoke_approval", "cancel_upgrade", "expire_proposal"])
def test_a_config_proposal_of_another_multisig_is_refused(name: str) -> None:
    """It comes without a program's state, so that only its own seeds say whose it is."""
    scene = staged(name, Chain())
    other = Council(scene.world.chain)
    other.initialize()
    attack = replaced(scene.instruction, name, "proposal", other.proposal_address(other.propose_config()))
    attack = replaced(attack, name, "program_state", attack.program_id)
    with refused("ConstraintSeeds"):
        scene.world.chain.send(attack, signers=scene.signers)
