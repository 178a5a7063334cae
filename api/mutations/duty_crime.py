"""Filing duty-crime cases (职务犯罪立案), and recording what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    given,
    make_change,
    read_id,
    read_optional_text,
    read_text,
    require_day,
    require_revision,
)
from api.types.duty_crime import DutyCrimeCase
from schema import duty_records
from schema.access_records import Desk
from schema.access_vocabularies import Permission
from schema.document_number import canonical_document_number
from schema.duty_crime_tables import DUTY_CRIME_DEPARTMENTS
from schema.duty_records import CaseFiling
from schema.duty_vocabularies import DutyCrimeEventKind
from schema.vocabularies import Department
from stores.duty_crimes import (
    NewDutyCrimeCase,
    file_duty_crime,
    keep_duty_crime_step,
    lock_duty_crime,
    procuratorate_of_agency,
    sees_clue,
)
from stores.postgres import DatabaseConnection
from supervision.calendars import shanghai_day
from supervision.case_steps import Refusal
from supervision.desks import works_at
from supervision.duty_crime import DutyCrimeState, take_step
from supervision.legible import illegible_in

_LONGEST_WORD: Final = 200
_FORBIDDEN: Final = "Only who handles clues files duty-crime cases and records their steps. Ask the department's head."


@dataclass(frozen=True, slots=True)
class DutyCrimeChange:
    """A duty-crime case that was filed or changed, or why it was not; of a stale one how it stands now."""

    duty_crime_case: duty_records.DutyCrimeCase | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of a change of a duty-crime case. 职务犯罪案件操作结果")
class DutyCrimePayload:
    """`DutyCrimeChange` as clients see it."""

    duty_crime_case: DutyCrimeCase | None = strawberry.field(description="The case as it stands now. 案件")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A duty-crime case to be filed. 职务犯罪立案")
class FileDutyCrimeCaseInput:
    """What `fileDutyCrimeCase` takes."""

    number: str = strawberry.field(description="Of the decision to file it. 立案决定书文号")
    official: str = strawberry.field(description="Who is suspected. 涉案人员")
    position: str = strawberry.field(description="The official's position. 职务")
    crime: str = strawberry.field(description="The suspected crime. 涉嫌罪名")
    department: Department = strawberry.field(description="ANTI_CORRUPTION or ANTI_DERELICTION. 办案部门")
    filed_on: date = strawberry.field(description="The day it was filed. 立案日期")
    agency_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agency where the official serves. 所在执法机关"
    )
    workplace: str | None = strawberry.field(
        default=strawberry.UNSET, description="The same where it is no agency of ours. 所在单位"
    )
    clue_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The clue it came from. 来源线索"
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A step of a duty-crime case. 职务犯罪案件办理")
class RecordDutyCrimeStepInput:
    """What `recordDutyCrimeStep` takes."""

    duty_crime_case_id: strawberry.ID = strawberry.field(description="The case. 案件")
    step: DutyCrimeEventKind = strawberry.field(description="What was done. 步骤")
    on: date = strawberry.field(description="On which day. 日期")
    note: str = strawberry.field(description="Why, or the outcome of a case that ends; 2,000 characters at most. 说明")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


def read_number(text: str, field: str = "number") -> str:
    """A document's number in its canonical form. Refuses what is none."""
    illegible = illegible_in(text)
    if illegible is not None:
        raise RefusedError(
            UserErrorCode.INVALID, f"`{field}` holds {illegible}, which no number has. Take it out.", field
        )
    number = canonical_document_number(text)
    if number is None:
        raise RefusedError(UserErrorCode.INVALID, "This is no number of a document. Give it as it is written.", field)
    return number


def require_desk(context: Context, desk: Desk, *, who: str) -> None:
    """Refuse whoever does not act for a desk; `who` does."""
    if not works_at(context.viewer, desk):
        raise RefusedError(UserErrorCode.NOT_ALLOWED, f"Only {who}, or the head of the procuratorate, does this.")


async def home_of(context: Context, connection: DatabaseConnection, agency_id: int | None) -> int | None:
    """Whose a new record is: the viewer's procuratorate; else that which supervises the agency it is about."""
    own = context.viewer.account.procuratorate_id
    if own is not None or agency_id is None:
        return own
    return await procuratorate_of_agency(connection, agency_id)


async def require_seen(context: Context, *, agency_id: int | None, clue_id: int | None) -> None:
    """Refuse an agency that is unknown, and a clue that is unknown or out of scope."""
    if agency_id is not None and await context.loaders.agencies.load(agency_id) is None:
        raise RefusedError(
            UserErrorCode.NOT_FOUND, "There is no such agency. Take `id` as a query returned it.", "agencyId"
        )
    if clue_id is None:
        return
    async with context.database.begin() as connection:
        if not await sees_clue(connection, context.scope, clue_id):
            raise RefusedError(
                UserErrorCode.NOT_FOUND, "There is no such clue. Take `id` as a query returned it.", "clueId"
            )


def optional_id(text: str | None, type_name: str, field: str) -> int | None:
    """The number in a global id that may be left out."""
    wanted = given(text)
    return None if wanted is None else read_id(wanted, type_name, field)


async def file_duty_crime_case(info: ApiInfo, input: FileDutyCrimeCaseInput) -> DutyCrimeChange:  # noqa: A002  the contract's name
    """File a case for its department."""
    context = info.context
    today = shanghai_day(context.services.clock())

    def read() -> NewDutyCrimeCase:
        new = NewDutyCrimeCase(
            number=read_number(input.number),
            official=read_text(input.official, "official", _LONGEST_WORD),
            position=read_text(input.position, "position", _LONGEST_WORD),
            agency_id=optional_id(input.agency_id, "Agency", "agencyId"),
            workplace=read_optional_text(input.workplace, "workplace", _LONGEST_WORD),
            crime=read_text(input.crime, "crime", _LONGEST_WORD),
            clue_id=optional_id(input.clue_id, "Clue", "clueId"),
            department=input.department,
            filed_on=input.filed_on,
        )
        if new.department not in DUTY_CRIME_DEPARTMENTS:
            raise RefusedError(
                UserErrorCode.INVALID, "ANTI_CORRUPTION and ANTI_DERELICTION investigate duty crimes.", "department"
            )
        if new.agency_id is None and new.workplace is None:
            raise RefusedError(UserErrorCode.INVALID, "Say where the official serves.", "workplace")
        require_day(new.filed_on, not_after=today, field="filedOn")
        return new

    async def sees() -> None:
        new = read()
        await require_seen(context, agency_id=new.agency_id, clue_id=new.clue_id)

    async def change(connection: DatabaseConnection) -> Changed:
        new = read()
        home = await home_of(context, connection, new.agency_id)
        require_desk(context, Desk(home, new.department), who="the department that investigates")
        filing = CaseFiling(author_id=context.viewer.account.id, procuratorate_id=home, at=context.services.clock())
        case_id = await file_duty_crime(connection, new, filing)
        if case_id is None:
            raise RefusedError(
                UserErrorCode.NOT_ALLOWED, "The department has a case of this number. Look it up by it.", "number"
            )
        return Changed(case_id)

    outcome = await make_change(
        context,
        "fileDutyCrimeCase",
        input,
        needs=Permission.HANDLE_CLUES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answer(context, outcome, None)


async def record_duty_crime_step(info: ApiInfo, input: RecordDutyCrimeStepInput) -> DutyCrimeChange:  # noqa: A002  the contract's name
    """Record a step of a case."""
    context = info.context
    known: list[int] = []

    async def sees() -> None:
        case_id = read_id(input.duty_crime_case_id, "DutyCrimeCase", "dutyCrimeCaseId")
        read_text(input.note, "note")
        if await context.loaders.duty_crimes.load(case_id) is None:
            raise _no_such_case()
        known.append(case_id)

    async def change(connection: DatabaseConnection) -> Changed:
        case_id = read_id(input.duty_crime_case_id, "DutyCrimeCase", "dutyCrimeCaseId")
        case = await lock_duty_crime(connection, context.scope, case_id)
        if case is None:
            raise _no_such_case()
        require_revision(case.revision, input.expected_revision, case.status.value)
        require_desk(context, case.desk, who="the department that investigates")
        step = take_step(
            DutyCrimeState(status=case.status, last_step_on=case.last_step_on),
            input.step,
            on=input.on,
            note=read_text(input.note, "note"),
            today=shanghai_day(context.services.clock()),
        )
        if isinstance(step, Refusal):
            raise RefusedError(UserErrorCode.NOT_ALLOWED, step.sentence, "step")
        await keep_duty_crime_step(
            connection,
            case,
            step.event,
            step.status,
            on=step.on,
            note=step.note,
            outcome=step.outcome,
            actor_id=context.viewer.account.id,
            now=context.services.clock(),
        )
        return Changed(case_id)

    outcome = await make_change(
        context,
        "recordDutyCrimeStep",
        input,
        needs=Permission.HANDLE_CLUES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answer(context, outcome, known[0] if known else None)


async def _answer(context: Context, outcome: Outcome, case_id: int | None) -> DutyCrimeChange:
    record_id = outcome.record_id or stale_id(outcome, case_id)
    if record_id is None:
        return DutyCrimeChange(None, outcome.user_errors)
    # One that is stale was read before somebody else changed it.
    context.loaders.forget()
    return DutyCrimeChange(await context.loaders.duty_crimes.load(record_id), outcome.user_errors)


def stale_id(outcome: Outcome, record_id: int | None) -> int | None:
    """The record to show with a refusal: how it stands now, to whoever knows an older state."""
    stale = any(error.code == UserErrorCode.STALE.value for error in outcome.user_errors)
    return record_id if stale else None


def _no_such_case() -> RefusedError:
    """The answer for a case that is not there, and for one that the viewer may not see."""
    return RefusedError(
        UserErrorCode.NOT_FOUND, "There is no such case. Take `id` as a query returned it.", "dutyCrimeCaseId"
    )
