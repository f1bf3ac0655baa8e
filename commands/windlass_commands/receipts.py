"""The receipts of a migration's accounts, where its plan has them."""

from __future__ import annotations

from dataclasses import dataclass

from solders.pubkey import Pubkey
from windlass_programs.windlass import AccountVersion

from windlass_commands.layouts import starts_with
from windlass_commands.rpc import Rpc

# Where in a receipt its tracker's address is: behind the discriminator and the bump.
TRACKER_OFFSET = 9


@dataclass(frozen=True)
class Receipt:
    """A receipt, and where it lies."""

    address: Pubkey
    version: AccountVersion


async def receipts_of(rpc: Rpc, program_id: Pubkey, tracker: Pubkey) -> list[Receipt]:
    """Those that the node lists."""
    filters = [starts_with(AccountVersion.DISCRIMINATOR), starts_with(bytes(tracker), TRACKER_OFFSET)]
    found = await rpc.program_accounts(program_id, filters, None)
    return [Receipt(account.address, AccountVersion.decode(account.data)) for account in found]
