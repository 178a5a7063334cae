"""File reviews as they are kept; and read in a scope, one statement for each relation and level."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.campaign_records import AnsweredItem, FileReview, FileReviewEvent
from schema.campaign_tables import campaign, campaign_case, file_review_event
from schema.campaign_vocabularies import (
    ChecklistAnswer,
    FileReviewEventKind,
    FileReviewOutcome,
    FileReviewStatus,
)
from schema.tables import party, penalty_case
from stores.campaigns import campaigns_of
from stores.search.scope import compile_scope

_FIELDS: Final = tuple(campaign_case.c[name] for name in FileReview.__dataclass_fields__ if name != "person_names")
_NAMES: Final = func.persons_named(
    penalty_case.c.person_names, party.c.representative_names, party.c.type, party.c.name
).label("person_names")


@dataclass(frozen=True, slots=True)
class ReviewsWanted:
    """Which reviews of a campaign: in any of these states (none: in all), and of one reviewer where that is said."""

    statuses: tuple[FileReviewStatus, ...] = ()
    reviewer_id: int | None = None


async def reviews_by_id(connection: AsyncConnection, scope: Scope, ids: Sequence[int]) -> dict[int, FileReview]:
    """Reviews by id; an unknown one, or one out of scope, is left out."""
    rows = await connection.execute(_reviews(scope).where(campaign_case.c.id == func.any(list(ids))))
    return {row["id"]: _review(row) for row in rows.mappings()}


async def reviews_of_campaigns(
    connection: AsyncConnection,
    scope: Scope,
    ids: Sequence[int],
    wanted: ReviewsWanted,
    *,
    first: int,
    after: int | None,
) -> dict[int, list[FileReview]]:
    """The reviews of several campaigns, the newest first, behind the one `after`; one more than `first` of each."""
    owners = func.unnest(list(ids)).table_valued("id", name="owners").render_derived()
    newest = (
        select(campaign_case.c.id)
        .join(penalty_case, penalty_case.c.id == campaign_case.c.case_id)
        .where(
            campaign_case.c.campaign_id == owners.c.id,
            true() if after is None else campaign_case.c.id < after,
            *_wanted(wanted),
            *compile_scope(scope),
        )
        .order_by(campaign_case.c.id.desc())
        .limit(first + 1)
        .correlate(owners)
        .lateral("newest")
    )
    chosen = select(newest.c.id).select_from(owners.join(newest, true()))
    statement = _reviews(scope).where(campaign_case.c.id.in_(chosen)).order_by(campaign_case.c.id.desc())
    found: dict[int, list[FileReview]] = {campaign_id: [] for campaign_id in ids}
    for row in (await connection.execute(statement)).mappings():
        found[row["campaign_id"]].append(_review(row))
    return found


async def count_reviews_of_campaigns(
    connection: AsyncConnection, scope: Scope, ids: Sequence[int], wanted: ReviewsWanted
) -> dict[int, int]:
    """How many such reviews, and so cases, each of several campaigns has in scope."""
    statement = (
        select(campaign_case.c.campaign_id, func.count())
        .join(penalty_case, penalty_case.c.id == campaign_case.c.case_id)
        .where(campaign_case.c.campaign_id == func.any(list(ids)), *_wanted(wanted), *compile_scope(scope))
        .group_by(campaign_case.c.campaign_id)
    )
    counted = {row[0]: row[1] for row in await connection.execute(statement)}
    return {campaign_id: counted.get(campaign_id, 0) for campaign_id in ids}


async def events_of_reviews(
    connection: AsyncConnection, scope: Scope, ids: Sequence[int], *, first: int
) -> dict[int, list[FileReviewEvent]]:
    """The newest steps of several reviews' lives, the newest first."""
    ranked = (
        select(
            file_review_event,
            func.row_number()
            .over(partition_by=file_review_event.c.campaign_case_id, order_by=file_review_event.c.revision.desc())
            .label("place"),
        )
        .where(file_review_event.c.campaign_case_id == func.any(list(ids)))
        .subquery("ranked")
    )
    statement = (
        select(ranked, _NAMES)
        .join(campaign_case, campaign_case.c.id == ranked.c.campaign_case_id)
        .join(penalty_case, penalty_case.c.id == campaign_case.c.case_id)
        .join(party, party.c.id == penalty_case.c.party_id)
        .where(ranked.c.place <= first, *compile_scope(scope))
        .order_by(ranked.c.campaign_case_id, ranked.c.revision.desc())
    )
    found: dict[int, list[FileReviewEvent]] = {review_id: [] for review_id in ids}
    for row in (await connection.execute(statement)).mappings():
        names = tuple(row["person_names"])
        found[row["campaign_case_id"]].append(
            FileReviewEvent(
                revision=row["revision"],
                event=FileReviewEventKind(row["event"]),
                happened_at=row["happened_at"],
                actor_id=row["actor_id"],
                reviewer_id=row["reviewer_id"],
                outcome=None if row["outcome"] is None else FileReviewOutcome(row["outcome"]),
                answers=_answers(row["answers"], names),
                note=row["note"],
                person_names=names,
            )
        )
    return found


async def find_review(connection: AsyncConnection, campaign_id: int, case_id: int) -> int | None:
    """The review of a case in a campaign; None where the case is not in it."""
    found: int | None = await connection.scalar(
        select(campaign_case.c.id).where(campaign_case.c.campaign_id == campaign_id, campaign_case.c.case_id == case_id)
    )
    return found


async def lock_review(connection: AsyncConnection, scope: Scope, review_id: int) -> FileReview | None:
    """A review that nobody else changes until the end of this transaction; None where it is not seen."""
    statement = _reviews(scope).where(campaign_case.c.id == review_id).with_for_update(of=campaign_case)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _review(row)


async def keep_assigned(
    connection: AsyncConnection, review_id: int, *, reviewer_id: int, actor_id: int, revision: int, now: datetime
) -> None:
    """Keep that a review was given to a reviewer; what was found before stays in the history."""
    await connection.execute(
        campaign_case.update()
        .where(campaign_case.c.id == review_id)
        .values(
            status=FileReviewStatus.ASSIGNED.value,
            reviewer_id=reviewer_id,
            assigned_at=now,
            outcome=None,
            answers=[],
            note=None,
            reviewed_at=None,
            revision=revision,
        )
    )
    await connection.execute(
        file_review_event.insert().values(
            campaign_case_id=review_id,
            revision=revision,
            event=FileReviewEventKind.ASSIGNED.value,
            happened_at=now,
            actor_id=actor_id,
            reviewer_id=reviewer_id,
        )
    )


async def keep_reviewed(
    connection: AsyncConnection,
    review_id: int,
    *,
    outcome: FileReviewOutcome,
    answers: Sequence[AnsweredItem],
    note: str | None,
    reviewer_id: int,
    actor_id: int,
    revision: int,
    now: datetime,
) -> None:
    """Keep what a review came to."""
    told = [{name: value for name, value in asdict(each).items() if name != "person_names"} for each in answers]
    found = {"outcome": outcome.value, "answers": told, "note": note, "revision": revision}
    await connection.execute(
        campaign_case.update()
        .where(campaign_case.c.id == review_id)
        .values(status=FileReviewStatus.REVIEWED.value, reviewed_at=now, **found)
    )
    await connection.execute(
        file_review_event.insert().values(
            campaign_case_id=review_id,
            event=FileReviewEventKind.REVIEWED.value,
            happened_at=now,
            actor_id=actor_id,
            reviewer_id=reviewer_id,
            **found,
        )
    )


def _reviews(scope: Scope) -> Select[Any]:
    return (
        select(*_FIELDS, _NAMES)
        .join(campaign, campaign.c.id == campaign_case.c.campaign_id)
        .join(penalty_case, penalty_case.c.id == campaign_case.c.case_id)
        .join(party, party.c.id == penalty_case.c.party_id)
        .where(campaigns_of(scope), *compile_scope(scope))
    )


def _wanted(wanted: ReviewsWanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(campaign_case.c.status.in_([status.value for status in wanted.statuses]))
    if wanted.reviewer_id is not None:
        conditions.append(campaign_case.c.reviewer_id == wanted.reviewer_id)
    return conditions


def _review(row: RowMapping) -> FileReview:
    names = tuple(row["person_names"])
    return FileReview(
        **{
            **row,
            "status": FileReviewStatus(row["status"]),
            "outcome": None if row["outcome"] is None else FileReviewOutcome(row["outcome"]),
            "answers": _answers(row["answers"], names),
            "person_names": names,
        }
    )


def _answers(kept: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> tuple[AnsweredItem, ...]:
    return tuple(
        AnsweredItem(**{**each, "answer": ChecklistAnswer(each["answer"]), "person_names": names}) for each in kept
    )
