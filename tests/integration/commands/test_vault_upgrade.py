"""The vault program goes to its release 2 by commands, and each user's vault with it when they next use it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from solders.keypair import Keypair
from stack.governance import MEMBERS, Governance, governed_localnet
from stack.tokens import make_token
from windlass_commands.keypairs import Signer
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID, collateral_signer_address

DAY = 86_400


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governance]:
    """A chain of its own: the vault program is handed over here, and upgraded."""
    with governed_localnet(tmp_path_factory.mktemp("wallets"), 0) as (governance, _):
        yield governance


def test_admins_and_their_programs_are_named_before_the_program_is_handed_over(chain: Governance) -> None:
    admin, heir = chain.key("alice"), chain.file("bob")
    missing = chain.refused("vault", "programs", by=None)
    assert "No admin was named" in missing.message
    outcome = chain.refused("vault", "init-authority", "--admin", admin, by="mallory")
    assert outcome.json["error"]["kind"] == "NotUpgradeAuthority"
    chain.done("vault", "init-authority", "--admin", admin, by="authority")

    program = str(WINDLASS_PROGRAM_ID)  # any program will do
    added = chain.done("vault", "add-program", program)
    assert added["signer"] == str(collateral_signer_address(WINDLASS_PROGRAM_ID))
    assert chain.refused("vault", "add-program", program).json["error"]["kind"] == "AlreadyAuthorized"
    assert chain.refused("vault", "add-program", program, by="bob").json["error"]["kind"] == "NotAdmin"
    shown = chain.done("vault", "programs", by=None)
    assert shown["admin"] == admin
    assert shown["programs"] == [{"program": program, "signer": added["signer"]}]

    chain.done("vault", "set-admin", heir)
    assert chain.refused("vault", "remove-program", program).json["error"]["kind"] == "NotAdmin"
    chain.done("vault", "remove-program", program, by="bob")
    assert chain.done("vault", "programs", by=None)["programs"] == []


def test_a_vault_of_release_1_is_migrated_by_the_command_that_uses_it(chain: Governance, tmp_path: Path) -> None:
    user, mint = Signer.of(chain.wallets["user"]), Signer.of(Keypair())
    asyncio.run(make_token(chain.url, user, mint))
    chain.done("vault", "init", str(mint.address), by="user")
    assert chain.done("vault", "deposit", "750000", by="user")["migrates"] is False

    multisig = chain.multisig()
    chain.done("register", str(VAULT_PROGRAM_ID), "--multisig", multisig, by="authority")
    code, plan = str(tmp_path / "vault.so"), str(tmp_path / "vault.json")
    chain.cli("vault", "release-2", multisig, "--code", code, "--plan", plan)
    buffer = chain.done("upload", code, "--buffer", str(tmp_path / "buffer.json"))["buffer"]
    proposal = chain.done(
        *("propose", "--multisig", multisig, "--program", str(VAULT_PROGRAM_ID), "--buffer", buffer),
        *("--no-rollback", "--extend", "--migration-plan", plan),
    )["proposal"]
    chain.done("verify-buffer", proposal)
    for name in MEMBERS[:3]:
        chain.done("approve", proposal, by=name)
    chain.travel(2 * DAY + 1)
    chain.done("execute", proposal)

    owner = chain.key("user")
    before = chain.done("vault", "show", owner, by=None)
    assert before["layout"] == "release 1"
    outcome = chain.refused("vault", "withdraw", "1", by="user")
    assert outcome.json["error"]["kind"] == "MigrateFirst"
    assert "`windlass start-migration PROPOSAL`" in outcome.message

    chain.done("start-migration", proposal)
    outcome = chain.refused("vault", "withdraw", "750001", by="user")
    assert outcome.json["error"]["kind"] == "InsufficientBalance"
    assert chain.done("vault", "show", owner, by=None) == before
    assert chain.done("vault", "withdraw", "250000", by="user")["migrates"] is True
    assert chain.done("vault", "withdraw", "50000", by="user")["migrates"] is False

    after = chain.done("vault", "show", owner, by=None)
    assert (after["layout"], after["locked_since"], after["lifetime_locked"]) == ("release 2", 0, 0)
    assert (after["total_balance"], after["total_withdrawn"]) == (450_000, 300_000)
    chain.done("vault", "withdraw-all", by="user")
    assert chain.done("vault", "show", owner, by=None)["total_balance"] == 0
