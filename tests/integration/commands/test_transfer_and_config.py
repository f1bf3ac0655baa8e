"""Proposals that change no code: to whom a program belongs, and who decides. By the commands alone, on a real chain."""

from __future__ import annotations

import base64

from solders.pubkey import Pubkey
from stack.governance import MEMBERS, Governance
from windlass_programs.addresses import program_data_address

TWO_DAYS = 172_800


def test_a_transfer_is_executed_with_the_new_authoritys_signature_only_and_can_be_taken_back(
    governance: Governance,
) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    to = governance.key("user")
    proposal = governance.done("propose-transfer", "--multisig", multisig, "--program", program, "--to", to)["proposal"]
    for name in MEMBERS[:3]:
        governance.done("approve", proposal, by=name)
    governance.travel(TWO_DAYS + 5)
    assert governance.show(proposal)["next"][0]["by"] == "anyone, with the new authority"
    assert "--new-authority" in governance.refused("execute", proposal, by="mallory").message
    governance.done("execute", proposal, "--new-authority", governance.file("user"), by="mallory")
    account = governance.account(str(program_data_address(Pubkey.from_string(program))))
    assert base64.b64decode(account["data"][0])[13:45] == bytes(governance.wallets["user"].pubkey())

    given_away = governance.done("show", program, "--multisig", multisig, by=None)
    assert given_away["released"]
    assert given_away["next"][0]["command"] == f"windlass register {program} --multisig {multisig}"
    governance.done("register", program, "--multisig", multisig, by="user")
    back = governance.done("show", program, "--multisig", multisig, by=None)
    assert (back["released"], back["version"]) == (False, 1)


def test_a_voted_config_is_executed_by_the_same_verb_and_outdates_open_proposals(governance: Governance) -> None:
    multisig = governance.multisig()
    upgrade = governance.proposal(multisig, governance.registered(multisig))
    config = governance.done("propose-config", multisig, "--timelock", "3d", by="bob")["proposal"]
    for name in MEMBERS[:3]:
        governance.done("approve", config, by=name)
    governance.travel(TWO_DAYS + 5)
    assert governance.done("execute", config, by="mallory")["config_seq"] == 1
    assert governance.show(multisig)["timelock"] == 3 * 86_400
    assert governance.show(upgrade)["standing"] == "stale"
    refused = governance.refused("propose-config", multisig, "--timelock", "1h")
    assert "at least 48 h" in refused.message
