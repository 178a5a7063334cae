"""Through the API both engines show the same places of a hit: in every field, of any width, synonyms too, escaped."""

from collections.abc import Mapping
from typing import Any

import pytest

from api.ids import global_id
from tests.integration.graphql_client import Client
from tests.integration.search_cases import LABELS, LONG_SENTENCE
from tests.integration.search_corpus import Corpus

SEARCH = """query($query: String) {
  searchCases(query: $query, first: 100) { engine edges { node { id } highlights { field fragments } } }
}"""

MARKED = LONG_SENTENCE.replace("渗滤液", "<em>渗滤液</em>")
Shown = Mapping[str, list[str]]

HIGHLIGHTS: list[tuple[str, str, Shown]] = [
    # each field
    ("宛环罚(2021)1号", "W1", {"number": ["<em>宛环罚〔2021〕1号</em>"]}),
    ("宛环罚【２０２１】１号", "W1", {"number": ["<em>宛环罚〔2021〕1号</em>"]}),
    ("环立[2022]9号", "W9", {"number": ["<em>环立〔2022〕9号</em>"]}),
    ("number:号", "W9", {"number": ["宛环罚〔2023〕77<em>号</em>", "环立〔2022〕9<em>号</em>"]}),
    ('"违法建设案"', "Z2", {"title": ["<em>违法建设案</em>"]}),
    ('"大河造纸"', "X1", {"party": ["西峡县<em>大河造纸</em>厂"]}),
    (
        'agency:"生态环境局" 标识',
        "W2",
        {"agency": ["宛城试验市<em>生态环境局</em>"], "violationType": ["<em>标识</em>不清"]},
    ),
    (
        'agency:"数字执法中心" 章程',
        "T2",
        {"agency": ["云阳县<em>数字执法中心</em>"], "facts": ["该社的<em>章程</em>之修订，由理事会的会议作出。"]},
    ),
    ("basis:第七十九条", "W1", {"basis": ["《中华人民共和国固体废物污染环境防治法》<em>第七十九条</em>"]}),
    ("content:改正", "W1", {"content": ["罚款人民币十万元，责令<em>改正</em>。"]}),
    (
        '"31号" "虎兔" "鼠牛" "龙蛇" "城管" "狗猪" "猴鸡" "马羊"',
        "T1",
        {
            "number": ["云立〔2019〕<em>31号</em>"],
            "title": ["<em>鼠牛</em>"],
            "party": ["<em>虎兔</em>商行"],
            "agency": ["云阳<em>城管</em>大队"],
            "violationType": ["<em>龙蛇</em>"],
            "facts": ["<em>马羊</em>"],
            "basis": ["<em>猴鸡</em>"],
            "content": ["<em>狗猪</em>"],
        },
    ),
    # a word in several fields, and in one of them only where that one is named
    (
        "直排",
        "X1",
        {"title": ["污水<em>直排</em>案"], "facts": ["污水处理设施未运行，废水<em>直排</em>。"]},
    ),
    ("facts:直排", "X1", {"facts": ["污水处理设施未运行，废水<em>直排</em>。"]}),
    (
        "污水直排",
        "X1",
        {"title": ["<em>污水直排</em>案"], "facts": ["<em>污水</em>处理设施未运行，废水<em>直排</em>。"]},
    ),
    # synonyms
    ("危废", "X2", {"facts": ["废水直排老鹳河。堆场内未见<em>危险废物</em>。"]}),
    ("危废", "W2", {"facts": ["车间堆存<em>危废</em>2吨，未设置识别标志。"]}),
    ('"危废"', "W2", {"facts": ["车间堆存<em>危废</em>2吨，未设置识别标志。"]}),
    (
        "agency:环保局 识别",
        "W2",
        {
            "agency": ["宛城试验市<em>生态环境局</em>", "宛城试验市<em>环境保护局</em>"],
            "facts": ["车间堆存危废2吨，未设置<em>识别</em>标志。"],
        },
    ),
    ("COD", "W4", {"facts": ["外排废水<em>化学需氧量</em>超标，ｐＨ值为２．５。"]}),
    # punctuation, width, single characters, other alphabets
    ("危废", "W3", {"facts": ["<em>危险，废物</em>（露天）堆放；另有废机油。"]}),
    ('"危险废物露天堆放"', "W3", {"facts": ["<em>危险，废物（露天）堆放</em>；另有废机油。"]}),
    ("油", "W3", {"facts": ["危险，废物（露天）堆放；另有废机<em>油</em>。"]}),
    ("的", "T2", {"facts": ["该社<em>的</em>章程之修订，由理事会<em>的</em>会议作出。"]}),
    ("ph值 2.5", "W4", {"facts": ["外排废水化学需氧量超标，<em>ｐＨ值</em>为<em>２．５</em>。"]}),
    ("1,200.50元", "T6", {"facts": ["处以人民币<em>1,200.50元</em>，缴纳3万元，余￥0.8万元，合计叁万贰仟元整。"]}),
    (
        "h2o2 no7 viii 30m2",
        "T4",
        {
            "facts": [
                "5G基站旁<em>H2O₂</em>浓度３％，PM２．５超标１０倍；<em>№7</em>货柜内存<em>Ⅷ</em>类货物，占地<em>30㎡</em>，见①号库。"
            ]
        },
    ),
    (
        "fire москва 𠮷",
        "T5",
        {"facts": ["Café Zürich标签，<em>ﬁre</em>标识，<em>МОСКВА</em>制，서울제，<em>𠮷</em>野家，人々。"]},
    ),
    # escaped
    (
        '"拒不改正" script',
        "N2",
        {
            "facts": [
                "占用基本农田堆砂，&lt;<em>script</em>&gt;alert(1)&lt;/<em>script</em>&gt; &amp; <em>拒不改正</em>。"
            ]
        },
    ),
    # what is left out is not marked, and of alternatives each that is there
    ("废水 -老鹳河", "X1", {"facts": ["污水处理设施未运行，<em>废水</em>直排。"]}),
    ("镉 OR 废机油 OR 露天", "W3", {"facts": ["危险，废物（<em>露天</em>）堆放；另有<em>废机油</em>。"]}),
    ("-镉", "W3", {}),
    ("", "W3", {}),
    # a long text: the densest places, whole sentences round them
    ("镉", "W6", {"facts": [f"{LONG_SENTENCE * 2}末段另见<em>镉</em>。"]}),
    (
        '"渗滤液" OR 镉',
        "W6",
        {"facts": [f"措施，<em>渗滤液</em>流入沟渠。{MARKED * 2}"] * 3},
    ),
]


async def highlights(client: Client, corpus: Corpus, query: str) -> dict[str, dict[str, list[str]]]:
    """What is shown of each hit, by the case's label and the field."""
    edges = (await client.ask(SEARCH, query=query))["searchCases"]["edges"]
    labels = {global_id("PenaltyCase", case_id): label for case_id, label in corpus.labels.items()}
    return {
        labels[edge["node"]["id"]]: {shown["field"]: shown["fragments"] for shown in edge["highlights"]}
        for edge in edges
    }


@pytest.mark.parametrize(("query", "label", "expected"), HIGHLIGHTS)
async def test_a_hit_shows_where_it_matches(
    searching_client: Client, corpus: Corpus, query: str, label: str, expected: Shown
) -> None:
    shown = (await highlights(searching_client, corpus, query))[label]
    assert shown == expected
    assert list(shown) == list(expected)


@pytest.mark.parametrize("query", ["号", "废 OR 局", "第 1", "司 OR 罚", "(危废 OR 焚烧秸秆) -号 OR 秸秆"])
async def test_every_hit_of_a_query_that_looks_for_something_shows_why(
    searching_client: Client, corpus: Corpus, query: str
) -> None:
    shown = await highlights(searching_client, corpus, query)
    assert shown
    assert [label for label in LABELS if label in shown and not shown[label]] == []
    fragments: list[Any] = [fragments for fields in shown.values() for fragments in fields.values()]
    assert all(1 <= len(each) <= 6 and all("<em>" in fragment for fragment in each) for each in fragments)
