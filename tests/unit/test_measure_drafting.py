"""Drafts of measures, their numbers, and who may issue and act on them."""

from dataclasses import replace
from datetime import date

import pytest

from api.mutations.changing import LONGEST_TEXT
from schema.access_records import Account, Scope, Viewer
from schema.access_vocabularies import Role
from schema.document_number import canonical_document_number
from schema.supervision_vocabularies import MeasureEventKind
from schema.vocabularies import Department, MeasureKind
from supervision.access import viewer_of
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.measure_actors import acts_on, steps_shown
from supervision.measure_deadlines import reply_period
from supervision.measure_drafting import (
    GAP,
    MOST_FACTS,
    MOST_TEXT,
    DraftedCase,
    default_addressee,
    draft_text,
    templates,
)
from supervision.measure_kinds import ABBREVIATIONS, MOST_CASES, may_issue, measure_number
from supervision.thresholds.judge import judge_thresholds
from supervision.timeline import measure_event
from tests.unit.measure_records import DRAFT, measure_step
from tests.unit.timeline_records import penalty_case

LAW = Law(law_values(), thresholds=judge_thresholds)
DAY = date(2024, 6, 3)
LONGEST_TITLE = 200


def drafted(kind: MeasureKind = MeasureKind.RECOMMENDATION, *cases: DraftedCase, limit: date | None = None) -> str:
    period = reply_period(kind, DAY, LAW)
    return draft_text(
        kind, cases, addressee="某局", procuratorate="南阳市人民检察院", period=period, named_limit_on=limit
    ).text


def told(*findings: str, facts: str | None = "擅自排污") -> DraftedCase:
    return DraftedCase(case=penalty_case(facts=facts), findings=findings)


@pytest.mark.parametrize("kind", MeasureKind)
def test_every_kind_has_a_template_that_is_filled_in_whatever_it_is_about(kind: MeasureKind) -> None:
    for cases in ((), (told(),), (told("甲。"), told("乙。"), told(facts=None))):
        text = drafted(kind, *cases)
        assert "{" not in text
        assert "None" not in text
    assert templates()[kind].heading


def test_what_was_found_and_the_facts_of_each_case_stand_in_a_draft() -> None:
    lines = drafted(MeasureKind.RECOMMENDATION, told("逾期送达。"), told("未移送。", facts="倾倒废渣。")).splitlines()
    assert lines[1].startswith("1．")
    assert lines[1].endswith("查明的违法事实：擅自排污。经审查：逾期送达。")
    assert lines[2].endswith("查明的违法事实：倾倒废渣。经审查：未移送。")


def test_long_facts_are_cut_and_a_text_in_braces_is_only_a_text() -> None:
    assert "甲" * MOST_FACTS + "……" in drafted(MeasureKind.RECOMMENDATION, told(facts="甲" * 5_000))
    assert "{limit}" in drafted(MeasureKind.RECOMMENDATION, told(facts="{limit}"))


@pytest.mark.parametrize("kind", MeasureKind)
def test_a_draft_about_many_cases_is_no_longer_than_what_can_be_issued(kind: MeasureKind) -> None:
    assert MOST_TEXT == LONGEST_TEXT
    many = [told(*["经查，逾期送达行政处罚决定书。"] * 8, facts="擅自倾倒废渣。" * 400)] * MOST_CASES
    draft = draft_text(kind, many, addressee="某局", procuratorate="南阳市人民检察院", period=None, named_limit_on=None)
    assert len(draft.text) <= LONGEST_TEXT
    assert len(draft.title) <= LONGEST_TITLE
    for number in range(1, MOST_CASES + 1):
        assert f"\n{number}．" in draft.text


def test_a_title_of_a_case_without_a_number_is_cut_in_that_of_a_draft() -> None:
    case = DraftedCase(case=replace(penalty_case(), document_number=None, title="长" * 3000), findings=())
    draft = draft_text(
        MeasureKind.RECOMMENDATION, [case], addressee="某局", procuratorate=None, period=None, named_limit_on=None
    )
    assert len(draft.title) <= LONGEST_TITLE


def test_what_a_feed_told_that_no_document_can_hold_is_left_out_of_a_draft() -> None:
    assert "查明的违法事实：倾倒废渣。" in drafted(MeasureKind.RECOMMENDATION, told(facts="倾\x01倒\ufffe废渣"))


def test_a_draft_without_a_case_leaves_a_gap() -> None:
    assert GAP in drafted().splitlines()


@pytest.mark.parametrize(
    ("kind", "limit", "said"),
    [
        (MeasureKind.RECOMMENDATION, None, "2个月"),
        (MeasureKind.REASONS_REQUEST, None, "7日"),
        (MeasureKind.FILING_NOTICE, None, "15日"),
        (MeasureKind.RECOMMENDATION, date(2024, 7, 1), "2024年7月1日以前"),
        (MeasureKind.CORRECTION_NOTICE, None, "请将纠正情况书面告知本院"),
    ],
)
def test_the_limit_is_the_one_that_is_named_else_the_laws_else_none(
    kind: MeasureKind, limit: date | None, said: str
) -> None:
    assert said in drafted(kind, limit=limit).splitlines()[-1]


def test_police_measures_go_to_the_police_and_others_to_the_agency_of_the_first_case() -> None:
    case = penalty_case()
    assert default_addressee(MeasureKind.FILING_NOTICE, [], None) == "公安局"
    assert default_addressee(MeasureKind.FILING_NOTICE, [case], "试验县公安局") == "试验县公安局"
    assert default_addressee(MeasureKind.RECOMMENDATION, [case], "试验县公安局") == case.agency.name
    assert default_addressee(MeasureKind.RECOMMENDATION, [], None) is None


def test_the_numbers_of_kinds_and_procuratorates_differ_and_read_as_numbers_of_documents() -> None:
    assert measure_number("南阳市人民检察院", MeasureKind.RECOMMENDATION, 2026, 12) == "南阳市检建〔2026〕12号"
    made = {measure_number(place, kind, 2026, 1) for place in (None, "南阳市人民检察院") for kind in MeasureKind}
    assert len(made) == 2 * len(MeasureKind)
    assert len(set(ABBREVIATIONS.values())) == len(MeasureKind)
    assert {canonical_document_number(number) for number in made} == made


def account(role: Role, procuratorate_id: int | None = 7) -> Account:
    return Account(
        id=1,
        login="li",
        name="李某",
        roles=(role,),
        procuratorate_id=procuratorate_id,
        department=Department.PREVENTION,
        agency_id=None,
        disabled_at=None,
    )


def viewer(role: Role, procuratorate_id: int | None, *below: int) -> Viewer:
    who = account(role, procuratorate_id)
    return viewer_of(who, below, highest=False, session_id=1, purpose="核查", address="::1")


@pytest.mark.parametrize("kind", MeasureKind)
def test_the_weightiest_are_issued_by_heads(kind: MeasureKind) -> None:
    heads = {MeasureKind.CORRECTION_NOTICE, MeasureKind.FILING_NOTICE, MeasureKind.PRE_LITIGATION_PROPOSAL}
    assert may_issue(account(Role.CASE_OFFICER), kind) == (kind not in heads)
    for role in (Role.DEPARTMENT_HEAD, Role.CHIEF, Role.LOCAL_ADMINISTRATOR):
        assert may_issue(account(role), kind)


def test_a_procuratorate_acts_on_its_own_measures_and_who_leads_above_on_those_below() -> None:
    assert acts_on(viewer(Role.CASE_OFFICER, 7, 7), DRAFT)
    assert not acts_on(viewer(Role.CASE_OFFICER, 2, 2, 7), DRAFT)
    assert acts_on(viewer(Role.CASE_OFFICER, 2, 2, 7), replace(DRAFT, escalated_to_id=2))
    assert acts_on(viewer(Role.DEPARTMENT_HEAD, 2, 2, 7), DRAFT)
    assert acts_on(viewer(Role.CHIEF, 2, 2, 7), DRAFT)
    assert not acts_on(viewer(Role.CHIEF, 3, 3), DRAFT)
    assert acts_on(viewer(Role.LOCAL_ADMINISTRATOR, None), DRAFT)


def test_an_addressee_is_shown_neither_drafts_nor_names_nor_what_was_said_above() -> None:
    steps = [measure_step(event, "内部") for event in MeasureEventKind]
    shown = steps_shown(Scope(agency_id=3, measures=True), steps)
    assert [step.event for step in shown] == [event for event in MeasureEventKind if event.value != "DRAFTED"]
    assert {step.actor for step in shown} == {""}
    assert [step.note for step in shown if step.event is MeasureEventKind.ESCALATED] == [""]
    assert steps_shown(Scope(procuratorate_ids=(7,), measures=True), steps) == steps


@pytest.mark.parametrize(
    ("event", "note", "title"),
    [
        (MeasureEventKind.DRAFTED, "", "检察机关起草检察建议"),
        (MeasureEventKind.ISSUED, "南阳市检建〔2026〕1号", "检察机关制发检察建议（南阳市检建〔2026〕1号）"),
        (MeasureEventKind.REPLIED, "已办", "回复检察建议（南阳市检建〔2026〕1号）：已办"),
        (MeasureEventKind.CHECKED, "已改", "检察机关核查检察建议的整改情况（南阳市检建〔2026〕1号）：已改"),
    ],
)
def test_a_step_reads_as_a_sentence(event: MeasureEventKind, note: str, title: str) -> None:
    issued = replace(DRAFT, number="南阳市检建〔2026〕1号")
    assert measure_event(issued, measure_step(event, note)).title(lambda text: text) == title


def test_an_oral_correction_is_not_served_but_said() -> None:
    spoken = replace(DRAFT, kind=MeasureKind.ORAL_CORRECTION, number="南阳市检口纠〔2026〕1号")
    told_of = measure_event(spoken, measure_step(MeasureEventKind.SERVED))
    assert told_of.title(lambda text: text) == "检察机关口头纠正（南阳市检口纠〔2026〕1号）"
