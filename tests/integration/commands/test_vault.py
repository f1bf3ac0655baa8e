"""The governed example by its commands: real tokens in, real tokens out."""

from __future__ import annotations

import asyncio

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.governance import Governance
from stack.tokens import SUPPLY, make_token
from windlass_commands.keypairs import Signer
from windlass_programs.addresses import associated_token_address


@pytest.fixture(scope="module")
def mint(governance: Governance) -> str:
    """A token of which the user holds a million base units."""
    user, mint = Signer.of(governance.wallets["user"]), Signer.of(Keypair())
    asyncio.run(make_token(governance.url, user, mint))
    return str(mint.address)


def held(governance: Governance, token_account: str) -> int:
    balance = governance.rpc("getTokenAccountBalance", token_account, {"commitment": "confirmed"})
    return int(balance["value"]["amount"])


def test_what_is_deposited_comes_back_to_the_last_token(governance: Governance, mint: str) -> None:
    user = governance.key("user")
    own = str(associated_token_address(Pubkey.from_string(user), Pubkey.from_string(mint)))
    assert "has no collateral vault yet" in governance.refused("vault", "deposit", "5", by="user").message
    governance.done("vault", "init", mint, by="user")
    governance.done("vault", "deposit", "750000", by="user")
    governance.done("vault", "withdraw", "250000", by="user")

    shown = governance.done("vault", "show", user, by=None)
    assert (shown["total_balance"], shown["available_balance"], shown["locked_balance"]) == (500_000, 500_000, 0)
    assert (shown["total_deposited"], shown["total_withdrawn"]) == (750_000, 250_000)
    assert shown["stream_seq"] == 3
    assert held(governance, shown["token_account"]) == 500_000
    assert held(governance, own) == 500_000

    outcome = governance.refused("vault", "withdraw", "500001", by="user")
    assert outcome.json["error"]["kind"] == "InsufficientBalance"
    outcome = governance.refused("vault", "deposit", "500001", by="user")
    assert outcome.json["error"]["kind"] == "InsufficientTokens"
    outcome = governance.refused("vault", "deposit", "0", by="user")
    assert outcome.json["error"]["kind"] == "AmountZero"
    outcome = governance.refused("vault", "withdraw-all", by="user")
    assert outcome.json["error"]["kind"] == "InstructionFallbackNotFound"
    assert governance.done("vault", "show", user, by=None)["total_balance"] == 500_000

    governance.done("vault", "withdraw", "500000", by="user")
    assert held(governance, own) == SUPPLY


def test_a_vault_is_made_once(governance: Governance, mint: str) -> None:
    outcome = governance.refused("vault", "init", mint, by="user")
    assert outcome.message.startswith(f"{governance.key('user')} has a vault already")
