"""The list of measures (监督措施台账)."""

from collections.abc import Sequence
from datetime import date

import strawberry

from api.context import ApiInfo
from api.ids import record_id
from api.paging import MAX_PAGE, Connection, Page, given, make_page, page_size
from api.types.measure import DEFAULT_PAGE, measure_cursor, read_measure_cursor, today_of
from schema import measure_records
from schema.supervision_vocabularies import MeasureStatus
from schema.vocabularies import MeasureKind
from stores.errors import BadUserInputError
from stores.measures import count_measures, list_measures


@strawberry.input(description="Which measures; all that is given must hold. 监督措施筛选条件")
class MeasureFilter:
    """What `measures` takes."""

    kinds: list[MeasureKind] | None = strawberry.field(default=strawberry.UNSET, description="Any of them. 种类")
    status: list[MeasureStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="Any of them, as they stand today. 状态"
    )
    agency_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Sent to any of these agencies. 受文执法机关"
    )
    reply_due_before: date | None = strawberry.field(default=strawberry.UNSET, description="Exclusive. 回复期限早于")


def measures(
    info: ApiInfo,
    filter: MeasureFilter | None = strawberry.UNSET,  # noqa: A002  the contract's name
    first: int | None = DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[measure_records.Measure]:
    """Measures in scope, newest first."""
    wanted, size, behind = _read(filter), page_size(first, DEFAULT_PAGE), read_measure_cursor(after)
    context, today = info.context, today_of(info)

    async def page() -> Page[measure_records.Measure]:
        async with context.database.begin() as connection:
            found: Sequence[measure_records.Measure] = await list_measures(
                connection, context.scope, wanted, today, first=size, after=behind
            )
        return make_page(found, size, after, measure_cursor)

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_measures(connection, context.scope, wanted, today)

    return Connection(page, count)


def _read(filter_: MeasureFilter | None) -> measure_records.MeasureFilter:
    if not filter_:
        return measure_records.MeasureFilter()
    agency_ids = given(filter_.agency_ids) or []
    if len(agency_ids) > MAX_PAGE:
        raise BadUserInputError(f"`agencyIds` holds at most {MAX_PAGE} ids.")
    if max(len(filter_.kinds or ()), len(filter_.status or ())) > MAX_PAGE:
        raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    return measure_records.MeasureFilter(
        kinds=tuple(given(filter_.kinds) or ()),
        statuses=tuple(given(filter_.status) or ()),
        agency_ids=tuple(record_id(each, "Agency", "agencyIds") for each in agency_ids),
        reply_due_before=given(filter_.reply_due_before),
    )
