"""A city over two counties with cases to select, served to viewers of every role."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from schema.access_vocabularies import Role
from tests.integration.feeding import Feed, Fields, case, organisation, person
from tests.integration.graphql_client import served
from tests.integration.viewers import CITY, EAST, EASTERN, UNSUPERVISED, WEST, WESTERN, SignedIn, Viewers, organise

OPEN: Final = """mutation($input: OpenCampaignInput!) { openCampaign(input: $input) {
  campaign { id name kind status from until selection revision openedBy summary closedBy procuratorate { name }
    cases { totalCount nodes { documentNumber } }
    progress { procuratorate { name } cases assigned reviewed problems needsMoreFiles } }
  userErrors { field code message } } }"""
CLOSE: Final = """mutation($input: CloseCampaignInput!) { closeCampaign(input: $input) {
  campaign { status revision summary closedBy cases { totalCount } } userErrors { field code message } } }"""
ASSIGN: Final = """mutation($input: AssignFileReviewInput!) { assignFileReview(input: $input) {
  fileReview { id status reviewer revision outcome note history { revision event actor reviewer outcome } }
  userErrors { field code message } } }"""
RECORD: Final = """mutation($input: RecordFileReviewInput!) { recordFileReview(input: $input) {
  fileReview { id status reviewer revision outcome note answers { item question answer note }
    history { revision event actor reviewer outcome note } }
  userErrors { field code message } } }"""
REVIEWS: Final = """query($id: ID!, $status: [FileReviewStatus!], $mine: Boolean) { node(id: $id) { ... on Campaign {
  reviews(status: $status, mine: $mine) { totalCount nodes { id status revision reviewer
    penaltyCase { documentNumber agency { name } } } } } } }"""
CASES: Final = """query($id: ID!) { node(id: $id) { ... on Campaign {
  cases(first: 100) { totalCount nodes { documentNumber } } } } }"""

WASTE: Final = {"name": "破坏环境资源犯罪专项立案监督活动", "kind": "ENVIRONMENTAL_CRIME", "query": "危险废物"}


def waste(number: str, agency: str, **fields: Any) -> Fields:
    """A case that the campaign about waste selects."""
    told = {"facts": "非法倾倒危险废物三吨", "domain": "ENVIRONMENT", "party": organisation("甲化工有限公司")}
    return {**case(number, **{**told, **fields}), "agency": agency}


CASES_OF_WASTE: Final = (
    waste("东1号", EASTERN),
    waste("东2号", EASTERN, party=person("赵小满")),
    waste("西1号", WESTERN),
    waste("市1号", UNSUPERVISED),
    waste("东3号", EASTERN, facts="未批先建"),
)


@dataclass(frozen=True, slots=True)
class City:
    """The record, and whoever asks for it."""

    feed: Feed
    viewers: Viewers

    async def account(self, role: Role, place: str = EAST) -> str:
        """The login of whoever acts in a role at a place."""
        found = await (await self.viewers(role, place)).ask("{ viewer { login } }")
        return str(found["viewer"]["login"])

    async def opened(self, role: Role = Role.CAMPAIGN_OFFICE, place: str | None = CITY, **fields: Any) -> Any:
        """A campaign that was opened."""
        told = (await (await self.viewers(role, place)).ask(OPEN, input={**WASTE, **fields}))["openCampaign"]
        assert told["userErrors"] == []
        return told["campaign"]

    async def numbers(self, viewer: SignedIn, campaign_id: str) -> Sequence[str]:
        """The numbers of the cases in a campaign that somebody sees."""
        found = (await viewer.ask(CASES, id=campaign_id))["node"]["cases"]
        assert found["totalCount"] == len(found["nodes"])
        return sorted(node["documentNumber"] for node in found["nodes"])

    async def review_of(self, campaign_id: str, number: str) -> str:
        """The review of a case in a campaign."""
        office = await self.viewers(Role.CAMPAIGN_OFFICE, CITY)
        found = (await office.ask(REVIEWS, id=campaign_id))["node"]["reviews"]["nodes"]
        [review] = [each["id"] for each in found if each["penaltyCase"]["documentNumber"] == number]
        return str(review)


@asynccontextmanager
async def served_city(feed: Feed) -> AsyncIterator[City]:
    """The record served."""
    await organise(feed)
    report = await feed(*CASES_OF_WASTE, name="cases.jsonl")
    assert report.accounts.rejected == 0, report.errors
    async with served(feed.database) as client:
        yield City(feed, Viewers(feed.database, client))


PLACES: Final = (CITY, EAST, WEST)
