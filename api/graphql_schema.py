"""The GraphQL schema: types, limits, caches, and the printed SDL."""

from collections.abc import Iterable
from typing import Any

import structlog
from graphql import GraphQLError
from strawberry import Schema
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

import api.types.campaign_vocabularies
import api.types.clue_vocabularies
import api.types.duty_vocabularies
import api.types.vocabularies  # noqa: F401  makes the vocabularies enums before a type names them
from api.auditing import WritesAudit
from api.costs import Costs
from api.limits import Limits
from api.machines import MachinesAskWhoTheyAre
from api.mutations.root import Mutation
from api.queries import Query
from api.sockets import Caller
from api.streams import told
from api.subscriptions import Subscription
from api.types.activity import Activity
from api.types.anomaly import Anomaly
from api.types.campaign import Campaign
from api.types.feed_run import FeedRun
from api.types.file_review import FileReview
from api.types.follow_ups import (
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
)
from api.types.measure import Measure
from api.types.organisation import Agency, Procuratorate
from api.types.penalty_case import Party, PenaltyCase
from api.types.rule import Rule
from api.types.scalars import SCALARS
from api.types.user import User

CACHED_DOCUMENTS = 200


class JianduSchema(Schema):
    """A schema that leaves errors to `api.errors`, which knows which of them are ours to log.

    Subscriptions are streamed, and nothing else is.
    """

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Answer a query or a mutation."""
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            set(allowed_operation_types or OperationType) - {OperationType.SUBSCRIPTION},
            operation_extensions,
        )

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> StreamResult:
        """Answer a subscription of `api.sockets.Caller`, which has a context of its own."""
        del allowed_operation_types
        assert isinstance(context_value, Caller)  # noqa: S101  our only transport passes one
        context = context_value.fresh_context()
        results = await super().stream(
            query,
            variable_values,
            context,
            root_value,
            operation_name,
            operation_extensions,
            (OperationType.SUBSCRIPTION,),
        )
        return told(context, results)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Say that there were some, without their texts."""
        structlog.get_logger().debug("operation had errors", count=len(errors), known=execution_context is not None)


schema = JianduSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[
        *(Agency, Anomaly, FeedRun, Measure, Party, PenaltyCase, Procuratorate, Rule, User),
        *(Activity, Campaign, FileReview),
        *(CoerciveMeasure, CriminalCase, EnforcementCase, ProcuratorialMeasure, Reconsideration, Transfer),
    ],
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[
        Limits,
        Costs,
        MachinesAskWhoTheyAre,
        WritesAudit,
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
    ],
)


def sdl() -> str:
    """The schema as it is printed to schema/schema.graphql."""
    return schema.as_str() + "\n"
