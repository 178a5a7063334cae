"""What a subscription answers, as it leaves: written into the audit trail first, its errors presented."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import StreamResult
from strawberry.types.execution import ExecutionResult, PreExecutionError

from api.context import Context
from api.errors import presented
from stores.errors import BadUserInputError

SUBSCRIPTIONS_ONLY: Final = "Over a websocket only subscriptions are answered. Send queries and mutations by POST."


async def told(context: Context, results: StreamResult) -> AsyncGenerator[ExecutionResult, None]:
    """The results of one operation, the last an error where something fails."""
    try:
        async with aclosing(results):
            async for result in results:
                # Incremental delivery is switched off.
                assert isinstance(result, ExecutionResult)  # noqa: S101
                await context.audit.write()
                yield _shown(result)
    except Exception as error:  # noqa: BLE001  whatever it is, it must reach nobody unmasked
        # A document that cannot even be parsed is raised, not answered.
        shown = _said(error) if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
        yield PreExecutionError(data=None, errors=[presented(shown)])


def _shown(result: ExecutionResult) -> ExecutionResult:
    if result.errors:
        result.errors = [presented(_said(error)) for error in result.errors]
    return result


def _said(error: GraphQLError) -> GraphQLError:
    """The error, in our words where it is about what was sent."""
    if isinstance(error.original_error, InvalidOperationTypeError):
        return GraphQLError("", original_error=BadUserInputError(SUBSCRIPTIONS_ONLY))
    if isinstance(error.original_error, CannotGetOperationTypeError | MissingQueryError):
        return GraphQLError("", original_error=BadUserInputError(error.message))
    return error
