"""A plugin of pytest: the tests run against the built programs in $BUILT, and what they saw unheld goes to $UNHELD."""

import json
import os
import re
from pathlib import Path

from stack.chain import Refused
from windlass_programs import artifacts

_UNHELD: dict[str, list[int]] = {}
_refused = Refused.__init__


def _remember(refusal: Refused, error: str, logs: list[str]) -> None:
    """A refusal, remembered with the test that met it."""
    _refused(refusal, error, logs)
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    seen = re.findall(r"Program log: unheld (\d+)", "\n".join(logs))
    _UNHELD.setdefault(test, []).extend(map(int, seen))


def pytest_configure() -> None:
    artifacts._BUILT = Path(os.environ["BUILT"])
    setattr(Refused, "__init__", _remember)  # noqa: B010 - mypy takes no other form


def pytest_sessionfinish() -> None:
    if "UNHELD" in os.environ:
        Path(os.environ["UNHELD"]).write_text(json.dumps(_UNHELD))
