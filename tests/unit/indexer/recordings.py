"""getTransaction results of transactions that the real SVM ran (windlass-localnet, encoding "json")."""

from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parent / "recorded"


def recorded(name: str) -> dict[str, Any]:
    """One of them; each call gives a fresh copy that a test may alter."""
    result: dict[str, Any] = orjson.loads((FOLDER / f"{name}.json").read_bytes())
    return result
