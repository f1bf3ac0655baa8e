"""Everything else that a multisig decides about a program: config, pause, ways back, ways out, and what ends a vote."""

from dataclasses import replace

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from stack.chain import Landed
from stack.governed import DAY, Governed, Terms
from stack.instructions import i64
from windlass_programs.windlass import ProposalKind


class Council(Governed):
    """The governed vault program, and the rest of what its members can do."""

    # What ends a vote, and what is given back then.

    def revoke(self, id: int, member: Keypair, **changes: Pubkey) -> Landed:
        """Take an approval back."""
        instruction = self.for_kind("revoke_approval", id, b"", {"member": member.pubkey(), **changes})
        return self.chain.send(instruction, signers=[member])

    def expire(self, id: int, **changes: Pubkey) -> Landed:
        """Close a proposal that is over or stale."""
        return self.chain.send(self.for_kind("expire_proposal", id, b"", changes))

    def reclaim(self, id: int, **changes: Pubkey) -> Landed:
        """Close the buffer of an upgrade that will not come."""
        proposal = self.proposal(id)
        accounts = {"buffer": proposal.buffer, "recipient": proposal.payer, **changes}
        return self.send("reclaim_buffer", id=id, changes=accounts)

    # Pause.

    def pause(self, guard: Keypair, seconds: int) -> Landed:
        """Pause the multisig."""
        return self.send("pause_system", guard, arguments=i64(seconds), changes={"guard": guard.pubkey()})

    def resume(self, signer: Keypair) -> Landed:
        """End the pause."""
        return self.send("resume_system", signer, changes={"signer": signer.pubkey()})

    # Config.

    def propose_config(self, terms: Terms | None = None, proposer: Keypair | None = None, **changes: object) -> int:
        """Propose `terms`, or the present ones with `changes`; the proposal's id."""
        terms = terms or replace(self.terms, **changes)  # type: ignore[arg-type]
        proposer = proposer or self.proposer
        id = self.multisig_config.proposal_count + 1
        accounts = {"proposer": proposer.pubkey()}
        self.send("propose_config", proposer, id=id, arguments=terms.pack(), changes=accounts)
        return id

    def execute_config(self, id: int, **changes: Pubkey) -> Landed:
        """Change the config."""
        return self.chain.send(self.config_execution(id, **changes), signers=[self.stranger])

    def config_execution(self, id: int, **changes: Pubkey) -> Instruction:
        """The instruction by which a stranger executes a config."""
        accounts = {"executor": self.stranger.pubkey(), **changes}
        return self.instruction("execute_config", id=id, changes=accounts)

    def change_config(self, **changes: object) -> None:
        """Have other terms, by a proposal from start to end."""
        id = self.propose_config(**changes)  # type: ignore[arg-type]
        self.approve_by(id, *self.members[: self.multisig_config.threshold])
        self.chain.advance(self.multisig_config.timelock)
        self.execute_config(id)
        self.terms = replace(self.terms, **changes)  # type: ignore[arg-type]

    def approve_by(self, id: int, *members: Keypair) -> None:
        """Have these members approve, of whatever kind the proposal is."""
        for member in members:
            instruction = self.vote(id, member)
            self.chain.send(instruction, signers=[member])

    def vote(self, id: int, member: Keypair, digest: bytes | None = None, **changes: Pubkey) -> Instruction:
        """The instruction by which `member` approves a proposal of any kind."""
        arguments = self.proposal(id).digest if digest is None else digest
        accounts = {"member": member.pubkey(), **changes}
        return self.for_kind("approve_upgrade", id, arguments, accounts)

    def cancel_of(self, id: int, member: Keypair) -> Landed:
        """Withdraw, or vote to cancel, of whatever kind the proposal is."""
        instruction = self.for_kind("cancel_upgrade", id, b"", {"member": member.pubkey()})
        return self.chain.send(instruction, signers=[member])

    def for_kind(self, name: str, id: int, arguments: bytes, accounts: dict[str, Pubkey]) -> Instruction:
        """An instruction that takes the program's state but for a config."""
        without = "program_state" if self.proposal(id).kind is ProposalKind.CONFIG else None
        return self.instruction(name, id=id, arguments=arguments, changes=accounts, without=without)

    # The way back.

    def keep(self, id: int, copy: Pubkey | None = None, keeper: Keypair | None = None, **changes: Pubkey) -> Landed:
        """Keep a copy of the running code, by default uploaded by somebody who is no member."""
        keeper = keeper or self.stranger
        copy = copy or self.upload(self.running_code, keeper.pubkey())
        accounts = {"buffer": copy, "authority": keeper.pubkey(), **changes}
        return self.send("keep_rollback_buffer", keeper, id=id, changes=accounts)

    def upgraded(self) -> int:
        """The successor runs, and a copy of the release is kept; the upgrade's id."""
        id = self.propose(no_rollback=False)
        self.verify_all(id)
        self.approve_by(id, *self.members[:3])
        self.keep(id)
        self.chain.advance(2 * DAY)
        self.execute(id)
        return id

    def propose_rollback(self, proposer: Keypair | None = None, **changes: Pubkey) -> int:
        """Propose to go back; the proposal's id."""
        proposer = proposer or self.proposer
        id = self.multisig_config.proposal_count + 1
        self.send("propose_rollback", proposer, id=id, changes={"proposer": proposer.pubkey(), **changes})
        return id

    def rollback_approved(self) -> int:
        """A rollback with the four approvals that it needs; its id."""
        id = self.propose_rollback()
        self.approve_by(id, *self.members[:4])
        return id

    def roll_back(self, id: int, **changes: Pubkey) -> Landed:
        """Put the kept code back."""
        return self.chain.send(self.rollback(id, **changes), signers=[self.stranger])

    def rollback(self, id: int, **changes: Pubkey) -> Instruction:
        """The instruction by which a stranger executes a rollback."""
        proposal, kept = self.proposal(id), self.program_upgrade_state.rollback
        accounts = {
            "upgrade_proposal": proposal.rolls_back or self.proposal_address(1),
            "buffer": proposal.buffer,
            "spill": kept.payer if kept else self.stranger.pubkey(),
            "executor": self.stranger.pubkey(),
            **changes,
        }
        return self.instruction("rollback_upgrade", id=id, changes=accounts)

    def retire(self, id: int, **changes: Pubkey) -> Landed:
        """Close the copy that was kept for the upgrade `id`."""
        kept = self.proposal(id).rollback_buffer
        accounts = {"buffer": kept.buffer, "recipient": kept.payer, **changes} if kept else changes
        return self.send("retire_rollback", id=id, changes=accounts)

    # The way out.

    def propose_transfer(self, new_authority: Pubkey, proposer: Keypair | None = None) -> int:
        """Propose to give the program away; the proposal's id."""
        proposer = proposer or self.proposer
        id = self.multisig_config.proposal_count + 1
        accounts = {"proposer": proposer.pubkey()}
        self.send("propose_transfer", proposer, id=id, arguments=bytes(new_authority), changes=accounts)
        return id

    def transfer_approved(self, new_authority: Pubkey) -> int:
        """A transfer whose timelock is over; its id."""
        id = self.propose_transfer(new_authority)
        self.approve_by(id, *self.members[:3])
        self.chain.advance(2 * DAY)
        return id

    def transfer(self, id: int, new_authority: Keypair, **changes: Pubkey) -> Landed:
        """Give the program away."""
        accounts = {"new_authority": new_authority.pubkey(), "executor": self.stranger.pubkey(), **changes}
        instruction = self.instruction("execute_transfer", id=id, changes=accounts)
        return self.chain.send(instruction, signers=[self.stranger, new_authority])

    def register_again(self, authority: Keypair, timelock: int = 0) -> Landed:
        """Take a released program back."""
        accounts = {"authority": authority.pubkey()}
        return self.send("register_released_program", authority, arguments=i64(timelock), changes=accounts)
