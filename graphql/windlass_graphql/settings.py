"""The service's settings, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from windlass_graphql.errors import StartupError

READER_ROLE = "windlass_reader"


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
    log_level: str
    log_format: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Empty values are as good as none. Raises StartupError for a value that cannot be meant."""
        environment = {name: value for name, value in environment.items() if value}
        port = environment.get("WINDLASS_GRAPHQL_PORT", "8080")
        if not port.isdecimal() or int(port) > 65535:
            raise StartupError(f"WINDLASS_GRAPHQL_PORT: expected 0 to 65535, got {port!r}.")
        origins = environment.get("WINDLASS_CORS_ORIGINS", "")
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
            cors_origins=tuple(origin.strip() for origin in origins.split(",") if origin.strip()),
            log_level=log_level,
            log_format=log_format,
        )


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
