"""Campaigns as they are kept: opening and closing them, reading them in a scope, one statement for each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, and_, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.campaign_records import Campaign, CampaignProgress
from schema.campaign_tables import campaign, campaign_case
from schema.campaign_vocabularies import CampaignKind, CampaignStatus, FileReviewOutcome, FileReviewStatus
from schema.tables import agency, penalty_case, procuratorate
from stores.search.scope import compile_scope

_FIELDS: Final = tuple(campaign.c[name] for name in Campaign.__dataclass_fields__)
_ONE_AT_A_TIME: Final = 0x63616D70


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Wait for whoever else lets cases join campaigns, until the end of this transaction, which may take its time.

    A case that changes while a campaign is being opened is either seen by the opening, or waits in the queue until
    whoever works that off sees the campaign.
    """
    await connection.execute(select(func.set_config("statement_timeout", "0", true())))
    await connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


async def add_campaign(
    connection: AsyncConnection,
    *,
    name: str,
    kind: CampaignKind,
    from_on: date | None,
    until_on: date | None,
    filter: Mapping[str, Any],  # noqa: A002  the column's name
    query: str | None,
    procuratorate_id: int | None,
    opened_by: int,
    now: datetime,
) -> Campaign:
    """Open a campaign, without its cases yet."""
    statement = (
        campaign.insert()
        .values(
            name=name,
            kind=kind.value,
            status=CampaignStatus.OPEN.value,
            from_on=from_on,
            until_on=until_on,
            filter=filter,
            query=query,
            procuratorate_id=procuratorate_id,
            opened_by=opened_by,
            opened_at=now,
        )
        .returning(*_FIELDS)
    )
    return _campaign((await connection.execute(statement)).mappings().one())


async def lock_campaign(connection: AsyncConnection, campaign_id: int) -> Campaign | None:
    """A campaign that nobody else changes until the end of this transaction; None where it is not seen."""
    statement = select(*_FIELDS).where(campaign.c.id == campaign_id).with_for_update()
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _campaign(row)


async def hold_campaign(connection: AsyncConnection, campaign_id: int) -> Campaign | None:
    """A campaign that nobody closes until the end of this transaction; None where it is not seen."""
    statement = select(*_FIELDS).where(campaign.c.id == campaign_id).with_for_update(read=True)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _campaign(row)


async def close_campaign(
    connection: AsyncConnection, campaign_id: int, *, summary: str, closed_by: int, now: datetime
) -> None:
    """End a campaign: no case joins it any more."""
    await connection.execute(
        campaign.update()
        .where(campaign.c.id == campaign_id)
        .values(
            status=CampaignStatus.CLOSED.value,
            summary=summary,
            closed_by=closed_by,
            closed_at=now,
            revision=campaign.c.revision + 1,
        )
    )


async def open_campaigns(connection: AsyncConnection) -> list[Campaign]:
    """The campaigns that cases may join."""
    rows = await connection.execute(
        select(*_FIELDS).where(campaign.c.status == CampaignStatus.OPEN.value).order_by(campaign.c.id)
    )
    return [_campaign(row) for row in rows.mappings()]


async def campaigns_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, Campaign]:
    """Campaigns by id; an unknown one, or one out of scope, is left out."""
    rows = await connection.execute(select(*_FIELDS).where(campaign.c.id == func.any(list(ids)), campaigns_of(scope)))
    return {row["id"]: _campaign(row) for row in rows.mappings()}


async def list_campaigns(
    connection: AsyncConnection, scope: Scope, *, case_id: int | None, first: int, after: int | None
) -> list[Campaign]:
    """Campaigns in scope, the newest first, or those of a case; one more than `first`."""
    statement = select(*_FIELDS).where(*_listed(scope, case_id)).order_by(campaign.c.id.desc()).limit(first + 1)
    if after is not None:
        statement = statement.where(campaign.c.id < after)
    return [_campaign(row) for row in (await connection.execute(statement)).mappings()]


async def count_campaigns(connection: AsyncConnection, scope: Scope, *, case_id: int | None) -> int:
    """How many campaigns are in scope, or of those how many a case is in."""
    statement = select(func.count()).select_from(campaign).where(*_listed(scope, case_id))
    return await connection.scalar(statement) or 0


def campaigns_of(scope: Scope) -> ColumnElement[bool]:
    """What holds of the campaigns in scope: those of one's own procuratorate, of those below it and of those above it.

    Row-level security says the same once more. An agency sees none.
    """
    if scope.everything:
        return true()
    if not scope.findings or scope.agency_id is not None:
        return false()
    above = (
        select(procuratorate.c.id, procuratorate.c.parent_id)
        .where(procuratorate.c.id == func.any(list(scope.procuratorate_ids)))
        .cte("above", recursive=True)
    )
    superior = procuratorate.alias("superior")
    above = above.union(select(superior.c.id, superior.c.parent_id).join(above, above.c.parent_id == superior.c.id))
    return or_(campaign.c.procuratorate_id.is_(None), campaign.c.procuratorate_id.in_(select(above.c.id)))


async def progress_of_campaigns(
    connection: AsyncConnection, scope: Scope, ids: Sequence[int]
) -> dict[int, list[CampaignProgress]]:
    """How far several campaigns are in each procuratorate in scope, by its id; what nobody supervises comes last."""
    reviewed = campaign_case.c.status == FileReviewStatus.REVIEWED.value

    def those(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(and_(*conditions))

    statement = (
        select(
            campaign_case.c.campaign_id,
            agency.c.procuratorate_id,
            func.count(),
            those(campaign_case.c.status != FileReviewStatus.UNASSIGNED.value),
            those(reviewed),
            those(reviewed, campaign_case.c.outcome == FileReviewOutcome.PROBLEM_FOUND.value),
            those(reviewed, campaign_case.c.outcome == FileReviewOutcome.NEEDS_MORE_FILES.value),
        )
        .join(penalty_case, penalty_case.c.id == campaign_case.c.case_id)
        .join(agency, agency.c.id == penalty_case.c.agency_id)
        .where(campaign_case.c.campaign_id == func.any(list(ids)), *compile_scope(scope))
        .group_by(campaign_case.c.campaign_id, agency.c.procuratorate_id)
        .order_by(campaign_case.c.campaign_id, agency.c.procuratorate_id.nulls_last())
    )
    found: dict[int, list[CampaignProgress]] = {campaign_id: [] for campaign_id in ids}
    for campaign_id, procuratorate_id, cases, assigned, done, problems, needs_more in await connection.execute(
        statement
    ):
        found[campaign_id].append(
            CampaignProgress(
                procuratorate_id=procuratorate_id,
                cases=cases,
                assigned=assigned,
                reviewed=done,
                problems=problems,
                needs_more_files=needs_more,
            )
        )
    return found


def _listed(scope: Scope, case_id: int | None) -> list[ColumnElement[bool]]:
    conditions = [campaigns_of(scope)]
    if case_id is not None:
        joined = exists().where(
            campaign_case.c.campaign_id == campaign.c.id,
            campaign_case.c.case_id == case_id,
            penalty_case.c.id == campaign_case.c.case_id,
            *compile_scope(scope),
        )
        conditions.append(joined)
    return conditions


def _campaign(row: RowMapping) -> Campaign:
    return Campaign(**{**row, "kind": CampaignKind(row["kind"]), "status": CampaignStatus(row["status"])})
