"""The SQL of the indexer: named statements in sql/*.sql, each below a line `-- name: NAME`."""

import re
from importlib import resources

_HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def parse(text: str) -> dict[str, str]:
    """The statements of one file by name. Raises ValueError on a name given twice or text before the first."""
    lead, *parts = _HEADING.split(text)
    if any(line and not line.startswith("--") for line in lead.splitlines()):
        raise ValueError("SQL stands before the first `-- name:` line")
    statements: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if name in statements:
            raise ValueError(f"the query {name} is there twice")
        statements[name] = body.strip()
    return statements


def load(file: str) -> dict[str, str]:
    """The statements of sql/`file`."""
    return parse((resources.files(__package__) / "sql" / file).read_text(encoding="utf-8"))
