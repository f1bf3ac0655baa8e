"""A multisig's history with its own clock, for alerts: who reads it can be told up to which moment it was read."""

from typing import Any

from integration.indexer.synthetic import DAY, START, History, address
from windlass_indexer.event import Event
from windlass_programs.addresses import WINDLASS_PROGRAM_ID

HOUR = 3_600
TIMELOCK = 2 * DAY
GRACE = 14 * DAY
VOTING = 4 * DAY
ROLLBACK_DELAY = 2 * HOUR
THRESHOLD = 2


class CouncilHistory(History):
    """Threshold 2 of 3. Methods are events; proposals are numbers; `now` is set by the test."""

    def __init__(self, name: str) -> None:
        super().__init__(str(WINDLASS_PROGRAM_ID), address(name))
        self.now = START
        self.members = [address(f"{name} member {number}") for number in range(3)]
        self.config: dict[str, Any] = {
            "members": [{"key": key, "roles": 7} for key in self.members],
            "threshold": THRESHOLD,
            "cancel_threshold": 2,
            "emergency_threshold": THRESHOLD,
            "timelock": TIMELOCK,
            "rollback_delay": ROLLBACK_DELAY,
            "grace_period": GRACE,
            "voting_period": VOTING,
        }
        self.target = address(f"{name} program")
        self.kinds: dict[int, str] = {}
        self.approvals: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._version = 0
        self.emit("MultisigInitialized", multisig=self.stream, create_key=address(f"{name} key"), **self.config)
        register = {name: address(name) for name in ("program_data", "upgrade_authority", "previous_authority")}
        self.emit("ProgramRegistered", **self._about(), **register, timelock=0, version=0)

    def address_of(self, id: int) -> str:
        """The proposal's."""
        return address(f"{self.stream} {id}")

    def propose(self, kind: str = "Upgrade", **more: Any) -> int:
        """Upgrade, Rollback, Config (of `config`) or Transfer."""
        assert self.now is not None
        id = len(self.kinds) + 1
        self.kinds[id], self.approvals[id], self._ends[id] = kind, 0, self.now + VOTING
        of_kind: dict[str, dict[str, Any]] = {
            "Upgrade": {"buffer": address("buffer"), "buffer_len": 1, "code_digest": "00" * 32, "no_rollback": True},
            "Rollback": {"buffer": address("b"), "buffer_len": 1, "code_digest": "00" * 32},
            "Transfer": {"new_authority": address("heir")},
            "Config": {"config": self.config | more},
        }
        base = {} if kind == "Config" else {"base_version": self._version}
        back = {"upgrade_proposal": self.address_of(1)} if kind == "Rollback" else {}
        self.emit(
            f"{kind}Proposed",
            **(self._about(id) if kind != "Config" else {"multisig": self.stream, "proposal": self.address_of(id)}),
            **of_kind[kind] | base | back,
            id=id,
            kind=kind,
            proposer=self.members[0],
            payer=self.members[0],
            config_seq=0,
            slot_hash="11" * 32,
            digest="22" * 32,
            expires_at=self._ends[id],
        )
        return id

    def approve(self, id: int) -> None:
        """By the next member."""
        assert self.now is not None
        self.approvals[id] += 1
        crossed = self.approvals[id] >= THRESHOLD
        eta = self.now + (ROLLBACK_DELAY if self.kinds[id] == "Rollback" else TIMELOCK)
        self.emit(
            "UpgradeApproved",
            **self._about(id),
            member=self.members[self.approvals[id] - 1],
            approvals=self.approvals[id],
            threshold=THRESHOLD,
            status="Approved" if crossed else "Proposed",
            eta=eta if crossed else 0,
            expires_at=eta + GRACE if crossed else self._ends[id],
            kind=self.kinds[id],
        )

    def approved(self, kind: str = "Upgrade", **more: Any) -> int:
        """Proposed and approved at this moment."""
        id = self.propose(kind, **more)
        for _ in range(THRESHOLD):
            self.approve(id)
        return id

    def revoke(self, id: int) -> None:
        """By the last who approved."""
        self.approvals[id] -= 1
        below = self.approvals[id] < THRESHOLD
        self.emit(
            "ApprovalRevoked",
            **self._about(id),
            member=self.members[self.approvals[id]],
            approvals=self.approvals[id],
            threshold=THRESHOLD,
            status="Proposed" if below else "Approved",
            expires_at=self._ends[id],
            kind=self.kinds[id],
        )

    def cancel(self, id: int) -> None:
        """Withdrawn."""
        fields = {"member": self.members[0], "withdrawn": True, "cancel_votes": 0, "kind": self.kinds[id]}
        self.emit("UpgradeCancelled", **self._about(id), **fields)

    def execute(self, id: int) -> None:
        """Of an upgrade."""
        self._version += 1
        code = {"version": self._version, "code_digest": "00" * 32, "buffer": address("buffer")}
        self.emit("UpgradeExecuted", **self._about(id), executor=self.members[1], **code)

    def change_config(self, id: int, **new: Any) -> None:
        """Of a config."""
        old, self.config = self.config, self.config | new
        about = {"multisig": self.stream, "proposal": self.address_of(id), "executor": self.members[1]}
        self.emit("ConfigChanged", **about, config_seq=1, old=old, new=self.config)

    def pause(self, seconds: int) -> None:
        """By a guard."""
        assert self.now is not None
        fields = {"guard": self.members[2], "until": self.now + seconds, "accumulated_pause": 0}
        self.emit("SystemPaused", multisig=self.stream, **fields)

    def resume(self) -> None:
        """By a guard, or after the pause by anyone."""
        self.emit("SystemResumed", multisig=self.stream, by=self.members[2], accumulated_pause=0)

    def start_migration(self, id: int) -> History:
        """Gives the tracker's own history."""
        tracker = History(self.program, address(f"{self.stream} tracker {id}"))
        plan = {"layouts": [], "may_strand": 0, "receipts": False}
        fields = {"tracker": tracker.stream, "migration_authority": address("m"), "version": 1, "plan": plan}
        self.emit("MigrationStarted", **self._about(id), **fields)
        return tracker

    def _about(self, id: int | None = None) -> dict[str, Any]:
        about = {"multisig": self.stream, "program": self.target}
        if id is not None:
            about |= {"proposal": self.address_of(id)}
            if self.kinds[id] == "Config":
                about["program"] = "1" * 32
        return about


def time_of(event: Event) -> int:
    """Unix seconds."""
    return int(event.data["header"]["unix_timestamp"])
