"""Marking records as typical (认定典型案例), and withdrawing the mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import strawberry

from api.context import ApiInfo, Context
from api.ids import parse_global_id
from api.mutations.changing import (
    KEY_DESCRIPTION,
    LONGEST_TEXT,
    Changed,
    Outcome,
    RefusedError,
    UserError,
    UserErrorCode,
    make_change,
    read_id,
    read_text,
)
from api.types.typical_case import TypicalCase
from schema import county_report_records
from schema.access_vocabularies import Permission
from stores.errors import BadUserInputError
from stores.postgres import DatabaseConnection
from stores.typical_cases import (
    COLUMNS,
    home_of_clue,
    home_of_measure,
    lock_typical_case,
    mark_typical,
    withdraw_typical,
)

_FORBIDDEN: Final = "Only who handles cases, or the office of the campaign, marks typical cases. Ask them."


@dataclass(frozen=True, slots=True)
class TypicalCaseChange:
    """A mark that was made or withdrawn, or why it was not."""

    typical_case: county_report_records.TypicalCase | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of marking a typical case. 典型案例操作结果")
class TypicalCasePayload:
    """`TypicalCaseChange` as clients see it."""

    typical_case: TypicalCase | None = strawberry.field(description="The mark as it stands now. 典型案例")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A record that is typical. 认定典型案例")
class MarkTypicalCaseInput:
    """What `markTypicalCase` takes."""

    record_id: strawberry.ID = strawberry.field(
        description="A case, clue, measure, duty-crime case or public-interest case. 记录编号"
    )
    summary: str = strawberry.field(description="What makes it typical; 20,000 characters at most. 摘要及典型意义")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A mark that is withdrawn. 撤销典型案例")
class WithdrawTypicalCaseInput:
    """What `withdrawTypicalCase` takes."""

    typical_case_id: strawberry.ID = strawberry.field(description="The mark. 典型案例")
    reason: str = strawberry.field(description="Why; 2,000 characters at most. 理由")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


async def mark_typical_case(info: ApiInfo, input: MarkTypicalCaseInput) -> TypicalCaseChange:  # noqa: A002  the contract's name
    """Mark a record as typical."""
    context = info.context
    found: list[int | None] = []

    async def sees() -> None:
        read_text(input.summary, "summary", LONGEST_TEXT)
        found.append(await _whose(context, *_record(input.record_id)))

    async def change(connection: DatabaseConnection) -> Changed:
        type_name, record_id = _record(input.record_id)
        typical_id = await mark_typical(
            connection,
            type_name,
            record_id,
            procuratorate_id=found[0],
            summary=read_text(input.summary, "summary", LONGEST_TEXT),
            marked_by=context.viewer.account.id,
            now=context.services.clock(),
        )
        if typical_id is None:
            raise RefusedError(
                UserErrorCode.NOT_ALLOWED, "This record is marked. Withdraw the mark to write another.", "recordId"
            )
        return Changed(typical_id, (record_id,) if type_name == "PenaltyCase" else ())

    outcome = await make_change(
        context,
        "markTypicalCase",
        input,
        needs=Permission.MARK_TYPICAL_CASES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answer(context, outcome)


async def withdraw_typical_case(info: ApiInfo, input: WithdrawTypicalCaseInput) -> TypicalCaseChange:  # noqa: A002  the contract's name
    """Withdraw the mark of a record."""
    context = info.context

    async def sees() -> None:
        typical_id = read_id(input.typical_case_id, "TypicalCase", "typicalCaseId")
        read_text(input.reason, "reason")
        if await context.loaders.typical_cases.load(typical_id) is None:
            raise _no_such("typicalCaseId")

    async def change(connection: DatabaseConnection) -> Changed:
        typical_id = read_id(input.typical_case_id, "TypicalCase", "typicalCaseId")
        typical = await lock_typical_case(connection, context.scope, typical_id)
        if typical is None:
            raise _no_such("typicalCaseId")
        if typical.withdrawn_at is not None:
            raise RefusedError(
                UserErrorCode.NOT_ALLOWED, "This mark was withdrawn. Mark the record again instead.", "typicalCaseId"
            )
        await withdraw_typical(
            connection,
            typical_id,
            reason=read_text(input.reason, "reason"),
            withdrawn_by=context.viewer.account.id,
            now=context.services.clock(),
        )
        return Changed(typical_id, typical.case_ids if typical.type_name == "PenaltyCase" else ())

    outcome = await make_change(
        context,
        "withdrawTypicalCase",
        input,
        needs=Permission.MARK_TYPICAL_CASES,
        forbidden=_FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await _answer(context, outcome)


async def _answer(context: Context, outcome: Outcome) -> TypicalCaseChange:
    if outcome.record_id is None:
        return TypicalCaseChange(None, outcome.user_errors)
    return TypicalCaseChange(await context.loaders.typical_cases.load(outcome.record_id), [])


def _record(text: str) -> tuple[str, int]:
    try:
        type_name, record_id = parse_global_id(text)
    except BadUserInputError as error:
        raise RefusedError(UserErrorCode.INVALID, error.message, "recordId") from error
    if type_name not in COLUMNS:
        raise RefusedError(
            UserErrorCode.INVALID, f"A {type_name} is not marked as typical: {', '.join(COLUMNS)} are.", "recordId"
        )
    return type_name, record_id


async def _whose(context: Context, type_name: str, record_id: int) -> int | None:
    """Whose the mark is: the record's procuratorate, else the viewer's. Refuses a record that is not seen."""
    loaders, whose = context.loaders, context.viewer.account.procuratorate_id
    if type_name == "PenaltyCase":
        case = await loaders.cases.load(record_id)
        seen, home = case is not None, None if case is None else case.agency.procuratorate_id
    elif type_name == "DutyCrimeCase":
        duty_crime = await loaders.duty_crimes.load(record_id)
        seen, home = duty_crime is not None, None if duty_crime is None else duty_crime.procuratorate_id
    elif type_name == "PublicInterestCase":
        public = await loaders.public_interest_cases.load(record_id)
        seen, home = public is not None, None if public is None else public.procuratorate_id
    else:
        find = home_of_clue if type_name == "Clue" else home_of_measure
        async with context.database.begin() as connection:
            found = await find(connection, context.scope, record_id)
        seen, home = found is not None, None if found is None else found[0]
    if not seen:
        raise _no_such("recordId")
    return whose if home is None else home


def _no_such(field: str) -> RefusedError:
    """The answer for a record that is not there, and for one that the viewer may not see."""
    return RefusedError(UserErrorCode.NOT_FOUND, "There is no such record. Take `id` as a query returned it.", field)
