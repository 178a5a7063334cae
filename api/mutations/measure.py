"""Steps of a measure's life: it is served, copied, replied to, checked, escalated, withdrawn."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import strawberry

from api.context import ApiInfo, Context
from api.mutations.changing import (
    KEY_DESCRIPTION,
    LONGEST_TEXT,
    REVISION_DESCRIPTION,
    Changed,
    Outcome,
    RefusedError,
    UserError,
    UserErrorCode,
    make_change,
    read_id,
    read_text,
    require_revision,
)
from api.types.measure import Measure, today_of
from schema import measure_records
from schema.access_vocabularies import Permission
from stores.measure_changes import keep_step, lock_measure, name_and_superior
from stores.postgres import DatabaseConnection
from stores.public_interest import suit_on_measure
from supervision.measure import (
    Refusal,
    Step,
    copy_to_legal_office,
    escalate,
    record_check,
    record_reply,
    serve,
    shown_status,
    withdraw,
)
from supervision.measure_actors import acts_on
from supervision.measure_deadlines import reply_due_on

FORBIDDEN: Final = "Only who handles cases for a procuratorate issues measures. Ask the case's officer, or their head."
_MEASURE: Final = "The measure. 监督措施"


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """A measure after a step, or why there was none; with STALE, the measure as it stands."""

    measure: measure_records.Measure | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of a step in a measure's life. 监督措施操作结果")
class MeasurePayload:
    """`MeasureChange` as clients see it."""

    measure: Measure | None = strawberry.field(
        description="The measure as it stands now; null where the change was refused, but for STALE. 监督措施"
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="That a measure was served. 送达")
class ServeMeasureInput:
    """What `serveMeasure` takes."""

    measure_id: strawberry.ID = strawberry.field(description=_MEASURE)
    served_on: date = strawberry.field(description="The day, not before it was issued. 送达日期")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="That a measure was copied to the government's legal office. 抄送政府法制办")
class CopyMeasureToLegalOfficeInput:
    """What `copyMeasureToLegalOffice` takes."""

    measure_id: strawberry.ID = strawberry.field(description=_MEASURE)
    copied_on: date = strawberry.field(description="The day, not before it was issued. 抄送日期")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="The reply to a measure. 回复")
class RecordReplyInput:
    """What `recordReply` takes."""

    measure_id: strawberry.ID = strawberry.field(description=_MEASURE)
    replied_on: date = strawberry.field(description="The day, not before it was served. 回复日期")
    reply: str = strawberry.field(description="What was replied; 20,000 characters at most. 回复内容")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="What a check of the rectification found. 整改核查")
class RecordRectificationInput:
    """What `recordRectification` takes."""

    measure_id: strawberry.ID = strawberry.field(description=_MEASURE)
    rectified: bool = strawberry.field(description="Whether what was wrong was put right. 是否已整改")
    checked_on: date = strawberry.field(description="The day, not before the last check. 核查日期")
    result: str = strawberry.field(description="What was found; 20,000 characters at most. 核查结果")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="That a measure goes to the superior procuratorate. 报请上级")
class EscalateMeasureInput:
    """What `escalateMeasure` takes."""

    measure_id: strawberry.ID = strawberry.field(description=_MEASURE)
    reason: str = strawberry.field(description="Why, for the history; 2,000 characters at most. 理由")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="That a measure is taken back. 撤回")
class WithdrawMeasureInput:
    """What `withdrawMeasure` takes."""

    measure_id: strawberry.ID = strawberry.field(description=_MEASURE)
    reason: str = strawberry.field(description="Why, for the history; 2,000 characters at most. 理由")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


class _OfMeasure(Protocol):
    """What the inputs of steps have in common."""

    measure_id: strawberry.ID
    expected_revision: int | None


Decide = Callable[[DatabaseConnection, measure_records.Measure, date], Awaitable[Step | Refusal]]
"""Decides of a step of a locked measure, on the day that is passed."""


async def serve_measure(info: ApiInfo, input: ServeMeasureInput) -> MeasureChange:  # noqa: A002  the contract's name
    """Say when a measure was served; from then on its reply is due."""
    services = info.context.services

    async def decide(_: DatabaseConnection, measure: measure_records.Measure, today: date) -> Step | Refusal:
        due = reply_due_on(
            measure.kind,
            input.served_on,
            services.law,
            services.calendar,
            urgent=measure.urgent,
            named_limit_on=measure.named_limit_on,
        )
        return serve(measure, input.served_on, today, reply_due_on=due)

    return await _stepped(info, input, "serveMeasure", decide)


async def copy_measure_to_legal_office(
    info: ApiInfo,
    input: CopyMeasureToLegalOfficeInput,  # noqa: A002  as the contract's
) -> MeasureChange:
    """Say when a measure was copied to the government's legal office."""

    async def decide(_: DatabaseConnection, measure: measure_records.Measure, today: date) -> Step | Refusal:
        return copy_to_legal_office(measure, input.copied_on, today)

    return await _stepped(info, input, "copyMeasureToLegalOffice", decide)


async def record_measure_reply(info: ApiInfo, input: RecordReplyInput) -> MeasureChange:  # noqa: A002  the contract's
    """Keep the reply to a measure."""

    async def decide(_: DatabaseConnection, measure: measure_records.Measure, today: date) -> Step | Refusal:
        return record_reply(measure, input.replied_on, read_text(input.reply, "reply", LONGEST_TEXT), today)

    return await _stepped(info, input, "recordReply", decide)


async def record_rectification(info: ApiInfo, input: RecordRectificationInput) -> MeasureChange:  # noqa: A002  the same
    """Keep what a check of the rectification found."""

    async def decide(_: DatabaseConnection, measure: measure_records.Measure, today: date) -> Step | Refusal:
        result = read_text(input.result, "result", LONGEST_TEXT)
        return record_check(measure, input.checked_on, result, today, rectified=input.rectified)

    return await _stepped(info, input, "recordRectification", decide)


async def escalate_measure(info: ApiInfo, input: EscalateMeasureInput) -> MeasureChange:  # noqa: A002  the contract's
    """Take a measure to the superior procuratorate of the one that has it."""

    async def decide(connection: DatabaseConnection, measure: measure_records.Measure, today: date) -> Step | Refusal:
        reason = read_text(input.reason, "reason")
        _, superior = await name_and_superior(connection, measure.escalated_to_id or measure.procuratorate_id)
        return escalate(measure, superior, reason, today)

    return await _stepped(info, input, "escalateMeasure", decide)


async def withdraw_measure(info: ApiInfo, input: WithdrawMeasureInput) -> MeasureChange:  # noqa: A002  the contract's
    """Take a measure back."""

    async def decide(connection: DatabaseConnection, measure: measure_records.Measure, today: date) -> Step | Refusal:
        reason = read_text(input.reason, "reason")
        suit = await suit_on_measure(connection, measure.id)
        if suit is not None:
            return Refusal(f"The agency was sued upon it, in the public-interest case {suit}: it is not withdrawn now.")
        return withdraw(measure, reason, today)

    return await _stepped(info, input, "withdrawMeasure", decide)


async def _stepped(info: ApiInfo, wanted: _OfMeasure, mutation: str, decide: Decide) -> MeasureChange:
    context, today = info.context, today_of(info)

    async def sees() -> None:
        await require_measure(context, wanted.measure_id)

    async def change(connection: DatabaseConnection) -> Changed:
        known = await locked_measure(connection, wanted.measure_id)
        require_current(known, wanted.expected_revision, today)
        require_actor(context, known)
        step = taken(await decide(connection, known, today))
        await keep(connection, context, step)
        return Changed(known.id, known.case_ids)

    outcome = await make_change(
        context,
        mutation,
        wanted,
        needs=Permission.ISSUE_MEASURES,
        forbidden=FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await shown_outcome(context, outcome, wanted.measure_id)


async def require_measure(context: Context, measure_id: strawberry.ID) -> measure_records.Measure:
    """The measure, where whoever calls may see it."""
    found = await context.loaders.measures.load(read_id(measure_id, "Measure", "measureId"))
    if found is None:
        raise _no_such_measure()
    return found


async def locked_measure(connection: DatabaseConnection, measure_id: strawberry.ID) -> measure_records.Measure:
    """The measure as it stands, which nobody changes until the end of the transaction."""
    known = await lock_measure(connection, read_id(measure_id, "Measure", "measureId"))
    if known is None:
        raise _no_such_measure()
    return known


def require_current(known: measure_records.Measure, expected: int | None, today: date) -> None:
    """Refuse as STALE what rests on an earlier revision."""
    require_revision(known.revision, expected, f"it is {shown_status(known, today).value}")


def require_actor(context: Context, measure: measure_records.Measure) -> None:
    """Refuse who sees the measure, and takes no step in its life."""
    if not acts_on(context.viewer, measure):
        raise RefusedError(
            UserErrorCode.NOT_ALLOWED,
            "This measure is another procuratorate's: its own officers act on it, and who leads a department or a "
            "procuratorate above. Ask one of them.",
            "measureId",
        )


def taken(step: Step | Refusal) -> Step:
    """The step; refused with the machine's sentence where there is none."""
    if isinstance(step, Refusal):
        code = UserErrorCode.NOT_ALLOWED if step.field == "measureId" else UserErrorCode.INVALID
        raise RefusedError(code, step.sentence, step.field)
    return step


async def keep(connection: DatabaseConnection, context: Context, step: Step) -> None:
    """Write a step down."""
    await keep_step(
        connection,
        step.measure,
        step.event,
        on=step.on,
        note=step.note,
        actor_id=context.viewer.account.id,
        now=context.services.clock(),
    )


async def shown_outcome(context: Context, outcome: Outcome, measure_id: strawberry.ID | None) -> MeasureChange:
    """What a mutation answers; with STALE, the measure as it stands now."""
    if outcome.record_id is not None:
        return MeasureChange(await context.loaders.measures.load(outcome.record_id), [])
    measure = None
    if measure_id and any(error.code == UserErrorCode.STALE.value for error in outcome.user_errors):
        key = read_id(measure_id, "Measure", "measureId")
        context.loaders.measures.clear(key)
        measure = await context.loaders.measures.load(key)
    return MeasureChange(measure, outcome.user_errors)


def _no_such_measure() -> RefusedError:
    """The answer for a measure that is not there, and for one that the viewer may not see."""
    return RefusedError(
        UserErrorCode.NOT_FOUND, "There is no such measure. Take `id` as a query returned it.", "measureId"
    )
