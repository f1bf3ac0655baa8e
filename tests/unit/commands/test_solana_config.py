"""Solana's own settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from windlass_commands.errors import ConfigUnusable, UsageProblem
from windlass_commands.solana_config import SolanaConfig, load, resolve_url, websocket_url


def test_the_config_that_solana_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    path.write_text(
        "---\njson_rpc_url: https://api.devnet.solana.com\nwebsocket_url: ''\nkeypair_path: ~/id.json\n"
        "address_labels:\n  '11111111111111111111111111111111': System Program\ncommitment: finalized\n"
    )
    config = load(path)
    assert config.url == "https://api.devnet.solana.com"
    assert config.websocket_url is None
    assert config.keypair == Path("~/id.json").expanduser()
    assert config.commitment == "finalized"


def test_a_config_that_does_not_exist_says_nothing(tmp_path: Path) -> None:
    assert load(tmp_path / "none.yml") == SolanaConfig()


@pytest.mark.parametrize("content", ["[", "- a\n- b", "just words"])
def test_a_broken_config_is_told_with_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.yml"
    path.write_text(content)
    with pytest.raises(ConfigUnusable, match="solana config set"):
        load(path)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("devnet", "https://api.devnet.solana.com"),
        ("d", "https://api.devnet.solana.com"),
        ("m", "https://api.mainnet-beta.solana.com"),
        ("l", "http://127.0.0.1:8899"),
        ("http://node:8899", "http://node:8899"),
        (None, "http://config"),
    ],
)
def test_monikers_and_addresses_are_resolved(given: str | None, url: str) -> None:
    assert resolve_url(given, SolanaConfig(url="http://config")) == url


@pytest.mark.parametrize("given", ["devnett", "ws://node", "http://", "127.0.0.1:8899"])
def test_what_is_neither_moniker_nor_address_is_told(given: str) -> None:
    with pytest.raises(UsageProblem, match="expects an http"):
        resolve_url(given)


@pytest.mark.parametrize(
    ("rpc", "websocket"),
    [
        ("http://127.0.0.1:8899", "ws://127.0.0.1:8900"),
        ("https://api.devnet.solana.com", "wss://api.devnet.solana.com"),
        ("http://[::1]:8899/path?key=a", "ws://[::1]:8900/path?key=a"),
    ],
)
def test_the_websocket_is_beside_the_rpc(rpc: str, websocket: str) -> None:
    assert websocket_url(rpc) == websocket
