"""Durations and times as operators read and write them. The chain counts unix seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from windlass_commands.errors import UsageProblem

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def parse_duration(text: str) -> int:
    """Seconds of "48h", "2d", "1d12h" or plain "172800".

    Raises UsageProblem for anything else.
    """
    compact = text.replace(" ", "")
    if compact.isdecimal():
        return int(compact)
    if not re.fullmatch(r"(\d+[smhd])+", compact):
        raise UsageProblem(f"A duration such as 48h, 2d, 1d12h or a number of seconds was expected, not {text!r}.")
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", compact))


def duration(seconds: int) -> str:
    """The two largest units of a duration: "1 d 23 h", "12 min", "40 s"."""
    seconds = abs(int(seconds))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    while len(parts) > 1 and parts[0][0] == 0:
        parts.pop(0)
    shown = [f"{number} {unit}" for number, unit in parts[:2] if number]
    return " ".join(shown) or "0 s"


def moment(unix_seconds: int) -> str:
    """A chain time in UTC, to the minute: "2026-11-23 08:41 UTC"."""
    try:
        return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):
        return f"unix time {unix_seconds}"


def moment_from(unix_seconds: int, now: int) -> str:
    """A chain time and how far it is from `now`, both unix seconds."""
    far = duration(unix_seconds - now)
    return f"{moment(unix_seconds)}, " + (f"in {far}" if unix_seconds > now else f"{far} ago")
