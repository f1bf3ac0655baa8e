"""What lands, what is refused, and how it is reported."""

from __future__ import annotations

import base64
import struct

import pytest
from solders.address_lookup_table_account import AddressLookupTableAccount
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import (
    ID,
    AdvanceNonceAccountParams,
    CreateAccountParams,
    InitializeNonceAccountParams,
    TransferParams,
    advance_nonce_account,
    create_account,
    initialize_nonce_account,
    transfer,
)
from solders.transaction import VersionedTransaction
from stack.localnet import running_localnet
from stack.rpc import SOL, Rpc, RpcFailure, until

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
LOOKUP_TABLES = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
TOO_MUCH = 10**18
INSUFFICIENT_LAMPORTS = {"InstructionError": [0, {"Custom": 1}]}


def give(payer: Keypair, to: Pubkey, lamports: int) -> Instruction:
    return transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=lamports))


async def test_a_failed_transaction_lands_with_its_error_and_its_fee(rpc: Rpc) -> None:
    payer = await rpc.funded(SOL)
    landed = await rpc.run([give(payer, Keypair().pubkey(), TOO_MUCH)], payer)
    assert landed["meta"]["err"] == INSUFFICIENT_LAMPORTS
    assert landed["meta"]["status"] == {"Err": INSUFFICIENT_LAMPORTS}
    assert landed["meta"]["preBalances"][0] - landed["meta"]["postBalances"][0] == landed["meta"]["fee"] == 5_000
    history = await rpc("getSignaturesForAddress", str(payer.pubkey()), {"commitment": "confirmed", "limit": 1})
    assert history[0]["err"] == INSUFFICIENT_LAMPORTS


async def test_preflight_reports_the_error_and_nothing_lands(rpc: Rpc) -> None:
    payer = await rpc.funded(SOL)
    transaction = await rpc.signed([give(payer, Keypair().pubkey(), TOO_MUCH)], payer)
    with pytest.raises(RpcFailure, match="custom program error: 0x1") as failure:
        await rpc.send(transaction)
    assert failure.value.code == -32002
    assert failure.value.data["err"] == INSUFFICIENT_LAMPORTS
    assert any("insufficient lamports" in line for line in failure.value.data["logs"])
    assert await rpc.lamports(payer.pubkey()) == SOL


async def test_a_duplicate_is_refused_and_charged_once(rpc: Rpc) -> None:
    payer, to = await rpc.funded(SOL), Keypair().pubkey()
    transaction = await rpc.signed([give(payer, to, 10**7)], payer)
    first = await rpc.send(transaction)
    with pytest.raises(RpcFailure, match="already been processed") as failure:
        await rpc.send(transaction)
    assert failure.value.data["err"] == "AlreadyProcessed"
    assert await rpc.send(transaction, skip_preflight=True) == first
    assert await rpc.lamports(to) == 10**7


async def test_a_blockhash_expires_after_150_blocks() -> None:
    with running_localnet("--slot-ms", "10") as running:
        rpc = Rpc(running.rpc_url)
        payer = await rpc.funded(SOL)
        old = await rpc("getLatestBlockhash", {"commitment": "processed"})
        blockhash = old["value"]["blockhash"]
        last = old["value"]["lastValidBlockHeight"]

        async def height_reaches(wanted: int) -> bool:
            return bool(await rpc("getBlockHeight", {"commitment": "processed"}) >= wanted)

        await until(lambda: height_reaches(last - 60), "90 blocks")
        early = await rpc.signed([give(payer, Keypair().pubkey(), 10**7)], payer, blockhash=Hash.from_string(blockhash))
        await rpc.send(early)
        await until(lambda: height_reaches(last + 2), "more than 150 blocks")
        late = await rpc.signed([give(payer, Keypair().pubkey(), 10**7)], payer, blockhash=Hash.from_string(blockhash))
        with pytest.raises(RpcFailure, match="Blockhash not found"):
            await rpc.send(late)
        valid = await rpc("isBlockhashValid", blockhash, {"commitment": "processed"})
        assert valid["value"] is False
        signature = await rpc.send(late, skip_preflight=True)
        assert (await rpc("getSignatureStatuses", [signature]))["value"] == [None]
        await rpc.http.aclose()


async def test_preflight_at_finalized_does_not_know_a_new_blockhash(rpc: Rpc) -> None:
    payer = await rpc.funded(SOL)
    signed = await rpc.signed([give(payer, Keypair().pubkey(), 10**7)], payer)
    encoded = base64.b64encode(bytes(signed)).decode()
    with pytest.raises(RpcFailure, match="Blockhash not found"):
        await rpc("sendTransaction", encoded, {"encoding": "base64"})  # preflight's default is finalized
    accepted = {"encoding": "base64", "preflightCommitment": "confirmed"}
    assert (await rpc.confirmed(await rpc("sendTransaction", encoded, accepted)))["meta"]["err"] is None


async def test_a_wrong_signature_is_refused(rpc: Rpc) -> None:
    payer = await rpc.funded(SOL)
    good = await rpc.signed([give(payer, Keypair().pubkey(), 10**7)], payer)
    forged = VersionedTransaction.populate(good.message, [Keypair().sign_message(bytes(good.message))])
    with pytest.raises(RpcFailure) as failure:
        await rpc.send(forged)
    assert failure.value.code == -32003
    await rpc.send(forged, skip_preflight=True)
    assert await rpc.lamports(payer.pubkey()) == SOL


async def test_a_missing_program_costs_the_fee(rpc: Rpc) -> None:
    payer = await rpc.funded(SOL)
    landed = await rpc.run([Instruction(Keypair().pubkey(), b"", [])], payer)
    assert landed["meta"]["err"] == "ProgramAccountNotFound"
    assert await rpc.lamports(payer.pubkey()) == SOL - 5_000


async def test_an_account_below_its_rent_is_refused_and_costs_the_fee(rpc: Rpc) -> None:
    payer, to = await rpc.funded(SOL), Keypair().pubkey()
    landed = await rpc.run([give(payer, to, 890_879)], payer)
    assert landed["meta"]["err"] == {"InsufficientFundsForRent": {"account_index": 1}}
    assert landed["meta"]["postBalances"][:2] == [SOL - 5_000, 0]
    with pytest.raises(RpcFailure, match="insufficient funds for rent"):
        await rpc.send(await rpc.signed([give(payer, to, 890_878)], payer))
    assert (await rpc.run([give(payer, to, 890_880)], payer))["meta"]["err"] is None
    assert await rpc.lamports(to) == 890_880


async def test_an_account_that_is_emptied_is_gone_and_can_be_made_again(rpc: Rpc) -> None:
    payer, account = await rpc.funded(), Keypair()
    rent = await rpc("getMinimumBalanceForRentExemption", 8)
    make = create_account(
        CreateAccountParams(from_pubkey=payer.pubkey(), to_pubkey=account.pubkey(), lamports=rent, space=0, owner=ID)
    )
    assert (await rpc.run([make], payer, account))["meta"]["err"] is None
    assert (await rpc.run([give(account, payer.pubkey(), rent)], payer, account))["meta"]["err"] is None
    info = await rpc("getAccountInfo", str(account.pubkey()), {"commitment": "confirmed"})
    assert info["value"] is None
    assert (await rpc.run([make], payer, account))["meta"]["err"] is None


async def nonce_account(rpc: Rpc, payer: Keypair) -> Pubkey:
    nonce = Keypair()
    rent = await rpc("getMinimumBalanceForRentExemption", 80)
    landed = await rpc.run(
        [
            create_account(
                CreateAccountParams(
                    from_pubkey=payer.pubkey(), to_pubkey=nonce.pubkey(), lamports=rent, space=80, owner=ID
                )
            ),
            initialize_nonce_account(
                InitializeNonceAccountParams(nonce_pubkey=nonce.pubkey(), authority=payer.pubkey())
            ),
        ],
        payer,
        nonce,
    )
    assert landed["meta"]["err"] is None
    return nonce.pubkey()


async def test_a_durable_nonce_stands_for_a_blockhash_once_even_when_the_rest_fails(rpc: Rpc) -> None:
    payer = await rpc.funded()
    address = await nonce_account(rpc, payer)
    advance = advance_nonce_account(AdvanceNonceAccountParams(nonce_pubkey=address, authorized_pubkey=payer.pubkey()))
    for lamports, err in ((10**7, None), (TOO_MUCH, {"InstructionError": [1, {"Custom": 1}]})):
        before = (await rpc.data(address))[40:72]
        transaction = await rpc.signed(
            [advance, give(payer, Keypair().pubkey(), lamports)], payer, blockhash=Hash(before)
        )
        landed = await rpc.confirmed(await rpc.send(transaction, skip_preflight=True))
        assert landed["meta"]["err"] == err
        assert (await rpc.data(address))[40:72] != before, "the nonce was not used up"
        again = await rpc.signed([advance, give(payer, Keypair().pubkey(), 5)], payer, blockhash=Hash(before))
        with pytest.raises(RpcFailure, match="Blockhash not found"):
            await rpc.send(again)


async def test_a_v0_transaction_loads_addresses_from_a_lookup_table(rpc: Rpc) -> None:
    payer, to = await rpc.funded(), Keypair().pubkey()
    slot = await rpc("getSlot", {"commitment": "confirmed"})
    table, bump = Pubkey.find_program_address([bytes(payer.pubkey()), struct.pack("<Q", slot)], LOOKUP_TABLES)
    signer, writable = AccountMeta(payer.pubkey(), True, True), AccountMeta(table, False, True)
    system = AccountMeta(ID, False, False)
    create = Instruction(LOOKUP_TABLES, struct.pack("<IQB", 0, slot, bump), [writable, signer, signer, system])
    extend = Instruction(LOOKUP_TABLES, struct.pack("<IQ", 2, 1) + bytes(to), [writable, signer, signer, system])
    landed = await rpc.run([create, extend], payer)
    assert landed["meta"]["err"] is None
    lookup = AddressLookupTableAccount(key=table, addresses=[to])
    message = MessageV0.try_compile(payer.pubkey(), [give(payer, to, SOL)], [lookup], await rpc.blockhash())
    signature = await rpc.send(VersionedTransaction(message, [payer]))
    landed = await rpc.confirmed(signature)
    assert landed["version"] == 0
    assert landed["meta"]["loadedAddresses"] == {"readonly": [], "writable": [str(to)]}
    assert landed["meta"]["postBalances"][-1] == SOL
    with pytest.raises(RpcFailure, match=r"Transaction version \(0\) is not supported") as failure:
        await rpc("getTransaction", signature, {"commitment": "confirmed"})
    assert failure.value.code == -32015


async def test_logs_are_cut_at_ten_kilobytes(rpc: Rpc) -> None:
    payer = await rpc.funded()
    budget = Instruction(
        Pubkey.from_string("ComputeBudget111111111111111111111111111111"), struct.pack("<BI", 2, 1_400_000), []
    )
    memos = [Instruction(MEMO, b"memo", [])] * 60
    landed = await rpc.run([budget, *memos], payer)
    logs = landed["meta"]["logMessages"]
    assert landed["meta"]["err"] is None
    assert "Log truncated" in logs
    assert sum(len(line) for line in logs if line != "Log truncated") <= 10_000


async def test_inner_instructions_have_their_stack_height(rpc: Rpc) -> None:
    payer, mint = await rpc.funded(), Keypair()
    token = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
    ata_program = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
    rent = await rpc("getMinimumBalanceForRentExemption", 82)
    make = create_account(
        CreateAccountParams(from_pubkey=payer.pubkey(), to_pubkey=mint.pubkey(), lamports=rent, space=82, owner=token)
    )
    initialize = Instruction(
        token, bytes([20, 6]) + bytes(payer.pubkey()) + b"\0", [AccountMeta(mint.pubkey(), False, True)]
    )
    ata, _ = Pubkey.find_program_address([bytes(payer.pubkey()), bytes(token), bytes(mint.pubkey())], ata_program)
    create_ata = Instruction(
        ata_program,
        b"",
        [
            AccountMeta(payer.pubkey(), True, True),
            AccountMeta(ata, False, True),
            AccountMeta(payer.pubkey(), False, False),
            AccountMeta(mint.pubkey(), False, False),
            AccountMeta(ID, False, False),
            AccountMeta(token, False, False),
        ],
    )
    mint_to = Instruction(
        token,
        struct.pack("<BQ", 7, 1_500_000),
        [
            AccountMeta(mint.pubkey(), False, True),
            AccountMeta(ata, False, True),
            AccountMeta(payer.pubkey(), True, False),
        ],
    )
    landed = await rpc.run([make, initialize, create_ata, mint_to], payer, mint)
    assert landed["meta"]["err"] is None
    (group,) = landed["meta"]["innerInstructions"]
    assert group["index"] == 2
    assert {ix["stackHeight"] for ix in group["instructions"]} == {2}
    (balance,) = landed["meta"]["postTokenBalances"]
    assert balance["mint"] == str(mint.pubkey())
    assert balance["uiTokenAmount"]["uiAmountString"] == "1.5"
    assert landed["meta"]["preTokenBalances"] == []
    amount = await rpc("getTokenAccountBalance", str(ata), {"commitment": "confirmed"})
    assert amount["value"]["amount"] == "1500000"
    owned = await rpc(
        "getTokenAccountsByOwner",
        str(payer.pubkey()),
        {"mint": str(mint.pubkey())},
        {"commitment": "confirmed", "encoding": "base64"},
    )
    assert [item["pubkey"] for item in owned["value"]] == [str(ata)]


async def test_simulation_changes_nothing_and_shows_what_would_be(rpc: Rpc) -> None:
    payer, to = await rpc.funded(SOL), Keypair().pubkey()
    transaction = await rpc.signed([give(payer, to, 10**7)], payer, blockhash=Hash.default())
    encoded = base64.b64encode(bytes(transaction)).decode()
    config = {"encoding": "base64", "commitment": "processed", "accounts": {"addresses": [str(to)]}}
    stale = (await rpc("simulateTransaction", encoded, config))["value"]
    assert stale["err"] == "BlockhashNotFound"
    fresh = (await rpc("simulateTransaction", encoded, {**config, "replaceRecentBlockhash": True}))["value"]
    assert fresh["err"] is None
    assert fresh["accounts"][0]["lamports"] == 10**7
    assert fresh["unitsConsumed"] == 150
    assert await rpc.lamports(to) == 0
