"""Operators with keypair files who use the `windlass` command line against a chain."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx
from click.testing import CliRunner
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.localnet import Localnet, running_localnet
from windlass_commands.cli import main
from windlass_commands.keypairs import write_keypair
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path

# Lamports that exempt an account from rent: for its being there, and for each byte.
RENT_BASE, RENT_A_BYTE = 890_880, 6_960
MEMBERS = ("alice", "bob", "carol", "dave", "erin")


@dataclass
class Outcome:
    """What a command ended with."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The last JSON line."""
        return json.loads(self.stdout.strip().splitlines()[-1])

    @property
    def message(self) -> str:
        """The refusal's sentence, of --json or text output."""
        if self.stdout.startswith("{"):
            return str(self.json["error"]["message"])
        return " ".join(self.stderr.split())


@dataclass
class Governance:
    """A chain and who acts on it."""

    url: str
    directory: Path
    wallets: dict[str, Keypair]
    programs: list[Pubkey]
    authority: str = "authority"
    # The accounts that each program owns from the beginning.
    owned: dict[str, list[str]] = field(default_factory=dict)
    handed_out: Iterator[Pubkey] = field(init=False)

    def __post_init__(self) -> None:
        self.handed_out = iter(self.programs)

    def file(self, name: str) -> str:
        """The keypair file of a wallet."""
        return str(self.directory / f"{name}.json")

    def key(self, name: str) -> str:
        """A wallet's address."""
        return str(self.wallets[name].pubkey())

    def run(self, *arguments: str, by: str | None = "alice", url: str | None = None) -> Outcome:
        """Run `windlass` with --json as somebody."""
        command = [*arguments, "--json", "--url", url or self.url]
        if by is not None:
            command += ["--keypair", self.file(by)]
        return self.cli(*command)

    def cli(self, *arguments: str) -> Outcome:
        """Run `windlass` with exactly these arguments."""
        result = CliRunner().invoke(main, list(arguments), env={"SOLANA_CONFIG_FILE": str(self.directory / "none")})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def done(self, *arguments: str, by: str | None = "alice") -> Any:
        """Run a command that must succeed; its JSON."""
        outcome = self.run(*arguments, by=by)
        assert outcome.exit_code == 0, outcome
        return outcome.json

    def refused(self, *arguments: str, by: str | None = "alice") -> Outcome:
        """Run a command that must be refused, with one sentence and no traceback."""
        outcome = self.run(*arguments, by=by)
        assert outcome.exit_code == 1, outcome
        assert "Traceback" not in outcome.stdout + outcome.stderr
        return outcome

    def multisig(self, *more: str) -> str:
        """A fresh multisig of all five members, 3 of 5."""
        members = [part for name in MEMBERS for part in ("-m", self.key(name))]
        return str(self.done("init-multisig", *members, "--threshold", "3", *more)["multisig"])

    def registered(self, multisig: str) -> str:
        """A fresh program governed by `multisig`."""
        program = str(next(self.handed_out))
        self.done("register", program, "--multisig", multisig, by=self.authority)
        return program

    def buffer(self, by: str = "alice", name: str | None = None) -> str:
        """A fresh buffer with version 2 of the vault program in it."""
        file = self.directory / f"{name or Keypair().pubkey()}.json"
        elf = str(program_elf_path("collateral_vault_v2"))
        return str(self.done("upload", elf, "--buffer", str(file), by=by)["buffer"])

    def proposal(self, multisig: str, program: str, by: str = "alice", *, verified: bool = True) -> str:
        """A fresh proposal of version 2, verified."""
        found = self.done(
            *("propose", "--multisig", multisig, "--program", program, "--buffer", self.buffer(by)),
            *("--no-rollback", "--extend"),
            by=by,
        )
        if verified:
            self.done("verify-buffer", found["proposal"], by=by)
        return str(found["proposal"])

    def approved(self, multisig: str, program: str) -> str:
        """A fresh proposal with three approvals."""
        proposal = self.proposal(multisig, program)
        for name in MEMBERS[:3]:
            self.done("approve", proposal, by=name)
        return proposal

    def show(self, address: str) -> Any:
        """`windlass show`."""
        return self.done("show", address, by=None)

    def account(self, address: str) -> Any:
        """An account's JSON as the node gives it, None where there is none."""
        return self.rpc("getAccountInfo", address, {"encoding": "base64", "commitment": "confirmed"})["value"]

    def data_of(self, addresses: list[str]) -> list[bytes]:
        """The data of up to 100 accounts that are there."""
        options = {"encoding": "base64", "commitment": "confirmed"}
        return [base64.b64decode(a["data"][0]) for a in self.rpc("getMultipleAccounts", addresses, options)["value"]]

    def travel(self, seconds: int) -> None:
        """Move the chain's clock forward."""
        now = self.rpc("getBlockTime", self.rpc("getSlot", {"commitment": "confirmed"}))
        self.rpc("surfnet_timeTravel", {"absoluteTimestamp": (now + seconds) * 1000})

    def rpc(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = httpx.post(self.url, json=body, timeout=30).json()
        assert "result" in answer, answer
        return answer["result"]


def wallets_in(directory: Path) -> dict[str, Keypair]:
    """Fresh keypairs of everybody who acts, each with its file in `directory`."""
    wallets = {name: Keypair() for name in (*MEMBERS, "mallory", "authority", "user")}
    for name, keypair in wallets.items():
        write_keypair(directory / f"{name}.json", keypair)
    return wallets


def write_accounts(file: TextIO, owner: Pubkey, data: Iterable[bytes]) -> list[str]:
    """Accounts of `owner` at fresh addresses, one a line as the localnet reads them; their addresses."""
    addresses = []
    for each in data:
        addresses.append(str(Pubkey(os.urandom(32))))
        account = {
            "lamports": RENT_BASE + RENT_A_BYTE * len(each),
            "data": [base64.b64encode(each).decode(), "base64"],
            "owner": str(owner),
            "executable": False,
            "rentEpoch": 0,
        }
        file.write(json.dumps({"pubkey": addresses[-1], "account": account}) + "\n")
    return addresses


@contextmanager
def governed_localnet(
    directory: Path,
    count: int,
    data: Iterable[bytes] = (),
    more: Sequence[str] = ("--slot-ms", "50"),
    vaults: Iterable[bytes] = (),
) -> Iterator[tuple[Governance, Localnet]]:
    """A fresh chain with Windlass, and `count` programs to hand over to it, each with accounts that hold `data`.

    The vault program at its own address has accounts that hold `vaults`. `more` are flags of `windlass-localnet`.
    """
    wallets = wallets_in(directory)
    programs = [Keypair().pubkey() for _ in range(count)]
    vault = str(program_elf_path("collateral_vault_v1"))
    flags = ["--upgradeable-program", str(WINDLASS_PROGRAM_ID), str(program_elf_path("windlass")), "none"]
    for program in programs:
        flags += ["--upgradeable-program", str(program), vault, str(wallets["authority"].pubkey())]
    authority = str(wallets["authority"].pubkey())
    data = data if count == 1 else list(data)
    with (directory / "accounts.jsonl").open("w") as file:
        owned = {str(program): write_accounts(file, program, data) for program in programs}
        owned[str(VAULT_PROGRAM_ID)] = write_accounts(file, VAULT_PROGRAM_ID, vaults)
    flags += ["--account-lines", file.name, *more]
    flags += ["--upgradeable-program", str(VAULT_PROGRAM_ID), vault, authority]
    for keypair in wallets.values():
        flags += ["--mint", str(keypair.pubkey())]
    os.environ.pop("WINDLASS_RPC_URL", None)
    with running_localnet(*flags) as localnet:
        yield Governance(localnet.rpc_url, directory, wallets, programs, owned=owned), localnet
