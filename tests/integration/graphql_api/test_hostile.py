"""Whatever is sent, the answer is soon, says nothing of the inside, and the server goes on."""

import json
import re
from collections import Counter
from pathlib import Path
from time import perf_counter

from graphql import get_introspection_query
from integration.graphql_api.documented import write
from integration.graphql_api.hostile import Attacker
from integration.graphql_api.service import Service
from stack.read_model import ReadModel
from windlass_graphql.schema import graphql_schema

REQUESTS = 500
LONGEST = 0.05
"""Seconds of the server's processor for one request."""
LARGEST = 300_000
"""Bytes of an answer: more than the whole schema."""
INSIDE = re.compile(r"Traceback|asyncpg|psycopg|site-packages|\.py\b|SELECT |relation \"|graphql-core|0x[0-9a-f]{8}")


def _processor_seconds(pid: int) -> float:
    """What its main thread has used; where the system does not tell, time as it goes by."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return perf_counter()


async def test_hostile_requests_cost_little_and_learn_nothing(service: Service, read_model: ReadModel) -> None:
    await write(read_model)
    took = []
    codes: Counter[str] = Counter()
    for body in Attacker(graphql_schema, seed=6).requests(REQUESTS):
        # The machine does other things too: what looks expensive is measured again.
        costs = [await _cost(service, body, codes)]
        while costs[-1] > LONGEST and len(costs) < 4:
            costs.append(await _cost(service, body, codes))
        took.append((min(costs), body))
    took.sort(reverse=True)
    print(
        f"{REQUESTS} hostile requests: at most {took[0][0] * 1000:.1f} ms, median "
        f"{took[REQUESTS // 2][0] * 1000:.1f} ms of processor; {dict(codes)}"
    )
    assert took[0][0] < LONGEST, took[0][1][:500]
    assert {"TOO_COMPLEX", "SYNTAX", "INVALID", "BAD_REQUEST", "BAD_ARGUMENTS", "BAD_ADDRESS"} <= codes.keys()
    assert (await service.http.get(f"{service.url}/readyz")).status_code == 200


async def _cost(service: Service, body: bytes, codes: Counter[str]) -> float:
    """Seconds of the processor; the answer says nothing that it should not."""
    begun = _processor_seconds(service.process.pid)
    response = await service.http.post(service.graphql, content=body, headers={"content-type": "application/json"})
    took = _processor_seconds(service.process.pid) - begun
    assert response.status_code in (200, 400, 413), body[:500]
    assert len(response.content) < LARGEST, body[:500]
    for error in response.json().get("errors", ()):
        code = error["extensions"]["code"]
        assert code not in ("INTERNAL", "TIMEOUT", "UNAVAILABLE"), body[:500]
        assert not INSIDE.search(error["message"]), error
        assert len(error["message"]) < 1_000, error
        codes[code] += 1
    return took


async def test_tools_get_the_schema_by_the_query_that_they_all_use(service: Service) -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    answer = await service.ask(query)
    assert len(json.dumps(answer)) > 100_000
    assert answer["__schema"]["queryType"]["name"] == "Query"
