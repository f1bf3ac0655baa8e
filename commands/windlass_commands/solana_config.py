"""The Solana CLI's own settings: its config file, its monikers for the public clusters."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import yaml

from windlass_commands.errors import ConfigUnusable, UsageProblem

# As `solana config set --url` names them.
MONIKERS = {
    "mainnet-beta": "https://api.mainnet-beta.solana.com",
    "testnet": "https://api.testnet.solana.com",
    "devnet": "https://api.devnet.solana.com",
    "localhost": "http://127.0.0.1:8899",
}
SHORT_MONIKERS = {"m": "mainnet-beta", "t": "testnet", "d": "devnet", "l": "localhost"}

DEFAULT_URL = MONIKERS["localhost"]
DEFAULT_KEYPAIR = Path("~/.config/solana/id.json")
DEFAULT_CONFIG = Path("~/.config/solana/cli/config.yml")


@dataclass(frozen=True)
class SolanaConfig:
    """What a command takes from Solana's config file; None where the file does not say."""

    url: str | None = None
    websocket_url: str | None = None
    keypair: Path | None = None
    commitment: str | None = None


def config_path() -> Path:
    """The file the Solana CLI would read: SOLANA_CONFIG_FILE, else ~/.config/solana/cli/config.yml."""
    return Path(os.environ.get("SOLANA_CONFIG_FILE") or DEFAULT_CONFIG).expanduser()


def load(path: Path | None = None) -> SolanaConfig:
    """Read the config file; one that does not exist says nothing.

    Raises ConfigUnusable where there is a file that is not such a config.
    """
    path = path or config_path()
    try:
        text = path.read_text()
    except FileNotFoundError:
        return SolanaConfig()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigUnusable(f"Solana's config file {path} cannot be read: {error}.") from error
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConfigUnusable(
            f"Solana's config file {path} is not YAML; `solana config set` writes a new one, or give --url and "
            "--keypair."
        ) from error
    if not isinstance(values, dict):
        raise ConfigUnusable(
            f"Solana's config file {path} should hold settings such as json_rpc_url, but it holds a "
            f"{type(values).__name__}; `solana config set` writes a new one."
        )
    keypair = values.get("keypair_path")
    return SolanaConfig(
        url=values.get("json_rpc_url") or None,
        websocket_url=values.get("websocket_url") or None,
        keypair=Path(keypair).expanduser() if keypair else None,
        commitment=values.get("commitment") or None,
    )


def resolve_url(given: str | None, config: SolanaConfig | None = None) -> str:
    """The RPC address: as given (an address or a moniker), else from the config, else the local one.

    Raises UsageProblem for anything that is neither an http address nor a moniker.
    """
    value = given or (config.url if config else None) or DEFAULT_URL
    name = SHORT_MONIKERS.get(value, value)
    if name in MONIKERS:
        return MONIKERS[name]
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageProblem(
            f"--url expects an http:// or https:// address or one of {', '.join(MONIKERS)}, but got {value!r}."
        )
    return value


def websocket_url(rpc_url: str) -> str:
    """The websocket beside an RPC address, as Solana's tools guess it: port + 1 where a port is named."""
    parts = urlsplit(rpc_url)
    host = parts.hostname or "127.0.0.1"
    if ":" in host:
        host = f"[{host}]"
    netloc = f"{host}:{parts.port + 1}" if parts.port else host
    return urlunsplit(("wss" if parts.scheme == "https" else "ws", netloc, parts.path, parts.query, ""))
