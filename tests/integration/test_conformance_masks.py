"""Whatever is looked for, a name, any part of one or what stands around it, no engine's answer shows who it is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from api.ids import global_id
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
        (hit,) = (edge for edge in edges if edge["node"]["id"] == case_id)
        assert hit["highlights"]
        for given in NAMED_IN:
            assert given[1:] not in shown(hit)
            assert given not in shown(edges)


@pytest.mark.parametrize("name", list(NAMED_IN))
@pytest.mark.parametrize("around", ["{}", "party:{}", "facts:{}", "-{}", "{} OR 号", '号 -"{}"', '"{}" "{}"'])
async def test_no_query_with_a_name_in_it_brings_it_to_light(searching_client: Client, name: str, around: str) -> None:
    answer = await searching_client.ask(SEARCH, query=around.format(name, name))
    assert [given for given in NAMED_IN if given in shown(answer)] == []


MASKED: list[tuple[str, str, Mapping[str, list[str]]]] = [
    (
        PERSON_OF_THE_FIRE,
        "W7",
        {
            "title": ["<em>赵**</em>露天焚烧案"],
            "party": ["<em>赵**</em>"],
            "facts": ["<em>赵**</em>于二〇二三年五月露天焚烧秸秆，<em>赵**</em>对事实无异议。"],
            "content": ["对<em>赵**</em>罚款500元。"],
        },
    ),
    ('"满露天"', "W7", {"title": ["<em>赵**露天</em>焚烧案"]}),
    ('"异议"', "W7", {"facts": ["赵**于二〇二三年五月露天焚烧秸秆，赵**对事实无<em>异议</em>。"]}),
    (
        "谷",
        "L1",
        {
            "title": ["<em>欧***</em>盗伐林木案"],
            "party": ["<em>欧***</em>"],
            "facts": ["<em>欧***</em>盗伐林木，立木蓄积12.5立方米，未办理采伐许可证。"],
        },
    ),
    ('"人周白"', "W1", {"facts": ["当事人将危险废物3.5吨非法倾倒在河道内。法定代表<em>人周**</em>到场确认。"]}),
    (
        '"秋与郑"',
        "T7",
        {
            "facts": ["查明<em>吴**与郑**</em>合伙；吴**签字，郑**在场，吴**承认。"],
        },
    ),
    ('"秋郑"', "T7", {"party": ["<em>吴**、郑**</em>"]}),
    ('"立秋签"', "T7", {"facts": ["查明吴**与郑**合伙；<em>吴**签</em>字，郑**在场，吴**承认。"]}),
    ('"寒露当场"', "T8", {"facts": ["经营者：冯**，男，汉族，未办证。<em>冯**当场</em>签字。"]}),
    (
        PERSON_WRITTEN_ODDLY,
        "T9",
        {
            "party": ["<em>卫**</em>"],
            "facts": ["<em>卫**</em>占地，<em>卫**</em>拆除，<em>卫**</em>复种，<em>卫**</em>到场。"],
        },
    ),
]


@pytest.mark.parametrize(("query", "label", "expected"), MASKED)
async def test_a_name_is_covered_where_it_matches_and_where_it_stands_by(
    searching_client: Client, corpus: Corpus, query: str, label: str, expected: Mapping[str, list[str]]
) -> None:
    edges = (await searching_client.ask(SEARCH, query=query))["searchCases"]["edges"]
    case_id = global_id("PenaltyCase", corpus.ids[label])
    (hit,) = (edge for edge in edges if edge["node"]["id"] == case_id)
    assert {each["field"]: each["fragments"] for each in hit["highlights"]} == expected
