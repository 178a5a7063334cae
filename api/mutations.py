"""The changes a person can make: one input each, a payload with userErrors; a refused change changes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import orjson
import strawberry

from api.auditing import changing
from api.context import ApiInfo, Context
from api.ids import parse_global_id
from api.types.anomaly import Anomaly
from schema import anomaly_records
from schema.access_vocabularies import Permission
from schema.vocabularies import AnomalyDecision, AnomalyStatus
from stores.anomalies import cases_of_anomalies, claim_key, keep_decision, lock_anomaly
from stores.errors import BadUserInputError, ForbiddenError
from stores.postgres import DatabaseConnection
from supervision.anomalies import decide
from supervision.privacy import cover_identity_numbers

_LONGEST_REASON: Final = 2_000
_LONGEST_KEY: Final = 200


class UserErrorCode(StrEnum):
    """Why a change is refused."""

    INVALID = "INVALID"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_FOUND = "NOT_FOUND"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"


@strawberry.type(description="Why a change was refused; nothing was changed. 操作被拒绝的原因")
class UserError:
    """What a person can put right in what was asked."""

    field: list[str] | None = strawberry.field(description="The path of the input's field to blame. 字段")
    code: str = strawberry.field(description="INVALID, NOT_ALLOWED, NOT_FOUND, STALE or IDEMPOTENCY_MISMATCH. 代码")
    message: str = strawberry.field(description="What is wrong and what to do. 说明")


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


_KEY_DESCRIPTION = "The same key again changes nothing again, and answers the same. 幂等键"


@strawberry.input(description="A finding, and why it is none. 排除异常")
class DismissAnomalyInput:
    """What `dismissAnomaly` takes."""

    anomaly_id: strawberry.ID = strawberry.field(description="The finding. 异常")
    reason: str = strawberry.field(description="Why, for the history; 2,000 characters at most. 理由")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=_KEY_DESCRIPTION)


@strawberry.input(description="A finding, and why it is right. 确认异常")
class ConfirmAnomalyInput:
    """What `confirmAnomaly` takes."""

    anomaly_id: strawberry.ID = strawberry.field(description="The finding. 异常")
    reason: str = strawberry.field(description="Why, for the history; 2,000 characters at most. 理由")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=_KEY_DESCRIPTION)


class _RefusedError(Exception):
    """Undoes whatever the transaction did, and says why."""

    def __init__(self, code: UserErrorCode, message: str, *field: str) -> None:
        super().__init__(message)
        self.error = UserError(field=["input", *field] if field else None, code=code.value, message=message)


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
    # Before anything is read: what is forbidden of any finding tells of none.
    if not context.viewer.may(Permission.DECIDE_FINDINGS):
        raise ForbiddenError("Only who handles cases decides of findings. Ask the case's officer, or their head.")
    try:
        anomaly_id, reason = _anomaly_id(wanted.anomaly_id), _reason(wanted.reason)
        # Before the key: whether a hidden finding is there, no answer to a key may tell.
        if await context.loaders.anomalies.load(anomaly_id) is None:
            raise _no_such_finding()
        async with context.database.begin() as connection:
            if not await _was_applied(connection, context, wanted, mutation, anomaly_id):
                await _decide(connection, context, anomaly_id, decision, reason)
                case_ids = await cases_of_anomalies(connection, [anomaly_id])
                told = {"anomaly_id": wanted.anomaly_id, "reason": reason}
                await context.audit.change(connection, mutation, told, *case_ids)
    except _RefusedError as refused:
        return AnomalyChange(None, [refused.error])
    # A change before this one in the same request may have read what is different now.
    context.loaders.forget()
    return AnomalyChange(await context.loaders.anomalies.load(anomaly_id), [])


async def _decide(
    connection: DatabaseConnection, context: Context, anomaly_id: int, decision: AnomalyDecision, reason: str
) -> None:
    known = await lock_anomaly(connection, anomaly_id)
    if known is None:
        raise _no_such_finding()
    step = decide(known, decision)
    if step is None:
        raise _RefusedError(
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


def _no_such_finding() -> _RefusedError:
    """The answer for a finding that is not there, and for one that the viewer may not see."""
    return _RefusedError(
        UserErrorCode.NOT_FOUND, "There is no such finding. Take `id` as a query returned it.", "anomalyId"
    )


_WHY_NOT: Final = {
    AnomalyStatus.RESOLVED: "it no longer holds, so there is nothing to decide. Read its history.",
    AnomalyStatus.DISMISSED: "it was decided in this way before. Read its history.",
    AnomalyStatus.CONFIRMED: "it was decided in this way before. Read its history.",
}


async def _was_applied(
    connection: DatabaseConnection,
    context: Context,
    wanted: DismissAnomalyInput | ConfirmAnomalyInput,
    mutation: str,
    anomaly_id: int,
) -> bool:
    """Whether this very change was made before under its key; takes the key where it was not."""
    key = wanted.idempotency_key
    if key is None or key is strawberry.UNSET:
        return False
    if not key or len(key) > _LONGEST_KEY or "\x00" in key:
        raise _RefusedError(
            UserErrorCode.INVALID, f"A key has 1 to {_LONGEST_KEY} characters, and no NUL.", "idempotencyKey"
        )
    told = orjson.dumps([anomaly_id, wanted.reason])
    used = await claim_key(
        connection,
        actor=context.actor,
        key=key,
        mutation=mutation,
        input_digest=hashlib.blake2b(told, digest_size=16).digest(),
        record_id=anomaly_id,
        now=context.services.clock(),
    )
    if used is None:
        return False
    if (used["mutation"], used["input_digest"]) != (mutation, hashlib.blake2b(told, digest_size=16).digest()):
        raise _RefusedError(
            UserErrorCode.IDEMPOTENCY_MISMATCH,
            "This key was used for another change. Take a new key for every change.",
            "idempotencyKey",
        )
    return True


def _anomaly_id(text: str) -> int:
    try:
        named, number = parse_global_id(text)
    except BadUserInputError as error:
        raise _RefusedError(UserErrorCode.INVALID, error.message, "anomalyId") from error
    if named != "Anomaly":
        raise _RefusedError(
            UserErrorCode.INVALID, f"This is the id of a {named}, and the id of a finding is needed.", "anomalyId"
        )
    return number


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise _RefusedError(UserErrorCode.INVALID, "Say why: the reason is kept in the finding's history.", "reason")
    if len(reason) > _LONGEST_REASON or "\x00" in reason:
        raise _RefusedError(
            UserErrorCode.INVALID, f"A reason has at most {_LONGEST_REASON:,} characters, and no NUL.", "reason"
        )
    return cover_identity_numbers(reason)


@strawberry.type(description="What can be changed. 操作")
class Mutation:
    """The root of every change."""

    dismiss_anomaly: AnomalyPayload | None = changing(
        dismiss_anomaly, "Dismiss a finding with a reason; it opens again when its evidence changes. 排除异常"
    )
    confirm_anomaly: AnomalyPayload | None = changing(
        confirm_anomaly, "Confirm a finding with a reason; it opens again when its evidence changes. 确认异常"
    )
