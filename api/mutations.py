"""The root of the changes a person can make; each stands in a file of its noun, and goes through `api.changes`."""

import strawberry

from api.anomaly_changes import AnomalyPayload, confirm_anomaly, dismiss_anomaly
from api.auditing import changing
from api.measure_changes import (
    MeasurePayload,
    copy_measure_to_legal_office,
    escalate_measure,
    record_measure_reply,
    record_rectification,
    serve_measure,
    withdraw_measure,
)
from api.measure_issuing import draft_new_measure, issue_measure


@strawberry.type(description="What can be changed. 操作")
class Mutation:
    """The root of every change."""

    dismiss_anomaly: AnomalyPayload | None = changing(
        dismiss_anomaly, "Dismiss a finding with a reason; it opens again when its evidence changes. 排除异常"
    )
    confirm_anomaly: AnomalyPayload | None = changing(
        confirm_anomaly, "Confirm a finding with a reason; it opens again when its evidence changes. 确认异常"
    )
    draft_measure: MeasurePayload | None = changing(
        draft_new_measure, "Draft a measure from its template, with the facts of its cases filled in. 监督措施拟稿"
    )
    issue_measure: MeasurePayload | None = changing(
        issue_measure,
        (
            "Give a measure its number. A correction notice, a filing notice and a pre-litigation proposal are issued "
            "by a department head or the chief. 制发监督措施"
        ),
    )
    serve_measure: MeasurePayload | None = changing(
        serve_measure, "Say when a measure was served; the rules that depend on it see it from then on. 送达监督措施"
    )
    copy_measure_to_legal_office: MeasurePayload | None = changing(
        copy_measure_to_legal_office, "Say when the government's legal office got its copy. 抄送政府法制办"
    )
    record_reply: MeasurePayload | None = changing(record_measure_reply, "Keep the reply to a measure. 登记回复")
    record_rectification: MeasurePayload | None = changing(
        record_rectification, "Keep what a check of the rectification found. 登记整改核查结果"
    )
    escalate_measure: MeasurePayload | None = changing(
        escalate_measure,
        "Take a measure that is overdue, poorly answered or not followed to the superior procuratorate. 报请上级检察院",
    )
    withdraw_measure: MeasurePayload | None = changing(
        withdraw_measure, "Take a measure back that nobody has answered or checked. 撤回监督措施"
    )
