"""What the chief of a county makes, one of each, for somebody else to look for."""

from collections.abc import Mapping
from typing import Any, Final

from api.ids import global_id, parse_global_id
from tests.integration.attack_city import AttackedCity

OWN: Final[Mapping[str, tuple[str, str]]] = {
    "Clue": ("OpenClue", "clue"),
    "Measure": ("IssueMeasure", "measure"),
    "Campaign": ("OpenCampaign", "campaign"),
    "Activity": ("RecordActivity", "activity"),
    "DutyCrimeCase": ("FileDutyCrimeCase", "dutyCrimeCase"),
    "PublicInterestCase": ("FilePublicInterestCase", "publicInterestCase"),
    "TypicalCase": ("MarkTypicalCase", "typicalCase"),
}
"""What a procuratorate makes itself: the mutation's name and the payload's field."""


async def made_by(city: AttackedCity, side: str, agency_name: str) -> dict[str, list[int]]:
    """The ids of one of each that a county's chief makes of an agency's cases."""
    case_id = global_id("PenaltyCase", (await city.ids("penalty_case", agency_name))[0])
    agency_id = global_id("Agency", city.agencies[agency_name])
    day, titled = f"{city.now:%Y-%m-%d}", {"title": f"{side}一"}
    numbered = {"number": f"{side}〔2024〕1号", "filedOn": day, "agencyId": agency_id}
    told: Mapping[str, Mapping[str, Any]] = {
        "Clue": {**titled, "source": "VISIT", "department": "ANTI_CORRUPTION", "caseIds": [case_id]},
        "Measure": {**titled, "kind": "RECOMMENDATION", "text": "请整改", "agencyId": agency_id, "caseIds": [case_id]},
        "Campaign": {"name": f"{side}一", "kind": "OTHER", "filter": {"domains": ["ENVIRONMENT"]}},
        "Activity": {**titled, "kind": "VISIT", "heldOn": day, "agencyIds": [agency_id]},
        "DutyCrimeCase": {
            **numbered,
            "official": "某",
            "position": "科长",
            "crime": "玩忽职守",
            "department": "ANTI_DERELICTION",
        },
        "PublicInterestCase": {**numbered, **titled, "domain": "ENVIRONMENT", "caseIds": [case_id]},
        "TypicalCase": {"recordId": case_id, "summary": "典型"},
    }
    made = dict[str, list[int]]()
    for type_name, (mutation, field) in OWN.items():
        document = (
            f"mutation($input: {mutation}Input!) {{ made: {mutation[0].lower()}{mutation[1:]}(input: $input) {{"
            f" record: {field} {{ id }} userErrors {{ message }} }} }}"
        )
        answer = (await city.ask(f"{side}.chief", document, input=told[type_name]))["made"]
        assert answer["userErrors"] == [], (type_name, answer)
        made[type_name] = [parse_global_id(answer["record"]["id"])[1]]
    reviews = await city.feed.rows("SELECT id FROM campaign_case WHERE campaign_id = :id", id=made["Campaign"][0])
    return {**made, "FileReview": [row["id"] for row in reviews]}
