"""Alerts follow from what happened on the chain: not from batches, the moments of looking at the clock, or restarts."""

import asyncio
import random
from collections.abc import Iterator

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from integration.indexer.alert_history import HOUR, CouncilHistory, time_of
from integration.indexer.alert_reader import Reader
from integration.indexer.synthetic import DAY
from stack.postgres import create_database, database_url, drop_database
from windlass_indexer.folds import TABLES

EMPTY = f"TRUNCATE events, cursors, alerts, outbox, {', '.join(TABLES)} RESTART IDENTITY"


@pytest.fixture(scope="module")
def alerts_database(postgres: str, template_database: str) -> Iterator[str]:
    """One database for all examples of the property, which empties it each time."""
    name = asyncio.run(create_database(postgres, template_database))
    yield database_url(postgres, name)
    asyncio.run(drop_database(postgres, name))


def random_history(chance: random.Random) -> CouncilHistory:
    """Proposals and pauses at random times, of what the program allows."""
    history = CouncilHistory("random")
    open_ids: set[int] = set()
    paused_until = 0
    for _ in range(chance.randint(3, 25)):
        assert history.now is not None
        history.now += chance.choice([0, 1, HOUR, 7 * HOUR, chance.randint(1, 3 * DAY), 24 * HOUR, 47 * HOUR])
        running = history.now >= paused_until
        choices = ["propose", "rollback"] if running else ["resume"]
        choices += [f"approve {id}" for id in open_ids if running and history.approvals[id] < 3]
        choices += [f"revoke {id}" for id in open_ids if history.approvals[id]]
        choices += [f"cancel {id}" for id in open_ids]
        choices += ["pause"] if running else []
        what, _, id = chance.choice(choices).partition(" ")
        match what:
            case "propose":
                open_ids.add(history.propose())
            case "rollback":
                open_ids.add(history.propose("Rollback"))
            case "approve":
                history.approve(int(id))
            case "revoke":
                history.revoke(int(id))
            case "cancel":
                history.cancel(int(id))
                open_ids.discard(int(id))
            case "pause":
                length = chance.randint(1, 72) * HOUR
                history.pause(length)
                paused_until = history.now + length
            case "resume":
                history.resume()
                paused_until = history.now
    return history


def expected(history: CouncilHistory, end: int) -> set[tuple[str, int, int]]:
    """Kind, number of the cause's event and time, told event by event, with a clock that pauses stop."""
    told: set[tuple[str, int, int]] = set()
    pauses: list[list[int]] = []
    running: dict[str, tuple[int, str, int, int | None, int]] = {}  # seq, kind, began, seconds to eta, end

    def clock(began: int, seconds: int, kind: str) -> int:
        at = began + seconds
        for start, stop in pauses:
            if began <= start < at and kind != "Rollback":
                at += stop - start
        return at

    def moments(proposal: str, until: int) -> None:
        seq, kind, began, seconds, ends = running[proposal]
        due = [("expired", ends)]
        if ends > began:  # what falls back to voting after its end is over
            due.append(("expiring", ends - min(DAY, (ends - began) // 4)))
        if seconds is not None:
            due.append(("timelock_half", clock(began, seconds // 2, kind)))
            due.append(("ready", clock(began, seconds, kind)))
            if seconds > HOUR:
                due.append(("timelock_hour_left", clock(began, seconds - HOUR, kind)))
        told.update((what, seq, at) for what, at in due if at <= until)

    over: list[tuple[int, int, int]] = []  # seq, until, ended
    for event in history.events:
        at, data, seq = time_of(event), event.data, event.seq or 0
        proposal = data.get("proposal", "")
        if event.name == "SystemPaused":
            pauses.append([at, data["until"]])
            over.append((seq, data["until"], end))
            told.add(("paused", seq, at))
        if event.name == "SystemResumed":
            pauses[-1][1] = min(at, pauses[-1][1])
            over[-1] = (*over[-1][:2], at)
            told.add(("resumed", seq, at))
        crossing = event.name == "UpgradeApproved" and data["approvals"] == 2
        falling = event.name == "ApprovalRevoked" and data["approvals"] == 1
        if (crossing or falling or event.name == "UpgradeCancelled") and proposal in running:
            moments(proposal, at)
            del running[proposal]
        if crossing:
            told.add(("threshold_reached", seq, at))
            running[proposal] = (seq, data["kind"], at, data["eta"] - at, data["expires_at"])
        if falling or (event.name or "").endswith("Proposed"):
            running[proposal] = (seq, data["kind"], at, None, data["expires_at"])
        if (event.name or "").endswith("Proposed"):
            told.add(("proposal_created", seq, at))
        if event.name == "UpgradeCancelled":
            told.add(("cancelled", seq, at))
    for proposal in running:
        moments(proposal, end)
    told.update(("pause_over", seq, until) for seq, until, ended in over if until <= min(ended, end))
    return told


@given(seed=st.integers(0, 2**32), reading=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
def test_alerts_are_the_same_in_any_batches_with_any_restarts(
    alerts_database: str, seed: int, reading: random.Random
) -> None:
    history = random_history(random.Random(seed))
    end = (history.now or 0) + reading.randint(0, 25 * DAY)

    async def follow() -> list[asyncpg.Record]:
        async with asyncpg.create_pool(alerts_database, min_size=1, max_size=1) as pool:
            await pool.execute(EMPTY)
            reader, done = Reader(pool), 0
            while done < len(history.events):
                done += reading.randint(1, 6)
                batch = history.events[max(0, done - 8) : done]
                upcoming = time_of(history.events[done]) if done < len(history.events) else end
                now = reading.randint(time_of(batch[-1]), upcoming)
                await reader.read(batch, now)
                if reading.random() < 0.3:
                    reader = Reader(pool)
            await reader.read([], end)
            query = "SELECT kind::text, seq, extract(epoch FROM at)::bigint AS at, withdrawn_at, change FROM alerts"
            return list(await pool.fetch(query))

    rows = asyncio.run(follow())
    assert {(row["kind"], row["seq"], row["at"]) for row in rows} == expected(history, end)
    assert all(row["withdrawn_at"] is None for row in rows)
    assert len(rows) == len({(row["kind"], row["seq"]) for row in rows}), "each once"
