"""Public-interest cases: one statement for each relation and level; a case and its step are written together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.access_records import Scope
from schema.duty_records import CaseFiling, CaseStep, ProposalStanding, PublicInterestCase, Suspension
from schema.duty_vocabularies import PublicInterestEventKind, PublicInterestStatus
from schema.public_interest_tables import public_interest_case, public_interest_event, public_interest_penalty_case
from schema.supervision_vocabularies import MeasureStatus
from schema.vocabularies import Domain, MeasureKind
from stores.desk_scope import OF_PROCURATORATE, SEEN_BY_DESKS, desk_parameters
from stores.duty_crimes import FiledPlace

_FROM: Final = f"""
  FROM public_interest_case p JOIN account a ON a.id = p.author_id
 WHERE {OF_PROCURATORATE.format("p")}
"""
# Its texts name whom its penalty cases and those of its proposal name.
_READ: Final = f"""
SELECT p.id, p.number, p.title, p.domain, p.agency_id, p.status,
       (SELECT k.id FROM clue k WHERE k.id = p.clue_id AND {SEEN_BY_DESKS.format("k")}) AS clue_id,
       p.measure_id, m.status IS NOT DISTINCT FROM 'WITHDRAWN' AS withdrawn, m.served_on,
       CASE WHEN m.status <> 'WITHDRAWN' AND m.served_on IS NOT NULL THEN m.reply_due_on END AS reply_due_on,
       p.procuratorate_id, p.filed_on, p.suspended_on, paused.since, paused.until, p.sued_on, p.court, p.outcome,
       p.last_step_on, a.name AS author, p.revision, about.case_ids, about.person_names
  FROM public_interest_case p JOIN account a ON a.id = p.author_id
  LEFT JOIN measure m ON m.id = p.measure_id
 CROSS JOIN LATERAL (
   SELECT coalesce(array_agg(s.on_day ORDER BY s.revision), '{{}}') AS since,
          coalesce(array_agg(ended.on_day ORDER BY s.revision), '{{}}') AS until
     FROM public_interest_event s
    CROSS JOIN LATERAL (
      SELECT e.on_day FROM public_interest_event e
       WHERE e.case_id = s.case_id AND e.revision > s.revision AND e.event IN ('RESUMED', 'CLOSED')
       ORDER BY e.revision LIMIT 1
    ) ended
    WHERE s.case_id = p.id AND s.event = 'SUSPENDED'
 ) paused
 CROSS JOIN LATERAL (
   SELECT coalesce(array_agg(c.id) FILTER (WHERE c.id IS NOT NULL), '{{}}') AS case_ids,
          persons_of_cases(array_agg(o.case_id))
          || persons_of_proposals(p.id) AS person_names
     FROM public_interest_penalty_case o
     LEFT JOIN penalty_case c ON c.id = o.case_id
    WHERE o.public_interest_case_id = p.id
 ) about
 WHERE {OF_PROCURATORATE.format("p")}
"""  # noqa: S608  our own words
_WANTED: Final = """
   AND (cardinality(CAST(:statuses AS text[])) = 0 OR p.status = ANY (CAST(:statuses AS text[])))
   AND (cardinality(CAST(:domains AS text[])) = 0 OR p.domain = ANY (CAST(:domains AS text[])))
   AND (cardinality(CAST(:agency_ids AS bigint[])) = 0 OR p.agency_id = ANY (CAST(:agency_ids AS bigint[])))
   AND (CAST(:filed_from AS date) IS NULL OR p.filed_on >= :filed_from)
   AND (CAST(:filed_until AS date) IS NULL OR p.filed_on <= :filed_until)
"""
_PAGE: Final = """
   AND (CAST(:after_id AS bigint) IS NULL OR (p.filed_on, p.id) < (CAST(:after_day AS date), :after_id))
 ORDER BY p.filed_on DESC, p.id DESC LIMIT :most
"""
_EVENTS: Final = """
SELECT e.case_id, e.revision, e.event, e.on_day AS on, a.name AS actor, e.note
  FROM public_interest_event e JOIN account a ON a.id = e.actor_id
 WHERE e.case_id = ANY (CAST(:ids AS bigint[]))
 ORDER BY e.case_id, e.revision
"""
_PROPOSAL: Final = f"""
SELECT m.procuratorate_id, m.agency_id, m.kind, m.status, m.issued_on
  FROM measure m WHERE m.id = :id AND {OF_PROCURATORATE.format("m")} FOR SHARE
"""  # noqa: S608  our own words
_HOLD_PROPOSAL: Final = """
SELECT m.id FROM measure m JOIN public_interest_case p ON p.measure_id = m.id WHERE p.id = :id FOR SHARE OF m
"""
_SUIT: Final = """
SELECT p.number FROM public_interest_case p WHERE p.measure_id = :id AND p.sued_on IS NOT NULL ORDER BY p.id LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicInterestFilter:
    """Which public-interest cases: each part narrows the list, one that is empty or None does not."""

    statuses: tuple[PublicInterestStatus, ...] = ()
    domains: tuple[Domain, ...] = ()
    agency_ids: tuple[int, ...] = ()
    filed_from: date | None = None
    filed_until: date | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """As a statement takes them."""
        return {
            "statuses": [each.value for each in self.statuses],
            "domains": [each.value for each in self.domains],
            "agency_ids": list(self.agency_ids),
            "filed_from": self.filed_from,
            "filed_until": self.filed_until,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPublicInterestCase:
    """A public-interest case that is filed."""

    number: str
    title: str
    domain: Domain
    agency_id: int
    clue_id: int | None
    case_ids: tuple[int, ...]
    filed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A measure that may be the proposal of a case: whose, to whom, which, and how it stands."""

    procuratorate_id: int | None
    agency_id: int | None
    kind: MeasureKind
    status: MeasureStatus
    issued_on: date | None

    def stands_on(self, day: date) -> bool:
        """Whether it was issued by a day, and not withdrawn since."""
        return self.status is not MeasureStatus.WITHDRAWN and self.issued_on is not None and self.issued_on <= day


def _case(row: Any) -> PublicInterestCase:
    values = row._asdict()
    since, until = values.pop("since"), values.pop("until")
    proposal = ProposalStanding(withdrawn=values.pop("withdrawn"), served_on=values.pop("served_on"))
    return PublicInterestCase(
        **{
            **values,
            "proposal": proposal,
            "suspensions": tuple(Suspension(since=first, until=last) for first, last in zip(since, until, strict=True)),
            "status": PublicInterestStatus(row.status),
            "domain": Domain(row.domain),
            "case_ids": tuple(row.case_ids),
            "person_names": tuple(row.person_names),
        }
    )


async def list_public_interest_cases(
    connection: AsyncConnection, scope: Scope, wanted: PublicInterestFilter, *, first: int, after: FiledPlace | None
) -> list[PublicInterestCase]:
    """Cases, the latest filed first; one more than `first`."""
    day, key = after or (None, None)
    place = {"after_day": day, "after_id": key, "most": first + 1}
    parameters = {**desk_parameters(scope), **wanted.parameters, **place}
    return [_case(row) for row in await connection.execute(text(_READ + _WANTED + _PAGE), parameters)]


async def count_public_interest_cases(connection: AsyncConnection, scope: Scope, wanted: PublicInterestFilter) -> int:
    """How many there are."""
    statement = text(f"SELECT count(*) {_FROM}{_WANTED}")
    return await connection.scalar(statement, {**desk_parameters(scope), **wanted.parameters}) or 0


async def public_interest_cases_by_id(
    connection: AsyncConnection, scope: Scope, ids: Sequence[int]
) -> dict[int, PublicInterestCase]:
    """Cases by id; one that is unknown or out of scope is left out."""
    statement = text(_READ + " AND p.id = ANY (CAST(:ids AS bigint[]))")
    rows = await connection.execute(statement, {**desk_parameters(scope), "ids": list(ids)})
    return {row.id: _case(row) for row in rows}


async def steps_of_public_interest_cases(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[CaseStep]]:
    """The steps of several cases, the earliest first."""
    found: dict[int, list[CaseStep]] = {case_id: [] for case_id in ids}
    for row in await connection.execute(text(_EVENTS), {"ids": list(ids)}):
        found[row.case_id].append(CaseStep(**{**row._asdict(), "event": PublicInterestEventKind(row.event)}))
    return found


async def lock_public_interest_case(
    connection: AsyncConnection, scope: Scope, case_id: int
) -> PublicInterestCase | None:
    """A case as it stands, which nobody changes until the end of this transaction, nor withdraws its proposal."""
    table = public_interest_case
    await connection.execute(select(table.c.id).where(table.c.id == case_id).with_for_update())
    await connection.execute(text(_HOLD_PROPOSAL), {"id": case_id})
    return (await public_interest_cases_by_id(connection, scope, [case_id])).get(case_id)


async def find_proposal(connection: AsyncConnection, scope: Scope, measure_id: int) -> Proposal | None:
    """A measure in scope, which nobody changes until the end of this transaction."""
    row = (await connection.execute(text(_PROPOSAL), {**desk_parameters(scope), "id": measure_id})).one_or_none()
    if row is None:
        return None
    return Proposal(**{**row._asdict(), "kind": MeasureKind(row.kind), "status": MeasureStatus(row.status)})


async def suit_on_measure(connection: AsyncConnection, measure_id: int) -> str | None:
    """The number of a case in which an agency was sued upon a measure that is locked."""
    number: str | None = await connection.scalar(text(_SUIT), {"id": measure_id})
    return number


async def add_public_interest_case(
    connection: AsyncConnection, case: NewPublicInterestCase, filing: CaseFiling
) -> int | None:
    """File a case; answers its id, or None where its procuratorate has one of this number."""
    statement = (
        insert_or_not(public_interest_case)
        .values(
            number=case.number,
            title=case.title,
            domain=case.domain,
            agency_id=case.agency_id,
            clue_id=case.clue_id,
            filed_on=case.filed_on,
            status=PublicInterestStatus.FILED,
            procuratorate_id=filing.procuratorate_id,
            last_step_on=case.filed_on,
            author_id=filing.author_id,
        )
        .on_conflict_do_nothing()
        .returning(public_interest_case.c.id)
    )
    case_id = await connection.scalar(statement)
    if case_id is None:
        return None
    if case.case_ids:
        about = [{"public_interest_case_id": case_id, "case_id": each} for each in case.case_ids]
        await connection.execute(insert(public_interest_penalty_case), about)
    await connection.execute(
        insert(public_interest_event).values(
            case_id=case_id,
            revision=1,
            event=PublicInterestEventKind.FILED,
            status=PublicInterestStatus.FILED,
            on_day=case.filed_on,
            actor_id=filing.author_id,
            happened_at=filing.at,
        )
    )
    return int(case_id)


async def keep_public_interest_step(
    connection: AsyncConnection,
    case: PublicInterestCase,
    event: PublicInterestEventKind,
    after: dict[str, Any],
    *,
    note: str,
    actor_id: int,
    now: datetime,
) -> None:
    """Write a step of a locked case down; `after` are the columns of the case as it stands after it."""
    revision = case.revision + 1
    proposed = after["measure_id"] if event is PublicInterestEventKind.PROPOSED else None
    await connection.execute(
        update(public_interest_case).where(public_interest_case.c.id == case.id).values(**after, revision=revision)
    )
    await connection.execute(
        insert(public_interest_event).values(
            case_id=case.id,
            revision=revision,
            event=event,
            status=after["status"],
            on_day=after["last_step_on"],
            note=note,
            measure_id=proposed,
            actor_id=actor_id,
            happened_at=now,
        )
    )
