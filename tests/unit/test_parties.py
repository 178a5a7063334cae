"""When the parties of two cases are one, and which other case can bear on a case."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.rule_examples import case_file
from schema.case_file import CaseFile, OtherCase
from schema.feed_records import PartyRecord
from schema.vocabularies import Certainty, Domain, PartyType
from supervision.answers import AsOf
from supervision.calendars import state_council_calendar
from supervision.evaluation import answer_of
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.parties import can_bear_on, identity_of, same_party
from supervision.rule_book import rule_book
from supervision.thresholds.judge import judge_thresholds

CODE, OTHER_CODE = "91411300MA40AAA10R", "91411300MA40BBB20F"
LAW = Law(law_values(), thresholds=judge_thresholds)
CALENDAR = state_council_calendar()


def party(name: str | None, uscc: str | None = None, type_: PartyType = PartyType.ORGANIZATION) -> PartyRecord:
    return PartyRecord(type=type_, name=name, uscc=uscc, identity_number=None, legal_representative=None)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (party("甲公司", CODE), party("乙公司", CODE), Certainty.CERTAIN),
        (party("甲公司", CODE), party("甲公司", OTHER_CODE), None),
        (party("甲公司", CODE), party("甲公司"), Certainty.POSSIBLE),
        (party("甲（试验）公司"), party("甲(试验) 公司"), Certainty.POSSIBLE),
        (party("甲公司", "不是代码"), party("甲公司", CODE), Certainty.POSSIBLE),
        (party("甲公司"), party("乙公司"), None),
        (party(None), party(None), None),
        (party("周建国", type_=PartyType.PERSON), party("周建国", type_=PartyType.PERSON), None),
        (party("周*"), party("周*"), None),
    ],
)
def test_a_code_says_so_surely_and_a_name_perhaps(
    one: PartyRecord, other: PartyRecord, expected: Certainty | None
) -> None:
    assert same_party(identity_of(one), identity_of(other)) is expected
    assert same_party(identity_of(other), identity_of(one)) is expected


days = st.none() | st.dates(date(2020, 1, 1), date(2020, 2, 15))
others = st.builds(
    OtherCase,
    agency_name=st.just("甲局"),
    document_number=st.sampled_from(["示环罚决字〔2024〕1号", "2号", "3号", None]),
    same_party=st.just(Certainty.CERTAIN),
    domain=st.sampled_from([Domain.ENVIRONMENT, Domain.MARKET, None]),
    violation_type=st.sampled_from(["倾倒危险废物", None]),
    facts=st.sampled_from(["擅自倾倒危险废物二十车于河道滩地", None]),
    legal_basis=st.none(),
    fine=st.sampled_from([None, Decimal(0), Decimal(5)]),
    act_ended_on=days,
    found_on=days,
    decided_on=days,
    served_on=days,
    revoked=st.just(False),
)


@given(
    # A number is one case's of an agency.
    st.lists(others, max_size=4, unique_by=lambda each: each.document_number or repr(each)),
    days,
    days,
    days,
    st.sampled_from([None, 0, 5]),
    st.sampled_from(["ENVIRONMENT", "MARKET"]),
)
def test_what_cannot_bear_on_a_case_changes_no_answer(
    others: list[OtherCase],
    acted: date | None,
    found: date | None,
    decided: date | None,
    fine: int | None,
    domain: str,
) -> None:
    told = {
        "actEndedOn": None if acted is None else acted.isoformat(),
        "foundOn": None if found is None else found.isoformat(),
        "decidedOn": None if decided is None else decided.isoformat(),
        "fine": fine,
        "domain": domain,
        "facts": "擅自倾倒危险废物二十车于河道滩地",
    }
    given_ = {"penalty_case": {key: value for key, value in told.items() if value is not None}}
    whole = replace(case_file(given_, other_cases=tuple(others)))
    pruned = replace(whole, other_cases=tuple(each for each in others if can_bear_on(each, whole.record)))
    assert answers(whole) == answers(pruned)


def answers(case: CaseFile) -> list[object]:
    return [answer_of(rule, case, LAW, CALENDAR, AsOf(date(2024, 1, 1))) for rule in rule_book()]
