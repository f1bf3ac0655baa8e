"""getTransaction results as the indexer reads them: any version, any node, and what is refused."""

from typing import Any

import pytest
from unit.indexer.recordings import recorded
from windlass_indexer.errors import TransactionMalformed
from windlass_indexer.transaction import Transaction


def paths(result: dict[str, Any]) -> list[tuple[int, ...]]:
    return [call.path for call in Transaction.parse(result).inner_instructions()]


def with_heights(*heights: int | None) -> dict[str, Any]:
    """A recorded transaction whose third instruction makes calls at these stack heights."""
    result = recorded("deposit_three_levels_deep")
    outer = result["transaction"]["message"]["instructions"]
    outer += [outer[0]]
    call = result["meta"]["innerInstructions"][0]["instructions"][0]
    calls = [call | {"stackHeight": height} for height in heights]
    result["meta"]["innerInstructions"] = [{"index": 2, "instructions": calls}]
    return result


def test_stack_heights_give_the_tree_of_calls() -> None:
    assert paths(with_heights(2, 3, 3, 4, 2, 3)) == [(2, 0), (2, 0, 0), (2, 0, 1), (2, 0, 1, 0), (2, 1), (2, 1, 0)]


def test_paths_sort_in_the_order_of_execution() -> None:
    found = paths(with_heights(2, 3, 4, 3, 2, 3, 4, 4, 5, 2))
    assert found == sorted(found)


def test_without_stack_heights_the_path_is_the_place_in_the_flat_list() -> None:
    calls = list(Transaction.parse(with_heights(None, None, None)).inner_instructions())
    assert [(call.path, call.caller) for call in calls] == [((2, 0), None), ((2, 1), None), ((2, 2), None)]


@pytest.mark.parametrize("heights", [(1,), (3,), (2, 4), (2, 3, 5)])
def test_impossible_stack_heights_are_refused(heights: tuple[int, ...]) -> None:
    with pytest.raises(TransactionMalformed, match="stack height"):
        paths(with_heights(*heights))


def test_each_call_knows_its_caller() -> None:
    result = recorded("deposit_three_levels_deep")
    keys = result["transaction"]["message"]["accountKeys"]
    programs = {call.path: (call.caller, call.program) for call in Transaction.parse(result).inner_instructions()}
    forwarder, token, vault = keys[4], keys[5], keys[6]
    assert programs == {
        (1, 0): (forwarder, forwarder),
        (1, 0, 0): (forwarder, vault),
        (1, 0, 0, 0): (vault, token),
        (1, 0, 0, 1): (vault, vault),
    }


def test_accounts_loaded_from_lookup_tables_follow_the_static_ones() -> None:
    result = recorded("deposit_with_lookup_table")
    loaded = result["meta"]["loadedAddresses"]
    (transfer, event) = Transaction.parse(result).inner_instructions()
    assert set(transfer.accounts) <= {*loaded["writable"], *result["transaction"]["message"]["accountKeys"]}
    assert set(event.accounts) <= set(loaded["readonly"])


def test_a_v1_transaction_is_read_although_it_has_no_lookup_tables() -> None:
    result = recorded("deposit_and_withdrawal_in_one_instruction")
    del result["meta"]["loadedAddresses"]
    result["version"] = 1
    config = {"computeUnitLimit": 200_000, "heapSize": None, "loadedAccountsDataSizeLimit": None, "priorityFee": None}
    result["transaction"]["message"]["transactionConfig"] = config
    assert len(paths(result)) == 6


def test_a_node_that_does_not_tell_the_index_in_the_block_is_read() -> None:
    result = recorded("vault_initialized")
    del result["transactionIndex"]
    assert Transaction.parse(result).index is None


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ([], "expected a getTransaction result"),
        ({"slot": 1}, "expected a getTransaction result"),
        ({"slot": 1, "transaction": ["AQID", "base64"], "meta": {}}, "encoded as base64"),
        ({"slot": 1, "transaction": "AQID", "meta": {}}, "encoded as base58"),
        ({"slot": 1, "transaction": {}, "meta": None}, "has no `meta`"),
        ({"slot": 1, "transaction": {}, "meta": {"err": None}}, 'not a getTransaction result with encoding "json"'),
    ],
)
def test_what_is_no_transaction_is_refused_in_words(result: object, said: str) -> None:
    with pytest.raises(TransactionMalformed, match=said):
        Transaction.parse(result)


def test_the_parsed_encoding_is_refused_in_words() -> None:
    result = recorded("vault_initialized")
    message = result["transaction"]["message"]
    message["accountKeys"] = [{"pubkey": key} for key in message["accountKeys"]]
    with pytest.raises(TransactionMalformed, match="encoded as jsonParsed"):
        Transaction.parse(result)


def test_a_node_that_records_no_inner_instructions_is_not_taken_for_one_without_events() -> None:
    result = recorded("vault_initialized")
    result["meta"]["innerInstructions"] = None
    with pytest.raises(TransactionMalformed, match="does not record inner instructions"):
        Transaction.parse(result)


def test_indexes_beyond_the_accounts_are_refused() -> None:
    result = recorded("vault_initialized")
    result["meta"]["innerInstructions"][0]["instructions"][0]["programIdIndex"] = 99
    with pytest.raises(TransactionMalformed, match="make no sense"):
        paths(result)
