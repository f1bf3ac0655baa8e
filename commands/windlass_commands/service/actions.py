"""What can be asked for, each by the verb of the command line that does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey
from windlass_programs.addresses import proposal_address

from windlass_commands.config_changes import DURATIONS, THRESHOLDS
from windlass_commands.errors import UsageProblem
from windlass_commands.service.asking import Asking
from windlass_commands.service.parameters import (
    ADDRESS,
    COUNT,
    DURATION,
    FLAG,
    HASH,
    PLAN,
    PROPOSAL,
    ROLES,
    Parameter,
    choice,
)
from windlass_commands.verbs import approve as approving
from windlass_commands.verbs import cancel as cancelling
from windlass_commands.verbs import execute as executing
from windlass_commands.verbs import propose as proposing
from windlass_commands.verbs import propose_config, propose_rollback, propose_transfer
from windlass_commands.verbs import start_migration as starting

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Action:
    """A route under each of its paths; `{id}` in them is the first parameter."""

    name: str
    paths: Sequence[str]
    title: str
    label: str
    description: str
    parameters: Sequence[Parameter]
    carry_out: Callable[[Asking, Given], Awaitable[None]]


def proposal_of(given: Given, program_id: Pubkey) -> Pubkey | None:
    """The proposal that a request names by its address, or by its number in a multisig. Raises UsageProblem."""
    id: Pubkey | int | None = given.get("id", given.get("proposal"))
    if not isinstance(id, int):
        return id
    if "multisig" not in given:
        raise UsageProblem(f"Every multisig has a proposal {id}: give its `multisig` too, or the proposal's address.")
    return proposal_address(given["multisig"], id, program_id)


def _named(asking: Asking, given: Given) -> Pubkey:
    found = proposal_of(given, asking.program_id)
    assert found is not None, "the parameter is required"
    return found


async def _propose(asking: Asking, given: Given) -> None:
    kind = given.get("kind", "upgrade")
    needed, optional = KINDS[kind]
    for name in needed:
        if name not in given:
            raise UsageProblem(f"{name} is missing: a proposal of the kind {kind} needs {', '.join(needed)}.")
    for name in given:
        if name != "kind" and name not in (*needed, *optional):
            raise UsageProblem(
                f"{name} is nothing that a proposal of the kind {kind} has; expected {', '.join((*needed, *optional))}."
            )
    multisig = given["multisig"]
    if kind == "upgrade":
        await proposing.propose(
            asking,
            multisig,
            given["program"],
            given["buffer"],
            no_rollback=given.get("no_rollback", False),
            plan=given.get("plan"),
        )
    elif kind == "rollback":
        await propose_rollback.propose(asking, multisig, given["program"])
    elif kind == "transfer":
        await propose_transfer.propose(asking, multisig, given["program"], given["new_authority"])
    else:
        changes = {name: given.get(name) for name in (*THRESHOLDS, *DURATIONS)}
        await propose_config.propose(asking, multisig, given.get("member", ()), changes)


async def _approve(asking: Asking, given: Given) -> None:
    await approving.approve(asking, _named(asking, given), given.get("digest"))


async def _execute(asking: Asking, given: Given) -> None:
    await executing.execute(asking, _named(asking, given))


async def _cancel(asking: Asking, given: Given) -> None:
    await cancelling.cancel(asking, _named(asking, given))


async def _start_migration(asking: Asking, given: Given) -> None:
    await starting.start(asking, _named(asking, given))


KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "upgrade": (("multisig", "program", "buffer"), ("no_rollback", "plan")),
    "rollback": (("multisig", "program"), ()),
    "transfer": (("multisig", "program", "new_authority"), ()),
    "config": (("multisig",), ("member", *THRESHOLDS, *DURATIONS)),
}
"""Kinds of proposals: what each needs, and what it may have besides."""

_MULTISIG = Parameter("multisig", ADDRESS, "The proposal's multisig, where it is named by its number.")
_ID = Parameter("id", PROPOSAL, "The proposal's address, or its number together with `multisig`.", required=True)

ACTIONS = (
    Action(
        "propose",
        ("/proposals/propose", "/upgrade/propose"),
        "Propose a change",
        "Propose",
        "Puts new code for a program, a way back to the former code, another upgrade authority or another "
        "configuration to the vote. The account is a member with the propose role, and of an upgrade the buffer's "
        "authority.",
        (
            Parameter("kind", choice(*KINDS), "What is proposed. Default: upgrade."),
            Parameter("multisig", ADDRESS, "Who governs the program.", required=True),
            Parameter("program", ADDRESS, "The program; of any kind but config."),
            Parameter("buffer", ADDRESS, "The buffer with the new code; of an upgrade."),
            Parameter("no_rollback", FLAG, "Whether there will be no way back; of an upgrade. Default: false."),
            Parameter("plan", PLAN, "The migration plan as JSON; of an upgrade."),
            Parameter("new_authority", ADDRESS, "Who gets the program; of a transfer."),
            Parameter("member", ROLES, "All members with roles; of a config. Default: the present ones.", many=True),
            *(Parameter(name, COUNT, f"The new {name.replace('_', ' ')}; of a config.") for name in THRESHOLDS),
            *(Parameter(name, DURATION, f"The new {name.replace('_', ' ')}; of a config.") for name in DURATIONS),
        ),
        _propose,
    ),
    Action(
        "approve",
        ("/proposals/{id}/approve", "/upgrade/{id}/approve"),
        "Approve a proposal",
        "Approve",
        "Votes for a proposal after recomputing the digest of everything voted on, and an upgrade's code digest. The "
        "account is a member with the approve role.",
        (_ID, _MULTISIG, Parameter("digest", HASH, "Approve only what has this digest. Default: the proposal's own.")),
        _approve,
    ),
    Action(
        "execute",
        ("/proposals/{id}/execute", "/upgrade/{id}/execute"),
        "Execute a proposal",
        "Execute",
        "Carries out an approved proposal of any kind. Anyone may, from the end of its timelock to the end of its "
        "grace period.",
        (_ID, _MULTISIG),
        _execute,
    ),
    Action(
        "cancel",
        ("/proposals/{id}/cancel", "/upgrade/{id}/cancel"),
        "Cancel a proposal",
        "Cancel",
        "Withdraws the account's own proposal while it is not approved, or votes to cancel one.",
        (_ID, _MULTISIG),
        _cancel,
    ),
    Action(
        "start-migration",
        ("/migration/start",),
        "Start a migration",
        "Start",
        "Opens the migration that was voted with an upgrade, once that is executed. Anyone may; the account pays the "
        "rent of its tracker.",
        (
            Parameter("proposal", PROPOSAL, "The upgrade's address, or its number and `multisig`.", required=True),
            _MULTISIG,
        ),
        _start_migration,
    ),
)
