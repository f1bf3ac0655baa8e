"""Lamports and token amounts for people."""

from __future__ import annotations

LAMPORTS_PER_SOL = 1_000_000_000


def sol(lamports: int) -> str:
    """Lamports as SOL, with as many digits as matter."""
    text = f"{lamports / LAMPORTS_PER_SOL:,.9f}".rstrip("0").rstrip(".")
    return f"{text} SOL"


def tokens(base_units: int, decimals: int) -> str:
    """A token amount in whole tokens: 1500000 with 6 decimals is "1.5"."""
    whole, part = divmod(base_units, 10**decimals)
    fraction = f"{part:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{whole:,}" + (f".{fraction}" if fraction else "")


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 approval", "3 approvals"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def size(count: int) -> str:
    """Bytes as people read them: "163.5 kB"."""
    return f"{count:,} bytes" if count < 10_000 else f"{count / 1000:,.1f} kB"
