"""An account set at will: what no validator lets anybody do, for tests of whoever has to notice."""

import pytest
from solders.keypair import Keypair
from stack.rpc import Rpc, RpcFailure

OWNER = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"


async def test_what_is_left_out_stays(rpc: Rpc) -> None:
    address = str(Keypair().pubkey())
    at = {"commitment": "processed", "encoding": "base64"}
    await rpc("surfnet_setAccount", address, {"lamports": 7, "data": "0aff", "owner": OWNER})
    account = (await rpc("getAccountInfo", address, at))["value"]
    assert (account["lamports"], account["data"][0], account["owner"]) == (7, "Cv8=", OWNER)
    await rpc("surfnet_setAccount", address, {"data": "00"})
    account = (await rpc("getAccountInfo", address, at))["value"]
    assert (account["lamports"], account["data"][0], account["owner"]) == (7, "AA==", OWNER)
    await rpc("surfnet_setAccount", address, {"lamports": 0})
    assert (await rpc("getAccountInfo", address, at))["value"] is None


async def test_what_is_no_account_is_refused(rpc: Rpc) -> None:
    address = str(Keypair().pubkey())
    with pytest.raises(RpcFailure, match="hexadecimal"):
        await rpc("surfnet_setAccount", address, {"data": "zz"})
    with pytest.raises(RpcFailure):
        await rpc("surfnet_setAccount", "nobody", {"lamports": 1})
