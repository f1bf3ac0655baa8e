"""Agave's own solana-test-validator as a process, for the tests marked `validator`."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from solders.pubkey import Pubkey
from stack.background_loop import loop_in_a_thread
from windlass_commands.dev.agave import REFUSE_SBPF_V0_TO_V2, AgaveValidator
from windlass_commands.dev.processes import Supervisor
from windlass_commands.rpc import Account


@dataclass(frozen=True)
class Validator:
    """A running validator."""

    agave: AgaveValidator
    run: Callable[[Coroutine[Any, Any, None]], None]

    @property
    def rpc_url(self) -> str:
        """Where it answers, whatever restarts."""
        return self.agave.rpc_url

    @property
    def ws_url(self) -> str:
        """Its websocket."""
        return self.agave.websocket_url

    def pass_time(self, seconds: int) -> None:
        """Restart it so much later by the chain's clock, or more."""
        self.run(self.agave.pass_time(seconds))

    def restart(self) -> None:
        """Stop it, and start it again on its ledger."""
        self.run(self.agave.restart())


def validator_binary() -> Path | None:
    """SOLANA_TEST_VALIDATOR, else the one in ../shared/bin beside the repository; None where neither is."""
    if named := os.environ.get("SOLANA_TEST_VALIDATOR"):
        return Path(named)
    beside = Path(__file__).resolve().parents[3] / "shared" / "bin" / "solana-test-validator"
    return beside if beside.exists() else None


needs_validator = pytest.mark.skipif(
    validator_binary() is None,
    reason="no solana-test-validator: name it with SOLANA_TEST_VALIDATOR, or put it into ../shared/bin",
)
ON_VALIDATOR = [pytest.mark.validator, needs_validator]


@contextmanager
def running_validator(
    programs: Sequence[tuple[Pubkey, Path, Pubkey | None]] = (),
    *,
    mints: Sequence[Pubkey] = (),
    accounts: Sequence[Account] = (),
    slot_ms: int = 100,
    without: Sequence[str] = (REFUSE_SBPF_V0_TO_V2,),
) -> Iterator[Validator]:
    """A validator with a fresh ledger on free ports; what it starts with is as AgaveValidator has it."""
    binary = validator_binary()
    assert binary is not None
    with loop_in_a_thread() as run:
        supervisor = Supervisor(lambda name, line: None)
        agave = AgaveValidator(supervisor, binary, slot_ms, without=without)
        try:
            run(agave.start(programs, mints, accounts))
            yield Validator(agave, run)
        finally:
            run(supervisor.stop())
            run(agave.remove())
