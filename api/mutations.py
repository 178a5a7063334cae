"""The root of the changes a person can make; each stands in a file of its noun, and goes through `api.changes`."""

import strawberry

from api.activity_changes import ActivityPayload, record_activity, record_activity_outcome
from api.anomaly_changes import AnomalyPayload, confirm_anomaly, dismiss_anomaly
from api.auditing import changing
from api.campaign_changes import CampaignPayload, close_campaign_, open_campaign
from api.file_review_changes import (
    AssignFileReviewPayload,
    RecordFileReviewPayload,
    assign_file_review,
    record_file_review,
)


@strawberry.type(description="What can be changed. 操作")
class Mutation:
    """The root of every change."""

    dismiss_anomaly: AnomalyPayload | None = changing(
        dismiss_anomaly, "Dismiss a finding with a reason; it opens again when its evidence changes. 排除异常"
    )
    confirm_anomaly: AnomalyPayload | None = changing(
        confirm_anomaly, "Confirm a finding with a reason; it opens again when its evidence changes. 确认异常"
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
