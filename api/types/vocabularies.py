"""The vocabularies as GraphQL enums; a value's description is an English phrase and the Chinese term."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import strawberry

from schema.vocabularies import (
    CaseSort,
    DataSource,
    Domain,
    FeedRunStatus,
    Labelled,
    PartyType,
    PenaltyKind,
    SearchEngineName,
    SuggestionKind,
)


def _enum(members: type[StrEnum], description: str, values: Mapping[StrEnum, str], *, name: str | None = None) -> None:
    """Register an enum with Strawberry, in place; the Chinese term of a labelled value is added to its description."""
    definition: Any = getattr(strawberry.enum(members, name=name, description=description), "__strawberry_definition__")  # noqa: B009  private to its owner's type, public in its documentation
    for value in definition.values:
        # What Strawberry keeps of a member is its bare value, without the label.
        member = members[value.name]
        label = f" {member.label}" if isinstance(member, Labelled) else ""
        value.description = f"{values[member]}{label}"


_enum(
    Domain,
    "The field of administrative enforcement. 执法领域",
    {
        Domain.ENVIRONMENT: "The environment.",
        Domain.FOOD_DRUGS: "Food and drugs.",
        Domain.LAND: "Land and natural resources.",
        Domain.AGRICULTURE: "Agriculture.",
        Domain.FORESTRY: "Forestry.",
        Domain.MARKET: "Market supervision.",
        Domain.CONSTRUCTION: "Housing and construction.",
        Domain.OTHER: "Any other.",
    },
)
_enum(
    PenaltyKind,
    "A kind of administrative penalty. 行政处罚种类",
    {
        PenaltyKind.WARNING: "A warning or public criticism.",
        PenaltyKind.FINE: "A fine.",
        PenaltyKind.CONFISCATION: "Confiscation of illegal income or property.",
        PenaltyKind.SUSPENSION: "Suspension of a licence or of the business.",
        PenaltyKind.REVOCATION: "Revocation of a licence.",
        PenaltyKind.ORDER: "An order to put right.",
        PenaltyKind.DETENTION: "Administrative detention.",
        PenaltyKind.OTHER: "Any other.",
    },
)
_enum(
    DataSource,
    "Where a case is known from. 数据来源",
    {
        DataSource.PUBLISHED: "The published penalty table.",
        DataSource.PLATFORM: "The platform's own records.",
    },
)
_enum(
    PartyType,
    "Who was penalised. 行政相对人类别",
    {PartyType.ORGANIZATION: "An organisation.", PartyType.PERSON: "A natural person."},
)
_enum(
    FeedRunStatus,
    "The life of one file's load. 导入状态",
    {
        FeedRunStatus.RUNNING: "Being loaded.",
        FeedRunStatus.DONE: "Loaded; its accounts stand.",
        FeedRunStatus.REFUSED: "Could not be read; nothing was stored.",
        FeedRunStatus.INTERRUPTED: "Broken off; nothing was stored.",
    },
)
_enum(
    SearchEngineName,
    "The engine that answered. 检索引擎",
    {
        SearchEngineName.ELASTICSEARCH: "The index answered. 索引检索",
        SearchEngineName.POSTGRESQL: "The database itself answered. 数据库检索",
    },
    name="SearchEngine",
)
_enum(
    SuggestionKind,
    "What a suggestion is the name or the number of. 检索建议类别",
    {
        SuggestionKind.NUMBER: "A document or filing number; its node is the case.",
        SuggestionKind.PARTY: "An organisation that was penalised.",
        SuggestionKind.AGENCY: "An agency, by its name or an alias.",
        SuggestionKind.STATUTE: "A statute that cases cite, without 《》.",
    },
)
_enum(
    CaseSort,
    "The order of a list of cases; unknown values come last. 排序",
    {
        CaseSort.RELEVANCE: "The best matches first; without a query as DECIDED_NEWEST. 按相关度",
        CaseSort.DECIDED_NEWEST: "The latest decision first. 按决定日期由近及远",
        CaseSort.DECIDED_OLDEST: "The earliest decision first. 按决定日期由远及近",
        CaseSort.FINE_HIGHEST: "The highest fine first. 按罚款金额由高到低",
    },
)
