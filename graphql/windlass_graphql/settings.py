"""The service's settings, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from windlass_graphql.errors import StartupError

READER_ROLE = "windlass_reader"
_LARGEST_NUMBER = 1_000_000


@dataclass(frozen=True)
class Settings:
    """Where the service listens, what it reads, which pages may ask."""

    host: str
    port: int
    """0 takes a free one."""
    database_url: str | None
    """None leaves it to libpq's PG* variables, as the reader role."""
    cors_origins: tuple[str, ...]
    """Origins of pages that may ask, e.g. https://app.example; none by default."""
    persisted_queries: Path | None
    """The JSON file of documents that clients may name."""
    only_persisted_queries: bool
    """Whether nothing else is answered."""
    rate_limit: int
    """Requests a second of one client; 0 is no limit."""
    rate_burst: int
    """Requests at once."""
    trusted_proxies: tuple[str, ...]
    """Addresses and networks whose X-Forwarded-For says who asks."""
    commands_url: str | None
    """Where wallets find the command service, for the dashboard to link to; None is no such link."""
    largest_lag: int
    """Seconds that the indexer may be behind the chain while the service is ready; 0 is no matter how many."""
    log_level: str
    log_format: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Empty values are as good as none. Raises StartupError for a value that cannot be meant."""
        environment = {name: value for name, value in environment.items() if value}
        port = environment.get("WINDLASS_GRAPHQL_PORT", "8080")
        if not port.isdecimal() or int(port) > 65535:
            raise StartupError(f"WINDLASS_GRAPHQL_PORT: expected 0 to 65535, got {port!r}.")
        persisted = environment.get("WINDLASS_PERSISTED_QUERIES")
        only = _yes_or_no(environment, "WINDLASS_ONLY_PERSISTED_QUERIES", "no")
        if only and persisted is None:
            raise StartupError(
                "WINDLASS_ONLY_PERSISTED_QUERIES: nothing would be answered; name the file of the documents that may "
                "be asked in WINDLASS_PERSISTED_QUERIES."
            )
        log_level = environment.get("WINDLASS_LOG_LEVEL", "info").lower()
        if log_level not in ("debug", "info", "warning", "error"):
            raise StartupError(f"WINDLASS_LOG_LEVEL: expected debug, info, warning or error, got {log_level!r}.")
        log_format = environment.get("WINDLASS_LOG_FORMAT", "text").lower()
        if log_format not in ("text", "json"):
            raise StartupError(f"WINDLASS_LOG_FORMAT: expected text or json, got {log_format!r}.")
        return cls(
            host=environment.get("WINDLASS_GRAPHQL_HOST", "127.0.0.1"),
            port=int(port),
            database_url=database_url(environment),
            cors_origins=_list(environment.get("WINDLASS_CORS_ORIGINS", "")),
            persisted_queries=None if persisted is None else Path(persisted),
            only_persisted_queries=only,
            rate_limit=_number(environment, "WINDLASS_RATE_LIMIT", "100", 0),
            rate_burst=_number(environment, "WINDLASS_RATE_BURST", "500", 1),
            trusted_proxies=_networks(environment, "WINDLASS_TRUSTED_PROXIES", "127.0.0.1,::1"),
            commands_url=_web_address(environment, "WINDLASS_COMMANDS_URL"),
            largest_lag=_number(environment, "WINDLASS_READY_LAG", "60", 0),
            log_level=log_level,
            log_format=log_format,
        )


def _list(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _yes_or_no(environment: Mapping[str, str], name: str, default: str) -> bool:
    value = environment.get(name, default).lower()
    if value not in ("yes", "no"):
        raise StartupError(f"{name}: expected yes or no, got {value!r}.")
    return value == "yes"


def _number(environment: Mapping[str, str], name: str, default: str, least: int) -> int:
    value = environment.get(name, default)
    if not (value.isascii() and value.isdecimal()) or not least <= int(value) <= _LARGEST_NUMBER:
        raise StartupError(f"{name}: expected {least} to {_LARGEST_NUMBER}, got {value!r}.")
    return int(value)


def _web_address(environment: Mapping[str, str], name: str) -> str | None:
    value = environment.get(name)
    if value is not None and not (urlsplit(value).scheme in ("http", "https") and urlsplit(value).netloc):
        raise StartupError(f"{name}: expected an address like https://app.example, got {value!r}.")
    return value


def _networks(environment: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    found = _list(environment.get(name, default))
    for each in found:
        try:
            ip_network(each)
        except ValueError as error:
            raise StartupError(f"{name}: expected addresses and networks like 10.0.0.0/8, got {each!r}.") from error
    return found


def database_url(environment: Mapping[str, str]) -> str | None:
    """WINDLASS_GRAPHQL_DATABASE_URL, else DATABASE_URL as the reader role (without the other role's password)."""
    if own := environment.get("WINDLASS_GRAPHQL_DATABASE_URL"):
        return own
    if shared := environment.get("DATABASE_URL"):
        parts = urlsplit(shared)
        return urlunsplit(parts._replace(netloc=f"{READER_ROLE}@{parts.netloc.rpartition('@')[2]}"))
    return None


def without_password(url: str) -> str:
    """The URL as it may be printed."""
    parts = urlsplit(url)
    userinfo, at, location = parts.netloc.rpartition("@")
    query = "&".join(part for part in parts.query.split("&") if not part.startswith("password="))
    return urlunsplit(parts._replace(netloc=userinfo.partition(":")[0] + at + location, query=query))
