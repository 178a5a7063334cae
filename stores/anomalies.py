"""Reading findings, one statement for each relation and level; keeping what a person decided of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from schema.access_records import Scope
from schema.anomaly_records import (
    Anomaly,
    AnomalyEvent,
    CannotTell,
    CannotTellCount,
    Evidence,
    KeptInputs,
    KnownAnomaly,
)
from schema.anomaly_tables import anomaly
from schema.vocabularies import AnomalyDecision, AnomalyEventKind, AnomalyKind, AnomalyStatus, Certainty
from stores.named_statements import named_statements
from stores.search.scope import in_scope, scope_parameters


async def _run(connection: AsyncConnection, *names: str, **parameters: Any) -> Any:
    """Run a statement, or the one that several parts make."""
    named = named_statements("anomalies.sql")
    statement = text("".join(named[name] for name in names).replace("$in_scope", in_scope("c.agency_id")))
    typed = [
        bindparam(key, type_=ARRAY(Text if key == "rules" else BigInteger))
        for key, value in parameters.items()
        if isinstance(value, list)
    ]
    return await connection.execute(statement.bindparams(*typed), parameters)


def _anomaly(row: Any) -> Anomaly:
    overdue = None if row.due_on is None else (row.overdue_until - row.due_on).days
    return Anomaly(
        id=row.id,
        case_id=row.case_id,
        rule=row.rule,
        kind=AnomalyKind(row.kind),
        status=AnomalyStatus(row.status),
        certainty=Certainty(row.certainty),
        due_on=row.due_on,
        overdue_days=overdue,
        explanation=row.explanation,
        evidence=tuple(Evidence(**each) for each in row.evidence),
        law=tuple(row.law),
        rule_version=row.rule_version,
        as_of=row.as_of,
        detected_at=row.detected_at,
    )


async def anomalies_of_cases(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, list[Anomaly]]:
    """The findings of several cases by rule, whatever became of them; a case has one of each rule at most."""
    found: dict[int, list[Anomaly]] = {case_id: [] for case_id in case_ids}
    for row in await _run(connection, "of_cases", case_ids=list(case_ids), ids=[]):
        found[row.case_id].append(_anomaly(row))
    return found


async def anomalies_by_id(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Anomaly]:
    """Findings by id; an unknown one is left out."""
    return {row.id: _anomaly(row) for row in await _run(connection, "of_cases", case_ids=[], ids=list(ids))}


async def events_of_anomalies(
    connection: AsyncConnection, ids: Sequence[int], *, first: int, after: int | None
) -> dict[int, list[AnomalyEvent]]:
    """The steps of several findings' lives, newest first, behind the event `after`; one more than `first` of each."""
    found: dict[int, list[AnomalyEvent]] = {anomaly_id: [] for anomaly_id in ids}
    for row in await _run(connection, "events", ids=list(ids), behind=after, most=first + 1):
        values = row._asdict()
        values |= {
            "event": AnomalyEventKind(row.event),
            "status": AnomalyStatus(row.status),
            "certainty": Certainty(row.certainty),
        }
        found[row.anomaly_id].append(AnomalyEvent(**values))
    return found


async def count_events_of_anomalies(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, int]:
    """How many steps each of several findings took."""
    counted = {row[0]: row[1] for row in await _run(connection, "event_counts", ids=list(ids))}
    return {anomaly_id: counted.get(anomaly_id, 0) for anomaly_id in ids}


async def cannot_tell_of_cases(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, list[CannotTell]]:
    """What cannot be told of several cases, by rule."""
    found: dict[int, list[CannotTell]] = {case_id: [] for case_id in case_ids}
    for row in await _run(connection, "cannot_tell", case_ids=list(case_ids)):
        found[row.case_id] = [CannotTell(rule=each["rule"], missing=tuple(each["missing"])) for each in row.answers]
    return found


@dataclass(frozen=True, slots=True)
class CountPlace:
    """A place among counts: the count, the agency, the field."""

    cases: int
    agency_id: int
    field: str


async def count_cannot_tell(
    connection: AsyncConnection,
    scope: Scope,
    *,
    agency_ids: Sequence[int],
    rules: Sequence[str],
    first: int,
    after: CountPlace | None,
) -> list[CannotTellCount]:
    """By agency and missing field, how many cases some rule cannot judge; the most first, one more than `first`.

    None where the scope is without findings: what cannot be judged is what the rules say too.
    """
    rows = await _run(
        connection,
        "lacking",
        "lacking_page",
        agency_ids=list(agency_ids),
        rules=list(rules),
        most=first + 1,
        cases=None if after is None else after.cases,
        agency_id=None if after is None else after.agency_id,
        field=None if after is None else after.field,
        **scope_parameters(scope),
    )
    return [CannotTellCount(agency_id=row.agency_id, field=row.field, cases=row.cases) for row in rows]


async def total_cannot_tell(
    connection: AsyncConnection, scope: Scope, *, agency_ids: Sequence[int], rules: Sequence[str]
) -> int:
    """How many such counts there are."""
    result = await _run(
        connection,
        "lacking",
        "lacking_total",
        agency_ids=list(agency_ids),
        rules=list(rules),
        **scope_parameters(scope),
    )
    return int(result.scalar_one())


async def kept_inputs(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, KeptInputs]:
    """What findings were found on, by their ids."""
    rows = (await _run(connection, "kept_inputs", ids=list(ids))).all()
    laws = {
        row.id: tuple(row.law)
        for row in await _run(connection, "kept_books", ids=sorted({row.rule_book_id for row in rows}))
    }
    return {
        row.id: KeptInputs(
            rule_book_id=row.rule_book_id,
            file=row.file,
            law=laws[row.rule_book_id],
            as_of=row.as_of,
        )
        for row in rows
    }


def known_anomaly(row: Any) -> KnownAnomaly:
    """What decides of a finding's life, from its row."""
    return KnownAnomaly(
        status=AnomalyStatus(row.status),
        certainty=Certainty(row.certainty),
        due_on=row.due_on,
        done_on=row.done_on,
        explanation=row.explanation,
        rule_version=row.rule_version,
        evidence_digest=row.evidence_digest,
        decision=None if row.decision is None else AnomalyDecision(row.decision),
        decided_certainty=None if row.decided_certainty is None else Certainty(row.decided_certainty),
        decided_digest=row.decided_digest,
    )


async def lock_anomaly(connection: AsyncConnection, anomaly_id: int) -> KnownAnomaly | None:
    """A finding as it stands, which nobody changes until the end of this transaction."""
    row = (await _run(connection, "lock", id=anomaly_id)).one_or_none()
    return None if row is None else known_anomaly(row)


async def cases_of_anomalies(connection: AsyncConnection, anomaly_ids: Sequence[int]) -> list[int]:
    """The ids of the cases that findings were found in."""
    return list(await connection.scalars(select(anomaly.c.case_id).where(anomaly.c.id == func.any(list(anomaly_ids)))))


async def keep_decision(
    connection: AsyncConnection,
    anomaly_id: int,
    decision: AnomalyDecision,
    status: AnomalyStatus,
    *,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """Keep what a person decided of a locked finding, with its event."""
    await _run(
        connection,
        "keep_decision",
        id=anomaly_id,
        decision=decision.value,
        status=status.value,
        actor=actor,
        reason=reason,
        now=now,
    )
