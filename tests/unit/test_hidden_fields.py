"""What not everybody may know is hidden by a permission; the schema is walked for any edge to it that is not."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from strawberry.types.base import StrawberryContainer, StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from api import paging
from api.graphql_schema import schema
from api.paging import Connection, PageInfo
from api.types.fields import Needs, resolved
from api.types.node import NEEDED
from schema.access_vocabularies import Permission

LISTED = ("Activity", "Campaign", "Clue", "DutyCrimeCase", "Measure", "PublicInterestCase", "TypicalCase")
TELLING = {**NEEDED, "CannotTell": Permission.READ_FINDINGS, "CannotTellCountConnection": Permission.READ_FINDINGS} | {
    "FeedRunConnection": NEEDED["FeedRun"],
    "CustodyConnection": NEEDED["CriminalCase"],
    "CriminalProgress": NEEDED["CriminalCase"],
    **{f"{name}Connection": NEEDED[name] for name in LISTED},
}
WITHIN = {
    "AnomalyPayload.anomaly": "Whoever decides of findings may know of them: the mutation asks.",
    "Subscription.feed_run_progress": "It asks, and lets the machines of the run's agency follow, too.",
    **dict.fromkeys(("FeedRunConnection.nodes", "FeedRunEdge.node"), "The connection is empty."),
    "CluePayload.clue": "Whoever handles clues may know of them: the mutation asks.",
    "Subscription.clue_changed": "It asks.",
    **dict.fromkeys(
        (f"{name}{part}" for name in (*LISTED, "FileReview") for part in ("Connection.nodes", "Edge.node")),
        "The connection is empty.",
    ),
    "Custody.criminal_case": "The connection is empty.",
    "CriminalProgress.criminal_case": "The progress is null.",
    **dict.fromkeys(("Activity.campaign", "FileReview.campaign"), "Whoever sees the one may see the other."),
    **dict.fromkeys(
        (
            *("MeasurePayload.measure", "CampaignPayload.campaign", "ActivityPayload.activity"),
            *("AssignFileReviewPayload.file_review", "RecordFileReviewPayload.file_review"),
            *("DutyCrimePayload.duty_crime_case", "PublicInterestPayload.public_interest_case"),
            "TypicalCasePayload.typical_case",
            *("TriageCasePayload.clue", "TriageCasePayload.measure"),
        ),
        "Whoever may change it may know of it: the mutation asks.",
    ),
}


@strawberry.type
class NumberEdge:
    node: int
    cursor: str


@strawberry.type
class NumberConnection:
    total_count: int = resolved(paging.total_count, "")
    edges: list[NumberEdge] = resolved(paging.edges, "")
    nodes: list[int] = resolved(paging.nodes, "")
    page_info: PageInfo = resolved(paging.page_info, "")


def _one() -> int:
    return 1


async def _several() -> list[int]:
    return [1]


def _connection() -> Connection[int]:
    raise AssertionError


@strawberry.type
class Query:
    number: int = resolved(_one, "", needs=Permission.READ_FINDINGS)
    perhaps: int | None = resolved(_one, "", needs=Permission.READ_FINDINGS)
    several: list[int] = resolved(_several, "", needs=Permission.READ_FINDINGS)
    page: NumberConnection = resolved(_connection, "", needs=Permission.READ_FINDINGS)
    lazy: "NumberConnection" = resolved(_connection, "", needs=Permission.READ_FINDINGS)


def asked(document: str, *permissions: Permission) -> Any:
    viewer = SimpleNamespace(may=lambda permission: permission in permissions)
    context = SimpleNamespace(viewer=viewer)
    answer = asyncio.run(strawberry.Schema(Query).execute(document, context_value=context))
    assert answer.errors is None
    return answer.data


def test_what_one_may_not_know_is_null_empty_or_0_and_its_resolver_is_not_asked() -> None:
    page = "{ totalCount edges { cursor } nodes pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
    nothing = {
        "totalCount": 0,
        "edges": [],
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }
    document = f"{{ number perhaps several page {page} lazy {page} }}"
    assert asked(document, Permission.READ_CASES) == {
        "number": 0,
        "perhaps": None,
        "several": [],
        "page": nothing,
        "lazy": nothing,
    }


def test_whoever_may_know_is_answered() -> None:
    found = asked("{ number perhaps several }", Permission.READ_FINDINGS)
    assert found == {"number": 1, "perhaps": 1, "several": [1]}


@pytest.mark.parametrize("type_", [str, bool, NumberEdge])
def test_a_field_that_cannot_say_nothing_cannot_be_hidden(type_: type) -> None:
    field = resolved(_one, "", needs=Permission.READ_FINDINGS)
    told = strawberry.type(type("Query", (), {"__annotations__": {"told": type_}, "told": field}))
    with pytest.raises(TypeError, match="cannot be hidden"):
        strawberry.Schema(told)


def fields() -> Iterator[tuple[str, StrawberryField]]:
    for concrete in schema.schema_converter.type_map.values():
        definition = concrete.definition
        if isinstance(definition, StrawberryObjectDefinition) and not definition.is_input:
            for each in definition.fields:
                yield f"{definition.name}.{each.python_name}", each


def named_type(field: StrawberryField) -> str:
    found: Any = field.type
    while isinstance(found, StrawberryContainer | LazyType):
        found = found.of_type if isinstance(found, StrawberryContainer) else found.resolve_type()
    return getattr(found, "__name__", "")


def test_every_edge_to_what_not_everybody_may_know_needs_the_permission() -> None:
    telling = {path: field for path, field in fields() if named_type(field) in TELLING}
    assert set(WITHIN) < set(telling)
    for path, field in telling.items():
        needed = [each.permission for each in field.extensions if isinstance(each, Needs)]
        assert needed == [] if path in WITHIN else needed == [TELLING[named_type(field)]], path
