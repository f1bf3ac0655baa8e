"""The whole life on Agave's own validator, followed by the indexer as a process, which proves what it read."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from solders.pubkey import Pubkey
from stack.dev import Dev, running_dev
from stack.governance import Governance, wallets_in
from stack.ledger import LEDGER_PROGRAM_ID
from stack.ledger_on_chain import LedgerOnChain, entries
from stack.validator import ON_VALIDATOR, running_validator
from stack.whole_life import Led, WholeLife, create_key_in
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID, program_data_address
from windlass_programs.artifacts import program_elf_path

LEDGERS, ARCHIVES = 90, 10
ACCOUNTS = LEDGERS + ARCHIVES
SLOT_MS = 50
SECONDS = 120.0

pytestmark = ON_VALIDATOR

PROGRAM = "query ($multisig: ID!, $program: ID!) { program(multisig: $multisig, address: $program) { %s } }"


@dataclass(frozen=True)
class Read:
    """The life as it was led, and where to read of it."""

    life: WholeLife
    led: Led
    dev: Dev

    def state(self, proposal: str) -> str:
        """A proposal's state by the read model."""
        answer = self.dev.ask("query ($a: ID!) { proposal(address: $a) { state } }", a=proposal)
        return str(answer["proposal"]["state"])

    def program(self, multisig: str, program: Pubkey, fields: str) -> Any:
        """Fields of a governed program by the read model."""
        return self.dev.ask(PROGRAM % fields, multisig=multisig, program=str(program))["program"]

    def program_data(self, program: Pubkey) -> bytes:
        """The loader's account of a program's code, as it is on chain."""
        account = self.life.governance.account(str(program_data_address(program)))
        return base64.b64decode(account["data"][0])


def until_proven(dev: Dev, kind: str, address: str, seq: int) -> None:
    """Until the read model has shown that it holds this stream up to its newest event on chain."""

    def proven(answer: Any) -> bool:
        verification = {"seq": seq, "verifiedSeq": seq, "isVerified": True, "disagreement": None}
        return bool(answer["stream"] and answer["stream"]["verification"] == verification)

    fields = "verification { seq verifiedSeq isVerified disagreement }"
    dev.until(f"query ($a: ID!) {{ stream: {kind}(address: $a) {{ {fields} }} }}", proven, SECONDS, a=address)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """The life, led once for all that is asked about it, and read to its end."""
    directory = tmp_path_factory.mktemp("life")
    wallets = wallets_in(directory)
    create_key, multisig = create_key_in(directory)
    held = entries(LEDGERS, ARCHIVES)
    ledger = LedgerOnChain(multisig, wallets["alice"])
    authority = wallets["authority"].pubkey()
    program, accounts = ledger.genesis(held, directory, authority)
    programs = [
        (WINDLASS_PROGRAM_ID, program_elf_path("windlass"), None),
        (VAULT_PROGRAM_ID, program_elf_path("collateral_vault_v1"), authority),
        program,
    ]
    mints = [keypair.pubkey() for keypair in wallets.values()]
    with (
        running_validator(programs, mints=mints, accounts=accounts, slot_ms=SLOT_MS) as validator,
        running_dev(validator.rpc_url, validator.ws_url) as dev,
    ):
        life = WholeLife(Governance(validator.rpc_url, directory, wallets, []), ledger, create_key, held)
        led = life.lead(validator)
        for council in (led.config, led.ledger, led.vault):
            until_proven(dev, "multisig", council, life.governance.show(council)["stream_seq"])
        until_proven(dev, "migration", led.tracker, 2 * ACCOUNTS)
        yield Read(life, led, dev)


def test_nothing_is_executed_before_its_time(read: Read) -> None:
    assert read.led.early == ["TimelockNotOver"] * 4


def test_a_voted_config_holds_once_its_timelock_is_over(read: Read) -> None:
    assert read.life.governance.show(read.led.config)["timelock"] == 3 * 86_400
    answer = read.dev.ask("query ($a: ID!) { multisig(address: $a) { timelockSeconds } }", a=read.led.config)
    assert answer["multisig"]["timelockSeconds"] == 3 * 86_400
    assert read.state(read.led.config_change) == "EXECUTED"


def test_a_transferred_program_is_its_new_authoritys(read: Read) -> None:
    new = read.life.governance.wallets["user"].pubkey()
    assert read.program_data(VAULT_PROGRAM_ID)[13:45] == bytes(new)
    assert read.state(read.led.transfer) == "EXECUTED"
    assert read.program(read.led.vault, VAULT_PROGRAM_ID, "released") == {"released": True}


def test_an_upgrade_moves_each_account_once_and_keeps_what_it_held(read: Read) -> None:
    assert read.led.migrated == [entry.new for entry in read.life.entries]
    assert read.led.migrations == ACCOUNTS / 20


def test_a_rollback_waits_for_the_last_account_and_brings_the_former_code_back(read: Read) -> None:
    assert read.led.stranding == "RollbackStrandsAccounts"
    assert read.life.data() == [entry.reverted for entry in read.life.entries]
    former = read.life.ledger.first_release()
    assert read.program_data(LEDGER_PROGRAM_ID)[45:] == former
    assert (read.state(read.led.upgrade), read.state(read.led.rollback)) == ("ROLLED_BACK", "EXECUTED")
    fields = "version rollbacks { nodes { proposal { address } upgrade { address } } }"
    program = read.program(read.led.ledger, LEDGER_PROGRAM_ID, fields)
    assert program["version"] == 2
    assert program["rollbacks"]["nodes"] == [
        {"proposal": {"address": read.led.rollback}, "upgrade": {"address": read.led.upgrade}}
    ]


def test_the_read_model_tells_of_each_account_there_and_back(read: Read) -> None:
    query = """query ($a: ID!, $after: String) { migration(address: $a) {
        migrated reverted accounts(first: 100, after: $after) {
          nodes { account kind } pageInfo { endCursor hasNextPage } } } }"""
    told, page = [], read.dev.ask(query, a=read.led.tracker)["migration"]
    assert (page["migrated"], page["reverted"]) == (ACCOUNTS, ACCOUNTS)
    told += page["accounts"]["nodes"]
    while page["accounts"]["pageInfo"]["hasNextPage"]:
        after = page["accounts"]["pageInfo"]["endCursor"]
        page = read.dev.ask(query, a=read.led.tracker, after=after)["migration"]
        told += page["accounts"]["nodes"]
    expected = [(str(entry.address), kind) for entry in read.life.entries for kind in ("MIGRATE", "REVERT")]
    assert Counter((each["account"], each["kind"]) for each in told) == Counter(expected)


def test_every_stream_agrees_with_the_chain_to_its_last_event(read: Read) -> None:
    verified = read.dev.verify()
    assert (verified.returncode, verified.stdout) == (0, "4 of 4 streams agree with the chain\n"), verified
