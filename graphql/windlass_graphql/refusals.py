"""The one shape of everything that is refused: GraphQL's, also where no query was read."""

from collections.abc import Mapping

from starlette.responses import JSONResponse

from windlass_graphql.errors import ApiError
from windlass_graphql.metrics import count_error


def refusal(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A response with one error."""
    return JSONResponse({"errors": [error(code, message)]}, status_code=status, headers=headers)


def error(code: str, message: str) -> dict[str, object]:
    """One error, as in `errors` of an answer; it is counted."""
    count_error(code)
    return {"message": message, "extensions": {"code": code}}


def error_of(refused: ApiError) -> dict[str, object]:
    """The same of what was raised."""
    return error(refused.code, str(refused))
