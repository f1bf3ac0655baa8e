"""What each instruction of Windlass costs, by the SVM's own count.

`PYTHONPATH=tests python -m stack.compute_units` writes benchmarks/compute_units.json, from which
docs/SMART_CONTRACT.md has its table.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
from solders.instruction import Instruction
from solders.keypair import Keypair
from stack.chain import Chain, Landed, idl
from stack.council import Council
from stack.governed import DAY, HOUR
from stack.ledger import ROLLBACK_WINDOW, Ledger, Plan
from windlass_programs.addresses import WINDLASS_PROGRAM_ID
from windlass_programs.digests import CODE_CHUNK_BYTES

RECORDED = Path(__file__).parents[2] / "benchmarks" / "compute_units.json"


class MeasuredChain(Chain):
    """A chain that remembers the most compute units that a transaction with one Windlass instruction took."""

    def __init__(self) -> None:
        self._names = {bytes(entry["discriminator"]): entry["name"] for entry in idl("windlass").json["instructions"]}
        self.units: dict[str, int] = {}
        super().__init__()

    def send(self, *instructions: Instruction, signers: Sequence[Keypair] = ()) -> Landed:
        """Send a transaction, and count it."""
        landed = super().send(*instructions, signers=signers)
        names = [self._names[i.data[:8]] for i in instructions if i.program_id == WINDLASS_PROGRAM_ID]
        if len(names) == 1:
            self.units[names[0]] = max(landed.compute_units, self.units.get(names[0], 0))
        return landed


def measured() -> dict[str, int]:
    """The most compute units of each instruction, for the collateral vault and a ledger of 64 bytes an account under
    five members; keys and times are the same in each run, so the figures are too."""
    council, ledger = Council(chain=MeasuredChain()), Ledger(chain=MeasuredChain())
    _govern(council)
    _migrate(ledger)
    most: dict[str, int] = {}
    for chain in (council.chain, ledger.chain):
        assert isinstance(chain, MeasuredChain)
        for name, units in chain.units.items():
            most[name] = max(units, most.get(name, 0))
    return dict(sorted(most.items()))


def _govern(council: Council) -> None:
    """Everything that a council does with a program: up, back, another config, away and here again."""
    heir, guard = council.chain.keypair(), council.members[3]
    council.initialize()
    council.register()
    large = council.propose(council.upload(bytes(CODE_CHUNK_BYTES)))
    council.verify(large)
    for member in council.members[:3]:
        council.approve(large, member)
    council.revoke(large, council.members[0])
    for member in council.members[2:]:
        council.cancel(large, member)
    council.reclaim(large)
    expiring = council.propose()
    council.chain.advance(7 * DAY)
    council.expire(expiring)

    council.upgraded()
    rollback = council.rollback_approved()
    council.chain.advance(HOUR)
    council.roll_back(rollback)
    replaced = council.upgraded()
    council.pause(guard, HOUR)
    council.resume(guard)
    council.change_config(timelock=3 * DAY)
    council.chain.advance(ROLLBACK_WINDOW)
    council.retire(replaced)
    leaving = council.propose_transfer(heir.pubkey())
    council.approve_by(leaving, *council.members[:3])
    council.chain.advance(3 * DAY)
    council.transfer(leaving, heir)
    council.register_again(heir)


def _migrate(ledger: Ledger) -> None:
    """One account forth and back and forth, with a receipt, to the end of its migration."""
    ledger.initialize()
    ledger.register()
    ledger.migrating(Plan(receipts=True))
    account = ledger.put_account()
    ledger.migrate(account)
    rollback = ledger.approve_rollback()
    ledger.revert(account)
    ledger.cancel_rollback(rollback)
    ledger.migrate(account)
    ledger.chain.advance(ROLLBACK_WINDOW)
    ledger.finalize()
    ledger.close_receipt(account)


if __name__ == "__main__":
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_bytes(orjson.dumps(measured(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.exit(0)
