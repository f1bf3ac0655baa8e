"""Random lives of vaults through both releases, a migration and a way back, beside books that say what must come of it.

Two kinds of clients act: those of release 1, which know nothing of a migration, and those of release 2, which put
`migrate_account` before an instruction that meets a vault of the old layout.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from random import Random

from solders.instruction import Instruction
from solders.keypair import Keypair
from stack.chain import Refused, idl
from stack.instructions import build, u64
from stack.vault_migration import MigratingVaults, plan_of_vaults
from stack.vaults import TOKENS_AT_FIRST, Mint, User
from windlass_programs import collateral_vault_v2 as release_2

USERS = 16
# The System program says so, in words that differ between its releases.
ALREADY_OPEN = "it is open already"
U64_MAX = 2**64 - 1


class Stage(Enum):
    """What runs, and where the migration stands."""

    RELEASE_1 = "release 1"
    UPGRADED = "release 2, its migration not started"
    MIGRATING = "release 2, migrating"
    REVERTING = "release 2, a rollback approved"
    ROLLED_BACK = "release 1 again"

    @property
    def release(self) -> int:
        """The one that runs."""
        return 1 if self in (Stage.RELEASE_1, Stage.ROLLED_BACK) else 2


@dataclass(frozen=True)
class Books:
    """What a vault must say. `layout`: the release in whose layout it is; 0: there is none."""

    layout: int = 0
    available: int = 0
    locked: int = 0
    deposited: int = 0
    withdrawn: int = 0


class Wrong(Exception):
    """Something did not come out as the books say."""


class Refusal(Exception):
    """What has to be refused, and by which error."""


@dataclass
class Life:
    """One chain, its users, and the books. `told` counts every outcome by what was asked and what came of it."""

    seed: int
    told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.world = MigratingVaults(plan=plan_of_vaults(may_strand=USERS))
        self.world.govern()
        self.exchange, self.chain = self.world.exchange, self.world.chain
        self.stage = Stage.RELEASE_1
        self.mint = Mint.create(self.chain)
        self.users = [User(self.mint) for _ in range(USERS)]
        self.books = [Books() for _ in self.users]
        self.gifts = [0] * USERS

    def live(self, operations: int, rounds: int = 1) -> None:
        """So many operations, in `rounds` of upgrade, migration and rollback. Raises Wrong, which names the seed."""
        for _ in self.stages(rounds):
            for number in range(operations // (1 + 4 * rounds)):
                self.operate()
                if number % 50 == 0:
                    self.check_all()
            self.check_all()

    def stages(self, rounds: int) -> Iterator[None]:
        """One stage after the other."""
        yield
        for _ in range(rounds):
            self.world.executed(self.world.plan)
            self._enter(Stage.UPGRADED)
            yield
            self.world.start()
            self._enter(Stage.MIGRATING)
            yield
            rollback = self.world.approve_rollback()
            self._enter(Stage.REVERTING)
            yield
            self.chain.advance(3_600)
            self.world.roll_back(rollback)
            self._enter(Stage.ROLLED_BACK)
            yield

    def _enter(self, stage: Stage) -> None:
        self.chain.advance(1)
        self.stage = stage

    # One operation: what the books say must come of it, then what comes of it.

    def operate(self) -> None:
        """Something at random, by a client of either release."""
        name = self.random.choices(
            ("deposit", "withdraw", "withdraw_all", "lock", "unlock", "transfer", "open", "gift", "move", "wait"),
            (20, 15, 4, 18, 10, 18, 4, 2, 3, 2),
        )[0]
        if name == "wait":
            self.chain.advance(self.random.randrange(1, 600))
            return
        if name == "gift":
            self._gift()
            return
        if name == "move":
            self._move()
            return
        lazily = self.stage is Stage.MIGRATING and self.random.random() < 0.5
        self._use(name, lazily)

    def _gift(self) -> None:
        """A stranger sends tokens to a vault's account; the books do not change."""
        open_ones = [place for place in range(USERS) if self.books[place].layout]
        if open_ones:
            place = self.random.choice(open_ones)
            amount = self.random.randrange(1, 100)
            self.mint.mint_to(self.users[place].token_account, amount)
            self.gifts[place] += amount

    def _move(self) -> None:
        """Anyone has Windlass migrate or revert a vault, or two."""
        forth = self.stage is Stage.MIGRATING
        back = self.stage is Stage.REVERTING
        chosen = [p for p in self.random.sample(range(USERS), 2) if self.books[p].layout]
        if not chosen or not (forth or back):
            return
        vaults = [self.users[place].vault for place in chosen]
        (self.world.migrate if forth else self.world.revert)(*vaults)
        self.told["migrate" if forth else "revert", "done"] += 1
        for place in chosen:
            self.books[place] = replace(self.books[place], layout=2 if forth else 1)
            self._check(place)

    def _use(self, name: str, lazily: bool) -> None:
        places = self.random.sample(range(USERS), 2)
        if name == "transfer" and self.random.random() < 0.05:
            places[1] = places[0]
        if name != "transfer":
            places = places[:1]
        if name != "open" and any(not self.books[p].layout for p in places):
            return
        amount = self._amount(self.books[places[0]])
        first = [p for p in dict.fromkeys(places) if self.books[p].layout == 1] if lazily and name != "open" else []
        try:
            after = self._expected(name, places, amount, first)
            expected = "done"
        except Refusal as refusal:
            after, expected = {}, str(refusal)
        outcome = self._sent(name, places, amount, first)
        self.told[("lazily " if first else "") + name, outcome] += 1
        if outcome != expected:
            raise Wrong(
                f"seed {self.seed}, {self.stage.value}: {'lazily ' if first else ''}{name} {amount} by {places} should "
                f"be {expected}, but was {outcome}; books {[self.books[p] for p in places]}"
            )
        for place, books in after.items():
            self.books[place] = books
        for place in places:
            self._check(place)

    def _sent(self, name: str, places: list[int], amount: int, first: list[int]) -> str:
        """What comes of it: done, or the error's name."""
        user = self.users[places[0]]
        signers: list[Keypair] = [user.owner]
        instructions: list[Instruction] = []
        if first:
            vaults = [self.users[place].vault for place in first]
            instructions.append(self.world.moving("migrate_account", vaults))
            signers.append(self.world.payer)
        instructions.append(self._instruction(name, places, amount))
        if name in ("lock", "unlock", "transfer"):
            signers.remove(user.owner)
        try:
            self.chain.send(*instructions, signers=signers)
        except Refused as refusal:
            return ALREADY_OPEN if name == "open" else refusal.error
        return "done"

    def _instruction(self, name: str, places: list[int], amount: int) -> Instruction:
        user = self.users[places[0]]
        match name:
            case "lock" | "unlock":
                return self.exchange.move(f"{name}_collateral", user, amount)
            case "transfer":
                return self.exchange.settlement(user, self.users[places[1]], amount)
        own = {"vault": user.vault, "owner": user.owner.pubkey(), "token_account": user.token_account}
        match name:
            case "open":
                return build(idl("collateral_vault_v1"), "initialize_vault", {**own, "mint": self.mint.address})
            case "deposit":
                return build(idl("collateral_vault_v1"), name, {**own, "source": user.wallet}, u64(amount))
            case "withdraw":
                return build(idl("collateral_vault_v1"), name, {**own, "destination": user.wallet}, u64(amount))
        return build(idl("collateral_vault_v2"), name, {**own, "destination": user.wallet})

    # The books.

    def _amount(self, books: Books) -> int:
        """Mostly something that can be, now and then nothing or too much."""
        most = self.random.choice((books.available, books.locked, 1_000))
        return self.random.choices((self.random.randint(1, max(1, most)), most + 1, 0, U64_MAX), (90, 5, 3, 2))[0]

    def _expected(self, name: str, places: list[int], amount: int, first: list[int]) -> dict[int, Books]:
        """The books afterwards. Raises Refusal."""
        if name == "open":
            if self.books[places[0]].layout:
                raise Refusal(ALREADY_OPEN)
            return {places[0]: Books(layout=self.stage.release)}
        if name == "withdraw_all" and self.stage.release == 1:
            raise Refusal("InstructionFallbackNotFound")
        books = [replace(self.books[p], layout=2) if p in first else self.books[p] for p in places]
        for each in books:
            if each.layout != self.stage.release:
                raise Refusal("NewerLayout" if self.stage.release == 1 else "MigrateFirst")
        if name == "transfer" and places[0] == places[1]:
            raise Refusal("SameVault")
        if name == "withdraw_all":
            amount = books[0].available
        if amount == 0:
            raise Refusal("AmountZero")
        return dict(zip(places, self._after(name, places[0], books, amount), strict=True))

    def _after(self, name: str, place: int, books: list[Books], amount: int) -> list[Books]:
        own = books[0]
        if name == "deposit":
            if own.available + amount > U64_MAX or own.available + own.locked + amount > U64_MAX:
                raise Refusal("Overflow")
            if own.deposited + amount > U64_MAX:
                raise Refusal("Overflow")
            if amount > self._in_wallet(place):
                raise Refusal("custom program error: 0x1")
            return [replace(own, available=own.available + amount, deposited=own.deposited + amount)]
        if name in ("withdraw", "withdraw_all"):
            if amount > own.available:
                raise Refusal("InsufficientBalance")
            return [replace(own, available=own.available - amount, withdrawn=own.withdrawn + amount)]
        if name == "lock":
            if amount > own.available:
                raise Refusal("InsufficientBalance")
            return [replace(own, available=own.available - amount, locked=own.locked + amount)]
        if amount > own.locked:
            raise Refusal("InsufficientLocked")
        if name == "unlock":
            return [replace(own, available=own.available + amount, locked=own.locked - amount)]
        other = books[1]
        return [
            replace(own, locked=own.locked - amount, withdrawn=own.withdrawn + amount),
            replace(other, available=other.available + amount, deposited=other.deposited + amount),
        ]

    def _in_wallet(self, place: int) -> int:
        return self.mint.tokens_in(self.users[place].wallet)

    # The chain against the books.

    def check_all(self) -> None:
        """Every vault, and the sum of all tokens."""
        for place in range(USERS):
            self._check(place)
        wallets = sum(self._in_wallet(place) for place in range(USERS))
        totals = sum(books.available + books.locked for books in self.books)
        if wallets + totals != USERS * TOKENS_AT_FIRST:
            raise Wrong(f"seed {self.seed}: wallets hold {wallets} and vaults {totals}: tokens came or went")

    def _check(self, place: int) -> None:
        books, user = self.books[place], self.users[place]
        if not books.layout:
            return
        vault = user.state
        layout = 2 if isinstance(vault, release_2.CollateralVault) else 1
        available, locked = vault.available_balance, vault.locked_balance
        found = Books(layout, available, locked, vault.total_deposited, vault.total_withdrawn)
        if found != books:
            raise Wrong(f"seed {self.seed}, {self.stage.value}: vault {place} says {found}, the books {books}")
        total = books.available + books.locked
        held = self.mint.tokens_in(user.token_account)
        if not vault.total_balance == total == books.deposited - books.withdrawn or held != total + self.gifts[place]:
            raise Wrong(f"seed {self.seed}: vault {place} holds {held} for {total} and gifts of {self.gifts[place]}")
