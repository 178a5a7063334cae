"""The root of the changes a person can make; each stands in a file of its noun, and goes through `api.changes`."""

import strawberry

from api.anomaly_changes import AnomalyPayload, confirm_anomaly, dismiss_anomaly
from api.auditing import changing
from api.triage_changes import TriageCasePayload, triage_case


@strawberry.type(description="What can be changed. 操作")
class Mutation:
    """The root of every change."""

    dismiss_anomaly: AnomalyPayload | None = changing(
        dismiss_anomaly, "Dismiss a finding with a reason; it opens again when its evidence changes. 排除异常"
    )
    confirm_anomaly: AnomalyPayload | None = changing(
        confirm_anomaly, "Confirm a finding with a reason; it opens again when its evidence changes. 确认异常"
    )
    triage_case: TriageCasePayload | None = changing(
        triage_case,
        (
            "Decide what becomes of an entered case; it leaves the queue of the decider's department, or all of them, "
            "and comes back when a finding opens. 评估、审查、分流"
        ),
    )
