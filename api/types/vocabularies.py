"""The vocabularies as GraphQL enums; a value's description is its Chinese term."""

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
)


def _enum(members: type[StrEnum], description: str, name: str | None = None) -> None:
    """Register an enum with Strawberry, in place."""
    definition: Any = getattr(strawberry.enum(members, name=name, description=description), "__strawberry_definition__")  # noqa: B009  private to its owner's type, public in its documentation
    for value in definition.values:
        if isinstance(value.value, Labelled):
            value.description = value.value.label


_enum(Domain, "The field of administrative enforcement. 执法领域")
_enum(PenaltyKind, "A kind of administrative penalty. 行政处罚种类")
_enum(DataSource, "Where a case is known from. 数据来源")
_enum(PartyType, "Who was penalised. 行政相对人类别")
_enum(FeedRunStatus, "The life of one file's load. 导入状态")
_enum(SearchEngineName, "The engine that answered. 检索引擎", name="SearchEngine")
_enum(CaseSort, "The order of a list of cases; unknown values come last. 排序")
