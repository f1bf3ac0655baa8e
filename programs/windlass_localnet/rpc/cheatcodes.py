"""What no validator does, under Surfpool's names, parameters and answers: time travel, and accounts set at will.

https://docs.surfpool.run/sdk/time-travel: forward only, `absoluteTimestamp` in milliseconds, the answer
an EpochInfo. A jump in time moves the slot by time / slot length; the slots between have no blocks.
"""

from __future__ import annotations

from typing import Any

from solders.account import Account
from solders.system_program import ID as SYSTEM_PROGRAM

from windlass_localnet.chain import Chain
from windlass_localnet.commitment import Commitment
from windlass_localnet.errors import invalid_params
from windlass_localnet.rpc.cluster import epoch_info
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Params, parse_pubkey

HOUR_MS = 3_600_000


@method("surfnet_timeTravel")
def time_travel(chain: Chain, params: Params) -> dict[str, int]:
    """Move to {"absoluteTimestamp": ms}, {"absoluteSlot": n} or {"absoluteEpoch": n}; default: an hour on."""
    bank = chain.bank
    config = params.config(0)
    now_ms = int(bank.clock.now() * 1000)
    if len(config.values) > 1:
        raise invalid_params("expected one of absoluteTimestamp, absoluteSlot, absoluteEpoch")
    slot = config.integer("absoluteSlot")
    epoch = config.integer("absoluteEpoch")
    if slot is None and epoch is not None:
        current = bank.schedule.get_epoch(bank.open.slot)
        if epoch <= current:
            raise invalid_params(f"Cannot travel to past epoch: target={epoch}, current={current}")
        slot = bank.schedule.get_first_slot_in_epoch(epoch)
    if slot is not None:
        if slot <= bank.open.slot:
            raise invalid_params(f"Cannot travel to past slot: target={slot}, current={bank.open.slot}")
        target_ms = now_ms + (slot - bank.open.slot) * bank.slot_ms
    else:
        asked = config.integer("absoluteTimestamp")
        if asked is None and config.values:
            raise invalid_params("expected one of absoluteTimestamp, absoluteSlot, absoluteEpoch")
        target_ms = now_ms + HOUR_MS if asked is None else asked
        if target_ms < now_ms:
            raise invalid_params(f"Cannot travel to past timestamp: target={target_ms}, current={now_ms}")
        slot = bank.open.slot + max(1, (target_ms - now_ms) // bank.slot_ms)
    chain.travel(slot, target_ms / 1000)
    return epoch_info(chain, Commitment.PROCESSED)


@method("surfnet_setAccount")
def set_account(chain: Chain, params: Params) -> dict[str, Any]:
    """Give an account {"lamports": n, "data": hex, "owner": address}; what is left out stays, 0 lamports end it."""
    bank = chain.bank
    address, config = params.pubkey(0), params.config(1)
    before = bank.accounts.current(address)
    lamports = config.integer("lamports")
    try:
        data = bytes.fromhex(config.text("data", ""))
    except ValueError:
        raise invalid_params("Invalid params: data: expected hexadecimal digits") from None
    if before is None:
        before = Account(0, b"", SYSTEM_PROGRAM)
    owner = config.text("owner", "")
    bank.accounts.write(
        address,
        Account(
            before.lamports if lamports is None else lamports,
            data if "data" in config.values else before.data,
            parse_pubkey(owner) if owner else before.owner,
            before.executable,
            before.rent_epoch,
        ),
    )
    return {"context": {"slot": bank.open.slot}, "value": None}
