"""Histories of events as the programs would emit them, made without a chain: for properties over any order."""

import random
from hashlib import sha256
from typing import Any

from based58 import b58encode
from windlass_indexer.event import Event
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID

DAY = 86_400
START = 1_790_000_000


def address(name: str) -> str:
    """The same address for the same name."""
    return b58encode(sha256(name.encode()).digest()).decode()


def signature(name: str) -> str:
    """The same signature for the same name."""
    return b58encode(sha256(name.encode()).digest() * 2).decode()


class History:
    """One stream's events, each at its own slot."""

    def __init__(self, program: str, stream: str) -> None:
        self.program = program
        self.stream = stream
        self.events: list[Event] = []
        self.now: int | None = None  # the chain's time of what comes next; None: a minute after the last

    def emit(self, name: str, **fields: Any) -> None:
        """The stream's next event."""
        seq = len(self.events) + 1
        unix_timestamp = START + seq * 60 if self.now is None else self.now
        mark = f"{self.stream} {seq}"
        header = {"stream": self.stream, "seq": seq, "unix_timestamp": unix_timestamp}
        self.events.append(
            Event(
                slot=100 + seq * 3,
                transaction_index=seq % 5,
                signature=signature(mark),
                path=(0, seq % 3),
                program=self.program,
                name=name,
                stream=self.stream,
                seq=seq,
                block_time=unix_timestamp,
                raw=mark.encode(),
                data={"header": header, **fields},
            )
        )


def vault_history(name: str, chance: random.Random, moves: int) -> History:
    """A vault with `moves` deposits, withdrawals, locks, unlocks and transfers, up to the largest amounts."""
    vault = {"vault": address(name), "owner": address(f"{name} owner")}
    history = History(str(VAULT_PROGRAM_ID), vault["vault"])
    history.emit("VaultInitialized", **vault, mint=address("mint"), token_account=address(f"{name} tokens"))
    deposited = withdrawn = locked = 0
    for _ in range(moves):
        available = deposited - withdrawn - locked
        by_program = {"program": address("positions")}
        if available and chance.random() < 0.4:
            amount, event = chance.randint(1, available), chance.choice(["Withdrawn", "Withdrawn", "CollateralLocked"])
        elif locked and chance.random() < 0.5:
            amount, event = chance.randint(1, locked), chance.choice(["CollateralUnlocked", "CollateralSent"])
        else:
            amount = chance.randint(1, (2**64 - 1 - deposited) // moves + 1)
            event = chance.choice(["Deposited", "Deposited", "CollateralReceived"])
        deposited += amount if event in ("Deposited", "CollateralReceived") else 0
        withdrawn += amount if event in ("Withdrawn", "CollateralSent") else 0
        locked += amount if event == "CollateralLocked" else 0
        locked -= amount if event in ("CollateralUnlocked", "CollateralSent") else 0
        other = {
            "CollateralSent": {"to": address("other vault")},
            "CollateralReceived": {"from": address("other vault")},
        }
        history.emit(
            event,
            **vault,
            **(by_program if event.startswith("Collateral") else {}),
            **other.get(event, {}),
            amount=amount,
            total_balance=deposited - withdrawn,
            locked_balance=locked,
            available_balance=deposited - withdrawn - locked,
            total_deposited=deposited,
            total_withdrawn=withdrawn,
        )
    return history


def authority_history(name: str, chance: random.Random, acts: int) -> History:
    """A vault program's authority: its admin, and which programs may lock collateral."""
    authority, admin = {"authority": address(name)}, address(f"{name} admin")
    history = History(str(VAULT_PROGRAM_ID), authority["authority"])
    history.emit("AuthorityInitialized", **authority, admin=admin)
    authorized: set[str] = set()
    for number in range(acts):
        program = address(f"{name} program {chance.randint(1, 3)}")
        if chance.random() < 0.2:
            admin, former = address(f"{name} admin {number}"), admin
            history.emit("AdminChanged", **authority, **{"from": former, "to": admin})
        elif program in authorized:
            authorized.discard(program)
            history.emit("ProgramDeauthorized", **authority, program=program, signer=address(f"{program} signer"))
        else:
            authorized.add(program)
            history.emit("ProgramAuthorized", **authority, program=program, signer=address(f"{program} signer"))
    return history


def governance_history(name: str, chance: random.Random, proposals: int) -> History:
    """A multisig of five, one program, and proposals that end in every way."""
    multisig, program = address(name), address(f"{name} program")
    members = [address(f"{name} member {number}") for number in range(5)]
    history = History(str(WINDLASS_PROGRAM_ID), multisig)
    history.emit(
        "MultisigInitialized",
        multisig=multisig,
        create_key=address(f"{name} key"),
        members=[{"key": key, "roles": 7 if number < 3 else 2} for number, key in enumerate(members)],
        threshold=3,
        cancel_threshold=3,
        emergency_threshold=4,
        timelock=2 * DAY,
        rollback_delay=60,
        grace_period=14 * DAY,
        voting_period=7 * DAY,
    )
    history.emit(
        "ProgramRegistered",
        multisig=multisig,
        program=program,
        program_data=address(f"{name} data"),
        upgrade_authority=address(f"{name} authority"),
        previous_authority=address(f"{name} before"),
        timelock=0,
        version=0,
    )
    version = 0
    for id in range(1, proposals + 1):
        common = {"multisig": multisig, "program": program, "proposal": address(f"{name} {id}")}
        version = _propose(history, common, id, version, members, chance)
    return history


def _propose(
    history: History, common: dict[str, str], id: int, version: int, members: list[str], chance: random.Random
) -> int:
    """One proposal from its beginning to one of its ends; gives the program's version after it."""
    digest = sha256(common["proposal"].encode()).hexdigest()
    history.emit(
        "UpgradeProposed",
        **common,
        id=id,
        kind="Upgrade",
        proposer=members[0],
        payer=members[0],
        buffer=address(f"buffer {digest}"),
        buffer_len=2**21,
        code_digest=digest,
        base_version=version,
        no_rollback=True,
        config_seq=0,
        slot_hash=digest,
        digest=digest,
        expires_at=START + 7 * DAY,
    )
    for verified in (2**20, 2**21):
        history.emit("BufferVerified", **common, verified_len=verified, buffer_len=2**21)
    end = chance.choice(["open", "withdrawn", "approved", "cancelled", "executed"])
    if end == "withdrawn":
        history.emit("UpgradeCancelled", **common, member=members[0], withdrawn=True, cancel_votes=0)
        return version
    for count, member in enumerate(members[: 2 if end == "open" else chance.randint(3, 5)], start=1):
        approved = count >= 3
        history.emit(
            "UpgradeApproved",
            **common,
            member=member,
            approvals=count,
            threshold=3,
            status="Approved" if approved else "Proposed",
            kind="Upgrade",
            eta=START + 2 * DAY + id if approved else 0,
            expires_at=START + (16 if approved else 7) * DAY + id,
        )
    if end == "cancelled":
        for count, member in enumerate(members[:2], start=1):
            history.emit("CancelVoted", **common, member=member, cancel_votes=count, cancel_threshold=3)
        history.emit("UpgradeCancelled", **common, member=members[2], withdrawn=False, cancel_votes=3)
    if end == "executed":
        version += 1
        history.emit(
            "UpgradeExecuted",
            **common,
            executor=members[4],
            version=version,
            code_digest=digest,
            buffer=address(f"buffer {digest}"),
        )
    return version
