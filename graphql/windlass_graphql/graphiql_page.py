"""GraphiQL for developers, from this server alone: nothing is loaded from elsewhere, which the policy says too."""

from importlib.resources import files

from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

_POLICY = (
    "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Styles in elements are the editor's."""


def assets() -> Mount:
    """What the page loads."""
    return Mount("/graphiql", StaticFiles(packages=[("windlass_graphql", "graphiql")]), name="graphiql")


def page() -> HTMLResponse:
    """The page itself, at the address that it asks."""
    text = files("windlass_graphql").joinpath("graphiql", "index.html").read_text(encoding="utf-8")
    return HTMLResponse(text, headers={"content-security-policy": _POLICY, "x-content-type-options": "nosniff"})
