"""What the events of a timeline say happened, and who did it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from schema.follow_up_records import (
    CoerciveMeasure,
    CriminalCase,
    EnforcementCase,
    FollowUp,
    ProcuratorialMeasure,
    Reconsideration,
    Transfer,
)
from schema.vocabularies import (
    CoercionKind,
    CoerciveMeasureType,
    CriminalConclusion,
    EnforcementRuling,
    FilingDecision,
    MeasureKind,
    PenaltyKind,
    RemedyOutcome,
    RemedyType,
    TransferDecision,
)
from supervision.timeline import LONGEST_TEXT
from tests.unit.timeline_records import (
    AGENCY,
    NUMBER,
    act,
    coercion,
    follow_up,
    plainly,
    timeline,
    titles,
)

DAY = date(2024, 3, 1)
LATER = date(2024, 3, 10)
MOMENT = datetime(2024, 3, 1, 4, tzinfo=UTC)
POLICE, COURT = "试验县公安局", "试验县人民法院"


@pytest.mark.parametrize(
    ("known", "title", "actor"),
    [
        ({"act_ended_on": DAY, "violation_type": "倾倒危险废物"}, "违法行为终了：倾倒危险废物", None),
        ({"found_on": DAY}, "发现违法行为", AGENCY),
        ({"filed_on": DAY, "filing_number": "试环立〔2024〕3号"}, "行政处罚立案（试环立〔2024〕3号）", AGENCY),
        ({"decided_on": DAY}, f"作出行政处罚决定（{NUMBER}）", AGENCY),
        (
            {
                "decided_on": DAY,
                "fine": Decimal("50000.00"),
                "confiscated": Decimal("1200.50"),
                "penalty_kinds": (PenaltyKind.ORDER, PenaltyKind.CONFISCATION, PenaltyKind.FINE),
            },
            f"作出行政处罚决定（{NUMBER}）：罚款50000元、没收1200.5元、责令改正",
            AGENCY,
        ),
        (
            {"decided_on": DAY, "document_number": None, "penalty_kinds": (PenaltyKind.FINE,)},
            "作出行政处罚决定：罚款",
            AGENCY,
        ),
        ({"served_on": DAY}, f"送达行政处罚决定书（{NUMBER}）", AGENCY),
        ({"paid_on": DAY, "paid_amount": Decimal(30000)}, "当事人缴款30000元", None),
        ({"entered_at": MOMENT}, "录入两法衔接平台", AGENCY),
    ],
)
def test_an_event_of_the_case_says_what_the_agency_did(known: dict[str, Any], title: str, actor: str | None) -> None:
    (event,) = timeline(**known)
    assert (event.title(plainly), event.actor_name(plainly)) == (title, actor)


@pytest.mark.parametrize(
    ("found", "title", "actor"),
    [
        (
            follow_up(Transfer, decided_on=DAY, decision=TransferDecision.REFUSED, refusal_reason="证据不足"),
            "决定不批准移送涉嫌犯罪案件：证据不足",
            AGENCY,
        ),
        (follow_up(Transfer, decided_on=DAY), "决定批准移送涉嫌犯罪案件", AGENCY),
        (
            follow_up(Transfer, transferred_on=DAY, to_organ=POLICE, suspected_crime="污染环境罪"),
            "移送涉嫌犯罪案件至试验县公安局，涉嫌罪名：污染环境罪",
            AGENCY,
        ),
        (
            follow_up(Transfer, returned_on=DAY, to_organ=POLICE, return_reason="材料不全"),
            "退回移送的涉嫌犯罪案件：材料不全",
            POLICE,
        ),
        (
            follow_up(
                CriminalCase, decided_on=DAY, decision=FilingDecision.FILED, organ=POLICE, case_number="试公立字7号"
            ),
            "公安机关立案侦查（试公立字7号）",
            POLICE,
        ),
        (
            follow_up(CriminalCase, decided_on=DAY, decision=FilingDecision.NOT_FILED, reasons_given="情节轻微"),
            "公安机关决定不予立案：情节轻微",
            None,
        ),
        (
            follow_up(CriminalCase, notice_to_agency_on=DAY, decision=FilingDecision.NOT_FILED, organ=POLICE),
            "将不予立案决定书面通知移送机关",
            POLICE,
        ),
        (
            follow_up(CriminalCase, organ=POLICE, coercion=(coercion(CoercionKind.ARREST, DAY, None, LATER),)),
            "逮捕犯罪嫌疑人，期限延长至2024年3月10日",
            POLICE,
        ),
        (follow_up(CriminalCase, organ=POLICE, activity=(act(DAY, "勘验", "刑侦大队"),)), "侦查活动：勘验", "刑侦大队"),
        (
            follow_up(CriminalCase, concluded_on=DAY, conclusion=CriminalConclusion.SENT_FOR_PROSECUTION),
            "侦查终结，移送审查起诉",
            None,
        ),
        (follow_up(CriminalCase, judged_on=DAY, outcome="有期徒刑一年"), "人民法院作出刑事判决：有期徒刑一年", None),
        (
            follow_up(
                Reconsideration,
                type=RemedyType.LITIGATION,
                decided_on=DAY,
                outcome=RemedyOutcome.CHANGED,
                new_fine=Decimal("3000.50"),
            ),
            "行政诉讼裁判：变更行政处罚，罚款变更为3000.5元",
            None,
        ),
        (
            follow_up(Reconsideration, decided_on=DAY, outcome=RemedyOutcome.WITHDRAWN),
            "行政复议决定：当事人撤回申请",
            None,
        ),
        (follow_up(EnforcementCase, demanded_on=DAY), "催告当事人履行义务", AGENCY),
        (follow_up(EnforcementCase, applied_on=DAY, court=COURT), "申请人民法院强制执行：试验县人民法院", AGENCY),
        (
            follow_up(EnforcementCase, ruled_on=DAY, ruling=EnforcementRuling.ENFORCE, court=COURT),
            "人民法院裁定准予强制执行",
            COURT,
        ),
        (
            follow_up(
                EnforcementCase,
                ruled_on=DAY,
                ruling=EnforcementRuling.NOT_ENFORCE,
                court=COURT,
                ruling_reason="证据不足",
            ),
            "人民法院裁定不予强制执行：证据不足",
            COURT,
        ),
        (
            follow_up(EnforcementCase, enforced_by=COURT, actions=(act(DAY, "划拨存款", emergency=True),)),
            "强制执行（紧急情况）：划拨存款",
            COURT,
        ),
        (
            follow_up(EnforcementCase, concluded_on=DAY, enforced_amount=Decimal(80000), costs=Decimal("1100.25")),
            "强制执行终结，执行到位80000元，执行费用1100.25元",
            None,
        ),
        (
            follow_up(CoerciveMeasure, imposed_on=DAY, type=CoerciveMeasureType.SEIZURE, on_the_spot=True),
            "实施扣押（当场）",
            AGENCY,
        ),
        (follow_up(CoerciveMeasure, ended_on=DAY, type=CoerciveMeasureType.OTHER), "解除行政强制措施", AGENCY),
        (follow_up(CoerciveMeasure, extended_on=DAY, until=LATER), "决定延长查封期限，至2024年3月10日", AGENCY),
        (
            follow_up(ProcuratorialMeasure, served_on=DAY, number="试检建〔2024〕3号", urgent=True, reply_due_on=LATER),
            "检察机关送达检察建议（试检建〔2024〕3号）（紧急），回复期限至2024年3月10日",
            None,
        ),
        (
            follow_up(ProcuratorialMeasure, served_on=DAY, type=MeasureKind.ORAL_CORRECTION),
            "检察机关口头纠正",
            None,
        ),
        (follow_up(ProcuratorialMeasure, replied_on=DAY, reply="已经移送"), "回复检察建议：已经移送", None),
    ],
)
def test_an_event_of_what_followed_says_what_was_done_and_who_did_it(
    found: FollowUp, title: str, actor: str | None
) -> None:
    (event,) = timeline(found)
    assert (event.title(plainly), event.actor_name(plainly)) == (title, actor)


def test_names_are_covered_in_texts_and_actors_as_sent_before_a_long_text_is_cut() -> None:
    text = "甲" * (LONGEST_TEXT - 1) + "赵小满"
    found = follow_up(CriminalCase, activity=(act(DAY, text, "赵小满"),), organ="赵小满")
    (event,) = timeline(found)

    def cover(sent: str) -> str:
        return sent.replace("赵小满", "赵**")

    assert event.title(cover) == f"侦查活动：{'甲' * (LONGEST_TEXT - 1)}赵…"
    assert event.actor_name(cover) == "赵**"


def test_a_title_is_one_line() -> None:
    assert titles(follow_up(ProcuratorialMeasure, replied_on=DAY, reply="已经\n\n移送。\t完毕")) == [
        "回复检察建议：已经 移送。 完毕"
    ]
