"""The vocabularies of supervision: triage, clues and measures; each member's value is the name clients see."""

from enum import StrEnum

from schema.vocabularies import Labelled


class TriageDecision(Labelled):
    """What a person decides of an entered case (评估、审查、分流)."""

    NO_ACTION = "NO_ACTION", "不作处理"
    WATCH = "WATCH", "跟踪关注"
    CLUE = "CLUE", "移送线索"
    MEASURE = "MEASURE", "提出监督意见"


class ClueSource(Labelled):
    """Where a clue came from."""

    TRIAGE = "TRIAGE", "案件分流"
    FINDING = "FINDING", "异常发现"
    CITIZEN_REPORT = "CITIZEN_REPORT", "群众举报"
    VISIT = "VISIT", "走访"
    CASE_CHECK = "CASE_CHECK", "案件检查"
    PREVENTION_SURVEY = "PREVENTION_SURVEY", "预防调查"
    OTHER_DEPARTMENT = "OTHER_DEPARTMENT", "其他部门移送"
    SUPERIOR = "SUPERIOR", "上级交办"


class ClueClass(Labelled):
    """What a clue is a clue to."""

    SUSPECTED_CRIME = "SUSPECTED_CRIME", "涉嫌犯罪应移送"
    FILING_SUPERVISION = "FILING_SUPERVISION", "立案监督"
    INVESTIGATION_SUPERVISION = "INVESTIGATION_SUPERVISION", "侦查活动监督"
    DUTY_CRIME = "DUTY_CRIME", "职务犯罪"
    ADMINISTRATIVE_VIOLATION = "ADMINISTRATIVE_VIOLATION", "行政违法"
    ENFORCEMENT_SUPERVISION = "ENFORCEMENT_SUPERVISION", "非诉执行监督"
    PUBLIC_INTEREST = "PUBLIC_INTEREST", "公益诉讼"
    OTHER = "OTHER", "其他"


class ClueStatus(Labelled):
    """The life of a clue; `supervision/clue.py` says who takes it from one state to the next."""

    NEW = "NEW", "新登记"
    ASSIGNED = "ASSIGNED", "已分派"
    UNDER_REVIEW = "UNDER_REVIEW", "审查中"
    INVESTIGATING = "INVESTIGATING", "调查中"
    TRANSFERRED = "TRANSFERRED", "已移送待接收"
    RETURNED = "RETURNED", "已退回"
    CLOSED = "CLOSED", "已办结"


class ClueEventKind(Labelled):
    """The steps of a clue's life."""

    OPENED = "OPENED", "登记"
    ASSIGNED = "ASSIGNED", "分派"
    REVIEW_BEGUN = "REVIEW_BEGUN", "开始审查"
    INVESTIGATION_BEGUN = "INVESTIGATION_BEGUN", "开始调查"
    STEP_RECORDED = "STEP_RECORDED", "办理记录"
    EXTENDED = "EXTENDED", "延长期限"
    TRANSFERRED = "TRANSFERRED", "移送"
    ACCEPTED = "ACCEPTED", "接收"
    RETURNED = "RETURNED", "退回"
    DEPARTMENT_INVITED = "DEPARTMENT_INVITED", "邀请会同办理"
    OPINION_GIVEN = "OPINION_GIVEN", "会同意见"
    CLOSED = "CLOSED", "办结"
    ACKNOWLEDGED = "ACKNOWLEDGED", "签收结果"


class JointWork(Labelled):
    """How another department takes part in a clue that it does not handle."""

    JOINT_REVIEW = "JOINT_REVIEW", "联合审查"
    CO_INVESTIGATION = "CO_INVESTIGATION", "协同调查"


class HandOverOutcome(StrEnum):
    """How a hand-over of a clue ended."""

    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"


class MeasureStatus(Labelled):
    """The life of a measure; OVERDUE is never stored: it is what a served measure without a reply becomes in time."""

    DRAFT = "DRAFT", "拟稿"
    ISSUED = "ISSUED", "已制发"
    SERVED = "SERVED", "已送达"
    REPLIED = "REPLIED", "已回复"
    OVERDUE = "OVERDUE", "逾期未回复"
    RECTIFIED = "RECTIFIED", "已整改"
    NOT_RECTIFIED = "NOT_RECTIFIED", "未整改"
    ESCALATED = "ESCALATED", "已报请上级"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class MeasureEventKind(Labelled):
    """The steps of a measure's life."""

    DRAFTED = "DRAFTED", "拟稿"
    ISSUED = "ISSUED", "制发"
    SERVED = "SERVED", "送达"
    COPIED = "COPIED", "抄送政府法制办"
    REPLIED = "REPLIED", "回复"
    CHECKED = "CHECKED", "整改核查"
    ESCALATED = "ESCALATED", "报请上级"
    WITHDRAWN = "WITHDRAWN", "撤回"


class ClueRise(Labelled):
    """To whom a clue that lies dormant has risen (线索休眠)."""

    DEPARTMENT_HEAD = "DEPARTMENT_HEAD", "部门负责人"
    CHIEF = "CHIEF", "检察长"


class LinkKind(Labelled):
    """In what way a case is tied to another one (关联)."""

    SAME_PARTY = "SAME_PARTY", "同一当事人"
    SAME_TRANSFER = "SAME_TRANSFER", "同一移送"
    SAME_CLUE = "SAME_CLUE", "同一线索"
    SAME_MEASURE = "SAME_MEASURE", "同一监督措施"
    SAME_CAMPAIGN = "SAME_CAMPAIGN", "同一专项活动"
    SIMILAR_FACTS = "SIMILAR_FACTS", "相似事实"
