"""`suggest` as clients ask it: what it answers, whom it never names, what it costs."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.graphql_client import Client, served, the_error
from tests.integration.search_cases import PERSONS
from tests.integration.search_corpus import Corpus
from tests.integration.statement_counting import statements

SUGGEST = """
query($prefix: String!, $first: Int) { suggest(prefix: $prefix, first: $first) {
  text kind
  node {
    id __typename
    ... on PenaltyCase { documentNumber filingNumber title facts party { name } agency { name } }
    ... on Party { name type masked }
    ... on Agency { name aliases }
  }
} }
"""


@pytest.fixture(scope="module")
async def client(corpus: Corpus) -> AsyncIterator[Client]:
    async with served(corpus.database) as opened:
        yield opened


async def suggested(client: Client, prefix: str, **variables: Any) -> list[Any]:
    found: list[Any] = (await client.ask(SUGGEST, prefix=prefix, **variables))["suggest"]
    return found


async def test_each_kind_leads_to_its_record(client: Client) -> None:
    (number,) = await suggested(client, "宛环罚(2021)1号")
    assert (number["text"], number["kind"]) == ("宛环罚〔2021〕1号", "NUMBER")
    assert (number["node"]["__typename"], number["node"]["documentNumber"]) == ("PenaltyCase", number["text"])
    (filing,) = await suggested(client, "环立〔2022")
    assert (filing["text"], filing["node"]["filingNumber"]) == ("环立〔2022〕9号", "环立〔2022〕9号")
    (party,) = await suggested(client, "镇平县大众")
    assert (party["text"], party["kind"], party["node"]["__typename"]) == ("镇平县大众超市", "PARTY", "Party")
    assert party["node"]["name"] == party["text"]
    (agency,) = await suggested(client, "宛城试验市环境保护")
    assert (agency["text"], agency["kind"]) == ("宛城试验市生态环境局", "AGENCY")
    assert agency["node"]["aliases"] == ["宛城试验市环境保护局"]
    (statute,) = await suggested(client, "固废法")
    assert statute == {"text": "中华人民共和国固体废物污染环境防治法", "kind": "STATUTE", "node": None}


async def test_a_suggestion_of_every_kind_finds_cases_when_it_is_searched_for(client: Client) -> None:
    for prefix in ("宛环罚(2021)1", "镇平县大众", "西峡县环境", "固废法"):
        text = (await suggested(client, prefix))[0]["text"]
        found = await client.ask("query($q: String) { searchCases(query: $q) { totalCount } }", q=f'"{text}"')
        assert found["searchCases"]["totalCount"] > 0, text


async def test_the_answer_is_the_same_whichever_engine_searches(corpus: Corpus, client: Client) -> None:
    async with served(corpus.database, corpus.index) as with_elasticsearch:
        for prefix in ("宛", "西", "镇平", "中", "试验", "1", "a"):
            assert await suggested(client, prefix) == await suggested(with_elasticsearch, prefix)


async def test_ten_are_suggested_unless_more_or_fewer_are_asked_for(client: Client) -> None:
    assert [
        len(await suggested(client, "宛", **first)) for first in ({}, {"first": None}, {"first": 0}, {"first": 3})
    ] == [*(10, 10, 0, 3)]
    assert await suggested(client, "宛", first=3) == (await suggested(client, "宛", first=100))[:3]


@pytest.mark.parametrize("first", [-1, 101, 2**31 - 1])
async def test_a_number_of_suggestions_out_of_bounds_is_refused(client: Client, first: int) -> None:
    error = await client.refused(SUGGEST, prefix="宛", first=first)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "0 to 100" in error["message"]


async def test_a_prefix_that_is_too_long_is_refused(client: Client) -> None:
    error = await client.refused(SUGGEST, prefix="宛" * 10_000)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "200" in error["message"]


@pytest.mark.parametrize("prefix", ["", "   ", "%", "_", "\\", "\x00", "〔", "'; DROP TABLE statute; --%"])
async def test_what_names_nothing_suggests_nothing(client: Client, prefix: str) -> None:
    assert await suggested(client, prefix) == []


async def test_half_a_character_is_refused(client: Client) -> None:
    body = json.dumps({"query": SUGGEST, "variables": {"prefix": "\ud800"}})
    answer = await client.http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert the_error(answer.json())["code"] == "BAD_USER_INPUT"


async def test_no_prefix_of_a_natural_persons_name_names_anybody(client: Client) -> None:
    for name in PERSONS:
        for end in range(1, len(name) + 1):
            answer = json.dumps(await suggested(client, name[:end], first=100), ensure_ascii=False)
            assert not [person for person in PERSONS if person in answer]
            assert '"type": "PERSON"' not in answer
        assert await suggested(client, name) == []


async def test_suggestions_cost_one_statement_and_their_nodes_one_more_for_each_kind(
    client: Client, corpus: Corpus
) -> None:
    bare = "query($prefix: String!, $first: Int) { suggest(prefix: $prefix, first: $first) { text kind } }"
    for first in (1, 10, 100):
        with statements(corpus.database) as executed:
            found = (await client.ask(bare, prefix="宛", first=first))["suggest"]
        # The agencies suggested are looked at, and the entry of the audit trail is written.
        assert len(executed) == 1 + any(each["kind"] == "AGENCY" for each in found) + 1
    costs = {}
    for first in (10, 50, 100):
        with statements(corpus.database) as executed:
            kinds = {each["kind"] for each in await suggested(client, "试验", first=first)}
        costs[first] = len(executed) - len(kinds)
    assert costs == dict.fromkeys(costs, 1 + 1)
    with statements(corpus.database) as executed:
        await suggested(client, "宛", first=0)
        await suggested(client, " ")
    assert [each for each in executed if "audit_entry" not in each] == []
