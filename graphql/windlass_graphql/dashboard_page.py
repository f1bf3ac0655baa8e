"""The dashboard: one page for people, from this server alone, which its policy says too.

The page asks only the documents of `dashboard/documents`, so they are answered where only listed ones are.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import orjson
from graphql import FragmentSpreadNode, parse
from graphql.language import Visitor, visit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self'; script-src 'self'; style-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def routes(commands_url: str | None) -> list[BaseRoute]:
    """The page, what it loads, and what it is told: its documents, and where wallets find the command service."""
    text = _folder().joinpath("index.html").read_text(encoding="utf-8")
    told = orjson.dumps({"documents": documents(), "commands": commands_url})

    async def page(_: Request) -> Response:
        return HTMLResponse(text, headers=_HEADERS)

    async def config(_: Request) -> Response:
        return Response(told, media_type="application/json", headers=_HEADERS)

    return [
        Route("/", page),
        Route("/dashboard/config.json", config),
        Mount("/dashboard", _Assets(packages=[("windlass_graphql", "dashboard")]), name="dashboard"),
    ]


@cache
def documents() -> Mapping[str, str]:
    """What the page asks, by its files' names: each with the fragments that it uses, to the letter as it sends it."""
    fragments = dict(_texts(_folder().joinpath("documents", "fragments")))
    return {name: _whole(text, fragments) for name, text in _texts(_folder().joinpath("documents"))}


class _Assets(StaticFiles):
    """Asked for again each time, so that a page never runs with the parts of another version."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """With the page's headers."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # as they came
        response.headers.update(_HEADERS)
        return response


def _folder() -> Traversable:
    return files("windlass_graphql").joinpath("dashboard")


def _texts(folder: Traversable) -> Iterator[tuple[str, str]]:
    for each in sorted(folder.iterdir(), key=lambda file: file.name):
        if each.name.endswith(".graphql"):
            yield each.name.removesuffix(".graphql"), each.read_text(encoding="utf-8")


def _whole(text: str, fragments: Mapping[str, str]) -> str:
    whole, wanted, had = text, _spread(text), set[str]()
    while wanted:
        name = wanted.pop(0)
        if name not in had:
            had.add(name)
            whole += "\n" + fragments[name]
            wanted += _spread(fragments[name])
    return whole


def _spread(text: str) -> list[str]:
    found: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            found.append(node.name.value)

    visit(parse(text), Spreads())
    return found
