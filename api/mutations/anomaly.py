"""Deciding of findings: each is confirmed or dismissed by a person, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import strawberry

from api.context import ApiInfo, Context
from api.mutations.changing import (
    KEY_DESCRIPTION,
    Changed,
    RefusedError,
    UserError,
    UserErrorCode,
    make_change,
    read_id,
    read_text,
)
from api.types.anomaly import Anomaly
from schema import anomaly_records
from schema.access_vocabularies import Permission
from schema.vocabularies import AnomalyDecision, AnomalyStatus
from stores.anomalies import cases_of_anomalies, keep_decision, lock_anomaly
from stores.postgres import DatabaseConnection
from supervision.anomalies import decide


@dataclass(frozen=True, slots=True)
class AnomalyChange:
    """A finding that was decided of, or why it was not."""

    anomaly: anomaly_records.Anomaly | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of a decision about a finding. 异常处理结果")
class AnomalyPayload:
    """`AnomalyChange` as clients see it."""

    anomaly: Anomaly | None = strawberry.field(description="The finding as it stands now. 异常")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A finding, and why it is none. 排除异常")
class DismissAnomalyInput:
    """What `dismissAnomaly` takes."""

    anomaly_id: strawberry.ID = strawberry.field(description="The finding. 异常")
    reason: str = strawberry.field(description="Why, for the history; 2,000 characters at most. 理由")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A finding, and why it is right. 确认异常")
class ConfirmAnomalyInput:
    """What `confirmAnomaly` takes."""

    anomaly_id: strawberry.ID = strawberry.field(description="The finding. 异常")
    reason: str = strawberry.field(description="Why, for the history; 2,000 characters at most. 理由")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


async def dismiss_anomaly(info: ApiInfo, input: DismissAnomalyInput) -> AnomalyChange:  # noqa: A002  the contract's name
    """Dismiss a finding, until its evidence changes."""
    return await _decided(info.context, input, AnomalyDecision.DISMISSED, "dismissAnomaly")


async def confirm_anomaly(info: ApiInfo, input: ConfirmAnomalyInput) -> AnomalyChange:  # noqa: A002  the contract's name
    """Confirm a finding, until its evidence changes."""
    return await _decided(info.context, input, AnomalyDecision.CONFIRMED, "confirmAnomaly")


async def _decided(
    context: Context,
    wanted: DismissAnomalyInput | ConfirmAnomalyInput,
    decision: AnomalyDecision,
    mutation: str,
) -> AnomalyChange:
    async def sees() -> None:
        anomaly_id = read_id(wanted.anomaly_id, "Anomaly", "anomalyId")
        read_text(wanted.reason, "reason")
        if await context.loaders.anomalies.load(anomaly_id) is None:
            raise _no_such_finding()

    async def change(connection: DatabaseConnection) -> Changed:
        anomaly_id = read_id(wanted.anomaly_id, "Anomaly", "anomalyId")
        await _decide(connection, context, anomaly_id, decision, read_text(wanted.reason, "reason"))
        return Changed(anomaly_id, await cases_of_anomalies(connection, [anomaly_id]))

    outcome = await make_change(
        context,
        mutation,
        wanted,
        needs=Permission.DECIDE_FINDINGS,
        forbidden="Only who handles cases decides of findings. Ask the case's officer, or their head.",
        sees=sees,
        change=change,
    )
    if outcome.record_id is None:
        return AnomalyChange(None, outcome.user_errors)
    return AnomalyChange(await context.loaders.anomalies.load(outcome.record_id), [])


async def _decide(
    connection: DatabaseConnection, context: Context, anomaly_id: int, decision: AnomalyDecision, reason: str
) -> None:
    known = await lock_anomaly(connection, anomaly_id)
    if known is None:
        raise _no_such_finding()
    step = decide(known, decision)
    if step is None:
        raise RefusedError(
            UserErrorCode.NOT_ALLOWED,
            f"This finding is {known.status.value}: {_WHY_NOT[known.status]}",
            "anomalyId",
        )
    await keep_decision(
        connection,
        anomaly_id,
        decision,
        step.status,
        actor=context.actor,
        reason=reason,
        now=context.services.clock(),
    )


def _no_such_finding() -> RefusedError:
    """The answer for a finding that is not there, and for one that the viewer may not see."""
    return RefusedError(
        UserErrorCode.NOT_FOUND, "There is no such finding. Take `id` as a query returned it.", "anomalyId"
    )


_WHY_NOT: Final = {
    AnomalyStatus.RESOLVED: "it no longer holds, so there is nothing to decide. Read its history.",
    AnomalyStatus.DISMISSED: "it was decided in this way before. Read its history.",
    AnomalyStatus.CONFIRMED: "it was decided in this way before. Read its history.",
}
