"""The campaigns and activities of the record of access_record.py: each county's own, whose texts name its person."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import GraphQLSchema

from api.ids import global_id, parse_global_id
from tests.integration.access_questions import Question, ask
from tests.integration.access_viewers import EAST, WEST, Place
from tests.integration.campaign_serving import ASSIGN, CLOSE, OPEN, RECORD, REVIEWS
from tests.integration.feeding import Feed
from tests.integration.graphql_client import Client

HOMES: Final = {Place.EAST: EAST, Place.WEST: WEST}
"""The counties; what nobody supervises falls to the city, whose campaigns everybody sees."""

_ACTIVITY: Final = """mutation($input: RecordActivityInput!) {
  recordActivity(input: $input) { activity { id } userErrors { message } } }"""
_OUTCOME: Final = """mutation($input: RecordActivityOutcomeInput!) {
  recordActivityOutcome(input: $input) { activity { id } userErrors { message } } }"""
_CLUE: Final = """
INSERT INTO clue (number, title, source, class, status, procuratorate_id, department, handler_id, sender_id, opener_id,
                  due_on, opened_at, last_step_at, desks)
SELECT :word || '线索', 't', 'VISIT', 'OTHER', 'NEW', :home, 'ANTI_CORRUPTION', a.id, a.id, a.id, '2099-01-01', now(),
       now(), ARRAY[:home || '/ANTI_CORRUPTION'] FROM account a ORDER BY a.id LIMIT 1
"""
_MEASURE: Final = """
INSERT INTO measure (kind, status, title, text, addressee, procuratorate_id, author_id, drafted_at)
SELECT 'ORAL_CORRECTION', 'DRAFT', :word || '意见', 't', 't', :home, a.id, now() FROM account a ORDER BY a.id LIMIT 1
"""


async def _changed(client: Client, document: str, **told: Any) -> Any:
    (answer,) = (await client.ask(document, input=told)).values()
    assert answer.pop("userErrors") == [], answer
    return next(iter(answer.values()))


async def add_campaigns(
    feed: Feed, client: Client, agencies: Mapping[Place, str], ids: Mapping[Place, dict[str, list[str]]]
) -> None:
    """Whoever sits at the machine opens two campaigns of each county, ends one, reviews files and holds an activity."""
    homes = {row["name"]: row["id"] for row in await feed.rows("SELECT id, name FROM procuratorate")}
    for place, name in HOMES.items():
        told = {**opening(place, agencies), "procuratorateId": global_id("Procuratorate", homes[name])}
        opened = [(await _changed(client, OPEN, **told))["id"] for _ in range(2)]
        await _changed(client, CLOSE, campaignId=opened[1], summary=f"{place.word}完")
        ids[place]["Campaign"] = opened
        found = (await client.ask(REVIEWS, id=opened[0]))["node"]["reviews"]["nodes"]
        of_case = {each["penaltyCase"]["documentNumber"]: each["id"] for each in found}
        ids[place]["FileReview"] = [of_case[place.number(1)], of_case[place.number(2)]]
        for review, outcome in zip(ids[place]["FileReview"], ("PROBLEM_FOUND", "NEEDS_MORE_FILES"), strict=True):
            await _changed(client, ASSIGN, fileReviewId=review, reviewerLogin=f"{place.login}0")
            answers = await _answers(client, opened[0], place)
            await _changed(client, RECORD, fileReviewId=review, outcome=outcome, note=place.said(), answers=answers)
        ids[place]["Activity"] = [await _held(feed, client, place, homes[name], opened[0], agencies[place])]


async def _answers(client: Client, campaign_id: str, place: Place) -> list[dict[str, Any]]:
    asked = "query($id: ID!) { node(id: $id) { ... on Campaign { checklist { item } } } }"
    items = (await client.ask(asked, id=campaign_id))["node"]["checklist"]
    return [{"item": each["item"], "answer": "NO", "note": place.said()} for each in items]


async def _held(feed: Feed, client: Client, place: Place, home: int, campaign_id: str, agency_id: str) -> str:
    [clue] = await feed.rows(f"{_CLUE} RETURNING id", word=place.word, home=home)
    [measure] = await feed.rows(f"{_MEASURE} RETURNING id", word=place.word, home=home)
    held = await _changed(client, _ACTIVITY, **activity(place, agency_id), campaignId=campaign_id)
    came = {"clueIds": [global_id("Clue", clue["id"])], "measureIds": [global_id("Measure", measure["id"])]}
    await _changed(client, _OUTCOME, activityId=held["id"], outcome=place.said(), **came)
    assert parse_global_id(held["id"])[0] == "Activity"
    return str(held["id"])


def opening(place: Place, agencies: Mapping[Place, str]) -> dict[str, Any]:
    """A campaign about an agency's cases."""
    days = {"from": "2015-03-01", "until": "2016-12-31"}
    return {"name": f"{place.word}活动", "kind": "OTHER", "filter": {"agencyIds": [agencies[place]]}, **days}


def activity(place: Place, agency_id: str) -> dict[str, Any]:
    """An activity with an agency in which its person takes part."""
    who = {"category": "DEPUTY", "name": place.person, "organisation": f"{place.word}代表团"}
    told = {"title": place.said(), "place": place.said(), "text": place.said()}
    return {"kind": "VISIT", "heldOn": "2015-06-01", **told, "agencyIds": [agency_id], "participants": [who]}


def changes_of(
    schema: GraphQLSchema,
    place: Place,
    ids: Mapping[str, Any],
    agencies: Mapping[Place, str],
    home: str,
) -> Iterator[Question]:
    """Every change of what a county has; what is read first is always stale."""
    own = {"procuratorateId": home}
    yield ask(schema, "openCampaign", mutation=True, input={**opening(place, agencies), **own})
    # That one has ended.
    ended = {"campaignId": ids["Campaign"][1], "summary": f"{place.word}完"}
    yield ask(schema, "closeCampaign", mutation=True, input=ended)
    stale = {"fileReviewId": ids["FileReview"][0], "expectedRevision": 0}
    yield ask(schema, "assignFileReview", mutation=True, input={**stale, "reviewerLogin": f"{place.login}0"})
    recorded = {**stale, "outcome": "NOTHING_WRONG", "answers": []}
    yield ask(schema, "recordFileReview", mutation=True, input=recorded)
    yield ask(schema, "recordActivity", mutation=True, input={**activity(place, agencies[place]), **own})
    outcome = {"activityId": ids["Activity"][0], "outcome": place.said(), "expectedRevision": 0}
    yield ask(schema, "recordActivityOutcome", mutation=True, input=outcome)


def mistakes_in(schema: GraphQLSchema) -> Iterator[Question]:
    """Changes that are said wrongly: they are refused before anything is looked up."""
    yield ask(schema, "openCampaign", mutation=True, input={"name": " ", "kind": "OTHER", "query": "废"})
    yield ask(schema, "closeCampaign", mutation=True, input={"campaignId": global_id("Clue", 1), "summary": "完"})
    wrong = {"fileReviewId": global_id("Clue", 1)}
    yield ask(schema, "assignFileReview", mutation=True, input={**wrong, "reviewerLogin": "li"})
    yield ask(schema, "recordFileReview", mutation=True, input={**wrong, "outcome": "NOTHING_WRONG", "answers": []})
    yield ask(schema, "recordActivity", mutation=True, input={"kind": "VISIT", "heldOn": "2999-01-01", "title": "访"})
    yield ask(
        schema, "recordActivityOutcome", mutation=True, input={"activityId": wrong["fileReviewId"], "outcome": "好"}
    )
