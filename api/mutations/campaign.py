"""Opening and closing special campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import strawberry

from api.context import ApiInfo, Context
from api.mutations.changing import (
    KEY_DESCRIPTION,
    REVISION_DESCRIPTION,
    Changed,
    Outcome,
    RefusedError,
    UserError,
    UserErrorCode,
    given,
    make_change,
    read_id,
    read_optional_text,
    read_text,
    require_revision,
)
from api.types.campaign import Campaign
from api.types.search import CaseFilter, read_filter
from schema import campaign_records
from schema.access_records import Scope
from schema.access_vocabularies import Permission
from schema.campaign_vocabularies import CampaignKind
from stores.campaign_selections import join_selected, written_filter
from stores.campaigns import add_campaign, close_campaign, lock_campaign, one_at_a_time
from stores.errors import BadUserInputError
from stores.postgres import DatabaseConnection
from stores.search import seam
from stores.search.parser import parse_query
from supervision.campaign import refuse_closing, scope_of_campaign

_LONGEST_NAME = 200
_FORBIDDEN = "Only campaign offices, heads of departments and chiefs run campaigns. Ask one of them."


@dataclass(frozen=True, slots=True)
class CampaignChange:
    """A campaign that was opened or closed, or why it was not."""

    campaign: campaign_records.Campaign | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of a change of a campaign. 专项活动操作结果")
class CampaignPayload:
    """`CampaignChange` as clients see it."""

    campaign: Campaign | None = strawberry.field(description="The campaign as it stands now. 专项活动")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A campaign, and which cases it is about. 发起专项活动")
class OpenCampaignInput:
    """What `openCampaign` takes."""

    name: str = strawberry.field(description="Its name; 200 characters at most. 名称")
    kind: CampaignKind = strawberry.field(description="What it is about; it decides of the checklist. 类别")
    from_: date | None = strawberry.field(name="from", default=strawberry.UNSET, description="Its first day. 开始日期")
    until: date | None = strawberry.field(default=strawberry.UNSET, description="Its last day, as planned. 结束日期")
    filter: CaseFilter | None = strawberry.field(
        default=strawberry.UNSET, description="Which cases; `filter` or `query` must ask for something. 筛选条件"
    )
    query: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Words as `searchCases` takes them; natural persons' names find nothing. 检索词",
    )
    procuratorate_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Which runs it, with all below it; else one's own. 组织的检察院"
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A campaign, and what it came to. 结束专项活动")
class CloseCampaignInput:
    """What `closeCampaign` takes."""

    campaign_id: strawberry.ID = strawberry.field(description="The campaign. 专项活动")
    summary: str = strawberry.field(description="What it came to; 20,000 characters at most. 总结")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


async def open_campaign(info: ApiInfo, input: OpenCampaignInput) -> CampaignChange:  # noqa: A002  the contract's name
    """Open a campaign; its cases join in the same transaction."""
    context, wanted = info.context, input

    async def sees() -> None:
        _read(wanted)
        # Read before the transaction, which so needs no second connection.
        await _scope(context, await _home(context, wanted.procuratorate_id))

    async def change(connection: DatabaseConnection) -> Changed:
        told = _read(wanted)
        home = await _home(context, wanted.procuratorate_id)
        await one_at_a_time(connection)
        now = context.services.clock()
        campaign = await add_campaign(
            connection,
            name=told.name,
            kind=wanted.kind,
            from_on=given(wanted.from_),
            until_on=given(wanted.until),
            filter=written_filter(told.filter),
            query=told.query,
            procuratorate_id=home,
            opened_by=context.viewer.account.id,
            now=now,
        )
        await join_selected(connection, campaign, await _scope(context, home), now=now)
        return Changed(campaign.id)

    return await _answered(
        context,
        await make_change(
            context,
            "openCampaign",
            wanted,
            needs=Permission.MANAGE_CAMPAIGNS,
            forbidden=_FORBIDDEN,
            sees=sees,
            change=change,
        ),
        None,
    )


async def close_campaign_(info: ApiInfo, input: CloseCampaignInput) -> CampaignChange:  # noqa: A002  as above
    """End a campaign; whatever matches now joins before."""
    context, wanted = info.context, input

    async def sees() -> None:
        campaign_id = read_id(wanted.campaign_id, "Campaign", "campaignId")
        read_text(wanted.summary, "summary", 20_000)
        seen = await context.loaders.campaigns.load(campaign_id)
        if seen is None:
            raise no_such_campaign("campaignId")
        await _scope(context, seen.procuratorate_id)

    async def change(connection: DatabaseConnection) -> Changed:
        campaign_id = read_id(wanted.campaign_id, "Campaign", "campaignId")
        await one_at_a_time(connection)
        known = await lock_campaign(connection, campaign_id)
        if known is None:
            raise no_such_campaign("campaignId")
        require_revision(known.revision, wanted.expected_revision, f"it is {known.status.value}")
        refusal = refuse_closing(known.status, known.procuratorate_id, context.scope)
        if refusal is not None:
            raise RefusedError(UserErrorCode.NOT_ALLOWED, refusal, "campaignId")
        now = context.services.clock()
        await join_selected(connection, known, await _scope(context, known.procuratorate_id), now=now)
        await close_campaign(
            connection,
            campaign_id,
            summary=read_text(wanted.summary, "summary", 20_000),
            closed_by=context.viewer.account.id,
            now=now,
        )
        return Changed(campaign_id)

    outcome = await make_change(
        context,
        "closeCampaign",
        wanted,
        needs=Permission.MANAGE_CAMPAIGNS,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answered(context, outcome, wanted.campaign_id)


def stands_as(outcome: Outcome, type_name: str, asked: str | None) -> int | None:
    """The id of the record to answer with: that of a change that was made, or of one that came too late."""
    if outcome.record_id is not None:
        return outcome.record_id
    stale = any(error.code == UserErrorCode.STALE.value for error in outcome.user_errors)
    return read_id(asked, type_name, "") if stale and asked is not None else None


def no_such_campaign(field: str) -> RefusedError:
    """The answer for a campaign that is not there, and for one that the viewer may not see."""
    return RefusedError(UserErrorCode.NOT_FOUND, "There is no such campaign. Take `id` as a query returned it.", field)


async def _answered(context: Context, outcome: Outcome, asked: str | None) -> CampaignChange:
    campaign_id = stands_as(outcome, "Campaign", asked)
    if campaign_id is None:
        return CampaignChange(None, outcome.user_errors)
    context.loaders.forget()
    return CampaignChange(await context.loaders.campaigns.load(campaign_id), outcome.user_errors)


@dataclass(frozen=True, slots=True)
class _Told:
    """An input as it was read."""

    name: str
    filter: seam.CaseFilter
    query: str | None


def _read(wanted: OpenCampaignInput) -> _Told:
    name = read_text(wanted.name, "name", _LONGEST_NAME)
    query = read_optional_text(wanted.query, "query")
    try:
        parse_query(query)
    except BadUserInputError as error:
        raise RefusedError(UserErrorCode.INVALID, error.message, "query") from error
    try:
        chosen = read_filter(given(wanted.filter))
    except BadUserInputError as error:
        raise RefusedError(UserErrorCode.INVALID, error.message, "filter") from error
    if chosen.of_supervision:
        raise RefusedError(
            UserErrorCode.INVALID,
            "A campaign is seen by more than its clues and measures are. Select by something else.",
            "filter",
        )
    if query is None and chosen == seam.CaseFilter():
        raise RefusedError(
            UserErrorCode.INVALID, "It selects nothing in particular. Say in `filter` or `query` which cases.", "filter"
        )
    begins, ends = given(wanted.from_), given(wanted.until)
    if begins is not None and ends is not None and ends < begins:
        raise RefusedError(UserErrorCode.INVALID, "It ends before it begins. Give a later day.", "until")
    return _Told(name, chosen, query)


async def _home(context: Context, asked: str | None) -> int | None:
    return await home_of(context, given(asked), context.viewer.account.procuratorate_id)


async def home_of(context: Context, asked: str | None, otherwise: int | None) -> int | None:
    """The procuratorate that something is to belong to: the one asked for, where it is in scope.

    Refuses one that is not, as if there were none.
    """
    if asked is None:
        return otherwise
    found = await context.loaders.procuratorates.load(read_id(asked, "Procuratorate", "procuratorateId"))
    if found is None or not context.scope.supervises(found.id):
        raise RefusedError(
            UserErrorCode.NOT_FOUND,
            "There is no such procuratorate that you act for. Take your own, or one below it.",
            "procuratorateId",
        )
    return found.id


async def _scope(context: Context, home: int | None) -> Scope:
    if home is None:
        return scope_of_campaign(None, ())
    standing = await context.loaders.standings.load(home)
    return scope_of_campaign(
        await context.loaders.procuratorates.load(home), () if standing is None else standing.subordinates
    )
