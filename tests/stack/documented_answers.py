"""Whatever is asked of a served OpenAPI document's routes, the answers are as it says."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def ask_of_everything(
    document: str, requests: int, left_out: Callable[[str, GenerationMode], bool] = lambda _method, _mode: False
) -> None:
    """So many requests of each kind, right and wrong ones, to each route of the document at this URL.

    `left_out` tells which HTTP method is not asked in which way. Blocks until all are answered.
    """
    served = schemathesis.openapi.from_url(document)
    served.validate()
    for found, mode in product(served.get_all_operations(), GenerationMode):
        assert isinstance(found, Ok)
        operation = found.ok()
        if left_out(operation.method, mode):
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=requests, database=None, suppress_health_check=list(HealthCheck))
        def ask(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS)

        ask()
