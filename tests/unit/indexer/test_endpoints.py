"""Several nodes of one chain: who is asked, and what their agreement comes to."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import orjson
import pytest
from unit.indexer.test_rpc import Answer, node
from windlass_indexer import endpoints, witnesses
from windlass_indexer.chain import AccountAt, Chain
from windlass_indexer.endpoints import Endpoints
from windlass_indexer.errors import ChainMismatch, RpcRefused, RpcUnreachable
from windlass_indexer.rpc import SIGNATURE_NOT_FOUND
from windlass_indexer.verifier import Verdict, among, compare
from windlass_indexer.witnesses import Witnesses

OURS = bytes(range(32))


class Served:
    """A node that answers its name, until it is told to answer something else."""

    def __init__(self, name: Any, genesis: str = "one chain") -> None:
        self.name = name
        self.genesis = genesis
        self.slot: Any = None  # what it says to getSlot, where that is not its name
        self.error: dict[str, Any] | None = None
        self.status = 200
        self.asked = 0

    def answer(self, request: Any) -> tuple[int, bytes]:
        self.asked += 1
        calls = request if isinstance(request, list) else [request]
        answers = [{"id": call["id"], **self._one(call["method"])} for call in calls]
        return self.status, orjson.dumps(answers if isinstance(request, list) else answers[0])

    def _one(self, method: str) -> dict[str, Any]:
        if method == "getGenesisHash":
            return {"result": self.genesis}
        if method == "getSlot" and self.slot is not None:
            return {"result": self.slot}
        return {"error": self.error} if self.error else {"result": self.name}


@asynccontextmanager
async def asking(*served: Served) -> AsyncIterator[Endpoints]:
    async with AsyncExitStack() as stack:
        urls = [(await stack.enter_async_context(serving(each.answer))) for each in served]
        yield await stack.enter_async_context(Endpoints(urls))


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    async with node(answer) as (rpc, _):
        yield rpc.url


async def test_the_next_node_takes_over_and_the_first_is_asked_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_000.0
    monkeypatch.setattr(endpoints, "monotonic", lambda: now)
    first, second = Served("first"), Served("second")
    async with asking(first, second) as nodes:
        assert await nodes.call("getSlot") == "first"
        first.status = 503
        assert await nodes.call("getSlot") == "second"
        asked = first.asked
        assert await nodes.batch("getSlot", [[], []]) == ["second", "second"]
        assert first.asked == asked, "it is left alone meanwhile"
        first.status = 200
        now += 3
        assert await nodes.call("getSlot") == "first"


async def test_a_node_that_says_it_is_behind_is_passed_over_and_one_that_refuses_for_good_is_heard() -> None:
    first, second = Served("first"), Served("second")
    async with asking(first, second) as nodes:
        first.error = {"code": -32005, "message": "Node is behind by 42 slots"}
        assert await nodes.call("getSlot") == "second"
    async with asking(first, second) as nodes:
        first.error = {"code": -32602, "message": "Invalid params"}
        with pytest.raises(RpcRefused, match="Invalid params"):
            await nodes.call("getSlot")


async def test_a_node_that_stays_behind_is_left_until_it_has_caught_up(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    first, second = Served("first"), Served("second")
    async with asking(first, second) as nodes:
        for slot, asked in [(969, "first"), (968, "second"), (980, "second"), (984, "first")]:
            first.slot, second.slot = slot, 1_000
            await nodes.look()
            assert await nodes.call("name") == asked, slot
        first.slot = 10
        await nodes.look()
        second.status = 503
        assert await nodes.call("name") == "first", "better than nobody"
    shown = [node.shown for node in nodes.nodes]
    assert [record.message for record in caplog.records if shown[0] in record.message] == [
        f"{shown[0]} is 32 slots behind {shown[1]} and is asked only where no other node answers, "
        "until it has caught up",
        f"{shown[0]} has caught up and is asked again",
        f"{shown[0]} is 990 slots behind {shown[1]} and is asked only where no other node answers, "
        "until it has caught up",
    ]


@pytest.mark.parametrize("claimed", [10**15, 0, "soon"])
async def test_one_of_three_nodes_may_claim_any_slot_and_the_others_are_asked_as_before(claimed: Any) -> None:
    nodes = first, second, third = Served("first"), Served("second"), Served("third")
    for each in nodes:
        each.slot = 1_000
    third.slot = claimed
    async with asking(first, second, third) as asked:
        await asked.look()
        assert await asked.call("name") == "first"
        first.status = 503
        assert await asked.call("name") == "second"


async def test_a_signature_that_one_node_does_not_know_another_may() -> None:
    first, second = Served("first"), Served("second")
    first.error = {"code": SIGNATURE_NOT_FOUND, "message": "Transaction not found"}
    async with asking(first, second) as nodes:
        assert await nodes.call("getSignaturesForAddress") == "second"
        first.error = None
        assert await nodes.call("getSlot") == "first", "it is none the worse for it"


async def test_when_all_fail_the_last_ones_word_is_told_and_all_are_asked_each_time() -> None:
    first, second = Served("first"), Served("second")
    async with asking(first, second) as nodes:
        first.status = second.status = 500
        for _ in range(3):
            with pytest.raises(RpcUnreachable, match="HTTP 500"):
                await nodes.call("getSlot")
        second.status = 200
        assert await nodes.call("getSlot") == "second"


async def test_a_node_of_another_chain_ends_it_before_anything_is_read_there() -> None:
    first, stranger = Served("first"), Served("stranger", genesis="another chain")
    async with asking(first, stranger) as nodes:
        await nodes.call("getSlot")
        first.status = 503
        with pytest.raises(ChainMismatch, match="another chain"):
            await nodes.call("getSlot")


async def test_a_witness_that_does_not_answer_is_left_out_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(witnesses, "monotonic", lambda: now)
    first, second = Served("first"), Served("second")
    for served in (first, second):
        served.name = {"context": {"slot": 7}, "value": [None]}
    async with asking(first, second) as nodes:
        asked = Witnesses(Chain(nodes).nodes)
        assert [accounts for _, accounts in await asked.accounts(["stream"])] == [[AccountAt("stream", 7, None)]] * 2
        second.status = 503
        assert len(await asked.accounts(["stream"])) == 1
        times = second.asked
        assert len(await asked.accounts(["stream"])) == 1
        assert second.asked == times
        second.status, now = 200, now + 11
        assert len(await asked.accounts(["stream"])) == 2


async def test_the_word_of_a_node_that_is_behind_comes_after_that_of_one_that_is_not() -> None:
    first, second = Served("first"), Served("second")
    async with asking(first, second) as nodes:
        asked = Witnesses(Chain(nodes).nodes)
        for slot, order in [(69, [69, 100]), (68, [100, 68])]:
            first.name, second.name = ({"context": {"slot": each}, "value": [None]} for each in (slot, 100))
            assert [accounts[0].slot for _, accounts in await asked.accounts(["stream"])] == order


def told(name: str, seq: int, digest: bytes, slot: int = 70) -> tuple[str, Any]:
    """What node `name` says, against tables at 5."""
    account = AccountAt("stream", slot, b"discrim." + seq.to_bytes(8, "little") + digest)
    return name, compare("stream", "program", 5, OURS, account)


@pytest.mark.parametrize(
    ("second", "verdict", "agreeing"),
    [
        (told("b", 5, OURS, slot=71), Verdict.AGREES, 2),
        (told("b", 4, OURS), Verdict.AGREES, 1),  # it is behind: it will come
        (told("b", 6, OURS), Verdict.BEHIND, 1),
        (told("b", 5, bytes(32)), Verdict.DIFFERS, 1),
    ],
)
def test_nodes_agree_at_equal_numbers_and_one_that_differs_outweighs_the_others(
    second: tuple[str, Any], verdict: Verdict, agreeing: int
) -> None:
    comparison = among([told("a", 5, OURS), second])
    assert (comparison.verdict, comparison.agreeing, comparison.asked) == (verdict, agreeing, 2)
    if verdict is not Verdict.AGREES:
        assert "by b; 1 of 2 nodes agree with the tables" in comparison.detail
