"""What a proposal is about besides code: a migration plan, a config, an authority, an upgrade to undo. The proposal's
digest covers the hash of their borsh."""

import struct
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from solders.pubkey import Pubkey

from windlass_programs.windlass import AccountLayout, MigrationPlan, MultisigParams, UpgradeProposal

T = TypeVar("T")


def payload_digest(proposal: UpgradeProposal) -> bytes:
    """sha256 of the borsh of (plan, new_config, new_authority, rolls_back), each an Option."""
    return sha256(
        _option(proposal.plan, pack_plan)
        + _option(proposal.new_config, pack_config)
        + _option(proposal.new_authority, Pubkey.__bytes__)
        + _option(proposal.rolls_back, Pubkey.__bytes__)
    ).digest()


def pack_plan(plan: MigrationPlan) -> bytes:
    """Borsh."""
    layouts = b"".join(_pack_layout(layout) for layout in plan.layouts)
    return struct.pack("<I", len(plan.layouts)) + layouts + struct.pack("<Q?", plan.may_strand, plan.receipts)


def _pack_layout(layout: AccountLayout) -> bytes:
    sizes = struct.pack("<II", layout.old_size, layout.new_size)
    mapped = b"".join(struct.pack("<HHH", moved.from_, moved.to, moved.len) for moved in layout.mapped)
    dropped = b"".join(struct.pack("<HH", lost.from_, lost.len) for lost in layout.dropped)
    ranges = struct.pack("<I", len(layout.mapped)) + mapped + struct.pack("<I", len(layout.dropped)) + dropped
    return layout.old_discriminator + layout.new_discriminator + sizes + ranges


def pack_config(config: MultisigParams) -> bytes:
    """Borsh."""
    members = b"".join(bytes(member.key) + bytes([member.roles]) for member in config.members)
    thresholds = bytes([config.threshold, config.cancel_threshold, config.emergency_threshold])
    durations = struct.pack("<4q", config.timelock, config.rollback_delay, config.grace_period, config.voting_period)
    return struct.pack("<I", len(config.members)) + members + thresholds + durations


def _option(value: T | None, pack: Callable[[T], bytes]) -> bytes:
    return b"\0" if value is None else b"\1" + pack(value)
