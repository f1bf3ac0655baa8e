"""The service's settings, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit, urlunsplit

from solders.pubkey import Pubkey
from windlass_programs.addresses import WINDLASS_PROGRAM_ID

from windlass_commands import solana_config
from windlass_commands.errors import UsageProblem

ROLE = "windlass_commands"
LARGEST_NUMBER = 1_000_000


@dataclass(frozen=True)
class ServiceSettings:
    """Where the service listens, which chain it asks, where it logs, which pages may ask."""

    host: str
    port: int
    """0 takes a free one."""
    rpc_url: str
    program_id: Pubkey
    database_url: str | None
    """Where the command log is; None is no log."""
    cors_origins: tuple[str, ...]
    """Origins of pages that may ask: http://127.0.0.1:* is any port there, * any page; none by default."""
    rate_limit: int
    """Requests a minute of one client; 0 is no limit."""
    rate_burst: int
    """Requests at once."""
    trusted_proxies: tuple[str, ...]
    """Addresses and networks whose X-Forwarded-For says who asks."""
    timeout: int
    """Seconds that an answer may take."""
    log_level: str
    log_format: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ServiceSettings:
        """Empty values are as good as none. Raises UsageProblem for a value that cannot be meant."""
        environment = {name: value for name, value in environment.items() if value}
        log_level = environment.get("WINDLASS_LOG_LEVEL", "info").lower()
        if log_level not in ("debug", "info", "warning", "error"):
            raise UsageProblem(f"WINDLASS_LOG_LEVEL: expected debug, info, warning or error, got {log_level!r}.")
        log_format = environment.get("WINDLASS_LOG_FORMAT", "text").lower()
        if log_format not in ("text", "json"):
            raise UsageProblem(f"WINDLASS_LOG_FORMAT: expected text or json, got {log_format!r}.")
        return cls(
            host=environment.get("WINDLASS_COMMANDS_HOST", "127.0.0.1"),
            port=_number(environment, "WINDLASS_COMMANDS_PORT", "8081", 0, 65_535),
            rpc_url=solana_config.resolve_url(environment.get("WINDLASS_RPC_URL")),
            program_id=_program_id(environment),
            database_url=database_url(environment),
            cors_origins=_origins(environment.get("WINDLASS_CORS_ORIGINS", "")),
            rate_limit=_number(environment, "WINDLASS_COMMANDS_RATE_LIMIT", "120"),
            rate_burst=_number(environment, "WINDLASS_COMMANDS_RATE_BURST", "20", 1),
            trusted_proxies=_networks(environment, "WINDLASS_TRUSTED_PROXIES", "127.0.0.1,::1"),
            timeout=_number(environment, "WINDLASS_COMMANDS_TIMEOUT", "20", 1, 600),
            log_level=log_level,
            log_format=log_format,
        )


def database_url(environment: Mapping[str, str]) -> str | None:
    """WINDLASS_COMMANDS_DATABASE_URL (`none`: no log), else DATABASE_URL as this service's role, without the other
    role's password. Raises UsageProblem where none of them is set: to keep no log has to be said."""
    own = environment.get("WINDLASS_COMMANDS_DATABASE_URL")
    if own is not None:
        return None if own == "none" else own
    shared = environment.get("DATABASE_URL")
    if shared is None:
        raise UsageProblem(
            "WINDLASS_COMMANDS_DATABASE_URL: expected the PostgreSQL that holds command_log, in which every request is "
            "noted; none is named, nor a DATABASE_URL. Say `none` to serve without such a log."
        )
    parts = urlsplit(shared)
    return urlunsplit(parts._replace(netloc=f"{ROLE}@{parts.netloc.rpartition('@')[2]}"))


def _program_id(environment: Mapping[str, str]) -> Pubkey:
    text = environment.get("WINDLASS_PROGRAM_ID", str(WINDLASS_PROGRAM_ID))
    try:
        return Pubkey.from_string(text)
    except ValueError:
        raise UsageProblem(f"WINDLASS_PROGRAM_ID: expected an address in base58, got {text!r}.") from None


def _origins(text: str) -> tuple[str, ...]:
    found = _list(text)
    for each in found:
        parts = urlsplit(each.removesuffix(":*"))
        if each != "*" and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query):
            raise UsageProblem(
                f"WINDLASS_CORS_ORIGINS: expected origins like https://app.example, or * for all, got {each!r}."
            )
    return found


def _list(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _number(environment: Mapping[str, str], name: str, default: str, least: int = 0, most: int = LARGEST_NUMBER) -> int:
    value = environment.get(name, default)
    if not (value.isascii() and value.isdecimal() and len(value) < 10) or not least <= int(value) <= most:
        raise UsageProblem(f"{name}: expected {least} to {most}, got {value!r}.")
    return int(value)


def _networks(environment: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    found = _list(environment.get(name, default))
    for each in found:
        try:
            ip_network(each)
        except ValueError:
            raise UsageProblem(f"{name}: expected addresses and networks like 10.0.0.0/8, got {each!r}.") from None
    return found
