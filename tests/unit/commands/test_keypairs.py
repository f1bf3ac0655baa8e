"""Keypair files."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from solders.keypair import Keypair
from windlass_commands.errors import KeypairUnusable, UsageProblem
from windlass_commands.keypairs import Signer, load_keypair, load_or_create_keypair, signer_from, write_keypair


def test_a_written_keypair_is_read_back_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    keypair, path = Keypair(), tmp_path / "id.json"
    write_keypair(path, keypair)
    assert load_keypair(path) == keypair
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_keypair_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "id.json"
    first = load_or_create_keypair(path)
    assert load_or_create_keypair(path) == first
    with pytest.raises(KeypairUnusable, match="exists already and is not overwritten"):
        write_keypair(path, Keypair())


@pytest.mark.parametrize(
    "content",
    ["", "not json", "{}", "[1, 2, 3]", json.dumps([256] * 64), json.dumps(["a"] * 64), "\x00\xff"],
    ids=["empty", "text", "object", "short", "beyond a byte", "strings", "binary"],
)
def test_anything_else_is_no_keypair_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "id.json"
    path.write_text(content)
    with pytest.raises(KeypairUnusable, match="is no keypair file"):
        load_keypair(path)


def test_halves_that_do_not_belong_together_are_told(tmp_path: Path) -> None:
    path = tmp_path / "id.json"
    path.write_text(json.dumps(list(bytes(Keypair())[:32] + bytes(Keypair())[32:])))
    with pytest.raises(KeypairUnusable, match="is no keypair file") as raised:
        load_keypair(path)
    assert str(list(json.loads(path.read_text()))[:3])[1:-1] not in str(raised.value)


def test_an_address_signs_nothing_but_may_stand_for_somebody_elsewhere() -> None:
    address = Keypair().pubkey()
    assert signer_from(str(address), address_allowed=True) == Signer(address)
    with pytest.raises(UsageProblem, match="is an address and cannot sign"):
        signer_from(str(address), address_allowed=False)


def test_a_signer_never_shows_its_secret() -> None:
    keypair = Keypair()
    shown = repr(Signer.of(keypair)) + str(Signer.of(keypair))
    assert str(keypair.pubkey()) in shown
    assert str(keypair) not in shown
