"""Writes rows into the read model as the indexer's folds do: for tests of whoever reads them."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg
from solders.pubkey import Pubkey
from solders.signature import Signature

GENESIS = datetime(2026, 1, 1, tzinfo=UTC)
TIMELOCK = timedelta(hours=48)
GRACE = timedelta(days=14)
VOTING = timedelta(days=7)

_numbers = count(1)


def key() -> str:
    """An address that nothing else has."""
    return str(Pubkey(hashlib.sha256(b"key %d" % next(_numbers)).digest()))


def signature() -> str:
    """A signature that nothing else has."""
    return str(Signature(hashlib.sha512(b"signature %d" % next(_numbers)).digest()))


def digest() -> bytes:
    """32 bytes that nothing else has."""
    return hashlib.sha256(b"digest %d" % next(_numbers)).digest()


@dataclass
class Governance:
    """A multisig and the program that it governs."""

    multisig: str
    program: str
    members: list[str]
    seq: int = 2
    """Of the newest event in its stream."""
    proposals: int = 0


@dataclass
class Proposal:
    """A proposal as written."""

    governance: Governance
    address: str
    id: int
    created_at: datetime
    created_slot: int
    base_version: int
    approvals: list[str] = field(default_factory=list)


class ReadModel:
    """A writer with the indexer's rights. Each method is one event; wrap several in `transaction()`."""

    def __init__(self, connection: "asyncpg.Connection") -> None:
        self.connection = connection
        self.slot = 100

    def transaction(self) -> Any:
        """asyncpg's transaction: notifications are sent when it commits."""
        return self.connection.transaction()

    async def chain(self, time: datetime, finalized_slot: int = 0, followed: str | None = None) -> str:
        """The chain as last heard; gives the followed program."""
        program = followed or await self.connection.fetchval("SELECT program FROM cursors LIMIT 1") or key()
        await self.connection.execute(
            """INSERT INTO cursors (program, slot, confirmed_slot, finalized_slot, chain_time)
               VALUES ($1, $2::bigint, $2::bigint + 3, $3, $4)
               ON CONFLICT (program) DO UPDATE SET (slot, confirmed_slot, finalized_slot, chain_time)
                   = (excluded.slot, excluded.confirmed_slot, excluded.finalized_slot, excluded.chain_time)""",
            program,
            self.slot,
            finalized_slot,
            time,
        )
        return str(program)

    async def govern(
        self, members: int = 5, threshold: int = 3, at: datetime = GENESIS, own_timelock: int = 0
    ) -> Governance:
        """A new multisig with one registered program."""
        governance = Governance(key(), "", [key() for _ in range(members)])
        self.slot += 1
        await self.connection.execute(
            """INSERT INTO multisigs VALUES ($1, $2, $3, $4, $5, 172800, 3600, 1209600, 604800, 0, $6, $7, $8)""",
            governance.multisig,
            key(),
            threshold,
            members - threshold + 1,
            members,
            at,
            self.slot,
            signature(),
        )
        for position, member in enumerate(governance.members):
            await self.connection.execute(
                "INSERT INTO multisig_members VALUES ($1, $2, $3, $4, true, false)",
                governance.multisig,
                position,
                member,
                position < 2,
            )
        governance.program = await self.register(governance, at, own_timelock)
        await self._stream(governance.multisig, governance.seq)
        return governance

    async def register(self, governance: Governance, at: datetime = GENESIS, own_timelock: int = 0) -> str:
        """Another program for the multisig."""
        program = key()
        self.slot += 1
        await self.connection.execute(
            "INSERT INTO programs VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, $7, $8, $9, NULL)",
            governance.multisig,
            program,
            key(),
            key(),
            key(),
            own_timelock,
            at,
            self.slot,
            signature(),
        )
        return program

    async def propose(self, governance: Governance, at: datetime = GENESIS, program: str | None = None) -> Proposal:
        """UpgradeProposed."""
        self.slot += 1
        governance.proposals += 1
        governance.seq += 1
        program = program or governance.program
        version = await self.connection.fetchval(
            "SELECT version FROM programs WHERE multisig = $1 AND program = $2", governance.multisig, program
        )
        proposal = Proposal(governance, key(), governance.proposals, at, self.slot, version)
        await self.connection.execute(
            """INSERT INTO upgrade_proposals VALUES ($1, $2, $3, $4, 'upgrade', 'proposed', $5, $5, $6, 200000, 200000,
               $7, $8, true, 0, $9, $10, $11, $12, $13, NULL, NULL, $12, $14)""",
            proposal.address,
            governance.multisig,
            program,
            proposal.id,
            governance.members[0],
            key(),
            digest(),
            version,
            digest(),
            digest(),
            at,
            self.slot,
            signature(),
            governance.seq,
        )
        await self.connection.execute("INSERT INTO timelocks VALUES ($1, $2)", proposal.address, at + VOTING)
        await self._changed(proposal)
        return proposal

    async def approve(self, proposal: Proposal, at: datetime | None = None) -> None:
        """UpgradeApproved by the next member; the one that crosses the threshold starts the timelock."""
        at = at or proposal.created_at + timedelta(minutes=1 + len(proposal.approvals))
        member = proposal.governance.members[len(proposal.approvals)]
        proposal.approvals.append(member)
        await self._vote(proposal, member, "approve", at)
        threshold = await self.connection.fetchval(
            "SELECT threshold FROM multisigs WHERE address = $1", proposal.governance.multisig
        )
        if len(proposal.approvals) == threshold:
            await self.connection.execute(
                "UPDATE timelocks SET (approved_at, eta, grace_ends_at) = ($2, $3, $4) WHERE proposal = $1",
                proposal.address,
                at,
                at + TIMELOCK,
                at + TIMELOCK + GRACE,
            )
            await self.connection.execute(
                "UPDATE upgrade_proposals SET status = 'approved' WHERE address = $1", proposal.address
            )
        await self._changed(proposal)

    async def vote_to_cancel(self, proposal: Proposal, at: datetime = GENESIS) -> None:
        """CancelVoted by the last member."""
        await self._vote(proposal, proposal.governance.members[-1], "cancel", at)
        await self._changed(proposal)

    async def cancel(self, proposal: Proposal, at: datetime = GENESIS) -> None:
        """UpgradeCancelled."""
        await self._close(proposal, "cancelled", at)

    async def execute(self, proposal: Proposal, at: datetime) -> None:
        """UpgradeExecuted."""
        await self._close(proposal, "executed", at)
        await self.connection.execute(
            """INSERT INTO upgrade_history
               SELECT multisig, program, base_version + 1, address, code_digest, payer, closed_at, updated_slot,
                      closed_signature
               FROM upgrade_proposals WHERE address = $1""",
            proposal.address,
        )
        await self.connection.execute(
            """UPDATE programs g SET (version, code_digest, last_upgrade_at) = (p.base_version + 1, p.code_digest, $2)
               FROM upgrade_proposals p
               WHERE p.address = $1 AND (g.multisig, g.program) = (p.multisig, p.program)""",
            proposal.address,
            at,
        )

    async def verified(self, stream: str, at: datetime = GENESIS) -> None:
        """The stream's digest was found to agree."""
        await self.connection.execute(
            """UPDATE streams SET (verified_seq, verified_slot, verified_at, disagreement) = (seq, slot, $2, NULL)
               WHERE stream = $1""",
            stream,
            at,
        )

    async def vault(self, owner: str, deposits: list[int], at: datetime = GENESIS) -> str:
        """A vault and its deposits."""
        vault, mint = key(), key()
        self.slot += 1
        total = sum(deposits)
        await self.connection.execute(
            "INSERT INTO vaults VALUES ($1, $2, $3, $4, $5, 0, $5, $5, 0, $6, $7, $6, $7)",
            vault,
            owner,
            mint,
            key(),
            total,
            at,
            self.slot,
        )
        for number, amount in enumerate(deposits):
            signed = signature()
            await self.connection.execute(
                "INSERT INTO vault_transactions VALUES ($1, $2, 'deposit', $3, $4, $5, $6, $7, 0)",
                vault,
                number + 2,
                amount,
                sum(deposits[: number + 1]),
                at,
                self.slot,
                signed,
            )
        await self._stream(vault, len(deposits) + 1)
        await self.connection.execute(
            """INSERT INTO balance_snapshots
               SELECT $1, period::balance_period, date_trunc(period, $2::timestamptz, 'UTC'), $3, 0, $3, $4, $5, $6
               FROM unnest(ARRAY['hour', 'day']) AS period""",
            vault,
            at,
            total,
            len(deposits) + 1,
            self.slot,
            signed if deposits else signature(),
        )
        await self.connection.execute(
            """INSERT INTO tvl_stats
               SELECT $1, period::balance_period, date_trunc(period, $2::timestamptz, 'UTC'), $3::bigint + 1, 1,
                      $3::bigint, 0, $4::numeric, 0, $4::numeric, 0
               FROM unnest(ARRAY['minute', 'hour', 'day']) AS period""",
            mint,
            at,
            len(deposits),
            total,
        )
        await self.vault_changed(vault, owner, mint, len(deposits) + 1)
        return vault

    async def vault_changed(self, vault: str, owner: str, mint: str, seq: int) -> None:
        """Numbers the change of a vault, and of what all of its token's vaults hold."""
        async with self.transaction():
            await self.connection.execute("SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.changes'))")
            await self.connection.execute(
                """INSERT INTO changes (kind, key, owner, slot, seq)
                   VALUES ('vault', $1, $2, $4, $5), ('tvl', $3, NULL, $4, 0)""",
                vault,
                owner,
                mint,
                self.slot,
                seq,
            )
            await self.notify(kind="vault", key=vault, owner=owner, slot=self.slot, seq=seq)
            await self.notify(kind="tvl", key=mint, slot=self.slot)

    async def alert(self, proposal: Proposal, kind: str = "proposal_created", at: datetime = GENESIS) -> int:
        """An alert, of a cause that no other has; gives its number."""
        async with self.transaction():
            await self._number_alerts()
            id, change = await self.connection.fetchrow(
                """INSERT INTO alerts (kind, stream, seq, slot, signature, multisig, program, proposal, at, data)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}') RETURNING id, change""",
                kind,
                proposal.governance.multisig,
                next(_numbers),
                self.slot,
                signature(),
                proposal.governance.multisig,
                proposal.governance.program,
                proposal.address,
                at,
            )
            await self.notify(kind="alert", key=str(id), slot=self.slot, seq=change)
        return int(id)

    async def withdraw(self, alert: int) -> None:
        """A fork took the alert's cause back."""
        async with self.transaction():
            await self._number_alerts()
            change = await self.connection.fetchval(
                """UPDATE alerts SET (withdrawn_at, change) = (clock_timestamp(), nextval('alert_changes'))
                   WHERE id = $1 RETURNING change""",
                alert,
            )
            await self.notify(kind="alert", key=str(alert), slot=self.slot, seq=change)

    async def _number_alerts(self) -> None:
        """Nobody else draws numbers until the commit."""
        await self.connection.execute("SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.alerts'))")

    async def migration(self, proposal: Proposal) -> str:
        """MigrationStarted; gives the tracker."""
        tracker = key()
        self.slot += 1
        await self.connection.execute(
            """INSERT INTO migration_jobs
                   (tracker, multisig, program, proposal, version, state, started_at, started_slot)
               VALUES ($1, $2, $3, $4, 1, 'migrating', $5, $6)""",
            tracker,
            proposal.governance.multisig,
            proposal.governance.program,
            proposal.address,
            proposal.created_at,
            self.slot,
        )
        await self.change("migration", tracker, proposal.governance, proposal.governance.program, 1)
        return tracker

    async def migrate(self, tracker: str, proposal: Proposal, accounts: int) -> None:
        """So many AccountMigrated."""
        self.slot += 1
        migrated = await self.connection.fetchval(
            "UPDATE migration_jobs SET migrated = migrated + $2 WHERE tracker = $1 RETURNING migrated",
            tracker,
            accounts,
        )
        await self.change("migration", tracker, proposal.governance, proposal.governance.program, migrated)

    async def change(self, kind: str, key: str, governance: Governance, program: str | None, seq: int) -> None:
        """Numbers a change, and says so."""
        async with self.transaction():
            await self.connection.execute("SELECT pg_advisory_xact_lock(hashtext('windlass_indexer.changes'))")
            await self.connection.execute(
                "INSERT INTO changes (kind, key, multisig, program, slot, seq) VALUES ($1, $2, $3, $4, $5, $6)",
                kind,
                key,
                governance.multisig,
                program,
                self.slot,
                seq,
            )
            await self.notify(
                kind=kind, key=key, multisig=governance.multisig, program=program, slot=self.slot, seq=seq
            )

    async def give_up_changes(self, kind: str) -> int:
        """They were kept for long enough; gives the number of the last one."""
        upto: int = await self.connection.fetchval(
            """WITH gone AS (DELETE FROM changes WHERE kind = $1 RETURNING change)
               INSERT INTO changes_given_up SELECT $1, max(change) FROM gone RETURNING upto""",
            kind,
        )
        return upto

    async def notify(self, **change: object) -> None:
        """What the indexer says when it has changed something."""
        await self.connection.execute("SELECT pg_notify('windlass_changes', $1)", json.dumps(change))

    async def _vote(self, proposal: Proposal, member: str, vote: str, at: datetime) -> None:
        self.slot += 1
        proposal.governance.seq += 1
        await self.connection.execute(
            "INSERT INTO approval_history VALUES ($1, $2, $3, $4, $5, $6, $7)",
            proposal.address,
            proposal.governance.seq,
            member,
            vote,
            at,
            self.slot,
            signature(),
        )

    async def _close(self, proposal: Proposal, status: str, at: datetime) -> None:
        self.slot += 1
        proposal.governance.seq += 1
        await self.connection.execute(
            """UPDATE upgrade_proposals SET (status, closed_at, closed_signature) = ($2, $3, $4) WHERE address = $1""",
            proposal.address,
            status,
            at,
            signature(),
        )
        await self._changed(proposal)

    async def _changed(self, proposal: Proposal) -> None:
        governance = proposal.governance
        program = await self.connection.fetchval(
            """UPDATE upgrade_proposals SET (updated_slot, updated_seq) = ($2, $3) WHERE address = $1
               RETURNING program""",
            proposal.address,
            self.slot,
            governance.seq,
        )
        await self._stream(governance.multisig, governance.seq)
        await self.change("proposal", proposal.address, governance, program, governance.seq)

    async def _stream(self, stream: str, seq: int) -> None:
        await self.connection.execute(
            """INSERT INTO streams (stream, program, seq, digest, slot) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (stream) DO UPDATE
               SET (seq, digest, slot) = (excluded.seq, excluded.digest, excluded.slot)""",
            stream,
            stream,
            seq,
            digest(),
            self.slot,
        )
