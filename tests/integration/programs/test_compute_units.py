"""The recorded compute units are those of the programs as they are built."""

import orjson
from stack.chain import idl
from stack.compute_units import RECORDED, measured

TOLERANCE = 0.05


def test_no_instruction_takes_more_compute_units_than_is_recorded() -> None:
    """Nor much less: the table in the documentation is read as the truth."""
    recorded: dict[str, int] = orjson.loads(RECORDED.read_bytes())
    units = measured()
    assert set(units) == {instruction["name"] for instruction in idl("windlass").json["instructions"]}
    assert set(recorded) == set(units)
    moved = {name: (recorded[name], now) for name, now in units.items() if _moved(recorded[name], now)}
    assert not moved, "record anew with: PYTHONPATH=tests python -m stack.compute_units"


def _moved(before: int, now: int) -> bool:
    return abs(now - before) > TOLERANCE * before
