"""Methods about the node and the cluster's clock."""

from __future__ import annotations

from typing import Any

from windlass_localnet.chain import Chain
from windlass_localnet.commitment import Commitment
from windlass_localnet.rpc.context import API_VERSION, context_slot
from windlass_localnet.rpc.methods import method
from windlass_localnet.rpc.params import Params


@method("getHealth")
def get_health(chain: Chain, params: Params) -> str:
    """Always "ok": there is no cluster to be behind of."""
    return "ok"


@method("getVersion")
def get_version(chain: Chain, params: Params) -> dict[str, Any]:
    """The Agave version whose answers these are."""
    return {"feature-set": 0, "solana-core": API_VERSION}


@method("getGenesisHash")
def get_genesis_hash(chain: Chain, params: Params) -> str:
    """Random at each start: no two chains are taken for each other."""
    return str(chain.bank.genesis_hash)


@method("getIdentity")
def get_identity(chain: Chain, params: Params) -> dict[str, str]:
    """The node's address."""
    return {"identity": str(chain.identity)}


@method("getSlot")
def get_slot(chain: Chain, params: Params) -> int:
    """The slot at the commitment."""
    return context_slot(chain, params.config(0))


@method("getBlockHeight")
def get_block_height(chain: Chain, params: Params) -> int:
    """Blocks below the one at the commitment."""
    config = params.config(0)
    context_slot(chain, config)
    return chain.bank.block_at(config.commitment).height


@method("getEpochInfo")
def get_epoch_info(chain: Chain, params: Params) -> dict[str, int]:
    """Epoch, slot and height at the commitment."""
    config = params.config(0)
    context_slot(chain, config)
    return epoch_info(chain, config.commitment)


@method("getTransactionCount")
def get_transaction_count(chain: Chain, params: Params) -> int:
    """Transactions landed since genesis."""
    context_slot(chain, params.config(0))
    return chain.bank.ledger.transaction_count


def epoch_info(chain: Chain, commitment: Commitment) -> dict[str, int]:
    """EpochInfo at a commitment."""
    bank = chain.bank
    block = bank.block_at(commitment)
    epoch, index = bank.schedule.get_epoch_and_slot_index(block.slot)
    return {
        "absoluteSlot": block.slot,
        "blockHeight": block.height,
        "epoch": epoch,
        "slotIndex": index,
        "slotsInEpoch": bank.schedule.slots_per_epoch,
        "transactionCount": bank.ledger.transaction_count,
    }
