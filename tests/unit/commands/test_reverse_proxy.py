"""deploy/nginx.conf sends each documented route to the service that answers it."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ID = "2cTAD9bQqfHeRae9LcY6SxipZkhWU2qepP3ADoVvZuqK"
LOCATION = re.compile(r"location (=|~)? ?(\S+) \{[^}]*proxy_pass http://(\w+);", re.DOTALL)


def upstream(path: str) -> str:
    """Where nginx sends a path: an exact location first, then the first pattern, then the prefix /."""
    locations = LOCATION.findall((ROOT / "deploy" / "nginx.conf").read_text())
    assert len(locations) == 6
    for kind, pattern, name in locations:
        if kind == "=" and pattern == path:
            return str(name)
    for kind, pattern, name in locations:
        if kind == "~" and re.search(pattern, path):
            return str(name)
    return next(str(name) for kind, pattern, name in locations if not kind and pattern == "/")


def documented(name: str) -> list[str]:
    paths = json.loads((ROOT / "docs" / name).read_text())["paths"]
    return [path.replace("{id}", ID) for path in paths]


def test_commands_and_reads_go_to_their_own_service() -> None:
    commands, reads = documented("commands-openapi.json"), documented("openapi.json")
    assert len(commands) == 9
    assert {upstream(path) for path in (*commands, "/actions.json", "/commands/openapi.json")} == {"commands"}
    assert {upstream(path) for path in (*reads, "/", "/graphql", "/openapi.json", "/readyz")} == {"graphql"}
