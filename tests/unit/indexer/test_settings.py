"""Settings: what goes before what, and what is never shown."""

import pytest
from windlass_indexer.errors import SettingsError
from windlass_indexer.settings import Settings, websocket_url, without_password
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID

OTHER = "Fwd1111111111111111111111111111111111111111"


def test_without_settings_the_built_in_programs_on_the_local_chain_are_followed() -> None:
    settings = Settings.read({})
    assert (settings.rpc_url, settings.ws_url) == ("http://127.0.0.1:8899", "ws://127.0.0.1:8900")
    assert [program.address for program in settings.programs] == [str(WINDLASS_PROGRAM_ID), str(VAULT_PROGRAM_ID)]
    assert settings.database_url is None


def test_options_go_before_the_environment() -> None:
    environment = {"WINDLASS_RPC_URL": "http://a:1", "DATABASE_URL": "postgresql:///a", "WINDLASS_PROGRAM_ID": OTHER}
    settings = Settings.read(environment, rpc="http://b:1", database="postgresql:///b")
    assert (settings.rpc_url, settings.ws_url, settings.database_url) == ("http://b:1", "ws://b:2", "postgresql:///b")
    assert settings.programs[0].address == OTHER


def test_more_nodes_are_asked_in_their_order_and_none_twice() -> None:
    more = {"WINDLASS_MORE_RPC_URLS": "http://b:1, https://c"}
    settings = Settings.read(more, rpc="http://a:1")
    assert settings.rpc_urls == ("http://a:1", "http://b:1", "https://c")
    assert settings.ws_urls == ("ws://a:2", "ws://b:2", "wss://c")
    assert Settings.read(more, more_rpcs=["http://d:1"]).more_rpc_urls == ("http://d:1",)
    with pytest.raises(SettingsError, match="named 2 times"):
        Settings.read(more, rpc="http://b:1")


def test_the_vault_need_not_be_followed() -> None:
    assert len(Settings.read({"WINDLASS_VAULT_PROGRAM_ID": "none"}).programs) == 1


@pytest.mark.parametrize(
    ("rpc", "ws"),
    [
        ("http://127.0.0.1:8899", "ws://127.0.0.1:8900"),
        ("https://api.mainnet-beta.solana.com", "wss://api.mainnet-beta.solana.com"),
        ("http://[::1]:8899/path", "ws://[::1]:8900/path"),
        ("https://user:secret@node:443/?api-key=k", "wss://user:secret@node:444/?api-key=k"),
    ],
)
def test_the_websocket_is_the_port_after_rpcs(rpc: str, ws: str) -> None:
    assert websocket_url(rpc) == ws


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://windlass:hunter2@db:5432/windlass", "postgresql://windlass:***@db:5432/windlass"),
        ("postgresql://windlass@db/windlass?password=hunter2", "postgresql://windlass@db/windlass?password=***"),
        ("https://node/?api-key=hunter2&x=1", "https://node/?api-key=***&x=1"),
        ("postgresql://postgres:@/postgres?host=/tmp/pg", "postgresql://postgres:***@/postgres?host=/tmp/pg"),
        ("https://node/v2/abcdefghijklmnopqrstuvwxyz012345", "https://node/v2/***"),
        ("http://127.0.0.1:8899", "http://127.0.0.1:8899"),
    ],
)
def test_passwords_are_never_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WINDLASS_RPC_URL", "127.0.0.1:8899"),
        ("WINDLASS_WS_URL", "http://127.0.0.1:8900"),
        ("WINDLASS_PROGRAM_ID", "nonsense"),
        ("WINDLASS_VAULT_PROGRAM_ID", "0"),
        ("WINDLASS_LOG_LEVEL", "loud"),
        ("WINDLASS_LOG_FORMAT", "xml"),
    ],
)
def test_a_setting_that_means_nothing_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read({name: value})


SECRET = "0123456789abcdef" * 2


def test_webhooks_are_named_urls() -> None:
    environment = {"WINDLASS_WEBHOOKS": "ops=https://a.example/x=1\n pager=http://b", "WINDLASS_WEBHOOK_SECRET": SECRET}
    found = Settings.read(environment).webhooks
    assert [(webhook.name, webhook.url) for webhook in found] == [
        ("ops", "https://a.example/x=1"),
        ("pager", "http://b"),
    ]
    assert Settings.read({"WINDLASS_WEBHOOK_SECRET": "short and not used"}).webhooks == ()


@pytest.mark.parametrize(
    ("webhooks", "secret", "said"),
    [
        ("https://hidden.example/token", SECRET, "entry 1 of WINDLASS_WEBHOOKS is not name=url"),
        ("ops=https://a.example ops2=hidden", SECRET, "entry 2 of WINDLASS_WEBHOOKS is not name=url"),
        ("ops=https://hidden.example ops=https://a.example", SECRET, "WINDLASS_WEBHOOKS names ops twice"),
        ("ops=https://hidden.example", "hidden", "WINDLASS_WEBHOOK_SECRET has 6 characters"),
        ("ops=https://hidden.example", "", "WINDLASS_WEBHOOK_SECRET has 0 characters"),
    ],
)
def test_a_webhook_that_means_nothing_is_refused_without_showing_it(webhooks: str, secret: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        Settings.read({"WINDLASS_WEBHOOKS": webhooks, "WINDLASS_WEBHOOK_SECRET": secret})
    assert "hidden" not in str(refused.value)
