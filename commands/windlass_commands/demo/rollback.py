"""The way back: a copy of the running code is kept, a release misbehaves, and users have their collateral again."""

from __future__ import annotations

import asyncio
import time

from rich.table import Table
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from spl.token.instructions import MintToParams, mint_to
from windlass_programs import collateral_vault_v1 as release_1
from windlass_programs.addresses import TOKEN_PROGRAM, associated_token_address, proposal_address, vault_address
from windlass_programs.windlass import ProposalStatus

from windlass_commands.amounts import tokens
from windlass_commands.demo import migration
from windlass_commands.demo.cast import DECIMALS, DEPOSITS, SYMBOL
from windlass_commands.demo.new_version import amount_of
from windlass_commands.demo.stage import Stage
from windlass_commands.demo.two_days import clock_at, restarted_past, slot_after, state_shown
from windlass_commands.explanation import Subject
from windlass_commands.instructions.approve_upgrade import approve_upgrade
from windlass_commands.instructions.deposit import deposit
from windlass_commands.instructions.keep_rollback_buffer import keep_rollback_buffer
from windlass_commands.instructions.move_accounts import MoveCall, revert_account
from windlass_commands.instructions.pause_system import pause_system
from windlass_commands.instructions.propose_rollback import propose_rollback
from windlass_commands.instructions.resume_system import resume_system
from windlass_commands.instructions.rollback_upgrade import rollback_upgrade
from windlass_commands.instructions.withdraw import withdraw
from windlass_commands.upload import Upload

DELAY_SECONDS = 60
PAUSE_SECONDS = 3_600
# What maya deposits into release 2, in base units: it has to come back with the rest.
MORE = 7_000_000
MOVED = "query ($a: ID!) { migration(address: $a) { state migrated reverted } }"


class Drill:
    """The acts, and when each was over: seconds since the first withdrawal was refused."""

    def __init__(self, stage: Stage, multisig: Pubkey, upgrade: Pubkey) -> None:
        self.stage = stage
        self.multisig = multisig
        self.upgrade = upgrade
        self.began = time.monotonic()
        self.times: list[tuple[str, float]] = []
        self.code = b""
        """What ran before the upgrade."""

    def _over(self, what: str) -> None:
        self.times.append((what, time.monotonic() - self.began))

    async def keep_copy(self) -> None:
        """Dave uploads what runs now; the program compares it, byte for byte, and keeps it."""
        stage, dave = self.stage, self.stage.cast.members["dave"]
        state = await stage.accounts.program_state(self.multisig, stage.vault_program)
        self.code = (await stage.accounts.program_data(stage.vault_program)).code[: state.code_len]
        await Upload(stage.rpc, stage.cast.copy, dave, dave, self.code).run()
        await stage.step(
            "dave has a copy of version 1 kept, which the program compares first",
            [
                keep_rollback_buffer(
                    stage.accounts.program_id,
                    self.multisig,
                    stage.vault_program,
                    self.upgrade,
                    stage.cast.copy.address,
                    dave.address,
                )
            ],
            [dave],
            self.multisig,
            subscribed=False,
        )

    async def misbehave(self) -> Pubkey:
        """All vaults are migrated, maya deposits more, and nobody can withdraw; the migration's tracker."""
        stage = self.stage
        stage.narrator.act("Version 2 runs, and does not let collateral out")
        tracker = await migration.start(stage, self.upgrade)
        await migration.migrate_rest(stage, tracker)
        maya, mint, treasurer = stage.cast.users["maya"], stage.cast.mint.address, stage.cast.treasurer
        source = associated_token_address(maya.address, mint)
        paid = MintToParams(
            program_id=TOKEN_PROGRAM, mint=mint, dest=source, mint_authority=treasurer.address, amount=MORE
        )
        await stage.send([mint_to(paid)], treasurer)
        await stage.step(
            f"maya deposits {tokens(MORE, DECIMALS)} {SYMBOL} more, into version 2",
            [deposit(stage.vault_program, maya.address, mint, source, MORE)],
            [maya],
            vault_address(maya.address, stage.vault_program),
        )
        self.began = time.monotonic()
        for name, amount in held().items():
            user = stage.cast.users[name]
            await stage.refusal(
                f"{name} withdraws:",
                [self._withdrawal(name, amount)],
                [user],
                "InstructionFallbackNotFound",
                Subject(member=user.address, payer=user.address),
            )
        self._over("withdrawals are refused")
        return tracker

    async def pause(self) -> None:
        """Erin, a guard, stops everything but the way back."""
        stage, erin = self.stage, self.stage.cast.members["erin"]
        stage.narrator.act("A guard pauses, four members approve the way back")
        await stage.step(
            "erin pauses the multisig for an hour; a rollback goes on all the same",
            [pause_system(stage.accounts.program_id, self.multisig, erin.address, PAUSE_SECONDS)],
            [erin],
            self.multisig,
            subscribed=False,
        )
        self._over("paused")

    async def approve(self) -> Pubkey:
        """Alice proposes it, and the emergency threshold is reached; the rollback's address."""
        stage, program_id = self.stage, self.stage.accounts.program_id
        alice = stage.cast.members["alice"]
        id = (await stage.accounts.multisig(self.multisig)).proposal_count + 1
        rollback = proposal_address(self.multisig, id, program_id)
        await stage.step(
            "alice proposes to go back to the kept copy",
            [propose_rollback(program_id, self.multisig, stage.vault_program, id, alice.address, alice.address)],
            [alice],
            self.multisig,
        )
        governed = await stage.accounts.governed(rollback)
        voted, threshold = governed.voted(program_id), governed.threshold
        for count, name in enumerate(list(stage.cast.members)[:threshold], start=1):
            member = stage.cast.members[name]
            await stage.step(
                f"{name} approves, {count} of {threshold}" + (": the way back is open" if count == threshold else ""),
                [approve_upgrade(program_id, voted, member.address, governed.proposal.digest)],
                [member],
                self.multisig,
            )
        self._over("rollback approved")
        olga = stage.cast.users["olga"]
        await stage.refusal(
            "olga executes it at once:",
            [await self._execution(rollback)],
            [olga],
            "TimelockNotOver",
            Subject(proposal=rollback, member=olga.address, payer=olga.address),
        )
        return rollback

    async def revert(self, tracker: Pubkey) -> None:
        """Noor, who is no member, brings every vault back into version 1's layout, with what it holds now."""
        stage, noor = self.stage, self.stage.cast.users["noor"]
        stage.narrator.act("Vaults go back with what they hold now, then the code does")
        voted = (await stage.accounts.migration(tracker)).tracker
        call = MoveCall(
            stage.accounts.program_id, voted.multisig, voted.program, tracker, noor.address, voted.plan.receipts
        )
        vaults = [vault_address(stage.cast.users[name].address, stage.vault_program) for name in DEPOSITS]
        landed = await stage.send([revert_account(call, vaults)], noor)
        text = f"noor reverts the {len(vaults)} vaults: Windlass compares every field"
        stage.narrator.step(text, landed.signature, landed.slot, None)
        for name, amount in held().items():
            vault = await migration.vault_of(stage, name)
            stage.require(
                isinstance(vault, release_1.CollateralVault) and vault.total_balance == amount,
                f"{name}'s vault should say {amount} in version 1's layout, but says {vault}.",
            )
        await self._reverted(tracker, len(vaults))
        self._over("vaults reverted")

    async def execute(self, rollback: Pubkey) -> None:
        """Once the delay is over anyone executes, and version 1's very bytes run again."""
        stage, olga = self.stage, self.stage.cast.users["olga"]
        eta = (await stage.accounts.proposal(rollback)).eta
        if stage.validator is None:
            await stage.rpc.call("surfnet_timeTravel", {"absoluteTimestamp": (eta + 1) * 1000}, repeatable=False)
        else:
            # After one jump its clock stands still for hours, until the slots that it counts have caught up.
            await restarted_past(stage, stage.validator, eta + 1 - (await stage.rpc.clock()).unix_timestamp)
        await clock_at(stage, eta)
        self._over("rollback delay over")
        state = await stage.accounts.program_state(self.multisig, stage.vault_program)
        stage.require(state.rollback is not None, "A copy of version 1 should be kept, but there is none.")
        landed = await stage.step(
            "olga executes: the program runs the code of version 1 again, as version 2",
            [await self._execution(rollback)],
            [olga],
            self.multisig,
        )
        await state_shown(stage, rollback, "EXECUTED")
        await state_shown(stage, self.upgrade, "ROLLED_BACK")
        await slot_after(stage, landed.slot)
        upgrade = await stage.accounts.proposal(self.upgrade)
        stage.require(
            upgrade.status is ProposalStatus.ROLLED_BACK,
            f"The upgrade should be rolled back, but is {upgrade.status.name}.",
        )
        running = (await stage.accounts.program_data(stage.vault_program)).code
        stage.require(
            running[: len(self.code)] == self.code and not any(running[len(self.code) :]),
            "The program's account should hold version 1 and zeros after it, but it does not.",
        )
        self._over("code rolled back")

    async def pay_out(self) -> None:
        """Erin ends the pause, and all users withdraw everything they ever deposited."""
        stage, erin = self.stage, self.stage.cast.members["erin"]
        stage.narrator.act("The pause ends, and nobody has lost a token")
        await stage.step(
            "erin ends the pause",
            [resume_system(stage.accounts.program_id, self.multisig, erin.address)],
            [erin],
            self.multisig,
            subscribed=False,
        )
        self._over("resumed")
        for name, amount in held().items():
            user = stage.cast.users[name]
            await stage.step(
                f"{name} withdraws {tokens(amount, DECIMALS)} {SYMBOL}",
                [self._withdrawal(name, amount)],
                [user],
                vault_address(user.address, stage.vault_program),
            )
            own = associated_token_address(user.address, stage.cast.mint.address)
            paid = await amount_of(stage, own)
            stage.require(paid == amount, f"{name} should have got {amount}, but holds {paid}.")
        self._over("all collateral paid out")

    def tell(self) -> dict[str, float]:
        """Print the times, seconds since the first withdrawal was refused; the same for --json."""
        table = Table("since the first refused withdrawal", "", box=None, padding=(0, 3), header_style="dim")
        for what, seconds in self.times:
            table.add_row(what, f"{seconds:8.1f} s")
        self.stage.narrator.table(table)
        return {what: round(seconds, 1) for what, seconds in self.times}

    def _withdrawal(self, name: str, amount: int) -> Instruction:
        user, mint = self.stage.cast.users[name].address, self.stage.cast.mint.address
        return withdraw(self.stage.vault_program, user, mint, associated_token_address(user, mint), amount)

    async def _execution(self, rollback: Pubkey) -> Instruction:
        stage = self.stage
        governed = await stage.accounts.governed(rollback)
        kept, back = governed.state.rollback, governed.proposal.rolls_back
        assert kept is not None
        assert back is not None
        return rollback_upgrade(
            stage.accounts.program_id,
            self.multisig,
            stage.vault_program,
            rollback,
            back,
            governed.proposal.buffer,
            kept.payer,
            stage.cast.users["olga"].address,
            governed.state.migration,
        )

    async def _reverted(self, tracker: Pubkey, count: int) -> None:
        deadline = time.monotonic() + migration.SHOWN_SECONDS
        while (read := (await self.stage.read_model.ask(MOVED, a=str(tracker)))["migration"])["reverted"] != count:
            self.stage.require(
                time.monotonic() < deadline, f"GraphQL should count {count} reverted vaults, but says {read}."
            )
            await asyncio.sleep(0.02)
        self.stage.narrator.note(f"the read model: {read['migrated']} migrated, {read['reverted']} reverted", "")


def held() -> dict[str, int]:
    """What each user has in their vault once maya has deposited more, in base units."""
    return {name: amount + (MORE if name == "maya" else 0) for name, amount in DEPOSITS.items()}
