"""A program comes onto the cluster, and under a multisig, by the commands alone."""

from __future__ import annotations

import base64

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.governance import Governance
from windlass_commands.keypairs import write_keypair
from windlass_programs.addresses import program_data_address, upgrade_authority_address
from windlass_programs.artifacts import program_elf, program_elf_path


def test_a_program_is_deployed_with_room_to_grow_and_handed_over(governance: Governance) -> None:
    program, file = Keypair(), governance.directory / "new-program.json"
    write_keypair(file, program)
    elf, code = str(program_elf_path("collateral_vault_v1")), program_elf("collateral_vault_v1")
    deploy = ("deploy", elf, "--program", str(file), "--buffer", str(governance.directory / "new-buffer.json"))
    assert "raise it" in governance.refused(*deploy, "--max-len", "1000").message

    room = len(code) + 1_000
    deployed = governance.done(*deploy, "--max-len", str(room), by="bob")
    assert (deployed["program"], deployed["upgrade_authority"]) == (str(program.pubkey()), governance.key("bob"))
    data = base64.b64decode(governance.account(deployed["program_data"])["data"][0])
    assert data[13:45] == bytes(governance.wallets["bob"].pubkey())
    assert data[45:] == code + bytes(1_000)
    assert governance.account(str(program.pubkey()))["executable"]
    assert "There is an account at" in governance.refused(*deploy, by="bob").message

    multisig = governance.multisig()
    governance.done("register", deployed["program"], "--multisig", multisig, by="bob")
    data = base64.b64decode(governance.account(str(program_data_address(program.pubkey())))["data"][0])
    assert data[13:45] == bytes(upgrade_authority_address(Pubkey.from_string(multisig), program.pubkey()))
