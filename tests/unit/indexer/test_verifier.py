"""The comparison of a stream with its account."""

import pytest
from windlass_indexer.chain import AccountAt
from windlass_indexer.verifier import Verdict, compare

OURS = bytes(range(32))
OTHER = bytes(32)


def account(seq: int, digest: bytes) -> AccountAt:
    return AccountAt("stream", 77, b"discrim." + seq.to_bytes(8, "little") + digest + b"more fields")


@pytest.mark.parametrize(
    ("on_chain", "verdict"),
    [
        (account(5, OURS), Verdict.AGREES),
        (account(5, OTHER), Verdict.DIFFERS),
        # At another number the digest says nothing, even if it is the same.
        (account(6, OURS), Verdict.BEHIND),
        (account(4, OURS), Verdict.AHEAD),
        (AccountAt("stream", 77, None), Verdict.AHEAD),
        (AccountAt("stream", 77, b"short"), Verdict.AHEAD),
    ],
)
def test_digests_are_compared_at_equal_numbers_only(on_chain: AccountAt, verdict: Verdict) -> None:
    comparison = compare("stream", "program", 5, OURS, on_chain)
    assert (comparison.verdict, comparison.slot) == (verdict, 77)


@pytest.mark.parametrize(("data", "verdict"), [(None, Verdict.AGREES), (account(1, OURS).data, Verdict.BEHIND)])
def test_a_stream_that_was_taken_back_altogether_agrees_where_its_account_is_gone_too(
    data: bytes | None, verdict: Verdict
) -> None:
    assert compare("stream", "program", 0, bytes(32), AccountAt("stream", 77, data)).verdict is verdict
