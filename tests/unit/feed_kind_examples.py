"""A full record of every kind that follows a case, as JSON has it, and what is read out of it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from schema.feed_records import (
    ActivityRecord,
    CaseReference,
    CoercionRecord,
    CoerciveMeasureRecord,
    CriminalCaseRecord,
    EnforcementRecord,
    FollowUpRecord,
    MeasureRecord,
    ReconsiderationRecord,
    TransferRecord,
)
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

NUMBER = "11010519491231002X"
COVERED = "110105************"
REFERENCE = {"agency": "宛城区环境保护局", "documentNumber": "宛环罚决字[2024]12号"}
CASE = CaseReference(agency_name="宛城区环境保护局", agency_uscc=None, document_number="宛环罚决字〔2024〕12号")
SENT_AT = {"sourceUpdatedAt": "2024-06-03T09:00:00"}
UPDATED_AT = datetime(2024, 6, 3, 1, tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


FULL: dict[FeedKind, tuple[dict[str, Any], FollowUpRecord]] = {
    FeedKind.TRANSFER: (
        {
            "reportedOn": "2024-06-03",
            "decidedOn": "2024-06-05",
            "decision": "REFUSED",
            "refusalReason": f"证据不足，{NUMBER}",
            "transferredOn": "2024-06-06",
            "toOrgan": "宛城区公安局 ",
            "suspectedCrime": "污染环境罪",
            "receivedOn": "2024-06-07",
            "returnedOn": "2024-06-08",
            "returnReason": "不属于管辖",
        },
        TransferRecord(
            case=CASE,
            reported_on=day("2024-06-03"),
            decided_on=day("2024-06-05"),
            decision=TransferDecision.REFUSED,
            refusal_reason=f"证据不足，{COVERED}",
            transferred_on=day("2024-06-06"),
            to_organ="宛城区公安局",
            suspected_crime="污染环境罪",
            received_on=day("2024-06-07"),
            returned_on=day("2024-06-08"),
            return_reason="不属于管辖",
            source_updated_at=UPDATED_AT,
        ),
    ),
    FeedKind.CRIMINAL_CASE: (
        {
            "caseNumber": "宛公立字[2024]7号",
            "organ": "宛城区公安局",
            "decision": "FILED",
            "decidedOn": "2024-06-09",
            "noticeToAgencyOn": "2024-06-11",
            "reasonsGiven": "无犯罪事实",
            "coercion": [
                {"kind": "DETENTION", "from": "2024-06-12", "to": "2024-06-19", "extendedTo": "2024-07-12"},
                {"kind": "取保候审", "from": "2024-07-12"},
            ],
            "activity": [{"on": "2024-07-02", "what": f"讯问，{NUMBER}"}],
            "concludedOn": "2024-10-08",
            "conclusion": "SENT_FOR_PROSECUTION",
            "prosecutedOn": "2024-11-20",
            "judgedOn": "2025-02-27",
            "outcome": "判处罚金",
        },
        CriminalCaseRecord(
            case=CASE,
            case_number="宛公立字〔2024〕7号",
            organ="宛城区公安局",
            decision=FilingDecision.FILED,
            decided_on=day("2024-06-09"),
            notice_to_agency_on=day("2024-06-11"),
            reasons_given="无犯罪事实",
            coercion=(
                CoercionRecord(
                    kind=CoercionKind.DETENTION,
                    begun_on=day("2024-06-12"),
                    ended_on=day("2024-06-19"),
                    extended_to=day("2024-07-12"),
                ),
                CoercionRecord(kind=CoercionKind.BAIL, begun_on=day("2024-07-12"), ended_on=None, extended_to=None),
            ),
            activity=(ActivityRecord(on=day("2024-07-02"), what=f"讯问，{COVERED}", by=None, emergency=None),),
            concluded_on=day("2024-10-08"),
            conclusion=CriminalConclusion.SENT_FOR_PROSECUTION,
            prosecuted_on=day("2024-11-20"),
            judged_on=day("2025-02-27"),
            outcome="判处罚金",
            source_updated_at=UPDATED_AT,
        ),
    ),
    FeedKind.RECONSIDERATION: (
        {
            "type": "LITIGATION",
            "appliedOn": "2024-05-06",
            "decidedOn": "2024-07-01",
            "servedOn": "2024-07-04",
            "outcome": "CHANGED",
            "newFine": "80000.50",
        },
        ReconsiderationRecord(
            case=CASE,
            type=RemedyType.LITIGATION,
            applied_on=day("2024-05-06"),
            decided_on=day("2024-07-01"),
            served_on=day("2024-07-04"),
            outcome=RemedyOutcome.CHANGED,
            new_fine=Decimal("80000.50"),
            source_updated_at=UPDATED_AT,
        ),
    ),
    FeedKind.ENFORCEMENT: (
        {
            "demandedOn": "2024-10-20",
            "appliedOn": "2024-11-04",
            "court": "宛城区人民法院",
            "receivedOn": "2024-11-05",
            "accepted": True,
            "acceptedOn": "2024-11-08",
            "refusedOn": "2024-11-09",
            "refusalReason": "材料不全",
            "ruledOn": "2024-12-02",
            "ruling": "NOT_ENFORCE",
            "rulingReason": "缺乏事实根据",
            "overturnedOn": "2024-12-20",
            "enforcedBy": "宛城区人民法院",
            "enforcedAmount": "120000",
            "costs": 1700,
            "concludedOn": "2025-01-15",
            "actions": [{"on": "2024-12-21", "what": "划拨存款", "by": "执行局", "emergency": "否"}],
        },
        EnforcementRecord(
            case=CASE,
            demanded_on=day("2024-10-20"),
            applied_on=day("2024-11-04"),
            court="宛城区人民法院",
            received_on=day("2024-11-05"),
            accepted=True,
            accepted_on=day("2024-11-08"),
            refused_on=day("2024-11-09"),
            refusal_reason="材料不全",
            ruled_on=day("2024-12-02"),
            ruling=EnforcementRuling.NOT_ENFORCE,
            ruling_reason="缺乏事实根据",
            overturned_on=day("2024-12-20"),
            enforced_by="宛城区人民法院",
            enforced_amount=Decimal(120000),
            costs=Decimal(1700),
            concluded_on=day("2025-01-15"),
            actions=(ActivityRecord(on=day("2024-12-21"), what="划拨存款", by="执行局", emergency=False),),
            source_updated_at=UPDATED_AT,
        ),
    ),
    FeedKind.COERCIVE_MEASURE: (
        {
            "type": "SEAL",
            "decidedOn": "2024-01-10",
            "imposedOn": "2024-01-10",
            "reportedOn": "2024-01-11",
            "extendedOn": "2024-02-08",
            "until": "2024-03-10",
            "endedOn": "2024-03-08",
            "testingDays": 5,
            "onTheSpot": False,
        },
        CoerciveMeasureRecord(
            case=CASE,
            type=CoerciveMeasureType.SEAL,
            decided_on=day("2024-01-10"),
            imposed_on=day("2024-01-10"),
            reported_on=day("2024-01-11"),
            extended_on=day("2024-02-08"),
            until=day("2024-03-10"),
            ended_on=day("2024-03-08"),
            testing_days=5,
            on_the_spot=False,
            source_updated_at=UPDATED_AT,
        ),
    ),
    FeedKind.MEASURE: (
        {
            "type": "RECOMMENDATION",
            "number": "宛检建[2024]3号",
            "servedOn": "2024-08-01",
            "replyDueOn": "2024-10-01",
            "urgent": True,
            "repliedOn": "2024-09-20",
            "reply": "已清运",
            "outcome": "已整改",
        },
        MeasureRecord(
            case=CASE,
            type=MeasureKind.RECOMMENDATION,
            number="宛检建〔2024〕3号",
            served_on=day("2024-08-01"),
            reply_due_on=day("2024-10-01"),
            urgent=True,
            replied_on=day("2024-09-20"),
            reply="已清运",
            outcome="已整改",
            source_updated_at=UPDATED_AT,
        ),
    ),
}


def sent(kind: FeedKind, **changes: object) -> dict[str, Any]:
    """The full record of a kind as a feed has it, with some fields changed."""
    return {"kind": kind.value, **REFERENCE, **FULL[kind][0], **SENT_AT, **changes}
