"""Whoever may not see names is told none, whichever way a case is reached and whatever is asked."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.ids import global_id
from schema.access_vocabularies import Role
from tests.integration.graphql_client import Client, served
from tests.integration.search_cases import (
    PERSON_OF_THE_FIRE,
    PERSON_OF_THE_SHOP,
    PERSON_OF_THE_TREES,
    PERSONS,
    REPRESENTATIVE,
)
from tests.integration.search_corpus import Corpus
from tests.integration.viewers import Viewers

FIELDS = """
fragment Everything on PenaltyCase {
  id documentNumber title violationType facts legalBasis penaltyContent
  party { id name masked uscc cases { nodes { title facts penaltyContent party { name } } } }
}
"""
SEARCH = (
    """query($query: String) { searchCases(query: $query, first: 100) {
    edges { node { ...Everything } highlights { field fragments } } } }"""
    + FIELDS
)


@pytest.fixture(scope="module", params=["postgresql", "elasticsearch"])
async def client(corpus: Corpus, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    async with served(corpus.database, corpus.index if request.param == "elasticsearch" else None) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_logged() -> Iterator[None]:
    """Whatever a test asks, no log names anybody."""
    with capture_logs() as logs:
        yield
    assert named(logs) == []


def named(answer: Any) -> list[str]:
    """The persons an answer names in clear."""
    text = json.dumps(answer, ensure_ascii=False, default=str).replace("<em>", "").replace("</em>", "")
    return [name for name in PERSONS if name in text]


BY_NAME = [
    (PERSON_OF_THE_FIRE, PERSON_OF_THE_FIRE),
    (f'"{PERSON_OF_THE_FIRE}"', PERSON_OF_THE_FIRE),
    (f"party:{PERSON_OF_THE_FIRE}", PERSON_OF_THE_FIRE),
    ("小满", PERSON_OF_THE_FIRE),
    ("满露天", PERSON_OF_THE_FIRE),
    (PERSON_OF_THE_SHOP, PERSON_OF_THE_SHOP),
    (PERSON_OF_THE_TREES, PERSON_OF_THE_TREES),
    ("谷", PERSON_OF_THE_TREES),
    (REPRESENTATIVE, REPRESENTATIVE),
]


@pytest.mark.parametrize(("query", "name"), BY_NAME)
async def test_who_may_not_see_a_name_finds_no_case_by_it(client: Client, query: str, name: str) -> None:
    assert name in PERSONS
    assert (await client.ask(SEARCH, query=query))["searchCases"]["edges"] == []


@pytest.mark.parametrize(("query", "name"), BY_NAME)
async def test_who_may_see_a_name_finds_the_case_by_it_and_sees_it_whole_where_it_matches(
    client: Client, corpus: Corpus, query: str, name: str
) -> None:
    officer = await Viewers(corpus.database, client)(Role.CASE_OFFICER, "试验省人民检察院")
    found = (await officer.ask(SEARCH, query=query))["searchCases"]["edges"]
    assert len(found) == 1
    highlights = [fragment for highlight in found[0]["highlights"] for fragment in highlight["fragments"]]
    assert highlights
    assert name in named(highlights)
    assert "*" not in json.dumps(highlights)


async def test_the_name_of_a_person_is_masked_in_every_text_and_said_to_be(client: Client, corpus: Corpus) -> None:
    case_id = global_id("PenaltyCase", corpus.ids["W7"])
    node = await client.ask("query($id: ID!) { node(id: $id) { ...Everything } }" + FIELDS, id=case_id)
    case = node["node"]
    assert (case["title"], case["penaltyContent"]) == ("赵**露天焚烧案", "对赵**罚款500元。")
    assert case["facts"] == "赵**于二〇二三年五月露天焚烧秸秆，赵**对事实无异议。"
    assert (case["party"]["name"], case["party"]["masked"]) == ("赵**", True)
    assert case["party"]["cases"]["nodes"][0]["title"] == "赵**露天焚烧案"
    nodes = await client.ask("query($ids: [ID!]!) { nodes(ids: $ids) { ...Everything } }" + FIELDS, ids=[case_id])
    assert nodes["nodes"] == [case]
    party = await client.ask("query($id: ID!) { node(id: $id) { ... on Party { name } } }", id=case["party"]["id"])
    assert party["node"] == {"name": "赵**"}
    found = await client.ask('{ penaltyCase(documentNumber: "宛环罚〔2023〕2号") { ...Everything } }' + FIELDS)
    assert found["penaltyCase"] == case


async def test_no_list_of_everything_names_anybody(client: Client) -> None:
    for document in (SEARCH, "{ cases(first: 100) { nodes { ...Everything } } }" + FIELDS):
        assert named(await client.ask(document)) == []


async def test_an_organisation_is_shown_and_a_name_sent_masked_says_so(client: Client, corpus: Corpus) -> None:
    ids = [global_id("PenaltyCase", corpus.ids[label]) for label in ("W1", "W8")]
    found = await client.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on PenaltyCase { party { name masked } } } }", ids=ids
    )
    assert [node["party"] for node in found["nodes"]] == [
        {"name": "试验甲化工有限公司", "masked": False},
        {"name": "钱**", "masked": True},
    ]


async def test_no_error_repeats_a_name(client: Client) -> None:
    for query in (
        f'"{PERSON_OF_THE_FIRE}',
        f"{PERSON_OF_THE_FIRE} OR",
        f"({PERSON_OF_THE_FIRE}",
        f"nope:{PERSON_OF_THE_FIRE}",
    ):
        error = await client.refused(SEARCH, query=query)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert named(error) == []
    many = "query($number: String!, $id: ID) { penaltyCase(documentNumber: $number, agencyId: $id) { id } }"
    assert named(await client.refused(many, number="市监处罚〔2022〕100号")) == []
    assert named(await client.refused(many, number="罚1号", id=PERSON_OF_THE_FIRE)) == []
