"""The vocabularies as GraphQL enums; a value's description is an English phrase and the Chinese term."""

from api.types.enums import register_enum as _enum
from schema.access_vocabularies import AlertKind, AuditAction, Permission
from schema.supervision_vocabularies import LinkKind, MeasureStatus, TriageDecision
from schema.vocabularies import (
    AnomalyEventKind,
    AnomalyKind,
    AnomalyStatus,
    CaseSort,
    Certainty,
    CoercionKind,
    CoerciveMeasureType,
    DataSource,
    Department,
    Domain,
    FeedRunStatus,
    FilingDecision,
    MeasureKind,
    PartyType,
    PenaltyKind,
    RemedyOutcome,
    RemedyType,
    SearchEngineName,
    StatisticsKey,
    SuggestionKind,
    TransferDecision,
)

_enum(
    Domain,
    "The field of administrative enforcement. 执法领域",
    {
        Domain.ENVIRONMENT: "The environment.",
        Domain.FOOD_DRUGS: "Food and drugs.",
        Domain.LAND: "Land and natural resources.",
        Domain.AGRICULTURE: "Agriculture.",
        Domain.FORESTRY: "Forestry.",
        Domain.MARKET: "Market supervision.",
        Domain.CONSTRUCTION: "Housing and construction.",
        Domain.OTHER: "Any other.",
    },
)
_enum(
    PenaltyKind,
    "A kind of administrative penalty. 行政处罚种类",
    {
        PenaltyKind.WARNING: "A warning or public criticism.",
        PenaltyKind.FINE: "A fine.",
        PenaltyKind.CONFISCATION: "Confiscation of illegal income or property.",
        PenaltyKind.SUSPENSION: "Suspension of a licence or of the business.",
        PenaltyKind.REVOCATION: "Revocation of a licence.",
        PenaltyKind.ORDER: "An order to put right.",
        PenaltyKind.DETENTION: "Administrative detention.",
        PenaltyKind.OTHER: "Any other.",
    },
)
_enum(
    DataSource,
    "Where a case is known from. 数据来源",
    {
        DataSource.PUBLISHED: "The published penalty table.",
        DataSource.PLATFORM: "The platform's own records.",
    },
)
_enum(
    PartyType,
    "Who was penalised. 行政相对人类别",
    {PartyType.ORGANIZATION: "An organisation.", PartyType.PERSON: "A natural person."},
)
_enum(
    FeedRunStatus,
    "The life of one file's load. 导入状态",
    {
        FeedRunStatus.RUNNING: "Being loaded.",
        FeedRunStatus.DONE: "Loaded; its accounts stand.",
        FeedRunStatus.REFUSED: "Could not be read; nothing was stored.",
        FeedRunStatus.INTERRUPTED: "Broken off; nothing was stored.",
    },
)
_enum(
    SearchEngineName,
    "The engine that answered. 检索引擎",
    {
        SearchEngineName.ELASTICSEARCH: "The index answered. 索引检索",
        SearchEngineName.POSTGRESQL: "The database itself answered. 数据库检索",
    },
    name="SearchEngine",
)
_enum(
    SuggestionKind,
    "What a suggestion is the name or the number of. 检索建议类别",
    {
        SuggestionKind.NUMBER: "A document or filing number; its node is the case.",
        SuggestionKind.PARTY: "An organisation that was penalised.",
        SuggestionKind.AGENCY: "An agency, by its name or an alias.",
        SuggestionKind.STATUTE: "A statute that cases cite, without 《》.",
    },
)
_enum(
    CaseSort,
    "The order of a list of cases; unknown values come last. 排序",
    {
        CaseSort.RELEVANCE: "The best matches first; without a query as DECIDED_NEWEST. 按相关度",
        CaseSort.DECIDED_NEWEST: "The latest decision first. 按决定日期由近及远",
        CaseSort.DECIDED_OLDEST: "The earliest decision first. 按决定日期由远及近",
        CaseSort.FINE_HIGHEST: "The highest fine first. 按罚款金额由高到低",
        CaseSort.MOST_ANOMALIES: "The most OPEN or CONFIRMED findings first, whatever the filter. 按异常数量由多到少",
    },
)
_enum(
    StatisticsKey,
    "What statistics group by. 统计维度",
    {
        StatisticsKey.DOMAIN: "The domain. 领域",
        StatisticsKey.ANOMALY: "The kind of a finding. 异常类别",
        StatisticsKey.RULE: "The rule of a finding. 规则",
        StatisticsKey.CERTAINTY: "The certainty of a finding. 确定程度",
        StatisticsKey.AGENCY: "The agency that decided. 执法机关",
        StatisticsKey.REGION: "The agency's region. 行政区划",
        StatisticsKey.YEAR: "The year of the decision. 决定年度",
        StatisticsKey.QUARTER: "The quarter of the decision. 决定季度",
        StatisticsKey.MONTH: "The month of the decision. 决定月份",
    },
)
_enum(
    AnomalyKind,
    "What is wrong with a case. 异常类别",
    {
        AnomalyKind.NOT_TRANSFERRED: "A suspected crime was not handed to the police.",
        AnomalyKind.LATE_TRANSFER: "A suspected crime was handed over late.",
        AnomalyKind.PENALTY_FOR_CRIME: "Only penalised although a criminal threshold is met.",
        AnomalyKind.NOT_FILED: "The police did not file a case that was handed over.",
        AnomalyKind.FILED_NOT_INVESTIGATED: "Filed and not investigated.",
        AnomalyKind.STALLED_INVESTIGATION: "An investigation that does not end.",
        AnomalyKind.ENFORCEMENT_NOT_APPLIED: "Enforcement was due to be applied for and was not.",
        AnomalyKind.ENFORCEMENT_REFUSED: "A court refused enforcement without a lawful reason.",
        AnomalyKind.STALLED_ENFORCEMENT: "An enforcement that does not end.",
        AnomalyKind.UNLAWFUL_ENFORCEMENT: "Enforcement against the law.",
        AnomalyKind.UNLAWFUL_COERCIVE_MEASURE: "A coercive measure of an agency against the law.",
        AnomalyKind.LATE_ENTRY: "Entered into the platform late.",
        AnomalyKind.INCOMPLETE_ENTRY: "Entered into the platform incompletely.",
        AnomalyKind.INACTION: "What had to be done was not done.",
        AnomalyKind.SLOW_ACTION: "What had to be done was done late.",
        AnomalyKind.IMPROPER_ACTION: "What was done was improper.",
    },
)
_enum(
    TransferDecision,
    "What an agency's head decided of a suspected crime. 移送决定",
    {
        TransferDecision.APPROVED: "To hand it over.",
        TransferDecision.REFUSED: "Not to hand it over.",
    },
)
_enum(
    FilingDecision,
    "What the police decided of a case handed over to them. 立案决定",
    {
        FilingDecision.FILED: "It was filed.",
        FilingDecision.NOT_FILED: "It was not filed.",
    },
)
_enum(
    CoercionKind,
    "A coercive measure of criminal procedure. 刑事强制措施种类",
    {
        CoercionKind.DETENTION: "Criminal detention.",
        CoercionKind.ARREST: "Arrest.",
        CoercionKind.BAIL: "Bail.",
        CoercionKind.RESIDENTIAL_SURVEILLANCE: "Residential surveillance.",
    },
)
_enum(
    RemedyType,
    "The remedy a party sought against a penalty. 救济途径",
    {
        RemedyType.RECONSIDERATION: "Administrative reconsideration.",
        RemedyType.LITIGATION: "Administrative litigation.",
    },
)
_enum(
    RemedyOutcome,
    "What became of a penalty under a remedy. 救济结果",
    {
        RemedyOutcome.UPHELD: "It stands.",
        RemedyOutcome.REVOKED: "It was revoked.",
        RemedyOutcome.CHANGED: "It was changed.",
        RemedyOutcome.WITHDRAWN: "The remedy was withdrawn.",
    },
)
_enum(
    CoerciveMeasureType,
    "A coercive measure of an agency. 行政强制措施种类",
    {
        CoerciveMeasureType.SEAL: "Sealing.",
        CoerciveMeasureType.SEIZURE: "Seizure.",
        CoerciveMeasureType.FREEZE: "Freezing.",
        CoerciveMeasureType.OTHER: "Any other.",
    },
)
_enum(
    MeasureKind,
    "What a procuratorate issues, from the lightest to the heaviest. 检察监督方式",
    {
        MeasureKind.ORAL_CORRECTION: "An oral correction.",
        MeasureKind.RECOMMENDATION: "A recommendation.",
        MeasureKind.CORRECTION_NOTICE: "A notice to correct a violation of law.",
        MeasureKind.TRANSFER_OPINION: "An opinion that a suspected crime be handed over.",
        MeasureKind.REASONS_REQUEST: "A request for the reasons not to file a case.",
        MeasureKind.FILING_NOTICE: "A notice to file a case.",
        MeasureKind.REMINDER: "A reminder.",
        MeasureKind.PRE_LITIGATION_PROPOSAL: "A proposal before public-interest litigation.",
    },
)
_enum(
    Certainty,
    "How sure a quantity or a finding is. 确定程度",
    {Certainty.CERTAIN: "Certain.", Certainty.POSSIBLE: "A person must check it against the file."},
)
_enum(
    AnomalyStatus,
    "What became of a finding. 异常状态",
    {
        AnomalyStatus.OPEN: "Nobody has decided of it.",
        AnomalyStatus.CONFIRMED: "A person confirmed it.",
        AnomalyStatus.DISMISSED: "A person dismissed it.",
        AnomalyStatus.RESOLVED: "It no longer holds.",
    },
)
_enum(
    AnomalyEventKind,
    "A step of a finding's life. 异常事件",
    {
        AnomalyEventKind.OPENED: "It was found.",
        AnomalyEventKind.CHANGED: "It says something else.",
        AnomalyEventKind.CONFIRMED: "A person confirmed it.",
        AnomalyEventKind.DISMISSED: "A person dismissed it.",
        AnomalyEventKind.REOPENED: "It is open again.",
        AnomalyEventKind.RESOLVED: "It no longer holds.",
    },
)
_enum(
    Department,
    "A department of a procuratorate. 检察院部门",
    {
        Department.INVESTIGATION_SUPERVISION: "Supervision of investigations.",
        Department.ANTI_CORRUPTION: "Corruption.",
        Department.ANTI_DERELICTION: "Dereliction of duty.",
        Department.CIVIL_ADMINISTRATIVE: "Civil and administrative cases.",
        Department.PREVENTION: "Prevention.",
        Department.PUBLIC_PROSECUTION: "Public prosecution.",
        Department.COMPLAINTS: "Complaints.",
        Department.DETENTION_SUPERVISION: "Supervision of detention.",
        Department.CASE_MANAGEMENT: "Case management.",
        Department.DISCIPLINE: "Discipline.",
    },
)
_enum(
    Permission,
    "What an account may see or do, in its scope. 权限",
    {
        Permission.READ_CASES: "See cases.",
        Permission.READ_NAMES: "See natural persons' names.",
        Permission.READ_FINDINGS: "See findings.",
        Permission.READ_CRIMINAL_CASES: "See criminal cases.",
        Permission.READ_FEED_RUNS: "See what was loaded.",
        Permission.READ_AUDIT_TRAIL: "See who saw what.",
        Permission.READ_ACCOUNTS: "See accounts.",
        Permission.DECIDE_FINDINGS: "Decide of findings.",
        Permission.LOAD_FEEDS: "Send feeds.",
        Permission.TRIAGE_CASES: "Decide what becomes of an entered case.",
        Permission.READ_CLUES: "See clues of one's departments.",
        Permission.HANDLE_CLUES: "Open, assign, hand over and close clues.",
        Permission.READ_MEASURES: "See measures.",
        Permission.ISSUE_MEASURES: "Issue measures and follow them.",
        Permission.READ_CAMPAIGNS: "See campaigns and activities.",
        Permission.MANAGE_CAMPAIGNS: "Open and close campaigns, and assign the reviews of files.",
        Permission.REVIEW_FILES: "Review the files of a campaign's cases.",
        Permission.RECORD_ACTIVITIES: "Record activities and what came of them.",
        Permission.SEND_REPORTS: "Send a county's reports.",
        Permission.MARK_TYPICAL_CASES: "Mark records as typical cases.",
    },
)
_enum(
    AuditAction,
    "What somebody did. 操作类型",
    {
        AuditAction.SEARCH: "Searched.",
        AuditAction.VIEW: "Viewed records by their names or ids.",
        AuditAction.LIST: "Listed or counted records.",
        AuditAction.EXPORT: "Exported.",
        AuditAction.SIGN_IN: "Signed in.",
        AuditAction.SIGN_IN_REFUSED: "Was refused to sign in.",
        AuditAction.CHANGE: "Changed something.",
        AuditAction.READ_AUDIT: "Read the audit trail.",
        AuditAction.LOAD: "Sent in a feed.",
    },
)
_enum(
    AlertKind,
    "What the audit trail shows of itself. 审计预警类别",
    {
        AlertKind.MANY_VIEWS: "Many cases in little time.",
        AlertKind.WATCHED_NAME: "A case of somebody who is watched.",
    },
)
_enum(
    TriageDecision,
    "What is decided of an entered case. 分流决定",
    {
        TriageDecision.NO_ACTION: "Nothing has to be done.",
        TriageDecision.WATCH: "Nothing now; what happens next is watched.",
        TriageDecision.CLUE: "A clue goes to a department.",
        TriageDecision.MEASURE: "A measure is drafted.",
    },
)
_enum(
    MeasureStatus,
    "The life of a measure. 监督措施状态",
    {
        MeasureStatus.DRAFT: "Drafted, and without a number.",
        MeasureStatus.ISSUED: "Numbered, and not served yet.",
        MeasureStatus.SERVED: "Served; the reply is not due yet.",
        MeasureStatus.REPLIED: "Replied to.",
        MeasureStatus.OVERDUE: "Served, and not replied to within its limit.",
        MeasureStatus.RECTIFIED: "A check found what was wrong put right.",
        MeasureStatus.NOT_RECTIFIED: "A check found it not put right.",
        MeasureStatus.ESCALATED: "Before the superior procuratorate.",
        MeasureStatus.WITHDRAWN: "Taken back.",
    },
)
_enum(
    LinkKind,
    "In what way a case is tied to another. 关联类别",
    {
        LinkKind.SAME_PARTY: "They have the same party.",
        LinkKind.SAME_TRANSFER: "They were handed over together, or are in one criminal case.",
        LinkKind.SAME_CLUE: "They are in one clue.",
        LinkKind.SAME_MEASURE: "They are in one measure.",
        LinkKind.SAME_CAMPAIGN: "They are in one campaign.",
        LinkKind.SIMILAR_FACTS: "Their facts are told in similar words.",
    },
)
