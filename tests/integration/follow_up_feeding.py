"""Feeding what follows cases: rows as an agency sends them, and what is stored of them."""

from collections.abc import Sequence
from typing import Any

from schema.follow_up_tables import FOLLOW_UPS, told_columns
from schema.vocabularies import FeedKind
from tests.integration.feeding import AGENCY, Feed, Fields

NUMBER = "试环罚〔2024〕1号"

# One row of each kind that says all that its kind can say.
FULL: dict[FeedKind, Fields] = {
    FeedKind.TRANSFER: {
        "reportedOn": "2024-01-02",
        "decidedOn": "2024-01-04",
        "decision": "APPROVED",
        "refusalReason": "证据不足",
        "transferredOn": "2024-01-05",
        "toOrgan": "试验县公安局",
        "suspectedCrime": "污染环境罪",
        "receivedOn": "2024-01-05",
        "returnedOn": "2024-01-20",
        "returnReason": "材料不全",
    },
    FeedKind.CRIMINAL_CASE: {
        "caseNumber": "试公(环)立字〔2024〕7号",
        "organ": "试验县公安局",
        "decision": "FILED",
        "decidedOn": "2024-01-08",
        "noticeToAgencyOn": "2024-01-09",
        "reasonsGiven": "符合立案标准",
        "coercion": [{"kind": "DETENTION", "from": "2024-01-09", "to": "2024-01-12", "extendedTo": "2024-01-16"}],
        "activity": [{"on": "2024-01-09", "what": "讯问嫌疑人"}],
        "concludedOn": "2024-03-01",
        "conclusion": "SENT_FOR_PROSECUTION",
        "prosecutedOn": "2024-04-01",
        "judgedOn": "2024-06-01",
        "outcome": "有期徒刑一年",
    },
    FeedKind.RECONSIDERATION: {
        "type": "LITIGATION",
        "appliedOn": "2024-02-01",
        "decidedOn": "2024-04-01",
        "servedOn": "2024-04-03",
        "outcome": "CHANGED",
        "newFine": "3000.50",
    },
    FeedKind.ENFORCEMENT: {
        "demandedOn": "2024-05-01",
        "appliedOn": "2024-06-01",
        "court": "试验县人民法院",
        "receivedOn": "2024-06-02",
        "accepted": True,
        "acceptedOn": "2024-06-05",
        "refusedOn": "2024-06-06",
        "refusalReason": "证据不足",
        "ruledOn": "2024-06-20",
        "ruling": "ENFORCE",
        "rulingReason": "事实清楚",
        "overturnedOn": "2024-07-20",
        "enforcedBy": "试验县人民法院",
        "enforcedAmount": "80000.00",
        "costs": "1100.25",
        "concludedOn": "2024-08-01",
        "actions": [{"on": "2024-07-01", "what": "划拨存款", "by": "执行局", "emergency": True}],
    },
    FeedKind.COERCIVE_MEASURE: {
        "type": "SEIZURE",
        "decidedOn": "2024-01-01",
        "imposedOn": "2024-01-02",
        "reportedOn": "2024-01-03",
        "extendedOn": "2024-01-30",
        "until": "2024-03-01",
        "endedOn": "2024-02-20",
        "testingDays": 7,
        "onTheSpot": True,
    },
    FeedKind.MEASURE: {
        "type": "RECOMMENDATION",
        "number": "试检建〔2024〕3号",
        "servedOn": "2024-09-01",
        "replyDueOn": "2024-10-01",
        "urgent": False,
        "repliedOn": "2024-09-20",
        "reply": "已经移送",
        "outcome": "已整改",
    },
}

MINIMAL: dict[FeedKind, Fields] = {
    kind: {"type": fields["type"]} if "type" in fields else {} for kind, fields in FULL.items()
}


def follow_up(kind: FeedKind, number: str = NUMBER, /, **fields: Any) -> Fields:
    """A row of what follows the case of a number; fields a kind cannot do without are there."""
    return {"kind": kind.value, "agency": AGENCY, "documentNumber": number, **MINIMAL[kind], **fields}


def transfer(number: str = NUMBER, /, **fields: Any) -> Fields:
    return follow_up(FeedKind.TRANSFER, number, **fields)


def criminal_case(number: str = NUMBER, /, **fields: Any) -> Fields:
    return follow_up(FeedKind.CRIMINAL_CASE, number, **fields)


def measure(number: str = NUMBER, /, **fields: Any) -> Fields:
    return follow_up(FeedKind.MEASURE, number, **fields)


async def stored(feed: Feed, kind: FeedKind) -> Sequence[dict[str, Any]]:
    """What is stored of a kind, in the order in which it came: what the records say, and nothing else."""
    columns = ", ".join(f'"{name}"' for name in told_columns(FOLLOW_UPS[kind]))
    return await feed.rows(f"SELECT {columns} FROM {FOLLOW_UPS[kind].name} ORDER BY id")  # noqa: S608  our own names


async def only(feed: Feed, kind: FeedKind) -> dict[str, Any]:
    """The one record of a kind there is."""
    (record,) = await stored(feed, kind)
    return record
