"""The vocabularies of duty-crime cases, public-interest cases, typical cases and county reports."""

from schema.vocabularies import Labelled


class DutyCrimeStatus(Labelled):
    """The life of a duty-crime case; `supervision/duty_crime.py` says which step follows which."""

    FILED = "FILED", "已立案侦查"
    TRANSFERRED_FOR_PROSECUTION = "TRANSFERRED_FOR_PROSECUTION", "已移送审查起诉"
    PROSECUTED = "PROSECUTED", "已提起公诉"
    NOT_PROSECUTED = "NOT_PROSECUTED", "已决定不起诉"
    JUDGED = "JUDGED", "已判决"
    WITHDRAWN = "WITHDRAWN", "已撤销案件"


class DutyCrimeEventKind(Labelled):
    """The steps of a duty-crime case's life."""

    FILED = "FILED", "立案"
    NOTED = "NOTED", "办理记录"
    TRANSFERRED_FOR_PROSECUTION = "TRANSFERRED_FOR_PROSECUTION", "移送审查起诉"
    PROSECUTED = "PROSECUTED", "提起公诉"
    NOT_PROSECUTED = "NOT_PROSECUTED", "决定不起诉"
    JUDGED = "JUDGED", "判决"
    WITHDRAWN = "WITHDRAWN", "撤销案件"


class PublicInterestStatus(Labelled):
    """The life of a public-interest case; `supervision/public_interest.py` says which step follows which."""

    FILED = "FILED", "已立案"
    PROPOSED = "PROPOSED", "已提出诉前检察建议"
    SUSPENDED = "SUSPENDED", "中止审查"
    SUED = "SUED", "已提起诉讼"
    JUDGED = "JUDGED", "已裁判"
    CLOSED = "CLOSED", "已终结"


class PublicInterestEventKind(Labelled):
    """The steps of a public-interest case's life."""

    FILED = "FILED", "立案"
    NOTED = "NOTED", "办理记录"
    PROPOSED = "PROPOSED", "提出诉前检察建议"
    SUSPENDED = "SUSPENDED", "中止审查"
    RESUMED = "RESUMED", "恢复审查"
    SUED = "SUED", "提起诉讼"
    JUDGED = "JUDGED", "裁判"
    CLOSED = "CLOSED", "终结案件"


class CountyReportKind(Labelled):
    """What the office of a campaign in a county sends to the city."""

    DATA = "DATA", "数据"
    TYPICAL_CASE = "TYPICAL_CASE", "典型案例"
    SUMMARY = "SUMMARY", "总结"


class CountyReportState(Labelled):
    """How a report that a county owes stands on a day."""

    DUE = "DUE", "待报送"
    SENT = "SENT", "按时报送"
    SENT_LATE = "SENT_LATE", "逾期报送"
    LATE = "LATE", "逾期未报"


class OfficeDutyKind(Labelled):
    """What the office of a campaign sees to."""

    REPORT_LATE = "REPORT_LATE", "报告逾期未报"
    REPORT_DUE = "REPORT_DUE", "报告待报送"
    DORMANT_CLUES = "DORMANT_CLUES", "线索休眠"
    OVERDUE_MEASURES = "OVERDUE_MEASURES", "监督措施逾期未回复"
    TRIAGE_QUEUE = "TRIAGE_QUEUE", "案件待分流"
