"""Triage: what a person decides of an entered case, with a reason."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import strawberry

from api.context import ApiInfo, Context
from api.mutations.changing import (
    KEY_DESCRIPTION,
    REVISION_DESCRIPTION,
    Changed,
    RefusedError,
    UserError,
    UserErrorCode,
    given,
    make_change,
    read_id,
    read_text,
    require_revision,
)
from api.mutations.clue_opening import ClueOpening, open_clue
from api.mutations.measure_addressees import court_of, police_of
from api.mutations.measure_findings import findings_told
from api.mutations.measure_issuing import draft_of_case
from api.types.clue import Clue
from api.types.measure import Measure
from api.types.penalty_case import PenaltyCase
from schema import clue_records, measure_records, records
from schema.access_vocabularies import Permission
from schema.supervision_vocabularies import ClueSource, TriageDecision
from schema.triage_records import AwaitedCase
from schema.vocabularies import AnomalyStatus, Department, MeasureKind
from stores.anomalies import anomalies_of_cases
from stores.errors import ForbiddenError
from stores.postgres import DatabaseConnection
from stores.triage import keep_triage, lock_case_for_triage, triage_by_id
from supervision.calendars import shanghai_day
from supervision.measure_drafting import default_addressee
from supervision.triage import (
    Refusal,
    answers_to_the_court,
    clue_class_of,
    decide,
    is_notice_disobeyed,
    measure_kind_of,
    needs_of,
)

_LONGEST_TITLE: Final = 200
_NEEDED: Final = {
    TriageDecision.CLUE: Permission.HANDLE_CLUES,
    TriageDecision.MEASURE: Permission.ISSUE_MEASURES,
}
"""What one must be permitted besides, to decide what makes something new."""


@dataclass(frozen=True, slots=True)
class TriageChange:
    """A case that was decided of and what came of it, or why it was not."""

    penalty_case: records.PenaltyCase | None
    clue: clue_records.Clue | None
    measure: measure_records.Measure | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of a decision of triage. 分流结果")
class TriageCasePayload:
    """`TriageChange` as clients see it."""

    penalty_case: PenaltyCase | None = strawberry.field(description="The case as it stands now. 案件")
    clue: Clue | None = strawberry.field(description="The clue that CLUE opened. 线索")
    measure: Measure | None = strawberry.field(description="The draft that MEASURE made. 监督措施")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A case, and what is decided of it. 案件分流")
class TriageCaseInput:
    """What `triageCase` takes."""

    case_id: strawberry.ID = strawberry.field(description="The case. 案件")
    decision: TriageDecision = strawberry.field(description="What is decided. 决定")
    reason: str = strawberry.field(description="Why, for the history; 2,000 characters at most. 理由")
    department: Department | None = strawberry.field(
        default=strawberry.UNSET, description="To which the clue goes; for CLUE only. 线索移送部门"
    )
    measure_kind: MeasureKind | None = strawberry.field(
        default=strawberry.UNSET,
        description="What is drafted, for MEASURE only; left out: what answers to the case's findings. 监督措施种类",
    )
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


async def triage_case(info: ApiInfo, input: TriageCaseInput) -> TriageChange:  # noqa: A002  the contract's name
    """Decide of a case."""
    context = info.context
    needed = _NEEDED.get(input.decision)
    if needed is not None and context.viewer.may(Permission.TRIAGE_CASES) and not context.viewer.may(needed):
        raise ForbiddenError(f"You may not do what {input.decision.value} does. Ask the case's officer, or their head.")

    async def sees() -> None:
        case_id = read_id(input.case_id, "PenaltyCase", "caseId")
        read_text(input.reason, "reason")
        lacking = needs_of(input.decision, given(input.department))
        if lacking is not None:
            raise RefusedError(UserErrorCode.INVALID, lacking.sentence, "department")
        if given(input.measure_kind) is not None and input.decision is not TriageDecision.MEASURE:
            raise RefusedError(
                UserErrorCode.INVALID, "Only MEASURE drafts a measure. Leave `measureKind` out.", "measureKind"
            )
        case = await context.loaders.cases.load(case_id) if context.scope.findings else None
        if case is None:
            raise _no_such_case()
        if input.decision is TriageDecision.MEASURE:
            # Known before the change, which so needs no second connection.
            await asyncio.gather(
                findings_told(context, [case]), court_of(context, case_id), police_of(context, case_id)
            )

    async def change(connection: DatabaseConnection) -> Changed:
        case_id = read_id(input.case_id, "PenaltyCase", "caseId")
        triage_id = await _decide(connection, context, case_id, input)
        return Changed(triage_id, [case_id])

    outcome = await make_change(
        context,
        "triageCase",
        input,
        needs=Permission.TRIAGE_CASES,
        forbidden="Only who handles or manages cases decides of one. Ask the case's officer, or their head.",
        sees=sees,
        change=change,
    )
    if outcome.record_id is None:
        stale = any(error.code == UserErrorCode.STALE for error in outcome.user_errors)
        return TriageChange(await _case(context, input.case_id) if stale else None, None, None, outcome.user_errors)
    return await _changed(context, outcome.record_id)


async def _case(context: Context, case_id: str) -> records.PenaltyCase | None:
    """The case as it stands now."""
    context.loaders.forget()
    return await context.loaders.cases.load(read_id(case_id, "PenaltyCase", "caseId"))


async def _changed(context: Context, triage_id: int) -> TriageChange:
    """What a decision made, also one that was made before under the same key."""
    async with context.database.begin() as connection:
        made = await triage_by_id(connection, triage_id)
    if made is None:
        return TriageChange(None, None, None, [])
    loaders = context.loaders
    return TriageChange(
        await loaders.cases.load(made.case_id),
        None if made.clue_id is None else await loaders.clues.load(made.clue_id),
        None if made.measure_id is None else await loaders.measures.load(made.measure_id),
        [],
    )


async def _decide(connection: DatabaseConnection, context: Context, case_id: int, wanted: TriageCaseInput) -> int:
    known = await lock_case_for_triage(connection, case_id)
    if known is None:
        raise _no_such_case()
    require_revision(known.revision, wanted.expected_revision, _state(known))
    decided = decide(context.viewer.account, known)
    if isinstance(decided, Refusal):
        raise RefusedError(UserErrorCode.NOT_ALLOWED, decided.sentence, "caseId")
    reason = read_text(wanted.reason, "reason")
    clue_id, measure_id = await _what_comes_of_it(connection, context, case_id, wanted, reason)
    return await keep_triage(
        connection,
        case_id,
        wanted.decision,
        reason=reason,
        department=decided.department,
        leaves=decided.leaves,
        decided_by=context.viewer.account.id,
        clue_id=clue_id,
        measure_id=measure_id,
        now=context.services.clock(),
    )


async def _what_comes_of_it(
    connection: DatabaseConnection, context: Context, case_id: int, wanted: TriageCaseInput, reason: str
) -> tuple[int | None, int | None]:
    """The clue that is opened about a locked case and its active findings, or the measure that is drafted."""
    if wanted.decision not in _NEEDED:
        return None, None
    case = await context.loaders.cases.load(case_id)
    if case is None:
        raise _no_such_case()
    found = (await anomalies_of_cases(connection, [case_id]))[case_id]
    active = [each for each in found if each.status in {AnomalyStatus.OPEN, AnomalyStatus.CONFIRMED}]
    kinds = [each.kind for each in active]
    department = given(wanted.department)
    if department is None:
        disobeyed = is_notice_disobeyed(each.rule for each in active)
        kind = given(wanted.measure_kind) or measure_kind_of(kinds, disobeyed=disobeyed)
        today = shanghai_day(context.services.clock())
        addressee = None
        if kind is MeasureKind.RECOMMENDATION and answers_to_the_court(kinds):
            addressee = await court_of(context, case_id)
        elif kind is MeasureKind.CORRECTION_NOTICE and disobeyed:
            addressee = default_addressee(MeasureKind.FILING_NOTICE, [case], await police_of(context, case_id))
        return None, await draft_of_case(connection, context, case, kind, addressee=addressee, today=today)
    opened = await open_clue(
        connection,
        context,
        ClueOpening(
            title=f"{case.agency.name}{case.document_number or ''}行政处罚案"[:_LONGEST_TITLE],
            text=reason,
            source=ClueSource.TRIAGE,
            clue_class=clue_class_of(department, kinds),
            department=department,
            case_ids=[case_id],
            anomaly_ids=[each.id for each in active],
        ),
    )
    return opened.id, None


def _state(known: AwaitedCase) -> str:
    """How a case stands, in words."""
    return f"it waits at {', '.join(sorted(known.waiting))}" if known.waiting else "it waits nowhere"


def _no_such_case() -> RefusedError:
    """The answer for a case that is not there, and for one that the viewer may not see."""
    return RefusedError(UserErrorCode.NOT_FOUND, "There is no such case. Take `id` as a query returned it.", "caseId")
