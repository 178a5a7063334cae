"""Both engines answer every query and every filter as a person works it out by hand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from schema.vocabularies import Domain
from stores.rows import count_cases
from stores.search.seam import SearchEngine
from tests.integration.search_cases import LABELS, USCC_OF_MARKET, USCC_OF_PLANT
from tests.integration.search_corpus import Corpus, asked

EVERYTHING = " ".join(LABELS)


def all_but(labels: str) -> str:
    return " ".join(label for label in LABELS if label not in labels.split())


W, X, P = "W1 W2 W3 W4 W5 W6 W7 W8 W9", "X1 X2 X3 X4 X5", "P1 P2 P3 P4 P5 P6"
M = "M1 M2 M11 M12 M13 M14 M15 M16 M17 M18"

QUERIES = [
    # words, AND, OR, NOT
    (None, EVERYTHING),
    ("危险 废机油", "W3"),
    ("危险 AND 废机油", "W3"),
    ("危险\u3000废机油", "W3"),
    ("危险 -废物", ""),
    ("建设 -违法", ""),
    ("废水 -老鹳河", "W4 X1"),
    ("废水 NOT 老鹳河", "W4 X1"),
    ("废水 OR 废物", "W1 W2 W3 W4 X1 X2"),
    ("露天 OR 秸秆 镉", "W3 W7"),
    ("(露天 OR 镉) -秸秆", "W3 W6"),
    ("(废水 OR 秸秆) -party:大河", "W4 W7 W8 X2"),
    ("NOT 废水 facts:秸秆", "W7 W8"),
    ("-(-秸秆)", "W7 W8"),
    ("废水 -(直排 老鹳河)", "W4 X1"),
    ("-(废水 OR 危废)", all_but("W1 W2 W3 W4 X1 X2")),
    # exclusion only
    ("-危废", all_but("W1 W2 W3 X2")),
    ("-facts:废", all_but("W1 W2 W3 W4 X1 X2")),
    ("-x", EVERYTHING),
    ("-号", "X5"),
    # phrases, with punctuation and width inside
    ('"危险废物"', "W1 W3 X2"),
    ('"危险、废物"', "W1 W3 X2"),
    ("“废物露天”", "W3"),
    ('"废物（露天）堆放"', "W3"),
    ('"使用国家级用语"', "H1"),
    ('"露天焚烧"', "W7"),
    ('"a公司与ｂ公司"', "P5"),
    ('"重复重复重复"', "H3"),
    ('"重复重复重复重复"', ""),
    ('"复重"', "H3"),
    ('"末段另见镉"', "W6"),
    ('"流入沟渠经查"', "W6"),
    ('"不存在的短语"', ""),
    # single characters
    ("油", "W3"),
    ("镉", "W6"),
    ("〇", "W7 X5"),
    ("号", all_but("X5")),
    ("罚", all_but("W8 X5")),
    ("钱", "W8"),
    # Latin letters and digits
    ("3.5吨", "W1"),
    ("３．５吨", "W1"),
    ("2.5", "W4 L2"),
    ("12.5立方米", "L1"),
    ("5", "W1 W4 L1 L2 N1 M1"),
    ("0", "P4"),
    ("ph", "W4"),
    ("ＰＨ值", "W4"),
    ("app", "P4"),
    ("smartap", ""),
    ("v2.0", "P4"),
    ("AB", "P5"),
    ("a", "P5"),
    ("b公司", "P5"),
    ("GB 18597", "W5"),
    ("GB18597", ""),
    ("18597-2023", "W5"),
    ("500元", "W7"),
    ("360元", "P1 P2"),
    ("script", "N2"),
    # fields
    ("facts:废物", "W1 W3 X2"),
    ("basis:废物", "W1 W2"),
    ("content:罚款", "W1 W7"),
    ("facts:罚", ""),
    ("content:违法所得 -facts:违法所得", "P1"),
    ("party:(大河 OR 小河)", "X1 X2"),
    ("party:A石化销售（镇平）有限公司", "P5"),
    ("agency:工商", "H1 H2 H3"),
    ("agency:镇平 facts:商标", "P6"),
    ("facts:(废水 OR 废物) agency:西峡", "X1 X2"),
    # document numbers
    ("宛环罚〔2021〕1号", "W1"),
    ("宛环罚(2021)1号", "W1"),
    ("宛环罚（2021）1号", "W1"),
    ("宛环罚[2021]1号", "W1"),
    ("宛环罚【２０２１】1号", "W1"),
    ("宛环罚〔 2021 〕1号", "W1"),
    ("number:宛环罚〈2021〉1号", "W1"),
    ("宛环罚〔2022〕12号", "W4"),
    ("西环罚字(2020)", "X1 X2 X3"),
    ("〔2020〕9号", "X3"),
    ("(郑)城罚〔2021〕第3号", "Z3"),
    ('"郑城罚"', "Z1 Z2 Z3"),
    ("市监处罚(2022)100号", "P6 H2"),
    ("number:2023", "W6 W7 W8 W9"),
    ("环立〔2022〕9号", "W9"),
    ('"77号环立"', ""),
    # statutes
    ("第七十九条", "W1"),
    ("《中华人民共和国固体废物污染环境防治法》", "W1 W2"),
    ("固废法 第七十七条", "W2"),
    # synonyms
    ("危废", "W1 W2 W3 X2"),
    ('"危废"', "W2"),
    ("COD", "W4 W5"),
    ("焚烧秸秆", "W7 W8"),
    ("采伐证", "L1 L2"),
    ("基本农田", "N1 N2"),
    ("违建", "Z2"),
    ("无照", "P1"),
    ("噪声法", "X4"),
    ("过期食品", "P2"),
    ("环保局", f"{W} {X}"),
    ('"生态环境局"', W),
    ('agency:"环境保护局"', f"{W} {X}"),
    ("市场监管", P),
    ("工商局", f"{P} H1 H2 H3"),
    # segmentation: the words may stand apart
    ("非法倾倒危险废物", "W1"),
    ("露天焚烧秸秆", "W7"),
    ("大众超市", "P2 P3 H2"),
    ("毒死蜱超标", "P3"),
    ("设置标志", "W2"),
    ("二〇二三年", "W7"),
    # natural persons can be looked for
    ("赵小满", "W7"),
    ("欧阳谷雨", "L1"),
    ("周白露", "W1"),
]


@pytest.mark.parametrize(("text", "expected"), QUERIES, ids=[str(text) for text, _ in QUERIES])
async def test_a_query_finds_these_cases_and_no_other(
    corpus: Corpus, engine: SearchEngine, text: str | None, expected: str
) -> None:
    answer = await engine.search(asked(text))
    assert sorted(corpus.found(answer)) == sorted(expected.split())
    assert answer.total == len(expected.split())
    assert not answer.has_next


FILTERS: list[tuple[Mapping[str, Any], str]] = [
    ({}, EVERYTHING),
    ({"domains": (), "regions": (), "agencies": ""}, EVERYTHING),
    ({"domains": (Domain.FOOD_DRUGS,)}, "P2 P3"),
    ({"domains": (Domain.FOOD_DRUGS, Domain.MARKET)}, f"{P} H1 H2 H3"),
    ({"agencies": "X"}, X),
    ({"agencies": "XH"}, f"{X} H1 H2 H3"),
    ({"agencies": "X", "domains": (Domain.MARKET,)}, ""),
    ({"regions": ("411300",)}, f"{W} {X} {P}"),
    ({"regions": ("411323",)}, X),
    ({"regions": ("410000",)}, f"{W} {X} {P} Z1 Z2 Z3 {M} L1 L2"),
    ({"regions": ("410100",)}, f"Z1 Z2 Z3 {M}"),
    ({"regions": ("410122", "420600")}, f"{M} H1 H2 H3"),
    ({"regions": ("419900",)}, ""),
    ({"decided_from": date(2024, 2, 29)}, "X4 X5"),
    ({"decided_to": date(2018, 12, 31)}, "N1 H1 H3"),
    ({"decided_from": date(2021, 3, 1), "decided_to": date(2021, 3, 1)}, "W1 W2 P1"),
    ({"decided_from": date(2021, 3, 2), "decided_to": date(2021, 3, 1)}, ""),
    ({"decided_from": date(1, 1, 1), "decided_to": date(9999, 12, 31)}, all_but("W8 X3")),
    ({"fine_min": Decimal(150000)}, "X1 X2 X4 H1 H3"),
    ({"fine_min": Decimal("150000.001")}, "X1 X4 H1 H3"),
    ({"fine_max": Decimal("0.01")}, "W4 X5"),
    ({"fine_max": Decimal("0.009")}, "X5"),
    ({"fine_min": Decimal("0.005"), "fine_max": Decimal("0.01")}, "W4"),
    ({"fine_min": Decimal("1200.09"), "fine_max": Decimal("1200.1")}, "P6 H2"),
    ({"fine_min": Decimal("1200.091"), "fine_max": Decimal("1200.109")}, "P6"),
    ({"fine_min": Decimal("9999999999999.99")}, "X4"),
    ({"fine_min": Decimal("9999999999999999.999999")}, ""),
    ({"fine_min": Decimal("-0.5")}, all_but("W3 W8 P1 Z3")),
    ({"party_uscc": USCC_OF_MARKET}, "P2 P3 H2"),
    ({"party_uscc": USCC_OF_MARKET, "regions": ("411300",)}, "P2 P3"),
    ({"party_uscc": USCC_OF_PLANT}, "W1"),
    ({"party_uscc": "91410100MA40CCC30E"}, ""),
    (
        {
            "domains": (Domain.ENVIRONMENT, Domain.MARKET),
            "regions": ("411300",),
            "agencies": "WXP",
            "decided_from": date(2020, 7, 1),
            "decided_to": date(2022, 12, 31),
            "fine_min": Decimal(50000),
            "fine_max": Decimal("149999.99"),
        },
        "W1 W5 P5",
    ),
]


@pytest.mark.parametrize(("fields", "expected"), FILTERS)
async def test_a_filter_leaves_these_cases_and_the_record_counts_as_many(
    corpus: Corpus, engine: SearchEngine, fields: Mapping[str, Any], expected: str
) -> None:
    chosen = corpus.filter(**fields)
    answer = await engine.search(asked(filter=chosen))
    assert sorted(corpus.found(answer)) == sorted(expected.split())
    async with corpus.database.begin() as connection:
        assert answer.total == await count_cases(connection, chosen) == len(expected.split())


async def test_a_query_and_a_filter_must_both_hold(corpus: Corpus, engine: SearchEngine) -> None:
    answer = await engine.search(asked("毒死蜱 OR 大众", filter=corpus.filter(domains=(Domain.FOOD_DRUGS,))))
    assert sorted(corpus.found(answer)) == ["P2", "P3"]
