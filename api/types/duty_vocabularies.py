"""The enums of custodies, duty-crime and public-interest cases, and of what counties report."""

from api.types.enums import register_enum
from schema.custody_records import CustodyState
from schema.duty_vocabularies import (
    CountyReportKind,
    CountyReportState,
    DutyCrimeEventKind,
    DutyCrimeStatus,
    OfficeDutyKind,
    PublicInterestEventKind,
    PublicInterestStatus,
)

register_enum(
    CustodyState,
    "How a custody stands against the longest that the law allows. 强制措施期限状态",
    {
        CustodyState.OPEN: "It lasts, within its limit.",
        CustodyState.OVERDUE: "It lasts beyond its limit.",
        CustodyState.ENDED: "It ended, within its limit as far as is known.",
        CustodyState.ENDED_LATE: "It ended beyond its limit.",
    },
)
register_enum(
    DutyCrimeStatus,
    "The life of a duty-crime case. 职务犯罪案件状态",
    {
        DutyCrimeStatus.FILED: "Filed, and investigated.",
        DutyCrimeStatus.TRANSFERRED_FOR_PROSECUTION: "Handed to the prosecutors.",
        DutyCrimeStatus.PROSECUTED: "Before the court.",
        DutyCrimeStatus.NOT_PROSECUTED: "It is not prosecuted.",
        DutyCrimeStatus.JUDGED: "Judged.",
        DutyCrimeStatus.WITHDRAWN: "It was withdrawn.",
    },
)
register_enum(
    DutyCrimeEventKind,
    "A step of a duty-crime case. 职务犯罪案件办理步骤",
    {
        DutyCrimeEventKind.FILED: "It was filed; only `fileDutyCrimeCase` takes it.",
        DutyCrimeEventKind.NOTED: "Something was done that leaves the state as it is.",
        DutyCrimeEventKind.TRANSFERRED_FOR_PROSECUTION: "It was handed to the prosecutors.",
        DutyCrimeEventKind.PROSECUTED: "It was brought before the court.",
        DutyCrimeEventKind.NOT_PROSECUTED: "It was decided not to prosecute; `note` is the outcome.",
        DutyCrimeEventKind.JUDGED: "It was judged; `note` is the outcome.",
        DutyCrimeEventKind.WITHDRAWN: "It was withdrawn; `note` is the outcome.",
    },
)
register_enum(
    PublicInterestStatus,
    "The life of a public-interest case. 公益诉讼案件状态",
    {
        PublicInterestStatus.FILED: "Filed.",
        PublicInterestStatus.PROPOSED: "The proposal before litigation was issued.",
        PublicInterestStatus.SUSPENDED: "The review is suspended.",
        PublicInterestStatus.SUED: "Before the court.",
        PublicInterestStatus.JUDGED: "Judged.",
        PublicInterestStatus.CLOSED: "Closed.",
    },
)
register_enum(
    PublicInterestEventKind,
    "A step of a public-interest case. 公益诉讼案件办理步骤",
    {
        PublicInterestEventKind.FILED: "It was filed; only `filePublicInterestCase` takes it.",
        PublicInterestEventKind.NOTED: "Something was done that leaves the state as it is.",
        PublicInterestEventKind.PROPOSED: "The proposal was issued; `measureId` names it.",
        PublicInterestEventKind.SUSPENDED: "The review was suspended.",
        PublicInterestEventKind.RESUMED: "The review was taken up again.",
        PublicInterestEventKind.SUED: "The agency was sued; `court` names the court.",
        PublicInterestEventKind.JUDGED: "It was judged; `note` is the outcome.",
        PublicInterestEventKind.CLOSED: "It was closed; `note` is the outcome where nothing was judged.",
    },
)
register_enum(
    CountyReportKind,
    "What a county sends to the city. 县级院报告种类",
    {
        CountyReportKind.DATA: "The figures of a month.",
        CountyReportKind.TYPICAL_CASE: "Typical cases of a quarter.",
        CountyReportKind.SUMMARY: "A summary of a half-year, and of a year.",
    },
)
register_enum(
    CountyReportState,
    "How a report stands today. 报告状态",
    {
        CountyReportState.DUE: "Owed and not yet late.",
        CountyReportState.SENT: "Sent in time.",
        CountyReportState.SENT_LATE: "Sent after its day.",
        CountyReportState.LATE: "Not sent, and its day has passed.",
    },
)
register_enum(
    OfficeDutyKind,
    "What the office of a campaign sees to, the most pressing first. 活动办公室督办事项",
    {
        OfficeDutyKind.REPORT_LATE: "Reports that are late.",
        OfficeDutyKind.REPORT_DUE: "Reports that are owed.",
        OfficeDutyKind.DORMANT_CLUES: "Clues that lie still.",
        OfficeDutyKind.OVERDUE_MEASURES: "Measures whose reply is overdue.",
        OfficeDutyKind.TRIAGE_QUEUE: "Cases that wait for a decision.",
    },
)
