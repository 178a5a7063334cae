"""The vocabularies of access: as what somebody acts, and what may be done."""

from schema.vocabularies import Labelled


class Role(Labelled):
    """As what an account acts; what each role may do stands in supervision/access.py."""

    CASE_OFFICER = "CASE_OFFICER", "承办人"
    DEPARTMENT_HEAD = "DEPARTMENT_HEAD", "部门负责人"
    CHIEF = "CHIEF", "检察长"
    CASE_MANAGEMENT = "CASE_MANAGEMENT", "案件管理"
    DISCIPLINE = "DISCIPLINE", "纪检监察"
    CAMPAIGN_OFFICE = "CAMPAIGN_OFFICE", "活动办公室"
    AUDITOR = "AUDITOR", "安全审计员"
    AGENCY_CLERK = "AGENCY_CLERK", "执法机关录入员"
    MACHINE = "MACHINE", "机器账号"
    ADMINISTRATOR = "ADMINISTRATOR", "系统管理员"
    LOCAL_ADMINISTRATOR = "LOCAL_ADMINISTRATOR", "本机管理员"


class Permission(Labelled):
    """What an account may see or do, in its scope."""

    READ_CASES = "READ_CASES", "查看案件"
    READ_NAMES = "READ_NAMES", "查看自然人姓名"
    READ_FINDINGS = "READ_FINDINGS", "查看异常"
    READ_CRIMINAL_CASES = "READ_CRIMINAL_CASES", "查看刑事案件"
    READ_FEED_RUNS = "READ_FEED_RUNS", "查看导入批次"
    READ_AUDIT_TRAIL = "READ_AUDIT_TRAIL", "查看审计记录"
    READ_ACCOUNTS = "READ_ACCOUNTS", "查看账号"
    DECIDE_FINDINGS = "DECIDE_FINDINGS", "处理异常"
    LOAD_FEEDS = "LOAD_FEEDS", "报送数据"
    TRIAGE_CASES = "TRIAGE_CASES", "案件分流"
    READ_CLUES = "READ_CLUES", "查看线索"
    HANDLE_CLUES = "HANDLE_CLUES", "办理线索"
    READ_MEASURES = "READ_MEASURES", "查看监督措施"
    ISSUE_MEASURES = "ISSUE_MEASURES", "制发监督措施"
    READ_CAMPAIGNS = "READ_CAMPAIGNS", "查看专项活动"
    MANAGE_CAMPAIGNS = "MANAGE_CAMPAIGNS", "组织专项活动"
    REVIEW_FILES = "REVIEW_FILES", "阅卷检查"
    RECORD_ACTIVITIES = "RECORD_ACTIVITIES", "登记活动"
    SEND_REPORTS = "SEND_REPORTS", "报送县级院报告"
    MARK_TYPICAL_CASES = "MARK_TYPICAL_CASES", "认定典型案例"


class AuditAction(Labelled):
    """What somebody did, as the audit trail keeps it."""

    SEARCH = "SEARCH", "检索"
    VIEW = "VIEW", "查看"
    LIST = "LIST", "列表"
    EXPORT = "EXPORT", "导出"
    SIGN_IN = "SIGN_IN", "登录"
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED", "登录被拒"
    CHANGE = "CHANGE", "变更"
    READ_AUDIT = "READ_AUDIT", "查看审计"
    LOAD = "LOAD", "报送"


class AlertKind(Labelled):
    """What the audit trail shows of itself."""

    MANY_VIEWS = "MANY_VIEWS", "短时大量查看"
    WATCHED_NAME = "WATCHED_NAME", "查看关注对象"
