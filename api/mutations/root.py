"""The root of the changes a person can make; each stands in the file of its noun, and goes through `changing`."""

import strawberry

from api.auditing import changing
from api.mutations.activity import ActivityPayload, record_activity, record_activity_outcome
from api.mutations.anomaly import AnomalyPayload, confirm_anomaly, dismiss_anomaly
from api.mutations.campaign import CampaignPayload, close_campaign_, open_campaign
from api.mutations.clue import (
    accept_clue,
    acknowledge_clue,
    assign_clue,
    close_clue,
    open_clue_mutation,
    return_clue,
    transfer_clue,
)
from api.mutations.clue_work import (
    begin_clue_investigation,
    begin_clue_review,
    extend_clue,
    give_clue_opinion,
    invite_to_clue,
    record_clue_step,
)
from api.mutations.county_report import CountyReportPayload, record_county_report
from api.mutations.duty_crime import DutyCrimePayload, file_duty_crime_case, record_duty_crime_step
from api.mutations.file_review import (
    AssignFileReviewPayload,
    RecordFileReviewPayload,
    assign_file_review,
    record_file_review,
)
from api.mutations.measure import (
    MeasurePayload,
    copy_measure_to_legal_office,
    escalate_measure,
    record_measure_reply,
    record_rectification,
    serve_measure,
    withdraw_measure,
)
from api.mutations.measure_issuing import draft_new_measure, issue_measure
from api.mutations.public_interest import (
    PublicInterestPayload,
    file_public_interest_case,
    record_public_interest_step,
)
from api.mutations.triage import TriageCasePayload, triage_case
from api.mutations.typical_case import TypicalCasePayload, mark_typical_case, withdraw_typical_case
from api.types.clue_inputs import CluePayload


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
    open_clue: CluePayload | None = changing(
        open_clue_mutation,
        "Open a clue for a department; whoever opens it answers for it until it is assigned. 登记线索",
    )
    assign_clue: CluePayload | None = changing(assign_clue, "Name who handles a clue. 分派线索")
    transfer_clue: CluePayload | None = changing(
        transfer_clue, "Hand a clue over; the head of that department answers for it until it is accepted. 线索移送"
    )
    accept_clue: CluePayload | None = changing(
        accept_clue, "Accept a clue that was handed over, and name who handles it. 接收线索"
    )
    return_clue: CluePayload | None = changing(return_clue, "Give a clue back to whoever sent it. 退回线索")
    close_clue: CluePayload | None = changing(
        close_clue, "Close a clue; its result goes back to its opener, and to everybody who handed it over. 办结线索"
    )
    acknowledge_clue: CluePayload | None = changing(
        acknowledge_clue, "Take note of a clue's result: one's own first, else for whom one stands in. 签收线索结果"
    )
    begin_clue_review: CluePayload | None = changing(begin_clue_review, "Begin to review a clue. 开始审查线索")
    begin_clue_investigation: CluePayload | None = changing(
        begin_clue_investigation, "Begin to investigate a clue. 开始调查线索"
    )
    record_clue_step: CluePayload | None = changing(record_clue_step, "Say what was done with a clue. 记录线索办理")
    extend_clue: CluePayload | None = changing(extend_clue, "Give a clue more time, with a reason. 延长线索办理期限")
    invite_to_clue: CluePayload | None = changing(
        invite_to_clue, "Ask another department to take part in a clue; it sees the clue from then on. 邀请会同办理"
    )
    give_clue_opinion: CluePayload | None = changing(
        give_clue_opinion, "Say what a department that takes part thinks of a clue. 提出会同意见"
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
    open_campaign: CampaignPayload | None = changing(
        open_campaign, "Open a campaign; the cases that match join it, and those that match later. 发起专项活动"
    )
    close_campaign: CampaignPayload | None = changing(
        close_campaign_, "End a campaign with a summary; no case joins it any more. 结束专项活动"
    )
    assign_file_review: AssignFileReviewPayload | None = changing(
        assign_file_review, "Give the review of a case's file to a reviewer, or to another one. 分配阅卷检查"
    )
    record_file_review: RecordFileReviewPayload | None = changing(
        record_file_review, "Record what a review came to, by its reviewer or who stands in. 登记阅卷检查"
    )
    record_activity: ActivityPayload | None = changing(
        record_activity, "Record an activity and who took part. 登记活动"
    )
    record_activity_outcome: ActivityPayload | None = changing(
        record_activity_outcome, "Record what came of an activity, and which clues and measures. 登记活动成效"
    )
    file_duty_crime_case: DutyCrimePayload | None = changing(
        file_duty_crime_case, "File a duty-crime case for the department that investigates it. 职务犯罪立案"
    )
    record_duty_crime_step: DutyCrimePayload | None = changing(
        record_duty_crime_step, "Record a step of a duty-crime case. 记录职务犯罪案件办理步骤"
    )
    file_public_interest_case: PublicInterestPayload | None = changing(
        file_public_interest_case, "File a public-interest case against an agency. 公益诉讼立案"
    )
    record_public_interest_step: PublicInterestPayload | None = changing(
        record_public_interest_step, "Record a step of a public-interest case. 记录公益诉讼案件办理步骤"
    )
    record_county_report: CountyReportPayload | None = changing(
        record_county_report, "Send a county's report, with its figures as they are now. 报送县级院报告"
    )
    mark_typical_case: TypicalCasePayload | None = changing(
        mark_typical_case, "Mark a record as typical, with a summary. 认定典型案例"
    )
    withdraw_typical_case: TypicalCasePayload | None = changing(
        withdraw_typical_case, "Withdraw the mark of a typical case, with a reason. 撤销典型案例"
    )
