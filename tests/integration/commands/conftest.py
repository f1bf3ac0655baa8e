"""A chain with Windlass and several governed programs on it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from solders.keypair import Keypair
from stack.governance import Governance, wallets_in
from stack.localnet import running_localnet
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import program_elf_path

# A program is handed over once; each test that governs one takes the next.
PROGRAMS = 24


@pytest.fixture(scope="module")
def governance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governance]:
    """A fresh chain for each test file, since time only moves forward."""
    directory = tmp_path_factory.mktemp("wallets")
    wallets = wallets_in(directory)
    programs = [Keypair().pubkey() for _ in range(PROGRAMS)]
    vault = str(program_elf_path("collateral_vault_v1"))
    flags = ["--upgradeable-program", str(WINDLASS_PROGRAM_ID), str(program_elf_path("windlass")), "none"]
    for program in programs:
        flags += ["--upgradeable-program", str(program), vault, str(wallets["authority"].pubkey())]
    authority = str(wallets["authority"].pubkey())
    flags += ["--upgradeable-program", str(VAULT_PROGRAM_ID), vault, authority]
    for keypair in wallets.values():
        flags += ["--mint", str(keypair.pubkey())]
    os.environ.pop("WINDLASS_RPC_URL", None)
    with running_localnet("--slot-ms", "50", *flags) as localnet:
        yield Governance(localnet.rpc_url, directory, wallets, programs)
