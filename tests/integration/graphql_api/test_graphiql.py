"""GraphiQL comes from the server alone, as its authors published it."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from integration.graphql_api.service import Service, running
from integration.graphql_api.test_persisted_queries import listed as listed  # a fixture

PUBLISHED = {
    "graphiql.min.css": "69ab1cb90153fe166014bc8d447a453f986945ba53f79a6e8ea3f90405ab0842",
    "graphiql.min.js": "867226ba8af5ce7949903fc53932f78dac9f4bfc6cc8da0fd3869b8bc6c5256b",
    "react-dom.production.min.js": "35f4f974f4b2bcd44da73963347f8952e341f83909e4498227d4e26b98f66f0d",
    "react.production.min.js": "d949f1c3687aedadcedac85261865f29b17cd273997e7f6b2bfc53b2f9d4c4dd",
}
"""SHA-256 of what LICENSES.txt says where it is from."""


def test_what_is_served_is_what_was_published() -> None:
    for name, digest in PUBLISHED.items():
        found = files("windlass_graphql").joinpath("graphiql", name).read_bytes()
        assert hashlib.sha256(found).hexdigest() == digest, name


async def test_a_browser_gets_a_page_that_loads_nothing_from_elsewhere(service: Service) -> None:
    page = await service.http.get(service.graphql, headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert "//" not in page.text
    loaded = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)
    assert {Path(name).name for name in loaded} == {*PUBLISHED, "page.js", "page.css"}
    for name in loaded:
        response = await service.http.get(urljoin(service.graphql, name))
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] in ("text/css", "text/javascript"), name
    assert (await service.http.get(urljoin(service.graphql, "graphiql/../app.py"))).status_code == 404


async def test_where_only_listed_documents_are_answered_there_is_no_page(database: str, listed: str) -> None:
    restricted: dict[str, Any] = {"WINDLASS_PERSISTED_QUERIES": listed, "WINDLASS_ONLY_PERSISTED_QUERIES": "yes"}
    async with running(database, **restricted) as service:
        response = await service.http.get(service.graphql, headers={"accept": "text/html"})
        assert response.status_code == 404
