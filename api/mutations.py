"""The root of the changes a person can make; each stands in a file of its noun, and goes through `api.changes`."""

import strawberry

from api.anomaly_changes import AnomalyPayload, confirm_anomaly, dismiss_anomaly
from api.auditing import changing


@strawberry.type(description="What can be changed. 操作")
class Mutation:
    """The root of every change."""

    dismiss_anomaly: AnomalyPayload | None = changing(
        dismiss_anomaly, "Dismiss a finding with a reason; it opens again when its evidence changes. 排除异常"
    )
    confirm_anomaly: AnomalyPayload | None = changing(
        confirm_anomaly, "Confirm a finding with a reason; it opens again when its evidence changes. 确认异常"
    )
