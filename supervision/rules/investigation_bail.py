"""`investigation.bail`: bail or residential surveillance beyond its time (取保候审、监视居住超期)."""

from typing import Final

from schema.case_file import CaseFile
from schema.feed_records import CoercionRecord, CriminalCaseRecord
from schema.vocabularies import Certainty, CoercionKind
from supervision.answers import Answer, AsOf, Found, foremost
from supervision.calendars import Calendar
from supervision.coercion_terms import coercion_term
from supervision.evidence import days_of, stated
from supervision.follow_ups import counting_criminal_case, is_concluded, replaced_on
from supervision.laws import Law
from supervision.sentences import chinese_day

_KINDS: Final = frozenset({CoercionKind.BAIL, CoercionKind.RESIDENTIAL_SURVEILLANCE})


def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer:
    """Judge every bail and residential surveillance that has no end."""
    criminal_case = counting_criminal_case(case)
    if criminal_case is None or is_concluded(criminal_case):
        return None
    return foremost(
        (
            _judge(coercion, criminal_case, law, calendar)
            for coercion in criminal_case.coercion
            if coercion.kind in _KINDS and coercion.ended_on is None
        ),
        as_of,
    )


def _judge(coercion: CoercionRecord, criminal_case: CriminalCaseRecord, law: Law, calendar: Calendar) -> Answer:
    term = coercion_term(coercion, law, calendar)
    if term is None:
        return None
    replaced = replaced_on(coercion, criminal_case)
    change = f"；{chinese_day(replaced)}另有其他强制措施，可能已经变更" if replaced else ""
    return Found(
        certainty=Certainty.POSSIBLE if replaced else Certainty.CERTAIN,
        due_on=term.due_on,
        facts=f"犯罪嫌疑人{chinese_day(coercion.begun_on)}起被{coercion.kind.label}，{chinese_day(term.due_on)}期限届满，"
        f"没有解除或者侦查终结的记录{change}",
        evidence=(
            stated("criminal_case.coercion.kind", coercion.kind.value),
            *days_of("criminal_case.coercion", **{"from": coercion.begun_on}),
            stated("criminal_case.coercion.to", ""),
            stated("criminal_case.concludedOn", ""),
        ),
        law=(term.law,),
    )
