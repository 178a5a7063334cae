"""The closed vocabularies of the record and of the API; each member's value is the name clients see.

The Chinese term stands beside each member as its label, which is what facets show.
"""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A vocabulary whose members carry the Chinese term a prosecutor uses."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make a member out of its name and its Chinese term."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Domain(Labelled):
    """The field of administrative enforcement a case belongs to."""

    ENVIRONMENT = "ENVIRONMENT", "生态环境"
    FOOD_DRUGS = "FOOD_DRUGS", "食品药品"
    LAND = "LAND", "自然资源"
    AGRICULTURE = "AGRICULTURE", "农业农村"
    FORESTRY = "FORESTRY", "林业"
    MARKET = "MARKET", "市场监管"
    CONSTRUCTION = "CONSTRUCTION", "住房城乡建设"
    OTHER = "OTHER", "其他"


class PenaltyKind(Labelled):
    """The kinds of administrative penalty (Administrative Penalty Law 2021, article 9)."""

    WARNING = "WARNING", "警告、通报批评"
    FINE = "FINE", "罚款"
    CONFISCATION = "CONFISCATION", "没收违法所得、没收非法财物"
    SUSPENSION = "SUSPENSION", "暂扣许可证件、责令停产停业"
    REVOCATION = "REVOCATION", "吊销许可证件"
    ORDER = "ORDER", "责令改正"
    DETENTION = "DETENTION", "行政拘留"
    OTHER = "OTHER", "其他"


class PartyType(Labelled):
    """Who was penalised; an individual business counts as an organisation unless it trades under a person's name."""

    ORGANIZATION = "ORGANIZATION", "法人及非法人组织"
    PERSON = "PERSON", "自然人"


class DataSource(Labelled):
    """Where a case is known from."""

    PUBLISHED = "PUBLISHED", "双公示"
    PLATFORM = "PLATFORM", "两法衔接平台"


class ServiceMethod(Labelled):
    """How a decision was served on the party."""

    DIRECT = "DIRECT", "直接送达"
    MAIL = "MAIL", "邮寄送达"
    NOTICE = "NOTICE", "公告送达"
    OTHER = "OTHER", "其他"


class Harm(Labelled):
    """What a violation endangered (Administrative Penalty Law 2021, article 36)."""

    LIFE = "LIFE", "公民生命"
    HEALTH = "HEALTH", "健康安全"
    FINANCE = "FINANCE", "金融安全"


class QuantityMeasure(StrEnum):
    """What a quantity of a case measures; `UNITS` names the unit of each."""

    HAZARDOUS_WASTE = "hazardous_waste"
    BASIC_FARMLAND = "basic_farmland"
    OTHER_FARMLAND = "other_farmland"
    SALES_AMOUNT = "sales_amount"
    STOCK_VALUE = "stock_value"
    LOSS = "loss"
    ILLEGAL_INCOME = "illegal_income"
    BUSINESS_TURNOVER = "business_turnover"
    PUBLIC_FOREST = "public_forest"
    OTHER_FOREST = "other_forest"
    TIMBER_VOLUME = "timber_volume"
    TIMBER_VALUE = "timber_value"
    SAPLINGS = "saplings"
    MINERAL_VALUE = "mineral_value"
    TIMES_OVER_STANDARD = "times_over_standard"


class Certainty(Labelled):
    """How sure a quantity or a finding is; a person must check against the file what is POSSIBLE."""

    CERTAIN = "CERTAIN", "确定"
    POSSIBLE = "POSSIBLE", "待核"


UNITS: dict[QuantityMeasure, str] = {
    QuantityMeasure.HAZARDOUS_WASTE: "t",
    QuantityMeasure.BASIC_FARMLAND: "mu",
    QuantityMeasure.OTHER_FARMLAND: "mu",
    QuantityMeasure.SALES_AMOUNT: "yuan",
    QuantityMeasure.STOCK_VALUE: "yuan",
    QuantityMeasure.LOSS: "yuan",
    QuantityMeasure.ILLEGAL_INCOME: "yuan",
    QuantityMeasure.BUSINESS_TURNOVER: "yuan",
    QuantityMeasure.PUBLIC_FOREST: "mu",
    QuantityMeasure.OTHER_FOREST: "mu",
    QuantityMeasure.TIMBER_VOLUME: "m3",
    QuantityMeasure.TIMBER_VALUE: "yuan",
    QuantityMeasure.SAPLINGS: "count",
    QuantityMeasure.MINERAL_VALUE: "yuan",
    QuantityMeasure.TIMES_OVER_STANDARD: "times",
}


class FeedKind(Labelled):
    """The kinds of record a feed may hold; the label names the kind's sheet in a workbook."""

    PROCURATORATE = "procuratorate", "检察院"
    AGENCY = "agency", "执法机关"
    PENALTY_CASE = "penalty_case", "行政处罚案件"
    TRANSFER = "transfer", "移送"
    CRIMINAL_CASE = "criminal_case", "刑事案件"
    RECONSIDERATION = "reconsideration", "复议诉讼"
    ENFORCEMENT = "enforcement", "申请强制执行"
    COERCIVE_MEASURE = "coercive_measure", "行政强制措施"
    MEASURE = "measure", "检察监督措施"


class TransferDecision(Labelled):
    """What an agency's head decided of a suspected crime (Decree 310, article 5)."""

    APPROVED = "APPROVED", "批准移送"
    REFUSED = "REFUSED", "不批准移送"


class FilingDecision(Labelled):
    """What the police decided of a case handed over to them (Decree 310, article 8)."""

    FILED = "FILED", "立案"
    NOT_FILED = "NOT_FILED", "不予立案"


class CoercionKind(Labelled):
    """A coercive measure of criminal procedure (Criminal Procedure Law, part one, chapter six)."""

    DETENTION = "DETENTION", "刑事拘留"
    ARREST = "ARREST", "逮捕"
    BAIL = "BAIL", "取保候审"
    RESIDENTIAL_SURVEILLANCE = "RESIDENTIAL_SURVEILLANCE", "监视居住"


class CriminalConclusion(Labelled):
    """How the police concluded an investigation."""

    SENT_FOR_PROSECUTION = "SENT_FOR_PROSECUTION", "移送审查起诉"
    WITHDRAWN = "WITHDRAWN", "撤销案件"


class RemedyType(Labelled):
    """The remedy a party sought against a penalty."""

    RECONSIDERATION = "RECONSIDERATION", "行政复议"
    LITIGATION = "LITIGATION", "行政诉讼"


class RemedyOutcome(Labelled):
    """What became of a penalty under a remedy."""

    UPHELD = "UPHELD", "维持"
    REVOKED = "REVOKED", "撤销"
    CHANGED = "CHANGED", "变更"
    WITHDRAWN = "WITHDRAWN", "撤回"


class EnforcementRuling(Labelled):
    """What a court ruled on an application for enforcement (Administrative Compulsion Law, articles 57 and 58)."""

    ENFORCE = "ENFORCE", "准予执行"
    NOT_ENFORCE = "NOT_ENFORCE", "不予执行"


class CoerciveMeasureType(Labelled):
    """An administrative coercive measure (Administrative Compulsion Law, article 9)."""

    SEAL = "SEAL", "查封"
    SEIZURE = "SEIZURE", "扣押"
    FREEZE = "FREEZE", "冻结"
    OTHER = "OTHER", "其他"


class MeasureKind(Labelled):
    """What a procuratorate issues, from the lightest to the heaviest."""

    ORAL_CORRECTION = "ORAL_CORRECTION", "口头纠正"
    RECOMMENDATION = "RECOMMENDATION", "检察建议"
    CORRECTION_NOTICE = "CORRECTION_NOTICE", "纠正违法通知书"
    TRANSFER_OPINION = "TRANSFER_OPINION", "检察意见"
    REASONS_REQUEST = "REASONS_REQUEST", "要求说明不立案理由通知书"
    FILING_NOTICE = "FILING_NOTICE", "通知立案书"
    REMINDER = "REMINDER", "催办函"
    PRE_LITIGATION_PROPOSAL = "PRE_LITIGATION_PROPOSAL", "公益诉讼诉前检察建议"


class FeedRunStatus(Labelled):
    """The life of one file's load: RUNNING until its transaction ends, then exactly one of the others."""

    RUNNING = "RUNNING", "导入中"
    DONE = "DONE", "已完成"
    REFUSED = "REFUSED", "已拒收"
    INTERRUPTED = "INTERRUPTED", "已中断"


class RowOutcome(StrEnum):
    """What became of one row of a feed; every row has exactly one."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RecordOperation(StrEnum):
    """What was done to a record whose earlier values are kept."""

    UPDATE = "UPDATE"
    DELETE = "DELETE"


class NameDecision(StrEnum):
    """How the name of an agency that is not registered was decided."""

    SHORT_NAME = "SHORT_NAME"
    BRANCH = "BRANCH"
    RENAMED = "RENAMED"
    BY_HAND = "BY_HAND"


class FeedErrorCode(StrEnum):
    """Why a row was rejected (the feed contract's codes)."""

    MISSING_VALUE = "MISSING_VALUE"
    BAD_VALUE = "BAD_VALUE"
    BAD_USCC = "BAD_USCC"
    CONFLICT = "CONFLICT"
    BAD_ROW = "BAD_ROW"
    UNKNOWN_KIND = "UNKNOWN_KIND"
    UNKNOWN_AGENCY = "UNKNOWN_AGENCY"


class SearchEngineName(Labelled):
    """The engine that answered a search."""

    ELASTICSEARCH = "ELASTICSEARCH", "Elasticsearch"
    POSTGRESQL = "POSTGRESQL", "PostgreSQL"


class SuggestionKind(Labelled):
    """What a suggestion is the name or the number of."""

    NUMBER = "NUMBER", "文号"
    PARTY = "PARTY", "行政相对人"
    AGENCY = "AGENCY", "执法机关"
    STATUTE = "STATUTE", "法律依据"


class CaseSort(StrEnum):
    """The orders of a list of cases; unknown values come last, and the case's id breaks ties."""

    RELEVANCE = "RELEVANCE"
    DECIDED_NEWEST = "DECIDED_NEWEST"
    DECIDED_OLDEST = "DECIDED_OLDEST"
    FINE_HIGHEST = "FINE_HIGHEST"
    MOST_ANOMALIES = "MOST_ANOMALIES"


class Facet(StrEnum):
    """What the hits of a search can be counted by."""

    DOMAINS = "domains"
    AGENCIES = "agencies"
    REGIONS = "regions"
    YEARS = "years"
    ANOMALIES = "anomalies"
    RULES = "rules"
    CERTAINTIES = "certainties"


class StatisticsKey(StrEnum):
    """What statistics group cases by; `ANOMALY`, `RULE` and `CERTAINTY` speak of one finding of a case."""

    DOMAIN = "DOMAIN"
    ANOMALY = "ANOMALY"
    RULE = "RULE"
    CERTAINTY = "CERTAINTY"
    AGENCY = "AGENCY"
    REGION = "REGION"
    YEAR = "YEAR"
    QUARTER = "QUARTER"
    MONTH = "MONTH"


class SearchField(StrEnum):
    """The text fields a word is looked for in; those in `NAMED_FIELDS` can be named in a query."""

    NUMBER = "number"
    TITLE = "title"
    PARTY = "party"
    AGENCY = "agency"
    VIOLATION_TYPE = "violation_type"
    FACTS = "facts"
    BASIS = "basis"
    CONTENT = "content"


NAMED_FIELDS: tuple[SearchField, ...] = (
    SearchField.NUMBER,
    SearchField.PARTY,
    SearchField.AGENCY,
    SearchField.FACTS,
    SearchField.BASIS,
    SearchField.CONTENT,
)


class AnomalyKind(Labelled):
    """What is wrong with a case, as a procuratorate names it."""

    NOT_TRANSFERRED = "NOT_TRANSFERRED", "有案不移"
    LATE_TRANSFER = "LATE_TRANSFER", "移送超期"
    PENALTY_FOR_CRIME = "PENALTY_FOR_CRIME", "以罚代刑"
    NOT_FILED = "NOT_FILED", "有案不立"
    FILED_NOT_INVESTIGATED = "FILED_NOT_INVESTIGATED", "立而不侦"
    STALLED_INVESTIGATION = "STALLED_INVESTIGATION", "久侦不结"
    ENFORCEMENT_NOT_APPLIED = "ENFORCEMENT_NOT_APPLIED", "应申请强制执行而未申请"
    ENFORCEMENT_REFUSED = "ENFORCEMENT_REFUSED", "法院无正当理由不受理、不予执行"
    STALLED_ENFORCEMENT = "STALLED_ENFORCEMENT", "久执不结"
    UNLAWFUL_ENFORCEMENT = "UNLAWFUL_ENFORCEMENT", "执行违法"
    UNLAWFUL_COERCIVE_MEASURE = "UNLAWFUL_COERCIVE_MEASURE", "行政强制措施违法"
    LATE_ENTRY = "LATE_ENTRY", "录入不及时"
    INCOMPLETE_ENTRY = "INCOMPLETE_ENTRY", "录入不全面"
    INACTION = "INACTION", "不作为"
    SLOW_ACTION = "SLOW_ACTION", "慢作为"
    IMPROPER_ACTION = "IMPROPER_ACTION", "乱作为"


class AnomalyStatus(Labelled):
    """The life of a finding: OPEN until a person decides of it or it no longer holds."""

    OPEN = "OPEN", "待处理"
    CONFIRMED = "CONFIRMED", "已确认"
    DISMISSED = "DISMISSED", "已排除"
    RESOLVED = "RESOLVED", "已消除"


class AnomalyDecision(Labelled):
    """What a person decides of a finding; it stays decided until its evidence changes."""

    CONFIRMED = "CONFIRMED", "确认"
    DISMISSED = "DISMISSED", "排除"


class AnomalyEventKind(Labelled):
    """The steps of a finding's life."""

    OPENED = "OPENED", "发现"
    CHANGED = "CHANGED", "更新"
    CONFIRMED = "CONFIRMED", "确认"
    DISMISSED = "DISMISSED", "排除"
    REOPENED = "REOPENED", "重新打开"
    RESOLVED = "RESOLVED", "消除"


class Department(Labelled):
    """The departments of a procuratorate that take part in the supervision."""

    INVESTIGATION_SUPERVISION = "INVESTIGATION_SUPERVISION", "侦查监督"
    ANTI_CORRUPTION = "ANTI_CORRUPTION", "反贪污贿赂"
    ANTI_DERELICTION = "ANTI_DERELICTION", "反渎职侵权"
    CIVIL_ADMINISTRATIVE = "CIVIL_ADMINISTRATIVE", "民事行政检察"
    PREVENTION = "PREVENTION", "职务犯罪预防"
    PUBLIC_PROSECUTION = "PUBLIC_PROSECUTION", "公诉"
    COMPLAINTS = "COMPLAINTS", "控告申诉"
    DETENTION_SUPERVISION = "DETENTION_SUPERVISION", "监所检察"
    CASE_MANAGEMENT = "CASE_MANAGEMENT", "案件管理"
    DISCIPLINE = "DISCIPLINE", "纪检监察"
