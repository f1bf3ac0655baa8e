"""The text of `proposal_states.py`, made from the table of transitions in `windlass-rules`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from windlass_programs import rust_rules
from windlass_programs.rust_rules import Transition

TRANSITIONS = Path(__file__).parents[1] / "windlass-rules/src/transitions.rs"

_HEADER = '''"""What may happen to a proposal in each status, and what follows. `python -m windlass_programs.generate`
wrote it from the table in windlass-rules/src/transitions.rs, which the program itself reads.

The status is what an account says. What time alone does (eta passed, expired, a pause over) is not in it, nor is what
else an action asks for: votes, roles, versions.
"""

from collections.abc import Mapping
from enum import Enum

from windlass_programs.windlass import ProposalStatus


class ProposalAction(Enum):
'''

_FOOTER = '''

def allowed_actions(status: ProposalStatus | None) -> frozenset[ProposalAction]:
    """All that can still happen to a proposal; None: there is none yet. Empty where the status is final."""
    return frozenset(STATUS_AFTER[status])
'''


def states_source(table: Sequence[Transition], actions: Mapping[str, str]) -> str:
    """The module's text. `actions`: each action with what it means, in the table's vocabulary."""
    before = dict.fromkeys([None, *(t.before for t in table), *(t.after for t in table)])
    parts = [_HEADER]
    for action, meaning in actions.items():
        parts += [f"    # {meaning}\n"] * bool(meaning) + [f'    {screaming(action)} = "{action}"\n']
    parts.append("\n\nSTATUS_AFTER: Mapping[ProposalStatus | None, Mapping[ProposalAction, ProposalStatus]] = {\n")
    for status in before:
        rows = [t for t in table if t.before == status]
        parts.append(f"    {_status(status)}: {{{'' if rows else '},'}\n")
        parts += [f"        ProposalAction.{screaming(t.action)}: {_status(t.after)},\n" for t in rows]
        parts += ["    },\n"] * bool(rows)
    return "".join([*parts, "}\n", _FOOTER])


def current_states_source() -> str:
    """The module's text as the Rust source has it now. Raises RuleSourceError where that is not read."""
    source = rust_rules.read(TRANSITIONS)
    return states_source(rust_rules.transitions(source), rust_rules.variants(source, "Action"))


def screaming(name: str) -> str:
    """`FallBelowThreshold` as `FALL_BELOW_THRESHOLD`."""
    return "".join("_" + c if c.isupper() and i else c for i, c in enumerate(name)).upper()


def _status(name: str | None) -> str:
    return "None" if name is None else f"ProposalStatus.{screaming(name)}"
