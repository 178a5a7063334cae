"""`penalty.twice-for-one`: a party was fined twice for one act (一事不再罚)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile, OtherCase
from schema.vocabularies import Certainty, RemedyOutcome
from supervision.answers import Answer, AsOf, Found, Missing, foremost
from supervision.calendars import Calendar
from supervision.evidence import days_of, stated
from supervision.laws import Law
from supervision.likeness import likeness, longest_shared
from supervision.sentences import chinese_day, plain

# Whether a condition holds; where it cannot be told, the fields that are missing.
_Check = bool | tuple[str, ...]


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:  # noqa: ARG001 - as every rule
    """Hold the case against every other one of its party that was decided before it."""
    if any(remedy.outcome is RemedyOutcome.REVOKED for remedy in case.reconsiderations):
        return None
    return foremost((_judge(case, other, law) for other in case.other_cases if not other.revoked), as_of)


def _judge(case: CaseFile, other: OtherCase, law: Law) -> Answer:
    missing: dict[str, None] = {}
    for check in _checks(case, other, law):
        if check is False:
            return None
        if check is not True:
            missing.update(dict.fromkeys(check))
    return Missing(fields=tuple(missing)) if missing else _found(case, other, law)


def _checks(case: CaseFile, other: OtherCase, law: Law) -> Iterator[_Check]:
    """What must be true of two fines for one act; the facts last, as they take the longest."""
    yield _both_fined(case, other)
    yield _has_other_number(case, other)
    yield _is_later(case, other)
    yield _is_of_one_day(case, other)
    yield _are_facts_alike(case, other, law)


def _both_fined(case: CaseFile, other: OtherCase) -> _Check:
    if case.record.fine == 0 or other.fine == 0:
        return False
    return _known("fine", case.record.fine, other.fine)


def _has_other_number(case: CaseFile, other: OtherCase) -> _Check:
    number = case.record.document_number
    known = _known("documentNumber", number, other.document_number)
    return number != other.document_number if known is True else known


def _is_later(case: CaseFile, other: OtherCase) -> _Check:
    """Whether the case was decided after the other; of two on one day the higher number counts as the later."""
    record = case.record
    if record.decided_on is None or other.decided_on is None:
        return _known("decidedOn", record.decided_on, other.decided_on)
    return (record.decided_on, record.document_number or "") > (other.decided_on, other.document_number or "")


def _is_of_one_day(case: CaseFile, other: OtherCase) -> _Check:
    """Whether the acts ended on one day or were found on one day; one of both is enough."""
    record = case.record
    missing: tuple[str, ...] = ()
    for name, day, other_day in (
        ("actEndedOn", record.act_ended_on, other.act_ended_on),
        ("foundOn", record.found_on, other.found_on),
    ):
        known = _known(name, day, other_day)
        if known is not True:
            missing += known
        elif day == other_day:
            return True
    return missing or False


def _are_facts_alike(case: CaseFile, other: OtherCase, law: Law) -> _Check:
    facts, other_facts = case.record.facts, other.facts
    if facts is None or other_facts is None:
        return _known("facts", facts, other_facts)
    decided_on = case.record.decided_on or other.decided_on
    limit = None if decided_on is None else law.setting("penalty.facts-alike", case, on=decided_on)
    return limit is None or likeness(facts, other_facts, party=case.record.party.name) > limit.value


def _known(name: str, own: object, others: object) -> tuple[str, ...] | Literal[True]:
    """True where a field is known of both cases, else the names of those that are missing."""
    missing = tuple(field for field, value in ((name, own), (f"other_case.{name}", others)) if value is None)
    return missing or True


def _found(case: CaseFile, other: OtherCase, law: Law) -> Answer:
    record = case.record
    if record.decided_on is None or other.decided_on is None or record.facts is None or other.facts is None:
        return None
    once = law.value("penalty.once", on=record.decided_on)
    limit = law.setting("penalty.facts-alike", case, on=record.decided_on)
    if once is None or limit is None:
        return None
    alike = likeness(record.facts, other.facts, party=record.party.name)
    by = "统一社会信用代码" if other.same_party is Certainty.CERTAIN else "名称"
    agency = "" if other.agency_name is None else f"由{other.agency_name}"
    return Found(
        certainty=Certainty.POSSIBLE,
        due_on=record.decided_on,
        facts=f"{by}相同的当事人已于{chinese_day(other.decided_on)}{agency}以{other.document_number}"
        f"罚款{_yuan(other.fine)}，{chinese_day(record.decided_on)}又以{record.document_number}罚款{_yuan(record.fine)}，"
        f"两案{_same_day(case, other)}，认定的事实相似（相同的两字组合占{alike}%）",
        evidence=(*_stated(case, other), *_passage(record.facts, other.facts, alike, record.party.name)),
        law=(once, limit),
    )


def _same_day(case: CaseFile, other: OtherCase) -> str:
    ended_on, found_on = case.record.act_ended_on, case.record.found_on
    if ended_on is not None and ended_on == other.act_ended_on:
        return f"违法行为均于{chinese_day(ended_on)}终了"
    return "" if found_on is None else f"均于{chinese_day(found_on)}发现"


def _stated(case: CaseFile, other: OtherCase) -> tuple[Evidence, ...]:
    record = case.record
    return (
        stated("documentNumber", record.document_number or ""),
        stated("fine", _number(record.fine)),
        *days_of(None, actEndedOn=record.act_ended_on, foundOn=record.found_on, decidedOn=record.decided_on),
        stated("other_case.documentNumber", other.document_number or ""),
        stated("other_case.fine", _number(other.fine)),
        *days_of("other_case", actEndedOn=other.act_ended_on, foundOn=other.found_on, decidedOn=other.decided_on),
        stated("other_case.sameParty", other.same_party.value),
    )


def _passage(facts: str, other_facts: str, alike: int, party: str | None) -> tuple[Evidence, ...]:
    shared = longest_shared(facts, other_facts, party=party)
    value = f"{alike}%"
    return (
        Evidence(field="facts", value=value, quote=shared.quote, position=shared.position),
        Evidence(field="other_case.facts", value=value, quote=shared.quote, position=shared.other_position),
    )


def _number(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)


def _yuan(amount: Decimal | None) -> str:
    return f"{_number(amount)}元"
