"""The indexer's speed: `make bench-indexer`; `ARGS="decode backfill"` for some of it, `ARGS="live --minutes 10"`."""

import sys

import click

from benchmarks.indexer import backfilling, decoding, live, rebuilding

PARTS = ("decode", "backfill", "rebuild", "live")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--minutes", default=1.0, show_default=True, help="How long to follow live.")
@click.option("--events", default=1_000_000, show_default=True, help="To rebuild.")
def main(parts: tuple[str, ...], minutes: float, events: int) -> None:
    """Measure it; exit code 1 where a figure is not what the design asks for."""
    missed: list[str] = []

    def want(what: str, holds: bool) -> None:
        if not holds:
            missed.append(what)

    for part in parts or PARTS:
        print(f"{part}:", flush=True)
        match part:
            case "decode":
                figures = decoding.measure()
                want("20,000 emit_cpi! events/s to rows", figures["rows"] >= 20_000)
                want("3 times anchorpy on log events", figures["logged"] >= 3 * figures["anchorpy"])
            case "backfill":
                figures = backfilling.measure()
                want("10,000 events/s backfilled", figures["dense rate"] >= 10_000)
                want("at most 0.2 RPC calls a transaction where ranges are dense", figures["dense calls"] <= 0.2)
            case "rebuild":
                figures = rebuilding.measure(events)
                want("25,000 events/s rebuilt", figures["rate"] >= 25_000)
                want("reads blocked for less than 50 ms", figures["blocked"] < 50)
            case "live":
                figures = live.measure(minutes * 60)
                want("at most 0.2 RPC calls a transaction where slots are dense", figures["calls"] <= 0.2)
                want("memory that does not grow", figures["memory last"] <= 1.1 * figures["memory first"] + 10)
    for what in missed:
        print(f"missed: {what}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
