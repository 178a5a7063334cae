"""Whatever is looked for, a name, any part of one or what stands by it, only whoever may see names sees who it is."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from api.ids import global_id
from schema.access_vocabularies import Role
from schema.tokens import tokens
from tests.integration.graphql_client import Client
from tests.integration.search_cases import (
    CASES,
    PERSON_OF_THE_FIRE,
    PERSON_OF_THE_SHOP,
    PERSON_OF_THE_TREES,
    REPRESENTATIVE,
)
from tests.integration.search_corpus import Corpus
from tests.integration.search_texts import (
    OTHER_PERSON_OF_TWO,
    PERSON_INTRODUCED,
    PERSON_OF_TWO,
    PERSON_WRITTEN_ODDLY,
)
from tests.integration.viewers import SignedIn, Viewers

SEARCH = """query($query: String) { searchCases(query: $query, first: 100) { edges {
  node {
    id title violationType facts legalBasis penaltyContent documentNumber filingNumber party { name masked }
  }
  highlights { field fragments }
} } }"""
NAMED_IN: Mapping[str, str] = {
    PERSON_OF_THE_FIRE: "W7",
    PERSON_OF_THE_SHOP: "P1",
    PERSON_OF_THE_TREES: "L1",
    REPRESENTATIVE: "W1",
    PERSON_OF_TWO: "T7",
    OTHER_PERSON_OF_TWO: "T7",
    PERSON_INTRODUCED: "T8",
    PERSON_WRITTEN_ODDLY: "T9",
}
_FIELDS = ("title", "violationType", "facts", "legalBasis", "penaltyContent")
_LENGTHS = (1, 2, 3, 4, 7)


def texts_of(label: str) -> list[str]:
    fields = CASES[label]
    return [fields["party"]["name"], *(fields[name] for name in _FIELDS if name in fields)]


def phrases_about(name: str, texts: Sequence[str]) -> Iterator[str]:
    """Every phrase of some lengths that holds a character of the name where it stands in a text."""
    wanted = tokens(name)
    for text in texts:
        read = tokens(text)
        for start in range(len(read) - len(wanted) + 1):
            if read[start : start + len(wanted)] != wanted:
                continue
            for length in _LENGTHS:
                first = max(0, start - length + 1)
                for begin in range(first, min(start + len(wanted), len(read) - length + 1)):
                    yield "".join(read[begin : begin + length])


def shown(found: Any) -> str:
    """All that an answer shows, as a search would read it: neither signs nor width nor spaces between hide a name."""
    return "".join(tokens(json.dumps(found, ensure_ascii=False).replace("em>", ">").replace("\\n", "")))


@pytest.fixture(scope="module")
async def officer(corpus: Corpus, searching_client: Client) -> SignedIn:
    """Who sees every case and every name in it."""
    return await Viewers(corpus.database, searching_client)(Role.CASE_OFFICER, "试验省人民检察院")


@pytest.mark.parametrize("name", list(NAMED_IN))
async def test_no_phrase_about_a_person_brings_the_name_to_light(
    searching_client: Client, corpus: Corpus, name: str
) -> None:
    label = NAMED_IN[name]
    case_id = global_id("PenaltyCase", corpus.ids[label])
    phrases = list(dict.fromkeys(phrases_about(name, texts_of(label))))
    assert name in phrases
    for phrase in phrases:
        edges = (await searching_client.ask(SEARCH, query=f'"{phrase}"'))["searchCases"]["edges"]
        assert [given for given in NAMED_IN if given in shown(edges)] == []
        # The case is found where the phrase stands in it without the name, and marked there alone.
        for hit in (edge for edge in edges if edge["node"]["id"] == case_id):
            assert [given for given in NAMED_IN if given[1:] in shown(hit)] == []
            marked = re.findall("<em>(.*?)</em>", json.dumps(hit["highlights"], ensure_ascii=False))
            assert marked
            assert not any("*" in mark for mark in marked)


@pytest.mark.parametrize("name", list(NAMED_IN))
async def test_every_phrase_about_a_person_finds_the_case_for_who_may_see_the_name(
    officer: SignedIn, corpus: Corpus, name: str
) -> None:
    label = NAMED_IN[name]
    case_id = global_id("PenaltyCase", corpus.ids[label])
    for phrase in dict.fromkeys(phrases_about(name, texts_of(label))):
        edges = (await officer.ask(SEARCH, query=f'"{phrase}"'))["searchCases"]["edges"]
        (hit,) = (edge for edge in edges if edge["node"]["id"] == case_id)
        assert hit["highlights"]
        assert name in shown(hit)
        assert "*" not in json.dumps(hit["node"])


@pytest.mark.parametrize("name", list(NAMED_IN))
@pytest.mark.parametrize("around", ["{}", "party:{}", "facts:{}", "-{}", "{} OR 号", '号 -"{}"', '"{}" "{}"'])
async def test_no_query_with_a_name_in_it_brings_it_to_light(searching_client: Client, name: str, around: str) -> None:
    answer = await searching_client.ask(SEARCH, query=around.format(name, name))
    assert [given for given in NAMED_IN if given in shown(answer)] == []


MASKED: list[tuple[str, str, Mapping[str, list[str]]]] = [
    (
        "露天",
        "W7",
        {
            "title": ["赵**<em>露天</em>焚烧案"],
            "facts": ["赵**于二〇二三年五月<em>露天</em>焚烧秸秆，赵**对事实无异议。"],
        },
    ),
    ('"异议"', "W7", {"facts": ["赵**于二〇二三年五月露天焚烧秸秆，赵**对事实无<em>异议</em>。"]}),
    (
        "盗伐",
        "L1",
        {
            "title": ["欧***<em>盗伐</em>林木案"],
            "facts": ["欧***<em>盗伐</em>林木，立木蓄积12.5立方米，未办理采伐许可证。"],
        },
    ),
    ('"到场确认"', "W1", {"facts": ["当事人将危险废物3.5吨非法倾倒在河道内。法定代表人周**<em>到场确认</em>。"]}),
    ("合伙", "T7", {"facts": ["查明吴**与郑**<em>合伙</em>；吴**签字，郑**在场，吴**承认。"]}),
    ("签字", "T7", {"facts": ["查明吴**与郑**合伙；吴**<em>签字</em>，郑**在场，吴**承认。"]}),
    ('"当场签字"', "T8", {"facts": ["经营者：冯**，男，汉族，未办证。冯**<em>当场签字</em>。"]}),
    ("复种 拆除", "T9", {"facts": ["卫**占地，卫**<em>拆除</em>，卫**<em>复种</em>，卫**到场。"]}),
]
WHOLE: list[tuple[str, str, Mapping[str, list[str]]]] = [
    (
        PERSON_OF_THE_FIRE,
        "W7",
        {
            "title": ["<em>赵小满</em>露天焚烧案"],
            "party": ["<em>赵小满</em>"],
            "facts": ["<em>赵小满</em>于二〇二三年五月露天焚烧秸秆，<em>赵小满</em>对事实无异议。"],
            "content": ["对<em>赵小满</em>罚款500元。"],
        },
    ),
    ('"满露天"', "W7", {"title": ["赵小<em>满露天</em>焚烧案"]}),
    (
        "谷",
        "L1",
        {
            "title": ["欧阳<em>谷</em>雨盗伐林木案"],
            "party": ["欧阳<em>谷</em>雨"],
            "facts": ["欧阳<em>谷</em>雨盗伐林木，立木蓄积12.5立方米，未办理采伐许可证。"],
        },
    ),
    ('"人周白"', "W1", {"facts": ["当事人将危险废物3.5吨非法倾倒在河道内。法定代表<em>人周白</em>露到场确认。"]}),
    ('"秋郑"', "T7", {"party": ["吴立<em>秋、郑</em>大雪"]}),
    ('"寒露当场"', "T8", {"facts": ["经营者：冯寒露，男，汉族，未办证。冯<em>寒露当场</em>签字。"]}),
    (
        PERSON_WRITTEN_ODDLY,
        "T9",
        {
            "party": ["<em>卫立冬</em>"],
            "facts": [
                "<em>卫⽴冬</em>占地，<em>卫立\u200b冬</em>拆除，<em>卫\u2002立\t冬</em>复种，<em>卫\xa0立\xa0冬</em>到场。"
            ],
        },
    ),
]


@pytest.mark.parametrize(("query", "label", "expected"), MASKED)
async def test_a_name_is_covered_where_it_stands_by_what_matches(
    searching_client: Client, corpus: Corpus, query: str, label: str, expected: Mapping[str, list[str]]
) -> None:
    assert await highlights(searching_client, corpus, query, label) == expected


@pytest.mark.parametrize(("query", "label", "expected"), WHOLE)
async def test_a_name_is_whole_where_it_matches_for_who_may_see_it(
    officer: SignedIn, corpus: Corpus, query: str, label: str, expected: Mapping[str, list[str]]
) -> None:
    assert await highlights(officer, corpus, query, label) == expected


async def highlights(client: Client, corpus: Corpus, query: str, label: str) -> dict[str, list[str]]:
    edges = (await client.ask(SEARCH, query=query))["searchCases"]["edges"]
    case_id = global_id("PenaltyCase", corpus.ids[label])
    (hit,) = (edge for edge in edges if edge["node"]["id"] == case_id)
    return {each["field"]: each["fragments"] for each in hit["highlights"]}
