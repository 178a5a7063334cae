"""Answers that are not an operation's: an error in the form every error has, with the status and headers of HTTP."""

from typing import Final

from graphql import GraphQLError
from starlette.responses import JSONResponse

from api.errors import presented
from stores.errors import JianduError, RateLimitedError

_STATUS: Final = {
    "BAD_USER_INPUT": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "LIMIT_EXCEEDED": 413,
    "RATE_LIMITED": 429,
    "UNAVAILABLE": 503,
    "TIMEOUT": 503,
}
_INTERNAL: Final = 500


def error_response(error: JianduError, status: int) -> JSONResponse:
    """An error of ours with a status."""
    return body_response(presented(GraphQLError(error.message, original_error=error)), status)


def body_response(error: GraphQLError, status: int) -> JSONResponse:
    """An error as clients see it, with a status."""
    return JSONResponse({"data": None, "errors": [error.formatted]}, status_code=status)


def status_of(error: GraphQLError) -> int:
    """The status that the code of an error has, as clients see it."""
    return _STATUS.get(str((error.extensions or {}).get("code")), _INTERNAL)


def refusal(error: Exception) -> JSONResponse:
    """Any error with the status that its code has, and what HTTP wants said with it; an unexpected one masked."""
    shown = presented(GraphQLError(error.message if isinstance(error, JianduError) else "", original_error=error))
    response = body_response(shown, status_of(shown))
    if response.status_code == _STATUS["UNAUTHENTICATED"]:
        response.headers["www-authenticate"] = 'Bearer realm="jiandu"'
    if isinstance(error, RateLimitedError):
        response.headers["retry-after"] = str(error.retry_after_seconds)
    return response
