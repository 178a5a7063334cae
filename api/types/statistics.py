"""What `statistics` answers."""

from decimal import Decimal

import strawberry

from api.context import ApiInfo
from api.ids import global_id
from api.labels import label
from api.types.search import CaseFilter, read_filter
from schema.vocabularies import StatisticsKey
from stores.statistics import read_statistics


@strawberry.type(description="What the cases of a row have in common, of one key. 统计维度取值")
class StatisticsValue:
    """A value of `stores.statistics.StatisticsRow` with its label."""

    key: StatisticsKey = strawberry.field(description="Of what. 维度")
    value: str | None = strawberry.field(
        description=(
            "As the filter takes it where it can: an enum's name, an agency's id, a region code, a rule's code; 2024, "
            "2024-Q1, 2024-03. Null: unknown. 取值"
        )
    )
    label: str = strawberry.field(description="The Chinese term or name. 名称")


@strawberry.type(description="The cases that have the same values. 统计行")
class StatisticsRow:
    """`stores.statistics.StatisticsRow` as clients see it."""

    keys: list[StatisticsValue] = strawberry.field(description="One a key, in the order of `groupBy`. 维度取值")
    cases: int = strawberry.field(description="Distinct cases. 案件数")
    fines: Decimal = strawberry.field(description="In yuan, of the cases counted. 罚款合计（元）")
    confiscations: Decimal = strawberry.field(description="In yuan, of the cases counted. 没收合计（元）")


async def read_rows(
    info: ApiInfo,
    filter: CaseFilter | None = strawberry.UNSET,  # noqa: A002  the contract's name
    *,
    group_by: list[StatisticsKey],
) -> list[StatisticsRow]:
    """Statistics, always from the record itself."""
    wanted = read_filter(filter)
    async with info.context.database.begin() as connection:
        rows = await read_statistics(connection, info.context.scope, wanted, group_by)
    return [
        StatisticsRow(
            keys=[_value(key, value, row.agency_name) for key, value in zip(group_by, row.values, strict=True)],
            cases=row.cases,
            fines=row.fines,
            confiscations=row.confiscations,
        )
        for row in rows
    ]


def _value(key: StatisticsKey, value: str | None, agency_name: str | None) -> StatisticsValue:
    if key is StatisticsKey.AGENCY and value is not None and agency_name is not None:
        return StatisticsValue(key=key, value=global_id("Agency", int(value)), label=agency_name)
    return StatisticsValue(key=key, value=value, label=label(key, value))
