"""The whole life of governed programs on Agave's own validator, on three multisigs that wait at the same time.

One changes its config, one upgrades the ledger, migrates its accounts and goes back, one gives its program away. Two
days pass once for all three; the rollback's delay is the second and last time that passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.governance import MEMBERS, Governance
from stack.ledger import LEDGER_PROGRAM_ID, Plan
from stack.ledger_on_chain import Entry, LedgerOnChain
from stack.validator import Validator
from windlass_commands.keypairs import write_keypair
from windlass_programs.addresses import VAULT_PROGRAM_ID, multisig_address

TIMELOCK, ROLLBACK_DELAY = 172_800, 60
MARGIN_SECONDS = 600


@dataclass(frozen=True)
class Led:
    """What came of it: addresses of multisigs and proposals, and what the chain said on the way.

    `early` are the names under which executing each proposal too early was refused.
    """

    config: str
    config_change: str
    ledger: str
    upgrade: str
    tracker: str
    rollback: str
    vault: str
    transfer: str
    early: list[str]
    migrated: list[bytes]
    migrations: int
    stranding: str


class WholeLife:
    """Who acts, in whose hands the ledger will be, and what it holds."""

    def __init__(self, governance: Governance, ledger: LedgerOnChain, create_key: Path, entries: list[Entry]) -> None:
        self.governance = governance
        self.ledger = ledger
        self.create_key = create_key
        self.entries = entries

    def lead(self, validator: Validator) -> Led:
        """From three new multisigs to the rolled back upgrade."""
        g = self.governance
        config, vault = g.multisig(), g.multisig()
        ledger = g.multisig("--create-key", str(self.create_key), "--rollback-delay", f"{ROLLBACK_DELAY}s")
        assert ledger == str(self.ledger.multisig)
        change = str(g.done("propose-config", config, "--timelock", "3d")["proposal"])
        for multisig, program in ((ledger, LEDGER_PROGRAM_ID), (vault, VAULT_PROGRAM_ID)):
            g.done("register", str(program), "--multisig", multisig, by=g.authority)
        to = ("--to", g.key("user"))
        transfer = str(
            g.done("propose-transfer", "--multisig", vault, "--program", str(VAULT_PROGRAM_ID), *to)["proposal"]
        )
        upgrade = self._propose_upgrade(validator.rpc_url)
        waiting = (change, transfer, upgrade)
        for proposal in waiting:
            self._approve(proposal)
        g.done("keep-rollback", upgrade, "--buffer", str(g.directory / "copy.json"), by="mallory")
        new_authority = ("--new-authority", g.file("user"))
        early = [
            g.refused("execute", proposal, *(new_authority if proposal == transfer else ())).json["error"]["kind"]
            for proposal in waiting
        ]

        validator.pass_time(TIMELOCK + MARGIN_SECONDS)
        g.done("execute", change, by="mallory")
        g.done("execute", transfer, *new_authority, by="mallory")
        g.done("execute", upgrade, by="mallory")
        tracker = self.ledger.start(validator.rpc_url, 1)
        migrations = self.ledger.migrate(validator.rpc_url, 1, self.entries)
        migrated = self.data()
        rollback = str(
            g.done("propose-rollback", "--multisig", ledger, "--program", str(LEDGER_PROGRAM_ID))["proposal"]
        )
        self._approve(rollback)
        early.append(g.refused("execute", rollback).json["error"]["kind"])
        self.ledger.revert(validator.rpc_url, 1, self.entries[1:])

        validator.pass_time(ROLLBACK_DELAY)
        stranding = str(g.refused("execute", rollback).json["error"]["kind"])
        self.ledger.revert(validator.rpc_url, 1, self.entries)
        g.done("execute", rollback, by="mallory")
        return Led(
            *(config, change, ledger, upgrade, str(tracker), rollback, vault, transfer),
            *(early, migrated, migrations, stranding),
        )

    def data(self) -> list[bytes]:
        """What the ledger's accounts hold now, in their order."""
        return self.governance.data_of([str(entry.address) for entry in self.entries])

    def _propose_upgrade(self, rpc_url: str) -> str:
        code = self.governance.directory / "second.so"
        code.write_bytes(self.ledger.second_release())
        file = self.governance.directory / "buffer.json"
        buffer = self.governance.done("upload", str(code), "--buffer", str(file))["buffer"]
        upgrade = str(self.ledger.propose(rpc_url, 1, Pubkey.from_string(buffer), Plan()))
        self.governance.done("verify-buffer", upgrade)
        return upgrade

    def _approve(self, proposal: str) -> None:
        for name in MEMBERS[:3]:
            self.governance.done("approve", proposal, by=name)


def create_key_in(directory: Path) -> tuple[Path, Pubkey]:
    """A new key's file, and the address of the multisig that it will make."""
    path, key = directory / "create-key.json", Keypair()
    write_keypair(path, key)
    return path, multisig_address(key.pubkey())
