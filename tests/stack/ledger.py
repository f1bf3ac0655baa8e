"""A governed program whose accounts are migrated: `tests/programs/ledger`, under the 3-of-5 multisig."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import sha256
from pathlib import Path

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from stack.chain import Landed
from stack.governed import DAY, Governed
from stack.instructions import i64
from windlass_programs.addresses import (
    account_version_address,
    migration_authority_address,
    migration_tracker_address,
)
from windlass_programs.digests import code_digest
from windlass_programs.windlass import AccountVersion, MigrationTracker

LEDGER_PROGRAM_ID = Pubkey.from_string("Ledger1111111111111111111111111111111111111")
_ELF = Path(__file__).parent.parent / "programs" / "built" / "ledger.so"
_MULTISIG_IN_ELF = b"the address of ledger's multisig"
ROLLBACK_WINDOW = 7 * DAY
OLD_SIZE, NEW_SIZE, ARCHIVE_SIZE = 64, 96, 64 + 10_240
ADD = b"add....."


class Behaviour(IntEnum):
    """What the program does with an account that says so. `IN_REVERT` is added to have it happen there."""

    GOOD = 0
    CALL_BACK = 1
    TAKE_LAMPORTS = 2
    CHANGE_OWNER = 3
    CALL_THE_LOADER = 4
    CHANGE_A_MAPPED_BYTE = 5
    WRONG_SIZE = 6
    TOUCH_NOTHING = 7
    CLOSE = 8
    KEEP_THE_DISCRIMINATOR = 9
    GROW_TOO_MUCH = 10
    SPEND_THE_AUTHORITYS_LAMPORTS = 11
    CALL_ITSELF = 12


IN_REVERT = 0x80


@dataclass(frozen=True)
class Layout:
    """`AccountLayout`. Ranges are (from, to, len) and (from, len), in bytes."""

    old: bytes = b"ledger_1"
    new: bytes = b"ledger_2"
    old_size: int = OLD_SIZE
    new_size: int = NEW_SIZE
    mapped: Sequence[tuple[int, int, int]] = ((8, 40, 1), (16, 8, 32), (48, 60, 8))
    dropped: Sequence[tuple[int, int]] = ((9, 7), (56, 8))

    def pack(self) -> bytes:
        """Borsh."""
        mapped = struct.pack("<I", len(self.mapped)) + b"".join(struct.pack("<3H", *each) for each in self.mapped)
        dropped = struct.pack("<I", len(self.dropped)) + b"".join(struct.pack("<2H", *each) for each in self.dropped)
        return self.old + self.new + struct.pack("<2I", self.old_size, self.new_size) + mapped + dropped


LEDGER = Layout()
ARCHIVE = replace(LEDGER, old=b"archive1", new=b"archive2", new_size=ARCHIVE_SIZE)


@dataclass(frozen=True)
class Plan:
    """`MigrationPlan`."""

    layouts: Sequence[Layout] = (LEDGER, ARCHIVE)
    may_strand: int = 0
    receipts: bool = False

    def pack(self) -> bytes:
        """Borsh."""
        layouts = struct.pack("<I", len(self.layouts)) + b"".join(layout.pack() for layout in self.layouts)
        return layouts + struct.pack("<QB", self.may_strand, self.receipts)


@dataclass(frozen=True)
class Fields:
    """What an account of the program says, in either layout."""

    owner: bytes = sha256(b"owner").digest()
    balance: int = 1_000
    behaviour: int = Behaviour.GOOD

    def old(self, discriminator: bytes = b"ledger_1") -> bytes:
        """In the old layout, with noise where it is dropped."""
        head = struct.pack("<8sB7s", discriminator, self.behaviour, b"dropped")
        return head + self.owner + struct.pack("<Q8s", self.balance, b"dropped!")

    def new(self, discriminator: bytes = b"ledger_2", size: int = NEW_SIZE) -> bytes:
        """In the new layout, as the program makes it of `old`."""
        limit = 2**64 - 1
        data = discriminator + self.owner + struct.pack("<B7xQ4xQ", self.behaviour, limit, self.balance)
        return data.ljust(size, b"\0")

    def reverted(self, discriminator: bytes = b"ledger_1") -> bytes:
        """In the old layout, as the program makes it of `new`."""
        return struct.pack("<8sB7x32sQ8x", discriminator, self.behaviour, self.owner, self.balance)


def ledger_elf(multisig: Pubkey) -> bytes:
    """The program as it is built, knowing whose migration authority to trust."""
    built = _ELF.read_bytes()
    assert built.count(_MULTISIG_IN_ELF) == 1
    return built.replace(_MULTISIG_IN_ELF, bytes(multisig))


@dataclass
class Ledger(Governed):
    """The ledger under the multisig. Its releases are the same code: the account's layout is what differs."""

    program: Pubkey = LEDGER_PROGRAM_ID
    plan: Plan = field(default_factory=Plan)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.upgrade = 0

    def _come_under(self, multisig: Pubkey) -> None:
        super()._come_under(multisig)
        self.migration_authority = migration_authority_address(multisig, self.program)
        self.chain.put_program(self.program, ledger_elf(multisig), self.deployer.pubkey())

    def upload(self, code: bytes | None = None, authority: Pubkey | None = None) -> Pubkey:
        """A buffer with the ledger, or `code`."""
        return super().upload(ledger_elf(self.multisig) if code is None else code, authority)

    def propose_with_plan(self, plan: Plan | bytes | None, *, no_rollback: bool = False) -> int:
        """Propose the ledger with a plan, or with bytes in a plan's place; the proposal's id."""
        buffer = self.upload()
        id = self.multisig_config.proposal_count + 1
        accounts = {"proposal": self.proposal_address(id), "buffer": buffer, "proposer": self.proposer.pubkey()}
        packed = plan.pack() if isinstance(plan, Plan) else plan
        option = b"\0" if packed is None else b"\1" + packed
        arguments = code_digest(self.chain.account(buffer).data[37:]) + bytes([no_rollback]) + option
        self.send("propose_upgrade", self.proposer, arguments=arguments, changes=accounts)
        return id

    def ready(self, plan: Plan | None) -> int:
        """An upgrade with this plan that can be executed, with a copy of the former code; its proposal's id."""
        id = self.propose_with_plan(plan)
        self.verify_all(id)
        for member in self.members[:3]:
            self.approve(id, member)
        self.keep_copy(id)
        self.chain.advance(2 * DAY)
        return id

    def executed(self, plan: Plan | None) -> int:
        """An executed upgrade with this plan; its proposal's id."""
        id = self.ready(plan)
        self.execute(id)
        self.upgrade = id
        return id

    def keep_copy(self, id: int) -> None:
        """Keep a copy of the running code for an approved upgrade."""
        keeper = self.chain.keypair()
        copy = self.upload(self.running_code, keeper.pubkey())
        accounts = {"buffer": copy, "authority": keeper.pubkey()}
        self.send("keep_rollback_buffer", keeper, id=id, changes=accounts)

    def propose_rollback(self) -> int:
        """Propose to roll the last upgrade back; the rollback's id."""
        id = self.multisig_config.proposal_count + 1
        accounts = {"proposal": self.proposal_address(id), "proposer": self.proposer.pubkey()}
        self.send("propose_rollback", self.proposer, changes=accounts)
        return id

    def approve_rollback(self) -> int:
        """Propose to roll the last upgrade back, and have four members approve; the rollback's id."""
        id = self.propose_rollback()
        for member in self.members[:4]:
            self.approve(id, member, tracker=self.tracker_address())
        return id

    def cancel_rollback(self, id: int) -> None:
        """Vote an approved rollback down."""
        for member in self.members[:3]:
            self.cancel(id, member, tracker=self.tracker_address())

    def roll_back(self, id: int, **changes: Pubkey) -> Landed:
        """Put the former code back."""
        return self.chain.send(self.rollback(id, **changes), signers=[self.stranger])

    def rollback(self, id: int, **changes: Pubkey) -> Instruction:
        """The instruction by which a stranger puts the former code back."""
        kept = self.program_upgrade_state.rollback
        assert kept is not None
        accounts = {
            "upgrade_proposal": self.proposal_address(self.upgrade),
            "buffer": kept.buffer,
            "spill": kept.payer,
            "executor": self.stranger.pubkey(),
            "tracker": self.tracker_address(),
            **changes,
        }
        return self.instruction("rollback_upgrade", id=id, changes=accounts)

    def pause(self) -> None:
        """Have the guard pause the multisig for a day."""
        guard = self.members[3]
        self.send("pause_system", guard, arguments=i64(DAY), changes={"guard": guard.pubkey()})

    def start(self, id: int | None = None, **changes: Pubkey) -> Landed:
        """Start the migration of the last upgrade, or of `id`."""
        id = id or self.upgrade
        accounts = {"tracker": self.tracker_address(id), **changes}
        return self.send("start_migration", id=id, changes=accounts)

    def migrating(self, plan: Plan | None = None) -> None:
        """Upgrade with `plan` (the world's own) and start its migration."""
        self.executed(plan or self.plan)
        self.start()

    def migrate(self, *accounts: Pubkey, **changes: Pubkey) -> Landed:
        """Bring accounts into the new layout, in one transaction."""
        return self.chain.send(self.moving("migrate_account", accounts, **changes), signers=[self.payer])

    def revert(self, *accounts: Pubkey, **changes: Pubkey) -> Landed:
        """Bring accounts back into the old layout, in one transaction."""
        return self.chain.send(self.moving("revert_account", accounts, **changes), signers=[self.payer])

    def moving(self, name: str, accounts: Sequence[Pubkey], **changes: Pubkey) -> Instruction:
        """The instruction that moves these accounts, with receipts where the plan has them."""
        named = {"tracker": self.tracker_address(), "migration_authority": self.migration_authority, **changes}
        instruction = self.instruction(name, changes=named)
        return Instruction(instruction.program_id, instruction.data, [*instruction.accounts, *self.remaining(accounts)])

    def remaining(self, accounts: Sequence[Pubkey]) -> list[AccountMeta]:
        """The accounts, each with its receipt where the plan has receipts."""
        receipts = self.tracker.plan.receipts
        pairs = [[account, self.receipt_address(account)][: 1 + receipts] for account in accounts]
        return [AccountMeta(address, False, True) for pair in pairs for address in pair]

    def finalize(self, **changes: Pubkey) -> Landed:
        """End the migration."""
        accounts = {"tracker": self.tracker_address(), **changes}
        return self.send_unpaid("finalize_migration", id=self.upgrade, changes=accounts)

    def close_receipt(self, account: Pubkey, **changes: Pubkey) -> Landed:
        """Give a receipt back to whoever paid for it."""
        receipt = self.receipt_address(account)
        accounts = {"tracker": self.tracker_address(), "account_version": receipt, **changes}
        return self.send_unpaid("close_account_version", changes=accounts)

    def send_unpaid(self, name: str, *, id: int | None = None, changes: dict[str, Pubkey]) -> Landed:
        """Send an instruction that nobody has to sign."""
        return self.chain.send(self.instruction(name, id=id, changes=changes))

    # Its accounts.

    def put_account(self, fields: Fields | None = None, data: bytes | None = None) -> Pubkey:
        """Put an account of the program in place: in the old layout, or with `data`."""
        address = self.chain.keypair().pubkey()
        self.chain.put(address, data or (fields or Fields()).old(), self.program)
        return address

    def put_accounts(self, count: int) -> list[Pubkey]:
        """Accounts in the old layout, each with its own balance."""
        return [self.put_account(Fields(balance=number)) for number in range(count)]

    def data(self, account: Pubkey) -> bytes:
        """The account's data."""
        return self.chain.account(account).data

    def add(self, account: Pubkey, amount: int) -> Landed:
        """Add to the balance of an account in the new layout."""
        return self.chain.send(self.addition(account, amount))

    def addition(self, account: Pubkey, amount: int) -> Instruction:
        """The instruction that adds to the balance."""
        return Instruction(self.program, ADD + struct.pack("<Q", amount), [AccountMeta(account, False, True)])

    def tracker_address(self, id: int | None = None) -> Pubkey:
        """Where the tracker of the last upgrade lies, or of `id`."""
        return migration_tracker_address(self.multisig, self.program, id or self.upgrade)

    def receipt_address(self, account: Pubkey) -> Pubkey:
        """Where the account's receipt lies."""
        return account_version_address(self.tracker_address(), account)

    @property
    def tracker(self) -> MigrationTracker:
        """The last upgrade's tracker."""
        return MigrationTracker.decode(self.chain.account(self.tracker_address()).data)

    def receipt(self, account: Pubkey) -> AccountVersion:
        """The account's receipt."""
        return AccountVersion.decode(self.chain.account(self.receipt_address(account)).data)


__all__ = ["ARCHIVE", "IN_REVERT", "LEDGER", "ROLLBACK_WINDOW", "Behaviour", "Fields", "Layout", "Ledger", "Plan"]
