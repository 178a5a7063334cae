"""Errors as clients see them: every one with `extensions.code`, unexpected ones masked and logged under an id."""

import re
import secrets
import traceback

import structlog
from graphql import GraphQLError

from api.limits import LimitError
from stores.errors import JianduError

VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"

# The limits of graphql-core know no codes, only sentences.
_LIMIT = re.compile(r"Document contains more than \d+ tokens|Maximum introspection depth exceeded")
# What reading, checking and executing say that recurse as deep as a document nests.
_TOO_DEEP = re.compile(r"nested too deeply|^Validation aborted\.$")
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


class BadValueError(GraphQLError):
    """A value that is none of its scalar, whether it stands in the document or in a variable."""


def presented(error: GraphQLError) -> GraphQLError:
    """The error a client may see."""
    original = error.original_error
    if isinstance(original, JianduError) and original.code in _PUBLIC_CODES:
        return _with(error, original.message, {"code": original.code, **original.extensions})
    if isinstance(error, LimitError) or _LIMIT.search(error.message):
        return _with(error, error.message, {"code": LIMIT_EXCEEDED})
    if isinstance(original, RecursionError) or (original is None and _TOO_DEEP.search(error.message)):
        return _with(error, "This operation nests too deep to be read. Ask in two steps.", {"code": LIMIT_EXCEEDED})
    if isinstance(error, BadValueError) or error.message.startswith(("Variable ", "Argument ")):
        # graphql-core found out while executing that a value fits no type.
        return _with(error, error.message, {"code": BAD_USER_INPUT})
    if error.path is None and (original is None or isinstance(original, GraphQLError)):
        return _with(error, error.message, {"code": VALIDATION_FAILED})
    error_id = secrets.token_hex(8)
    log.error("unexpected error", error_id=error_id, path=error.path, trace=_trace(original or error))
    return _with(
        error,
        f"Something went wrong on our side. Tell the administrator the id {error_id}.",
        {"code": INTERNAL, "errorId": error_id},
    )


def _trace(error: BaseException) -> str:
    """Where an error came from: its types and places. Its message stays out of the log, for it may quote a record."""
    parts = []
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        places = (
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)
        )
        parts.append(f"{type(cause).__module__}.{type(cause).__name__} at {' > '.join(places)}")
        cause = cause.__cause__ or cause.__context__
    return " <- ".join(parts)


def _with(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
