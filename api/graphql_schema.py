"""The GraphQL schema: types, limits, caches, and the printed SDL."""

import structlog
from graphql import GraphQLError
from strawberry import Schema
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

import api.types.vocabularies  # noqa: F401  makes the vocabularies enums before a type names them
from api.auditing import WritesAudit
from api.limits import Limits
from api.machines import MachinesAskWhoTheyAre
from api.mutations import Mutation
from api.queries import Query
from api.types.anomaly import Anomaly
from api.types.feed_run import FeedRun
from api.types.follow_ups import (
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
)
from api.types.organisation import Agency, Procuratorate
from api.types.penalty_case import Party, PenaltyCase
from api.types.rule import Rule
from api.types.scalars import SCALARS
from api.types.user import User

CACHED_DOCUMENTS = 200


class JianduSchema(Schema):
    """A schema that leaves errors to `api.errors`, which knows which of them are ours to log."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Say that there were some, without their texts."""
        structlog.get_logger().debug("operation had errors", count=len(errors), known=execution_context is not None)


schema = JianduSchema(
    query=Query,
    mutation=Mutation,
    types=[
        *(Agency, Anomaly, FeedRun, Party, PenaltyCase, Procuratorate, Rule, User),
        *(CoerciveMeasure, CriminalCase, EnforcementCase, ProcuratorialMeasure, Reconsideration, Transfer),
    ],
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[
        Limits,
        MachinesAskWhoTheyAre,
        WritesAudit,
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
    ],
)


def sdl() -> str:
    """The schema as it is printed to schema/schema.graphql."""
    return schema.as_str() + "\n"
