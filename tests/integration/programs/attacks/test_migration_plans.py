"""Plans that would lose bytes, lay two fields over each other, or could not be carried out: refused before the vote."""

import struct
from dataclasses import replace

import pytest
from stack.ledger import ARCHIVE, LEDGER, Layout, Ledger, Plan
from stack.refusals import refused

MAPPED, DROPPED = LEDGER.mapped, LEDGER.dropped
SHRINKING = Layout(old_size=8 + 10_240, new_size=8, mapped=(), dropped=((8, 10_240),))

PLANS = {
    "an account grows by 10,241 bytes": ([replace(ARCHIVE, new_size=64 + 10_241)], "PlanSize"),
    "an account grows by all that u32 holds": ([replace(LEDGER, new_size=2**32 - 1)], "PlanSize"),
    "an account shrinks by 10,241 bytes": (
        [replace(SHRINKING, old_size=8 + 10_241, dropped=((8, 10_241),))],
        "PlanSize",
    ),
    "no room for the discriminator": ([replace(LEDGER, old_size=7, mapped=(), dropped=())], "PlanSize"),
    "an old byte is nowhere": ([replace(LEDGER, dropped=((9, 7),))], "PlanFieldMap"),
    "an old byte is mapped twice": ([replace(LEDGER, mapped=(*MAPPED, (16, 72, 8)))], "PlanFieldMap"),
    "an old byte is mapped and dropped": ([replace(LEDGER, dropped=(*DROPPED, (16, 1)))], "PlanFieldMap"),
    "two fields lie over each other": (
        [replace(LEDGER, mapped=((8, 39, 1), (16, 8, 32), (48, 56, 8)))],
        "PlanFieldMap",
    ),
    "a field leaves the new layout": (
        [replace(LEDGER, mapped=((8, 40, 1), (16, 8, 32), (48, 89, 8)))],
        "PlanFieldMap",
    ),
    "a field leaves the old layout": ([replace(LEDGER, dropped=((9, 7), (56, 9)))], "PlanFieldMap"),
    "a field far outside": ([replace(LEDGER, dropped=(*DROPPED, (65_535, 65_535)))], "PlanFieldMap"),
    "the discriminator as a field": (
        [replace(LEDGER, mapped=((8, 40, 1), (16, 7, 32), (48, 56, 8)))],
        "PlanFieldMap",
    ),
    "an empty range": ([replace(LEDGER, mapped=(*MAPPED, (72, 72, 0)))], "PlanFieldMap"),
    "a zero discriminator": ([replace(LEDGER, new=bytes(8))], "PlanDiscriminator"),
    "one discriminator for both sides": ([replace(LEDGER, new=LEDGER.old)], "PlanDiscriminator"),
    "one discriminator for two layouts": ([LEDGER, replace(ARCHIVE, new=LEDGER.new)], "PlanDiscriminator"),
    "an old discriminator that is another's new one": (
        [LEDGER, replace(ARCHIVE, old=LEDGER.new)],
        "PlanDiscriminator",
    ),
    "no layouts": ([], "PlanLayoutCount"),
    "five layouts": (
        [replace(LEDGER, old=b"old %4d" % n, new=b"new %4d" % n) for n in range(5)],
        "PlanLayoutCount",
    ),
    "more than 512 bytes": (
        [replace(LEDGER, old_size=8 + 78, new_size=8 + 78, mapped=[(8 + n, 8 + n, 1) for n in range(78)], dropped=())],
        "PlanTooLong",
    ),
}


@pytest.mark.parametrize("what", PLANS)
def test_a_plan_that_breaks_a_rule_is_never_voted_on(ledger: Ledger, what: str) -> None:
    layouts, error = PLANS[what]
    with refused(error):
        ledger.propose_with_plan(Plan(layouts))
    assert ledger.multisig_config.proposal_count == 0


@pytest.mark.parametrize("layouts", [[ARCHIVE], [SHRINKING], [LEDGER, ARCHIVE]])
def test_a_plan_at_the_edge_is_one(ledger: Ledger, layouts: list[Layout]) -> None:
    id = ledger.propose_with_plan(Plan(layouts, may_strand=2**64 - 1, receipts=True))
    assert ledger.proposal(id).plan is not None


def test_a_plan_that_says_it_has_more_layouts_than_bytes_is_refused(ledger: Ledger) -> None:
    with refused("InstructionDidNotDeserialize"):
        ledger.propose_with_plan(struct.pack("<I", 2**32 - 1) + LEDGER.pack())
