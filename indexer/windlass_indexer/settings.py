"""The indexer's settings, from the environment; the command line's options go before it."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from solders.pubkey import Pubkey
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.idl import Idl, IdlError, IdlWithoutAddress

from windlass_indexer.anomalies import FailureWatch
from windlass_indexer.errors import SettingsError
from windlass_indexer.event import FollowedProgram
from windlass_indexer.webhooks import Webhook, read_webhooks

# A path's part that is at least this long is taken for an API key.
_KEY_LENGTH = 20
DEFAULT_RPC_URL = "http://127.0.0.1:8899"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to read from, where to write to, and what to follow.

    `database_url` None: libpq's PG* variables say where.
    """

    database_url: str | None
    rpc_url: str
    ws_url: str
    programs: tuple[FollowedProgram, ...]
    log_level: str
    log_format: str
    webhooks: tuple[Webhook, ...] = ()
    # Nodes besides, which take over where the first one fails and say what its accounts are too.
    more_rpc_urls: tuple[str, ...] = ()
    # When a program is said to fail since its upgrade.
    watch: FailureWatch = field(default_factory=FailureWatch)

    @property
    def rpc_urls(self) -> tuple[str, ...]:
        """Of all nodes, in the order in which they are asked."""
        return self.rpc_url, *self.more_rpc_urls

    @property
    def ws_urls(self) -> tuple[str, ...]:
        """Of all nodes, in the same order."""
        return self.ws_url, *map(websocket_url, self.more_rpc_urls)

    @classmethod
    def read(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        database: str | None = None,
        rpc: str | None = None,
        ws: str | None = None,
        more_rpcs: Sequence[str] = (),
        program: str | None = None,
        vault_program: str | None = None,
        others: Sequence[FollowedProgram] = (),
        only_others: bool = False,
    ) -> "Settings":
        """Arguments that are given go before the environment. Raises SettingsError.

        `others` are programs that are not Windlass's (see `other_programs`), followed besides or instead.
        """
        env = os.environ if environment is None else environment
        rpc_url = _url("WINDLASS_RPC_URL", rpc or env.get("WINDLASS_RPC_URL") or DEFAULT_RPC_URL, "http")
        ws_url = ws or env.get("WINDLASS_WS_URL") or websocket_url(rpc_url)
        more_rpc_urls = tuple(
            _url("WINDLASS_MORE_RPC_URLS", url, "http")
            for url in more_rpcs or env.get("WINDLASS_MORE_RPC_URLS", "").replace(",", " ").split()
        )
        for url, times in Counter((rpc_url, *more_rpc_urls)).items():
            if times > 1:
                raise SettingsError(
                    f"{without_password(url)} is named {times} times: a node that agrees with itself proves nothing"
                )
        windlass = program or env.get("WINDLASS_PROGRAM_ID") or str(WINDLASS_PROGRAM_ID)
        vault = vault_program or env.get("WINDLASS_VAULT_PROGRAM_ID") or str(VAULT_PROGRAM_ID)
        followed = (
            [] if only_others else [FollowedProgram(_address("WINDLASS_PROGRAM_ID", windlass), Idl.load("windlass"))]
        )
        if vault != "none" and not only_others:
            # The second version's IDL knows the first one's events too.
            idl = Idl.load("collateral_vault_v2")
            followed.append(FollowedProgram(_address("WINDLASS_VAULT_PROGRAM_ID", vault), idl))
        followed += others
        for address, times in Counter(program.address for program in followed).items():
            if times > 1:
                raise SettingsError(f"{address} is to be followed {times} times: name each program once")
        return cls(
            database_url=database or env.get("DATABASE_URL") or None,
            rpc_url=rpc_url,
            ws_url=_url("WINDLASS_WS_URL", ws_url, "ws"),
            programs=tuple(followed),
            log_level=_choice(env, "WINDLASS_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
            log_format=_choice(env, "WINDLASS_LOG_FORMAT", "text", ("text", "json")),
            webhooks=read_webhooks(env),
            more_rpc_urls=more_rpc_urls,
            watch=FailureWatch(
                _number(env, "WINDLASS_FAILURE_PER_CENT", FailureWatch.per_cent, 1, 100),
                _number(env, "WINDLASS_FAILURE_TRANSACTIONS", FailureWatch.transactions, 1, 1_000_000),
                _number(env, "WINDLASS_FAILURE_MINUTES", FailureWatch.minutes, 1, 10_080),
            ),
        )


def other_programs(idls: Sequence[Path], addresses: Sequence[str]) -> list[FollowedProgram]:
    """Programs that are not Windlass's: each IDL with the address at its place, else with the one that it names.

    Raises SettingsError.
    """
    if len(addresses) > len(idls):
        raise SettingsError(
            f"--program is given {len(addresses)} times and --idl {len(idls)} times: the first --program goes with the "
            "first --idl, and so on"
        )
    addresses = [_address("--program", address) for address in addresses]
    programs = []
    for place, file in enumerate(idls):
        try:
            programs.append(FollowedProgram.from_idl(file, addresses[place] if place < len(addresses) else None))
        except IdlWithoutAddress as error:
            raise SettingsError(f"{file}: {error} with a --program of its own") from None
        except (IdlError, OSError) as error:
            raise SettingsError(f"{file}: {error}") from None
    return programs


def websocket_url(rpc_url: str) -> str:
    """Where a node's websocket is unless told otherwise: the port after RPC's; without a port, the same URL."""
    parts = urlsplit(rpc_url)
    port = parts.port
    netloc = parts.netloc if port is None else f"{parts.netloc.removesuffix(f':{port}')}:{port + 1}"
    return urlunsplit(parts._replace(scheme="wss" if parts.scheme == "https" else "ws", netloc=netloc))


def without_password(url: str) -> str:
    """The URL as it may be shown: passwords become ***, and so do the API keys that RPC providers put into paths."""
    parts = urlsplit(url)
    shown = parts.netloc
    if parts.password is not None:
        shown = f"{parts.username or ''}:***@{shown.rpartition('@')[2]}"
    query = "&".join(
        f"{name}=***" if name.lower() in ("password", "api-key", "api_key", "token") else item
        for item in parts.query.split("&")
        for name in [item.partition("=")[0]]
    )
    path = parts.path
    if parts.scheme in ("http", "https", "ws", "wss"):
        path = "/".join("***" if len(part) >= _KEY_LENGTH else part for part in path.split("/"))
    return urlunsplit(parts._replace(netloc=shown, query=query, path=path))


def _url(name: str, url: str, scheme: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in (scheme, f"{scheme}s") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(f"{name} is not a URL that begins with {scheme}:// or {scheme}s://: {url!r}")
    return url


def _address(name: str, text: str) -> str:
    try:
        return str(Pubkey.from_string(text))
    except ValueError:
        raise SettingsError(f"{name} is not a program's address (32 bytes in base58): {text!r}") from None


def _choice(env: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    value = (env.get(name) or default).lower()
    if value not in choices:
        raise SettingsError(f"{name} is {value!r}; it can be {', '.join(choices)}")
    return value


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = env.get(name) or str(default)
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and least <= int(value) <= most):
        raise SettingsError(f"{name} is {value!r}; it can be a whole number from {least:,} to {most:,}")
    return int(value)
