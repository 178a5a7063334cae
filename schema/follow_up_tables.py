"""The tables of what follows a penalty case: transfer, criminal case, remedy, enforcement, coercive and other measures.

A record belongs to the case with its agency and its document number, of which there is one at most. There is no column
for the case: one that has not arrived yet is joined by its arrival alone, and no step can be forgotten. The triggers
that raise the case's `revision` stand in the migration of these tables.
"""

from collections.abc import Mapping

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from schema.metadata import Key, Yuan, metadata, one_of, row_id
from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    CriminalConclusion,
    EnforcementRuling,
    FeedKind,
    FilingDecision,
    MeasureKind,
    RemedyOutcome,
    RemedyType,
    TransferDecision,
)

BOOKKEEPING = frozenset(
    {
        *("id", "agency_id", "document_number", "run_id"),
        *("source_updated_at", "digest", "told", "created_at", "updated_at"),
    }
)
"""The columns every table here has: whose record it is, and how it was told of. The others are what it says."""


def _follow_up(name: str, *columns: Column[object] | CheckConstraint | Index, comment: str) -> Table:
    return Table(
        name,
        metadata,
        row_id(),
        Column("agency_id", ForeignKey("agency.id"), nullable=False),
        Column("document_number", Key, nullable=False, comment="of the penalty decision (处罚决定书文号), canonical"),
        Column("run_id", ForeignKey("feed_run.id"), nullable=False, comment="the run that first told of it"),
        *columns,
        Column("source_updated_at", DateTime(timezone=True), comment="of the newest row that told of it"),
        Column("digest", LargeBinary, nullable=False, comment="of the last row applied: the same again says nothing"),
        Column(
            "told",
            ARRAY(LargeBinary),
            nullable=False,
            comment="digests of the rows that told of it, the latest last: each finds this record again",
        ),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        CheckConstraint("document_number <> ''", name="document_number_not_empty"),
        CheckConstraint("digest = ANY (told)", name="last_row_told_of_it"),
        Index(f"ix_{name}_case", "agency_id", "document_number"),
        comment=comment,
    )


def _day(name: str, comment: str) -> Column[object]:
    return Column(name, Date, comment=comment)


def _amount(name: str, comment: str) -> tuple[Column[object], CheckConstraint]:
    return Column(name, Yuan, comment=f"{comment}, yuan"), CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative")


def _events(name: str, comment: str) -> tuple[Column[object], CheckConstraint]:
    """A list of acts: {on, what, by, emergency}."""
    return (
        Column(name, JSONB, nullable=False, server_default=text("'[]'"), comment=comment),
        CheckConstraint(
            f"""jsonb_typeof({name}) = 'array' AND NOT jsonb_path_exists({name}, """
            """'$[*] ? (!(@."on".type() == "string" && @."what".type() == "string"))')""",
            name=f"{name}_are_acts",
        ),
    )


_COERCION_KINDS = " || ".join(f'@."kind" == "{kind.value}"' for kind in CoercionKind)

transfer = _follow_up(
    "transfer",
    _day("reported_on", "to the agency's head 报请日期"),
    _day("decided_on", "by the agency's head 决定日期"),
    Column("decision", Text, comment="决定"),
    Column("refusal_reason", Text, comment="不批准移送的理由"),
    _day("transferred_on", "移送日期"),
    Column("to_organ", Text, comment="受移送机关"),
    Column("suspected_crime", Text, comment="涉嫌罪名"),
    _day("received_on", "by the police 受理日期"),
    _day("returned_on", "by the police 退回日期"),
    Column("return_reason", Text, comment="退回理由"),
    one_of("decision", TransferDecision),
    # What was handed over together is found by it.
    Index("ix_transfer_together", "transferred_on", "to_organ", "suspected_crime"),
    comment="移送涉嫌犯罪案件",
)

criminal_case = _follow_up(
    "criminal_case",
    Column("case_number", Text, comment="刑事案件编号"),
    Column("organ", Text, comment="办案机关"),
    Column("decision", Text, comment="立案决定"),
    _day("decided_on", "立案或不予立案日期"),
    _day("notice_to_agency_on", "书面通知移送机关日期"),
    Column("reasons_given", Text, comment="不予立案理由"),
    Column(
        "coercion",
        JSONB,
        nullable=False,
        server_default=text("'[]'"),
        comment="刑事强制措施: {kind, from, to, extendedTo}",
    ),
    *_events("activity", "侦查活动: {on, what, by, emergency}"),
    _day("concluded_on", "侦查终结日期"),
    Column("conclusion", Text, comment="侦查结果"),
    _day("prosecuted_on", "起诉日期"),
    _day("judged_on", "判决日期"),
    Column("outcome", Text, comment="裁判结果"),
    one_of("decision", FilingDecision),
    one_of("conclusion", CriminalConclusion),
    CheckConstraint(
        "jsonb_typeof(coercion) = 'array' AND NOT jsonb_path_exists(coercion, "
        f"""'$[*] ? (!(@."from".type() == "string" && ({_COERCION_KINDS})))')""",
        name="coercion_known",
    ),
    Index("ix_criminal_case_number", "case_number", "organ"),
    comment="刑事案件",
)

reconsideration = _follow_up(
    "reconsideration",
    Column("type", Text, nullable=False, comment="救济途径"),
    _day("applied_on", "申请或起诉日期"),
    _day("decided_on", "决定或裁判日期"),
    _day("served_on", "送达日期"),
    Column("outcome", Text, comment="结果"),
    *_amount("new_fine", "变更后的罚款"),
    one_of("type", RemedyType),
    one_of("outcome", RemedyOutcome),
    comment="行政复议、行政诉讼",
)

enforcement = _follow_up(
    "enforcement",
    _day("demanded_on", "催告日期"),
    _day("applied_on", "申请强制执行日期"),
    Column("court", Text, comment="执行法院"),
    _day("received_on", "法院收到日期"),
    Column("accepted", Boolean, comment="是否受理"),
    _day("accepted_on", "受理日期"),
    _day("refused_on", "不予受理日期"),
    Column("refusal_reason", Text, comment="不予受理理由"),
    _day("ruled_on", "裁定日期"),
    Column("ruling", Text, comment="裁定"),
    Column("ruling_reason", Text, comment="裁定理由"),
    _day("overturned_on", "撤销或变更裁定日期"),
    Column("enforced_by", Text, comment="实施机关"),
    *_amount("enforced_amount", "执行到位金额"),
    *_amount("costs", "执行费用"),
    _day("concluded_on", "执行终结日期"),
    *_events("actions", "执行行为: {on, what, by, emergency}"),
    one_of("ruling", EnforcementRuling),
    comment="催告、申请法院强制执行",
)

coercive_measure = _follow_up(
    "coercive_measure",
    Column("type", Text, nullable=False, comment="强制措施种类"),
    _day("decided_on", "决定日期"),
    _day("imposed_on", "实施日期"),
    _day("reported_on", "of an urgent one 补办批准手续日期"),
    _day("extended_on", "延长决定日期"),
    _day("until", "期限届满日"),
    _day("ended_on", "解除日期"),
    Column("testing_days", Integer, comment="检测、检验、检疫、技术鉴定的期间, calendar days that do not count"),
    Column("on_the_spot", Boolean, comment="是否当场实施"),
    one_of("type", CoerciveMeasureType),
    CheckConstraint("testing_days >= 0", name="testing_days_not_negative"),
    comment="行政强制措施",
)

procuratorial_measure = _follow_up(
    "procuratorial_measure",
    Column("type", Text, nullable=False, comment="监督方式"),
    Column("number", Text, comment="文书文号"),
    _day("served_on", "送达日期"),
    _day("reply_due_on", "回复期限"),
    Column("urgent", Boolean, comment="是否紧急"),
    _day("replied_on", "回复日期"),
    Column("reply", Text, comment="回复内容"),
    Column("outcome", Text, comment="整改结果"),
    one_of("type", MeasureKind),
    comment="检察监督措施",
)

FOLLOW_UPS: Mapping[FeedKind, Table] = {
    FeedKind.TRANSFER: transfer,
    FeedKind.CRIMINAL_CASE: criminal_case,
    FeedKind.RECONSIDERATION: reconsideration,
    FeedKind.ENFORCEMENT: enforcement,
    FeedKind.COERCIVE_MEASURE: coercive_measure,
    FeedKind.MEASURE: procuratorial_measure,
}
"""The table of each kind of record that follows a case."""


def told_columns(table: Table) -> tuple[str, ...]:
    """The columns of such a table that hold what a record says."""
    return tuple(name for name in table.columns.keys() if name not in BOOKKEEPING)  # noqa: SIM118  a collection of columns, not a dict
