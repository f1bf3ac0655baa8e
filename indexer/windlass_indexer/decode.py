"""The events of one transaction, from the text of a getTransaction answer."""

from collections.abc import Iterator
from typing import Any

import orjson

from windlass_indexer.errors import TransactionMalformed
from windlass_indexer.event import Event, FollowedProgram
from windlass_indexer.transaction import Transaction


def events_of(text: bytes, program: FollowedProgram) -> Iterator[Event]:
    """From the whole JSON-RPC answer or from its `result` alone. Raises TransactionMalformed."""
    return program.events(Transaction.parse(_result(text)))


def logged_in(text: bytes, program: FollowedProgram) -> Iterator[bytes]:
    """One JSON object for each event that the program printed in it. Raises TransactionMalformed."""
    for name, data in program.logged(Transaction.parse(_result(text))):
        yield orjson.dumps({"logged": True, "program": program.address, "name": name, "data": data})


def _result(text: bytes) -> Any:
    if not text.strip():
        raise TransactionMalformed("nothing came: expected a getTransaction result in JSON")
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise TransactionMalformed(f"expected a getTransaction result in JSON: {error}") from None
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        raise TransactionMalformed(f"the node answered with an error: {answer['error'].get('message')}")
    if isinstance(answer, dict) and "jsonrpc" in answer:
        answer = answer.get("result")
    if answer is None:
        raise TransactionMalformed("the result is null: the node does not have this transaction (yet)")
    return answer
