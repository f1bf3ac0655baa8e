"""From what a node sends to typed rows, on one core: JSON, base58, attribution and Borsh; and what peers make of it."""

import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import orjson
from anchorpy.coder.coder import Coder
from anchorpy.program.event import EventParser
from anchorpy_core.idl import Idl as LegacyIdl
from solders.pubkey import Pubkey
from unit.indexer.test_attribution import plain
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.garbage import collect_less_often
from windlass_indexer.store import columns
from windlass_indexer.transaction import Transaction
from windlass_programs.artifacts import idl_path
from windlass_programs.idl import Idl
from windlass_programs.legacy_idl import to_legacy

from benchmarks.indexer.corpus import PROGRAM, Recorded, block_time, transactions
from benchmarks.indexer.timing import alternate, told

TRANSACTIONS = 4_000
_ARRAY = 200
_PEERS = Path(__file__).parent / "peers"
VAULT = FollowedProgram(PROGRAM, Idl.load("collateral_vault_v1"))


def measure(rounds: int = 7) -> dict[str, float]:
    """Prints the figures; gives medians, in things a second."""
    collect_less_often()
    corpus = list(transactions(TRANSACTIONS, vaults=200, per_slot=20))
    called = _arrays([recorded.result() for recorded in corpus])
    logged = _arrays([recorded.result(recorded.log_body) for recorded in corpus])
    parser = EventParser(Pubkey.from_string(PROGRAM), Coder(_legacy_idl()))
    _compare(called, logged, parser)

    print(f"{TRANSACTIONS:,} transactions of one event, {sum(map(len, called)) // TRANSACTIONS:,} bytes of JSON each")
    ours, ours_logged, anchorpy = alternate(
        rounds, lambda: _rows(called), lambda: len(_logged(logged)), lambda: len(_anchorpy(logged, parser))
    )
    print(f"  emit_cpi!, JSON to typed rows:             {told(ours)} events")
    print(f"  log events, JSON to values:                {told(ours_logged)} events")
    print(f"  log events, JSON to values, anchorpy:      {told(anchorpy)} events")
    ratio = statistics.median(ours_logged) / statistics.median(anchorpy)
    print(f"  log events against anchorpy's EventParser: {ratio:.1f} times")
    figures = {
        "rows": statistics.median(ours),
        "logged": statistics.median(ours_logged),
        "anchorpy": statistics.median(anchorpy),
    }
    if subsquid := _subsquid(corpus, rounds):
        figures["subsquid"] = subsquid
        print(
            f"  @subsquid/solana-normalization (node):     median {subsquid:,.0f}/s transactions: JSON to "
            "instructions, logs and balances of all programs, base58 left as it is, no event decoded"
        )
    return figures


def _arrays(results: list[bytes]) -> list[bytes]:
    """As a node answers JSON arrays of requests."""
    answers = [b'{"jsonrpc":"2.0","id":1,"result":%s}' % result for result in results]
    return [b"[" + b",".join(answers[start : start + _ARRAY]) + b"]" for start in range(0, len(answers), _ARRAY)]


def _events(text: bytes) -> list[Event]:
    return [event for answer in orjson.loads(text) for event in VAULT.events(Transaction.parse(answer["result"]))]


def _rows(texts: list[bytes]) -> int:
    return sum(len(columns(_events(text))[0]) for text in texts)


def _logged(texts: list[bytes]) -> list[Any]:
    return [
        found
        for text in texts
        for answer in orjson.loads(text)
        for found in VAULT.logged(Transaction.parse(answer["result"]))
    ]


def _anchorpy(texts: list[bytes], parser: EventParser) -> list[Any]:
    found: list[Any] = []
    for text in texts:
        for answer in orjson.loads(text):
            parser.parse_logs(answer["result"]["meta"]["logMessages"], found.append)
    return found


def _compare(called: list[bytes], logged: list[bytes], parser: EventParser) -> None:
    ours = [(event.name, event.data) for text in called for event in _events(text)]
    assert len(ours) == TRANSACTIONS
    assert ours == _logged(logged)
    assert ours == [(event.name, plain(event.data)) for event in _anchorpy(logged, parser)]


def _legacy_idl() -> LegacyIdl:
    legacy = to_legacy(orjson.loads(idl_path("collateral_vault_v1").read_bytes()))
    return LegacyIdl.from_json(orjson.dumps(legacy).decode())


def _subsquid(corpus: list[Recorded], rounds: int) -> float | None:
    """Transactions a second; None where node or the package is not there."""
    if not (shutil.which("node") and (_PEERS / "node_modules").is_dir()):
        print("  @subsquid/solana-normalization: left out, `npm ci` in benchmarks/indexer/peers brings it")
        return None
    blocks: dict[int, list[Any]] = {}
    for recorded in corpus:
        blocks.setdefault(recorded.slot, []).append(json.loads(recorded.body))
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        for slot, found in blocks.items():
            block = {"blockTime": block_time(slot), "blockHeight": slot, "parentSlot": slot - 1, "rewards": []}
            block |= {"blockhash": PROGRAM, "previousBlockhash": PROGRAM, "transactions": found}
            file.write(orjson.dumps({"slot": slot, "block": block}) + b"\n")
        file.flush()
        command = ["node", str(_PEERS / "subsquid.js"), file.name, str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    told_by_it = json.loads(done.stdout)
    assert told_by_it["transactions"] == TRANSACTIONS
    return float(statistics.median(told_by_it["rates"]))
