"""A measure of each place in the record of access_record.py, led as far as it goes, whose texts name its person."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import GraphQLSchema

from api.ids import global_id
from tests.integration.access_questions import Question, ask
from tests.integration.access_viewers import Place
from tests.integration.graphql_client import Client
from tests.integration.measure_steps import do, issued

STEPS: Final = (
    "issueMeasure",
    "serveMeasure",
    "copyMeasureToLegalOffice",
    "recordReply",
    "recordRectification",
    "escalateMeasure",
    "withdrawMeasure",
)


async def issue_measures(
    client: Client,
    case_ids: Mapping[Place, int],
    clue_ids: Mapping[Place, str],
    agency_ids: Mapping[Place, str],
    today: str,
) -> dict[Place, str]:
    """One to each agency, by whoever sits at the machine; answers their global ids."""
    found = {}
    for place in Place:
        said = place.said()
        measure = await issued(
            client,
            "RECOMMENDATION",
            case_ids[place],
            clueId=clue_ids[place],
            agencyId=agency_ids[place],
            addressee=place.value,
            title=f"关于{said}的检察建议",
            text=f"{said}，请予整改。",
            replyDueOn="2099-12-31",
            copyToLegalOffice=True,
        )
        key = {"measureId": measure["id"]}
        await do(client, "serveMeasure", **key, servedOn=today)
        await do(client, "copyMeasureToLegalOffice", **key, copiedOn=today)
        await do(client, "recordReply", **key, repliedOn=today, reply=said)
        await do(client, "recordRectification", **key, rectified=False, checkedOn=today, result=said)
        # Above the agency that nobody supervises is nobody.
        if place is not Place.NOBODY:
            await do(client, "escalateMeasure", **key, reason=said)
        found[place] = measure["id"]
    return found


def measure_questions(
    schema: GraphQLSchema, *, measure: str, case: str, agency: str
) -> Iterator[tuple[Question, bool]]:
    """Every change of measures, of what a place has; and whether it is wrong in itself, whoever asks."""
    drafted = {"kind": "RECOMMENDATION", "caseIds": [case], "agencyId": agency}
    yield ask(schema, "draftMeasure", mutation=True, input=drafted), False
    day = "2024-01-01"
    said: dict[str, dict[str, Any]] = {
        "issueMeasure": {"kind": "RECOMMENDATION", "title": "标题", "text": "正文", "caseIds": [case]},
        "serveMeasure": {"servedOn": day},
        "copyMeasureToLegalOffice": {"copiedOn": day},
        "recordReply": {"repliedOn": day, "reply": "答复"},
        "recordRectification": {"checkedOn": day, "rectified": True, "result": "结果"},
        "escalateMeasure": {"reason": "理由"},
        "withdrawMeasure": {"reason": "理由"},
    }
    for name in STEPS:
        yield ask(schema, name, mutation=True, input={**said[name], "measureId": measure}), False
        nobodys = global_id("Anomaly", 1)
        yield ask(schema, name, mutation=True, input={**said[name], "measureId": nobodys}), True
