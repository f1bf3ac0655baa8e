"""Where the service reads from, and what of it may be printed."""

import socket

import pytest
from windlass_graphql.errors import StartupError
from windlass_graphql.queries import queries
from windlass_graphql.server import _bind
from windlass_graphql.settings import Settings, database_url, without_password


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, None),
        ({"DATABASE_URL": "postgresql://me:secret@db:5433/w?x=1"}, "postgresql://windlass_reader@db:5433/w?x=1"),
        ({"DATABASE_URL": "postgresql://postgres:@/w?host=/run/pg"}, "postgresql://windlass_reader@/w?host=/run/pg"),
        ({"DATABASE_URL": "postgresql://db/w"}, "postgresql://windlass_reader@db/w"),
        ({"DATABASE_URL": "postgresql://a:p%40s@db/w"}, "postgresql://windlass_reader@db/w"),
        ({"DATABASE_URL": "postgresql://a@b/c", "WINDLASS_GRAPHQL_DATABASE_URL": "postgresql://d:e@f/g"},
         "postgresql://d:e@f/g"),
    ],
)  # fmt: skip
def test_the_database_is_read_as_the_reader_unless_one_is_named(environment: dict[str, str], url: str | None) -> None:
    assert database_url(environment) == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://a:secret@db/w", "postgresql://a@db/w"),
        ("postgresql://db/w?password=secret&x=1", "postgresql://db/w?x=1"),
        ("postgresql://a@/w?host=/run", "postgresql://a@/w?host=/run"),
    ],
)
def test_passwords_are_not_printed(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_the_defaults_are_closed() -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.cors_origins) == ("127.0.0.1", 8080, ())


def test_an_empty_value_is_as_good_as_none() -> None:
    """Compose files and copied .env files set variables to nothing."""
    names = ("HOST", "PORT", "DATABASE_URL")
    empty = {f"WINDLASS_GRAPHQL_{name}": "" for name in names} | {"WINDLASS_LOG_LEVEL": "", "DATABASE_URL": ""}
    assert Settings.from_environment(empty) == Settings.from_environment({})


def test_origins_are_a_list() -> None:
    settings = Settings.from_environment({"WINDLASS_CORS_ORIGINS": "https://a.example, https://b.example,"})
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(StartupError, match="expected 0 to 65535, got '65536'"):
        Settings.from_environment({"WINDLASS_GRAPHQL_PORT": "65536"})


def test_answers_are_not_held_back_by_nagles_algorithm() -> None:
    with _bind("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP


def test_every_named_query_has_its_fragments_embedded() -> None:
    assert "proposals_by_address" in queries()
    assert [name for name, sql in queries().items() if "{" in sql.replace("'{}'", "")] == []
