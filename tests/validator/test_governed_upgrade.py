"""Agave's own validator instead of the embedded chain: the same commands, indexer and API, and the same digests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from solders.keypair import Keypair
from stack.dev import Dev, running_dev
from stack.governance import Governance, wallets_in
from stack.validator import ON_VALIDATOR, Validator, running_validator
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf, program_elf_path
from windlass_programs.digests import code_digest

WINDLASS = str(Path(sys.executable).with_name("windlass"))
SECONDS = 60.0

pytestmark = ON_VALIDATOR

READ_BACK = """
query ($multisig: ID!, $program: ID!) {
  multisig(address: $multisig) { threshold members { key } verification { ...proof } }
  program(multisig: $multisig, address: $program) { version upgradeAuthority }
  proposals(multisig: $multisig) {
    nodes {
      address state digest codeDigest slotHash bufferLength verifiedLength approvalCount
      approvals { member } timelock { eta }
    }
  }
}
fragment proof on Verification { seq verifiedSeq isVerified disagreement }
"""


@pytest.fixture(scope="module")
def wallets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Keypair]]:
    directory = tmp_path_factory.mktemp("wallets")
    return directory, wallets_in(directory)


@pytest.fixture(scope="module")
def validator(wallets: tuple[Path, dict[str, Keypair]]) -> Iterator[Validator]:
    programs = [
        (WINDLASS_PROGRAM_ID, program_elf_path("windlass"), None),
        (VAULT_PROGRAM_ID, program_elf_path("collateral_vault_v1"), wallets[1]["authority"].pubkey()),
    ]
    with running_validator(programs, mints=[keypair.pubkey() for keypair in wallets[1].values()]) as running:
        yield running


@pytest.fixture(scope="module")
def governance(wallets: tuple[Path, dict[str, Keypair]], validator: Validator) -> Governance:
    directory, keypairs = wallets
    return Governance(validator.rpc_url, directory, keypairs, [VAULT_PROGRAM_ID])


@pytest.fixture(scope="module")
def dev(validator: Validator) -> Iterator[Dev]:
    """`windlass dev --rpc … --ws …` beside the validator."""
    with running_dev(validator.rpc_url, validator.ws_url) as dev:
        yield dev


def test_the_read_model_equals_agaves_own_chain(governance: Governance, dev: Dev) -> None:
    multisig = governance.multisig()
    program = governance.registered(multisig)
    proposal = governance.approved(multisig, program)
    early = governance.refused("execute", proposal, by="mallory")
    assert early.json["error"]["kind"] == "TimelockNotOver"

    shown, config = governance.show(proposal), governance.show(multisig)
    assert config["stream_seq"] == 7  # initialized, registered, proposed, verified, three approvals
    proof = {"seq": 7, "verifiedSeq": 7, "isVerified": True, "disagreement": None}

    def proven(answer: Any) -> bool:
        return bool(answer["multisig"] and answer["multisig"]["verification"] == proof)

    answer = dev.until(READ_BACK, proven, SECONDS, multisig=multisig, program=program)
    (read,) = answer["proposals"]["nodes"]
    assert read["address"] == proposal
    assert read["state"] == "APPROVED"
    assert read["digest"] == shown["digest"] == shown["digest_recomputed"]
    assert read["codeDigest"] == shown["code_digest"] == code_digest(program_elf("collateral_vault_v2")).hex()
    assert read["verifiedLength"] == read["bufferLength"] == len(program_elf("collateral_vault_v2"))
    assert [vote["member"] for vote in read["approvals"]] == shown["approvals"]
    assert read["approvalCount"] == 3
    assert answer["program"]["version"] == 0
    assert answer["multisig"]["threshold"] == 3
    assert [member["key"] for member in answer["multisig"]["members"]] == [m["key"] for m in config["members"]]


def test_code_that_the_cluster_will_not_load_is_refused_before_it_is_uploaded(
    wallets: tuple[Path, dict[str, Keypair]], tmp_path: Path
) -> None:
    directory, keypairs = wallets
    with running_validator(without=[], mints=[keypairs["alice"].pubkey()]) as running:
        governance = Governance(running.rpc_url, directory, keypairs, [])
        elf = str(program_elf_path("collateral_vault_v2"))
        outcome = governance.refused("upload", elf, "--buffer", str(tmp_path / "buffer.json"))
    assert outcome.message.startswith("This cluster refuses SBPF v0: SIMD-0500 is active")
