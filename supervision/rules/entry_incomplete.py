"""`entry.incomplete`: what an entry must state is missing (录入不全面)."""

from collections.abc import Iterator

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import CaseRecord
from schema.vocabularies import Certainty
from supervision.answers import Answer, AsOf, Found, Missing
from supervision.calendars import Calendar, shanghai_day
from supervision.evidence import days_of, stated
from supervision.follow_ups import is_told_by_published_table, shows_penalty
from supervision.laws import Law
from supervision.sentences import chinese_day


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Judge what a decided or entered case states. What the published table leaves out, the platform may have."""
    record = case.record
    if is_told_by_published_table(case) and record.entered_at is None:
        return Missing(fields=("enteredAt",))
    if record.entered_at is None and not shows_penalty(record):
        return None
    due = record.decided_on if record.entered_at is None else shanghai_day(record.entered_at)
    if due is None:
        return Missing(fields=("decidedOn", "enteredAt"))
    missing = dict(_left_out(record))
    required = law.setting("entry.complete", case, on=due)
    if not missing or required is None or not required.value:
        return None
    event = f"{chinese_day(due)}作出处罚决定" if record.entered_at is None else f"{chinese_day(due)}录入信息共享平台"
    entered = () if record.entered_at is None else (Evidence(field="enteredAt", value=record.entered_at.isoformat()),)
    return Found(
        certainty=Certainty.CERTAIN,
        due_on=due,
        facts=f"案件{event}，没有填写{'、'.join(missing.values())}",
        evidence=(*days_of(None, decidedOn=record.decided_on), *entered, *(stated(field, "") for field in missing)),
        law=(required,),
    )


def _left_out(record: CaseRecord) -> Iterator[tuple[str, str]]:
    """What is missing of what an entry must state: the field's name and the word a reader knows it by."""
    party = record.party
    if party.name is None and party.uscc is None and party.identity_number is None:
        yield "party", "当事人"
    if record.document_number is None:
        yield "documentNumber", "决定书文号"
    if record.facts is None:
        yield "facts", "违法事实"
    if record.legal_basis is None:
        yield "legalBasis", "处罚依据"
    if not record.penalty_kinds:
        yield "penaltyKinds", "处罚种类"
    if record.penalty_content is None:
        yield "penaltyContent", "处罚内容"
    if record.decided_on is None:
        yield "decidedOn", "决定日期"
