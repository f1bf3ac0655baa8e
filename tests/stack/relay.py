"""A program that passes instructions on, and is a member of the multisig if asked to be."""

from pathlib import Path

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import Chain

RELAY_PROGRAM_ID = Pubkey.from_string("ReLayFixture1111111111111111111111111111111")
RELAY_MEMBER = Pubkey.find_program_address([b"member"], RELAY_PROGRAM_ID)[0]
RELAY_ELF = Path(__file__).parent.parent / "programs" / "built" / "relay.so"


def put_relay(chain: Chain) -> None:
    """Put the program in place. It is built from tests/programs/relay."""
    chain.add_program(RELAY_PROGRAM_ID, RELAY_ELF)


def relayed(instruction: Instruction) -> Instruction:
    """The same instruction, called by the relay. Where RELAY_MEMBER is to sign, only the relay's call can."""
    metas = [
        AccountMeta(meta.pubkey, meta.is_signer and meta.pubkey != RELAY_MEMBER, meta.is_writable)
        for meta in instruction.accounts
    ]
    target = AccountMeta(instruction.program_id, False, False)
    return Instruction(RELAY_PROGRAM_ID, instruction.data, [target, *metas])
