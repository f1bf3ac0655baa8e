"""The hub tells everyone what they asked for, and waits for no one."""

import pytest
from windlass_graphql.changes import QUEUE_LIMIT, Change, Hub, Interest, Told
from windlass_graphql.errors import FellBehind

CHANGE = Change("proposal", "P", slot=5, seq=7, multisig="M", program="G")


def _told(change: Change = CHANGE) -> Told:
    return Told(change, row=None, reader=None)  # type: ignore[arg-type]


def test_a_payload_is_read() -> None:
    payload = '{"kind": "proposal", "key": "P", "multisig": "M", "program": "G", "slot": 5, "seq": 7}'
    assert Change.parse(payload) == CHANGE


@pytest.mark.parametrize("payload", ["", "[]", '"x"', "{}", '{"kind": 1}', '{"kind": "proposal", "slot": "x"}'])
def test_a_payload_that_is_none_is_refused(payload: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- json's own among them
        Change.parse(payload)


@pytest.mark.parametrize(
    ("interest", "covered"),
    [
        (Interest("proposal"), True),
        (Interest("proposal", key="P"), True),
        (Interest("proposal", multisig="M", program="G"), True),
        (Interest("proposal", key="Q"), False),
        (Interest("proposal", multisig="M", program="H"), False),
        (Interest("vault"), False),
        (Interest("vault", key="P"), False),
    ],
)
def test_an_interest_covers_what_it_names(interest: Interest, covered: bool) -> None:
    assert interest.covers(CHANGE) is covered
    hub = Hub()
    with hub.subscribe(interest):
        assert hub.wants(CHANGE) is covered
    assert not hub.wants(CHANGE)


async def test_a_subscriber_gets_changes_in_order_and_none_after_it_left() -> None:
    hub = Hub()
    with hub.subscribe(Interest("proposal")) as subscription:
        changes = [Change("proposal", "P", slot, slot) for slot in range(QUEUE_LIMIT)]
        for change in changes:
            hub.tell(_told(change))
        stream = aiter(subscription)
        assert [(await anext(stream)).change for _ in changes] == changes
    hub.tell(_told())
    assert subscription._queue.empty()


async def test_who_falls_too_far_behind_is_ended_and_nobody_else() -> None:
    hub = Hub()
    with hub.subscribe(Interest("proposal")) as slow, hub.subscribe(Interest("proposal", key="P")) as narrow:
        for _ in range(QUEUE_LIMIT + 1):
            hub.tell(_told(Change("proposal", "Q", 1, 1)))
        hub.tell(_told())
        assert (await anext(aiter(narrow))).change == CHANGE
        with pytest.raises(FellBehind, match=f"more than {QUEUE_LIMIT} changes"):
            await anext(aiter(slow))
