"""Recording activities, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import strawberry

from api.context import ApiInfo, Context
from api.mutations.campaign import home_of, no_such_campaign, stands_as
from api.mutations.changing import (
    KEY_DESCRIPTION,
    LONGEST_TEXT,
    REVISION_DESCRIPTION,
    Changed,
    Outcome,
    RefusedError,
    UserError,
    UserErrorCode,
    given,
    make_change,
    read_id,
    read_ids,
    read_optional_text,
    read_text,
    require_day,
    require_revision,
)
from api.paging import MAX_PAGE
from api.types.activity import Activity
from schema import activity_records
from schema.access_vocabularies import Permission
from schema.activity_records import Participant
from schema.campaign_vocabularies import ActivityKind, ParticipantCategory
from stores.activities import add_activity, keep_outcome, known_clues, known_measures, lock_activity
from stores.postgres import DatabaseConnection

_CHINA = ZoneInfo("Asia/Shanghai")
_LONGEST_NAME = 100
_LONGEST_TITLE = 200
_FORBIDDEN = "Only who handles cases, and campaign offices, record activities. Ask one of them."


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """An activity that was recorded, or why it was not."""

    activity: activity_records.Activity | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of a record of an activity. 活动登记结果")
class ActivityPayload:
    """`ActivityChange` as clients see it."""

    activity: Activity | None = strawberry.field(description="The activity as it stands now. 活动")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A person who took part. 参加人员")
class ParticipantInput:
    """What `recordActivity` takes for each participant."""

    category: ParticipantCategory = strawberry.field(description="As what. 类别")
    name: str = strawberry.field(description="Of the person; 100 characters at most. 姓名")
    organisation: str | None = strawberry.field(
        default=strawberry.UNSET, description="Of which organisation; 200 characters at most. 单位"
    )


@strawberry.input(description="An activity, and who took part. 登记活动")
class RecordActivityInput:
    """What `recordActivity` takes."""

    kind: ActivityKind = strawberry.field(description="What it was. 类别")
    held_on: date = strawberry.field(description="On which day; not one to come. 日期")
    title: str = strawberry.field(description="What it was called; 200 characters at most. 名称")
    place: str | None = strawberry.field(default=strawberry.UNSET, description="Where; 200 characters at most. 地点")
    text: str | None = strawberry.field(
        default=strawberry.UNSET, description="What was done and said; 20,000 characters at most. 内容"
    )
    agency_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="With which agencies, or at which; 100 at most. 涉及的执法机关"
    )
    participants: list[ParticipantInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Who took part; 100 at most. 参加人员"
    )
    campaign_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of which campaign. 所属专项活动"
    )
    procuratorate_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose it was; else one's own. 组织的检察院"
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="An activity, and what came of it. 登记活动成效")
class RecordActivityOutcomeInput:
    """What `recordActivityOutcome` takes."""

    activity_id: strawberry.ID = strawberry.field(description="The activity. 活动")
    outcome: str = strawberry.field(
        description="What came of it, in place of what was recorded before; 20,000 characters at most. 成效"
    )
    clue_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Clues that came of it; they are added. 发现的线索"
    )
    measure_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Measures that came of it; they are added. 提出的监督意见"
    )
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@dataclass(frozen=True, slots=True)
class _Told:
    """An input as it was read."""

    title: str
    place: str | None
    text: str | None
    agency_ids: Sequence[int]
    participants: Sequence[Participant]
    campaign_id: int | None
    home: int | None


async def record_activity(
    info: ApiInfo,
    input: RecordActivityInput,  # noqa: A002  the contract's name
) -> ActivityChange:
    """Record an activity with who took part."""
    context, wanted = info.context, input

    async def sees() -> None:
        await _read(context, wanted)

    async def change(connection: DatabaseConnection) -> Changed:
        told = await _read(context, wanted)
        activity_id = await add_activity(
            connection,
            kind=wanted.kind,
            held_on=wanted.held_on,
            place=told.place,
            title=told.title,
            text=told.text,
            procuratorate_id=told.home,
            campaign_id=told.campaign_id,
            agency_ids=told.agency_ids,
            participants=told.participants,
            recorded_by=context.viewer.account.id,
            now=context.services.clock(),
        )
        return Changed(activity_id)

    outcome = await make_change(
        context,
        "recordActivity",
        wanted,
        needs=Permission.RECORD_ACTIVITIES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answered(context, outcome, None)


async def record_activity_outcome(
    info: ApiInfo,
    input: RecordActivityOutcomeInput,  # noqa: A002  the contract's name
) -> ActivityChange:
    """Record what came of an activity."""
    context, wanted = info.context, input

    async def sees() -> None:
        read_text(wanted.outcome, "outcome", LONGEST_TEXT)
        read_ids(wanted.clue_ids, "Clue", "clueIds")
        read_ids(wanted.measure_ids, "Measure", "measureIds")
        if await context.loaders.activities.load(read_id(wanted.activity_id, "Activity", "activityId")) is None:
            raise _no_such_activity()

    async def change(connection: DatabaseConnection) -> Changed:
        activity_id = read_id(wanted.activity_id, "Activity", "activityId")
        known = await lock_activity(connection, context.scope, activity_id)
        if known is None:
            raise _no_such_activity()
        require_revision(known.revision, wanted.expected_revision, "its outcome was recorded")
        clue_ids = read_ids(wanted.clue_ids, "Clue", "clueIds")
        measure_ids = read_ids(wanted.measure_ids, "Measure", "measureIds")
        if set(clue_ids) - await known_clues(connection, clue_ids):
            raise _unknown("clue", "clueIds")
        if set(measure_ids) - await known_measures(connection, measure_ids):
            raise _unknown("measure", "measureIds")
        await keep_outcome(
            connection,
            known,
            outcome=read_text(wanted.outcome, "outcome", LONGEST_TEXT),
            clue_ids=clue_ids,
            measure_ids=measure_ids,
            actor_id=context.viewer.account.id,
            now=context.services.clock(),
        )
        return Changed(activity_id)

    outcome = await make_change(
        context,
        "recordActivityOutcome",
        wanted,
        needs=Permission.RECORD_ACTIVITIES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answered(context, outcome, wanted.activity_id)


async def _answered(context: Context, outcome: Outcome, asked: str | None) -> ActivityChange:
    activity_id = stands_as(outcome, "Activity", asked)
    if activity_id is None:
        return ActivityChange(None, outcome.user_errors)
    context.loaders.forget()
    return ActivityChange(await context.loaders.activities.load(activity_id), outcome.user_errors)


async def _read(context: Context, wanted: RecordActivityInput) -> _Told:
    today = context.services.clock().astimezone(_CHINA).date()
    require_day(wanted.held_on, not_after=today, field="heldOn")
    participants = given(wanted.participants) or ()
    if len(participants) > MAX_PAGE:
        raise RefusedError(UserErrorCode.INVALID, f"`participants` holds at most {MAX_PAGE} persons.", "participants")
    agency_ids = read_ids(wanted.agency_ids, "Agency", "agencyIds")
    agencies = await context.loaders.agencies.load_many(agency_ids)
    if None in agencies:
        raise _unknown("agency", "agencyIds")
    campaign = given(wanted.campaign_id)
    campaign_id = None if campaign is None else read_id(campaign, "Campaign", "campaignId")
    if campaign_id is not None and await context.loaders.campaigns.load(campaign_id) is None:
        raise no_such_campaign("campaignId")
    # Whoever belongs to no procuratorate records for that of the agency.
    own = context.viewer.account.procuratorate_id
    first = agencies[0] if agencies else None
    otherwise = first.procuratorate_id if own is None and first is not None else own
    return _Told(
        title=read_text(wanted.title, "title", _LONGEST_TITLE),
        place=read_optional_text(wanted.place, "place", _LONGEST_TITLE),
        text=read_optional_text(wanted.text, "text"),
        agency_ids=agency_ids,
        participants=[
            Participant(
                category=each.category,
                name=read_text(each.name, "participants", _LONGEST_NAME),
                organisation=read_optional_text(each.organisation, "participants", _LONGEST_TITLE),
            )
            for each in participants
        ],
        campaign_id=campaign_id,
        home=await home_of(context, given(wanted.procuratorate_id), otherwise),
    )


def _no_such_activity() -> RefusedError:
    """The answer for an activity that is not there, and for one that the viewer may not see."""
    return RefusedError(
        UserErrorCode.NOT_FOUND, "There is no such activity. Take `id` as a query returned it.", "activityId"
    )


def _unknown(what: str, field: str) -> RefusedError:
    return RefusedError(UserErrorCode.NOT_FOUND, f"There is no such {what}. Take `id` as a query returned it.", field)
