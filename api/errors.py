"""Errors as clients see them: every one with `extensions.code`, unexpected ones masked and logged under an id."""

import re
import secrets
from collections.abc import Iterator

import structlog
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from stores.errors import JianduError

VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"

# The limits of Strawberry and graphql-core know no codes, only sentences.
_LIMIT = re.compile(r"exceeds maximum operation depth|\d+ aliases found\. Allowed|contains more than \d+ tokens")
_PUBLIC_CODES = {
    "BAD_USER_INPUT",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "LIMIT_EXCEEDED",
    "RATE_LIMITED",
    "TIMEOUT",
    "UNAVAILABLE",
}

log = structlog.get_logger()


def presented(error: GraphQLError) -> GraphQLError:
    """The error a client may see."""
    original = error.original_error
    if isinstance(original, JianduError) and original.code in _PUBLIC_CODES:
        return _with(error, original.message, {"code": original.code, **original.extensions})
    if _LIMIT.search(error.message):
        return _with(error, error.message, {"code": LIMIT_EXCEEDED})
    if error.path is None and (original is None or isinstance(original, GraphQLError)):
        # graphql-core reports values of variables that fit no type without any path, after validation.
        code = BAD_USER_INPUT if error.message.startswith("Variable ") else VALIDATION_FAILED
        return _with(error, error.message, {"code": code})
    if isinstance(original, GraphQLError):
        return _with(error, error.message, {"code": BAD_USER_INPUT})
    error_id = secrets.token_hex(8)
    log.error("unexpected error", error_id=error_id, path=error.path, exc_info=original or error)
    return _with(
        error,
        f"Something went wrong on our side. Tell the administrator the id {error_id}.",
        {"code": INTERNAL, "errorId": error_id},
    )


def _with(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


class PresentErrors(SchemaExtension):
    """Presents the errors of every operation."""

    def on_operation(self) -> Iterator[None]:
        """Replace the errors once the operation is over."""
        yield
        result = self.execution_context.result
        errors = getattr(result, "errors", None)
        if result is not None and errors:
            result.errors = [presented(error) for error in errors]
