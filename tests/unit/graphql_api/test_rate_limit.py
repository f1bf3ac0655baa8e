"""A client may ask so often a second, and a burst at once; what it asked too much is paid off with time."""

from starlette.types import Scope
from windlass_graphql import rate_limit
from windlass_graphql.rate_limit import SECOND, RateLimit, client_of

NOW = 1000 * SECOND


def _allowed(rates: RateLimit, client: str, now: int, tries: int) -> int:
    return sum(rates.wait(client, now) == 0 for _ in range(tries))


def test_a_burst_is_allowed_and_then_so_many_a_second() -> None:
    rates = RateLimit(10, 25)
    assert _allowed(rates, "a", NOW, 100) == 25
    assert _allowed(rates, "a", NOW + 1 * SECOND, 100) == 10
    assert _allowed(rates, "a", NOW + 1000 * SECOND, 100) == 25


def test_who_is_refused_is_told_when_to_ask_again_and_owes_nothing_for_it() -> None:
    rates = RateLimit(2, 1)
    assert rates.wait("a", NOW) == 0
    for _ in range(10):
        assert rates.wait("a", NOW) == SECOND // 2
    assert rates.wait("a", NOW + SECOND // 2) == 0


def test_clients_do_not_share_what_they_may_ask() -> None:
    rates = RateLimit(1, 5)
    assert [_allowed(rates, client, NOW, 9) for client in ("a", "b")] == [5, 5]


def test_a_large_answer_counts_as_several_requests() -> None:
    rates = RateLimit(10, 10)
    assert rates.wait("a", NOW) == 0
    rates.owe("a", 29, NOW)
    assert _allowed(rates, "a", NOW + 2 * SECOND, 9) == 0
    assert _allowed(rates, "a", NOW + 3 * SECOND, 99) == 10


def test_no_limit_keeps_nothing() -> None:
    rates = RateLimit(0, 1)
    assert _allowed(rates, "a", NOW, 10_000) == 10_000
    rates.owe("a", 10_000, NOW)
    assert rates.wait("a", NOW) == 0


def test_many_addresses_take_no_more_memory_than_is_set_aside() -> None:
    rates = RateLimit(1, 1)
    for number in range(rate_limit.CLIENTS_KEPT + 100):
        rates.wait(str(number), NOW)
    assert len(rates._paid_off) == rate_limit.CLIENTS_KEPT


def test_a_household_of_ipv6_is_one_client() -> None:
    def client(host: str | None) -> str:
        scope: Scope = {"client": None if host is None else (host, 1)}
        return client_of(scope)

    assert client("2001:db8:1:2:3:4:5:6") == client("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert client("192.0.2.1") == "192.0.2.1"
    assert client(None) == ""
    assert client("x:y") == "x:y"
