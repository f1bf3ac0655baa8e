"""SQL lives in .sql files: `-- name: x` begins a query, `-- fragment: x` a SELECT that queries embed as {x}."""

import re
from functools import cache
from importlib.resources import files

_HEADER = re.compile(r"^-- (name|fragment): (\w+)$", re.MULTILINE)
_EMBEDDED = re.compile(r"\{(\w+)\}")


@cache
def queries() -> dict[str, str]:
    """Every named query of sql/, fragments embedded."""
    named, fragments = _read()
    return {name: _EMBEDDED.sub(lambda match: f"({fragments[match[1]]})", text) for name, text in named.items()}


def fragment(name: str) -> str:
    """A SELECT that other statements are built on."""
    return _read()[1][name]


@cache
def _read() -> tuple[dict[str, str], dict[str, str]]:
    """Queries and fragments; names are unique across the files."""
    fragments: dict[str, str] = {}
    named: dict[str, str] = {}
    for file in sorted(files("windlass_graphql").joinpath("sql").iterdir(), key=lambda file: file.name):
        parts = _HEADER.split(file.read_text(encoding="utf-8"))
        for kind, name, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            target = named if kind == "name" else fragments
            if name in target:
                raise ValueError(f"sql/{file.name}: {kind} {name} is there twice")
            target[name] = text.strip().rstrip(";")
    return named, fragments
