"""What GET tells of an action, in the shape of Solana Actions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from windlass_commands.service.actions import ACTIONS, Action
from windlass_commands.service.parameters import Parameter

ICON = "/commands/icon.svg"
ICON_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="#14213d"/>'
    b'<g fill="none" stroke="#fca311" stroke-width="5"><circle cx="32" cy="32" r="13"/>'
    b'<path d="M32 8v16M32 40v16M8 32h16M40 32h16"/></g></svg>'
)


def metadata(action: Action, path: str, request: Request) -> dict[str, Any]:
    """The action with what a client may fill in. What the address says already is kept and not asked for again."""
    target = path.format_map(request.path_params)
    given = set(request.path_params) | set(request.query_params)
    asked = [each for each in action.parameters if each.name not in given]
    fixed = urlencode(request.query_params.multi_items())
    blanks = "&".join(f"{each.name}={{{each.name}}}" for each in asked if each.required)
    query = "&".join(part for part in (fixed, blanks) if part)
    return {
        "type": "action",
        "icon": str(request.base_url).rstrip("/") + ICON,
        "title": action.title,
        "description": action.description,
        "label": action.label,
        "links": {
            "actions": [
                {
                    "type": "transaction",
                    "href": f"{target}?{query}" if query else target,
                    "label": action.label,
                    "parameters": [_parameter(each) for each in asked],
                }
            ]
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    options = parameter.kind.schema.get("enum")
    if options:
        return {
            "type": "select",
            "name": parameter.name,
            "label": parameter.label,
            "required": parameter.required,
            "options": [{"label": option, "value": option} for option in options],
        }
    pattern = parameter.kind.schema.get("pattern")
    return {
        "type": "textarea" if pattern is None else "text",
        "name": parameter.name,
        "label": parameter.label,
        "required": parameter.required,
        **({"pattern": pattern, "patternDescription": f"Expected {parameter.kind.expected}."} if pattern else {}),
    }


def actions_json() -> dict[str, Any]:
    """Which addresses of this origin are Actions, as clients look it up at /actions.json."""
    paths = [path.replace("{id}", "*") for action in ACTIONS for path in action.paths]
    return {"rules": [{"pathPattern": path, "apiPath": path} for path in paths]}
