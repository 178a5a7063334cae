"""Lists of campaigns and of activities."""

from collections.abc import Sequence
from datetime import date

import strawberry

from api.context import ApiInfo
from api.ids import record_id
from api.paging import MAX_PAGE, Connection, Page, decode_cursor, encode_cursor, given, make_page, page_size
from schema import activity_records, campaign_records
from schema.campaign_vocabularies import ActivityKind
from stores.activities import count_activities, list_activities
from stores.campaigns import count_campaigns, list_campaigns
from stores.errors import BadUserInputError

_DEFAULT_PAGE = 20


@strawberry.input(description="Which activities: OR within a list, AND between fields. 活动筛选条件")
class ActivityFilter:
    """`schema.activity_records.ActivityFilter` as clients write it."""

    kinds: list[ActivityKind] | None = strawberry.field(
        default=strawberry.UNSET, description="Any of these kinds. 类别"
    )
    held_from: date | None = strawberry.field(default=strawberry.UNSET, description="Inclusive. 日期起")
    held_to: date | None = strawberry.field(default=strawberry.UNSET, description="Inclusive. 日期止")
    campaign_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of this campaign. 所属专项活动"
    )
    agency_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="With any of these agencies. 执法机关"
    )


def campaigns(
    info: ApiInfo,
    case_id: strawberry.ID | None = strawberry.UNSET,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[campaign_records.Campaign]:
    """Campaigns in scope, the newest first, or those that a case is in."""
    size = page_size(first, _DEFAULT_PAGE)
    of_case = None if (asked := given(case_id)) is None else record_id(asked, "PenaltyCase", "caseId")
    behind: int | None = decode_cursor(after, "campaign", int)[0] if after else None
    database, scope = info.context.database, info.context.scope

    async def page() -> Page[campaign_records.Campaign]:
        async with database.begin() as connection:
            found = await list_campaigns(connection, scope, case_id=of_case, first=size, after=behind)
        return make_page(found, size, after, lambda each: encode_cursor("campaign", each.id))

    async def count() -> int:
        async with database.begin() as connection:
            return await count_campaigns(connection, scope, case_id=of_case)

    return Connection(page, count)


def activities(
    info: ApiInfo,
    filter: ActivityFilter | None = strawberry.UNSET,  # noqa: A002  as in every list
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[activity_records.Activity]:
    """Activities in scope, the newest first."""
    size, wanted = page_size(first, _DEFAULT_PAGE), _read_filter(filter)
    place = _place(after) if after else None
    database, scope = info.context.database, info.context.scope

    async def page() -> Page[activity_records.Activity]:
        async with database.begin() as connection:
            found: Sequence[activity_records.Activity] = await list_activities(
                connection, scope, wanted, first=size, after=place
            )
        return make_page(found, size, after, lambda each: encode_cursor("activity", each.held_on.isoformat(), each.id))

    async def count() -> int:
        async with database.begin() as connection:
            return await count_activities(connection, scope, wanted)

    return Connection(page, count)


def _place(after: str) -> tuple[date, int]:
    held_on, key = decode_cursor(after, "activity", str, int)
    try:
        return date.fromisoformat(held_on), key
    except ValueError as error:
        raise BadUserInputError("This cursor does not belong to this list. Take `endCursor`.") from error


def _read_filter(asked: ActivityFilter | None) -> activity_records.ActivityFilter:
    if not asked:
        return activity_records.ActivityFilter()
    for values in (asked.kinds, asked.agency_ids):
        if len(values or ()) > MAX_PAGE:
            raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    campaign_id = given(asked.campaign_id)
    return activity_records.ActivityFilter(
        kinds=tuple(asked.kinds or ()),
        held_from=given(asked.held_from),
        held_to=given(asked.held_to),
        campaign_id=None if campaign_id is None else record_id(campaign_id, "Campaign", "campaignId"),
        agency_ids=tuple(record_id(each, "Agency", "agencyIds") for each in asked.agency_ids or ()),
    )
