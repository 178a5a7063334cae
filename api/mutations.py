"""The root of the changes a person can make; each stands in a file of its noun, and goes through `api.changes`."""

import strawberry

from api.anomaly_changes import AnomalyPayload, confirm_anomaly, dismiss_anomaly
from api.auditing import changing
from api.county_report_changes import CountyReportPayload, record_county_report
from api.duty_crime_changes import DutyCrimePayload, file_duty_crime_case, record_duty_crime_step
from api.public_interest_changes import (
    PublicInterestPayload,
    file_public_interest_case,
    record_public_interest_step,
)
from api.typical_case_changes import TypicalCasePayload, mark_typical_case, withdraw_typical_case


@strawberry.type(description="What can be changed. 操作")
class Mutation:
    """The root of every change."""

    dismiss_anomaly: AnomalyPayload | None = changing(
        dismiss_anomaly, "Dismiss a finding with a reason; it opens again when its evidence changes. 排除异常"
    )
    confirm_anomaly: AnomalyPayload | None = changing(
        confirm_anomaly, "Confirm a finding with a reason; it opens again when its evidence changes. 确认异常"
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
