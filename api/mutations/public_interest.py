"""Filing public-interest cases (行政公益诉讼立案), and recording what becomes of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

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
    make_change,
    read_id,
    read_ids,
    read_optional_text,
    read_text,
    require_day,
    require_revision,
)
from api.mutations.duty_crime import home_of, optional_id, read_number, require_desk, require_seen, stale_id
from api.types.public_interest import PublicInterestCase, state_of
from schema import duty_records
from schema.access_records import Desk
from schema.access_vocabularies import Permission
from schema.duty_records import CaseFiling
from schema.duty_vocabularies import PublicInterestEventKind
from schema.vocabularies import Department, Domain, MeasureKind
from stores.postgres import DatabaseConnection
from stores.public_interest import (
    NewPublicInterestCase,
    add_public_interest_case,
    find_proposal,
    keep_public_interest_step,
    lock_public_interest_case,
)
from supervision.calendars import shanghai_day
from supervision.case_steps import Refusal
from supervision.public_interest import PublicInterestStep, take_step

_LONGEST_WORD: Final = 200
_FORBIDDEN: Final = (
    "Only who issues measures files public-interest cases and records their steps. Ask the case's officer."
)
_WHO: Final = "the department of civil and administrative cases"


@dataclass(frozen=True, slots=True)
class PublicInterestChange:
    """A public-interest case that was filed or changed, or why it was not; of a stale one how it stands now."""

    public_interest_case: duty_records.PublicInterestCase | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of a change of a public-interest case. 公益诉讼案件操作结果")
class PublicInterestPayload:
    """`PublicInterestChange` as clients see it."""

    public_interest_case: PublicInterestCase | None = strawberry.field(description="The case as it stands now. 案件")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A public-interest case to be filed. 公益诉讼立案")
class FilePublicInterestCaseInput:
    """What `filePublicInterestCase` takes."""

    number: str = strawberry.field(description="Of the decision to file it. 立案决定书文号")
    title: str = strawberry.field(description="What it is about. 案由")
    domain: Domain = strawberry.field(description="The field. 领域")
    agency_id: strawberry.ID = strawberry.field(description="The agency that has to act. 行政机关")
    filed_on: date = strawberry.field(description="The day it was filed. 立案日期")
    case_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The penalty cases it is about; 100 at most. 相关行政处罚案件"
    )
    clue_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The clue it came from. 来源线索"
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A step of a public-interest case. 公益诉讼案件办理")
class RecordPublicInterestStepInput:
    """What `recordPublicInterestStep` takes."""

    public_interest_case_id: strawberry.ID = strawberry.field(description="The case. 案件")
    step: PublicInterestEventKind = strawberry.field(description="What was done. 步骤")
    on: date = strawberry.field(description="On which day. 日期")
    note: str = strawberry.field(description="Why, or the outcome; 2,000 characters at most. 说明")
    measure_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Of PROPOSED: the proposal that was issued. 诉前检察建议"
    )
    court: str | None = strawberry.field(default=strawberry.UNSET, description="Of SUED: the court. 受诉法院")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


def _desk(procuratorate_id: int | None) -> Desk:
    return Desk(procuratorate_id, Department.CIVIL_ADMINISTRATIVE)


async def file_public_interest_case(
    info: ApiInfo,
    input: FilePublicInterestCaseInput,  # noqa: A002  the contract's name
) -> PublicInterestChange:
    """File a case against an agency."""
    context = info.context

    def read() -> NewPublicInterestCase:
        new = NewPublicInterestCase(
            number=read_number(input.number),
            title=read_text(input.title, "title", _LONGEST_WORD),
            domain=input.domain,
            agency_id=read_id(input.agency_id, "Agency", "agencyId"),
            clue_id=optional_id(input.clue_id, "Clue", "clueId"),
            case_ids=tuple(read_ids(input.case_ids, "PenaltyCase", "caseIds")),
            filed_on=input.filed_on,
        )
        require_day(new.filed_on, not_after=shanghai_day(context.services.clock()), field="filedOn")
        return new

    async def sees() -> None:
        new = read()
        await require_seen(context, agency_id=new.agency_id, clue_id=new.clue_id)
        if None in await context.loaders.cases.load_many(list(new.case_ids)):
            raise RefusedError(
                UserErrorCode.NOT_FOUND, "There is no such case. Take `id` as a query returned it.", "caseIds"
            )

    async def change(connection: DatabaseConnection) -> Changed:
        new = read()
        home = await home_of(context, connection, new.agency_id)
        require_desk(context, _desk(home), who=_WHO)
        filing = CaseFiling(author_id=context.viewer.account.id, procuratorate_id=home, at=context.services.clock())
        case_id = await add_public_interest_case(connection, new, filing)
        if case_id is None:
            raise RefusedError(
                UserErrorCode.NOT_ALLOWED, "The procuratorate has a case of this number. Look it up by it.", "number"
            )
        return Changed(case_id, new.case_ids)

    outcome = await make_change(
        context,
        "filePublicInterestCase",
        input,
        needs=Permission.ISSUE_MEASURES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answer(context, outcome, None)


async def record_public_interest_step(
    info: ApiInfo,
    input: RecordPublicInterestStepInput,  # noqa: A002  the contract's name
) -> PublicInterestChange:
    """Record a step of a case."""
    context = info.context
    known: list[int] = []

    def read() -> PublicInterestStep:
        return PublicInterestStep(
            event=input.step,
            on=input.on,
            note=read_text(input.note, "note"),
            measure_id=optional_id(input.measure_id, "Measure", "measureId"),
            court=read_optional_text(input.court, "court", _LONGEST_WORD),
        )

    async def sees() -> None:
        case_id = read_id(input.public_interest_case_id, "PublicInterestCase", "publicInterestCaseId")
        read()
        if await context.loaders.public_interest_cases.load(case_id) is None:
            raise _no_such_case()
        known.append(case_id)

    async def change(connection: DatabaseConnection) -> Changed:
        case_id = read_id(input.public_interest_case_id, "PublicInterestCase", "publicInterestCaseId")
        case = await lock_public_interest_case(connection, context.scope, case_id)
        if case is None:
            raise _no_such_case()
        require_revision(case.revision, input.expected_revision, case.status.value)
        require_desk(context, case.desk, who=_WHO)
        step = read()
        today = shanghai_day(context.services.clock())
        after = take_step(state_of(case), step, proposal=case.proposal, today=today)
        if isinstance(after, Refusal):
            raise RefusedError(UserErrorCode.NOT_ALLOWED, after.sentence, "step")
        if step.measure_id is not None:
            await _require_proposal(connection, context, case, step.measure_id, step.on)
        await keep_public_interest_step(
            connection,
            case,
            step.event,
            asdict(after),
            note=step.note,
            actor_id=context.viewer.account.id,
            now=context.services.clock(),
        )
        return Changed(case_id, case.case_ids)

    outcome = await make_change(
        context,
        "recordPublicInterestStep",
        input,
        needs=Permission.ISSUE_MEASURES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answer(context, outcome, known[0] if known else None)


async def _require_proposal(
    connection: DatabaseConnection,
    context: Context,
    case: duty_records.PublicInterestCase,
    measure_id: int,
    proposed_on: date,
) -> None:
    """Refuse what is no proposal of the case's procuratorate to its agency that was issued by a day, and stands."""
    proposal = await find_proposal(connection, context.scope, measure_id)
    if proposal is None:
        raise RefusedError(
            UserErrorCode.NOT_FOUND, "There is no such measure. Take `id` as a query returned it.", "measureId"
        )
    whose = (case.procuratorate_id, case.agency_id, MeasureKind.PRE_LITIGATION_PROPOSAL)
    if (proposal.procuratorate_id, proposal.agency_id, proposal.kind) != whose or not proposal.stands_on(proposed_on):
        raise RefusedError(
            UserErrorCode.NOT_ALLOWED,
            "This is no PRE_LITIGATION_PROPOSAL of the case's procuratorate to its agency that was issued by that day "
            "and stands. Issue one first.",
            "measureId",
        )


async def _answer(context: Context, outcome: Outcome, case_id: int | None) -> PublicInterestChange:
    record_id = outcome.record_id or stale_id(outcome, case_id)
    if record_id is None:
        return PublicInterestChange(None, outcome.user_errors)
    # One that is stale was read before somebody else changed it.
    context.loaders.forget()
    return PublicInterestChange(await context.loaders.public_interest_cases.load(record_id), outcome.user_errors)


def _no_such_case() -> RefusedError:
    """The answer for a case that is not there, and for one that the viewer may not see."""
    return RefusedError(
        UserErrorCode.NOT_FOUND, "There is no such case. Take `id` as a query returned it.", "publicInterestCaseId"
    )
