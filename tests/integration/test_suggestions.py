"""What is suggested for a prefix, compared with what a reading of the same names by the rule alone gives."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schema.access_records import EVERYTHING, Scope
from schema.records import Suggestion
from schema.tokens import token_text, tokens
from schema.vocabularies import SuggestionKind
from stores.embedded import EmbeddedDatabase
from stores.errors import BadUserInputError
from stores.keys import parse_key_ring
from stores.postgres import Database
from stores.suggestions import MAX_PREFIX, read_suggestions
from tests.conftest import TEST_KEY, cloned_database
from tests.integration.feeding import COMPANY, PERSON_NUMBER, Feed, agency, case, organisation, person
from tests.integration.search_corpus import now

AGENCIES: Mapping[str, Sequence[str]] = {
    "南阳市生态环境局": ("南阳市环境保护局", "市环保局"),
    "西峡县生态环境局": (),
    "西峡县生态环境局回车分局": (),
    "西峡县市场监督管理局": ("西峡县工商局",),
    "Lab检测（西峡）中心": (),
}
PERSONS = ("赵小满", "孙立夏", "欧阳谷雨", "周白露", "钱立冬", "吴霜降")
HIDDEN_PARTIES = ("赵小满", "孙**", "孙立夏", "欧阳谷雨", "周白露砖瓦窑", "钱立冬", "谭XX", "李某某", "XX厂")
"""Parties that are natural persons, whatever the sender says, or go by one's name."""

STATE = "中华人民共和国"
STATUTES = {
    "中华人民共和国固体废物污染环境防治法": ("固废法",),
    "中华人民共和国环境保护法": ("环保法",),
    "中华人民共和国水污染防治法": (),
    "河南省大气污染防治条例": (),
    "环境行政处罚办法（试行）": (),
    "GB 18597-2023危险废物贮存污染控制标准": (),
}
"""Each with its short names."""

BASIS = (
    "《中华人民共和国固体废物污染环境防治法》第七十九条、《中华人民共和国环境保护法（2014年修订）》，"
    "《中华人民共和国水污染防治法》《责令改正决定书》《本办法》《办法》《吴霜降管理办法》"
    "《河南省大气\n污染防治条例》《环境行政处罚办法（试行）》《GB 18597-2023 危险废物贮存 污染控制标准》《"
)


def _cases() -> Iterator[dict[str, Any]]:
    nanyang, xixia, _, market, lab = AGENCIES
    parties = [
        organisation("西峡县大河造纸厂"),
        organisation("西峡县大河造纸厂", COMPANY, legalRepresentative="周白露"),
        organisation("西峡县大河造纸厂（西峡）分厂"),
        organisation("南阳宛运ＡＢＣ物流有限公司"),
        organisation("abc 商贸有限公司"),
        organisation("周白露砖瓦窑", legalRepresentative="周白露"),
        organisation("钱立冬"),
        organisation("谭XX"),
        organisation("李某某"),
        organisation("XX厂"),
        person("赵小满", PERSON_NUMBER),
        person("孙**"),
        person("欧阳谷雨"),
    ]
    for number, party in enumerate(parties, start=1):
        yield case(
            f"宛环罚〔2021〕{number}号",
            agency=nanyang,
            party=party,
            facts="经营者：吴霜降，男。",
            legalBasis=BASIS,
            filingNumber=f"宛环立〔2021〕{number % 3}号",
        )
    for written in ("宛环罚（2020）7号", "宛环罚[2020]12号", "(宛)环罚〔2020〕第120号", "宛环罚〔2021〕1号", "Ａ-19/b"):
        yield case(written, agency=xixia, party=organisation("西峡县小河选矿厂"))
    yield case("赵小满罚〔2021〕1号", agency=market, party=person("赵小满", PERSON_NUMBER))
    yield case("吴霜降罚〔2021〕2号", agency=market, party=organisation("西峡县大众超市"), facts="经营者：吴霜降，男。")
    yield case(
        None, agency=market, party=organisation("市场旁小吃店"), filingNumber="市监立〔2022〕3号", facts="无照。"
    )
    yield case(None, agency=lab, party=person("孙立夏"), filingNumber="孙立夏立〔2022〕3号", facts="无照。")


@dataclass(frozen=True)
class Names:
    """The loaded database, and every name in it that may be suggested, as `_ranked` reads them."""

    database: Database
    known: Sequence[tuple[SuggestionKind, int | None, str, tuple[str, ...], tuple[str, ...]]]

    async def suggest(self, prefix: str, first: int = 10, scope: Scope = EVERYTHING) -> list[Suggestion]:
        async with self.database.begin() as connection:
            return await read_suggestions(connection, scope, prefix, first)

    async def texts(self, prefix: str, first: int = 10) -> list[str]:
        return [suggestion.text for suggestion in await self.suggest(prefix, first)]

    def expected(self, prefix: str, first: int) -> list[Suggestion]:
        """The rule, read name by name."""
        typed = tokens(prefix)
        begins = f" {' '.join(typed)}"
        found = []
        for kind, key, text, own, others in self.known if typed else ():
            rank = _rank(kind, begins, [*map(token_text, own)], [*map(token_text, others)])
            if rank is not None:
                few = kind in {SuggestionKind.AGENCY, SuggestionKind.STATUTE}
                shown = text if few else token_text(text)
                found.append((list(SuggestionKind).index(kind), (rank, len(shown), shown, key or 0), kind, text, key))
        placed = []
        for place_of_kind in range(len(SuggestionKind)):
            of_kind = sorted(each for each in found if each[0] == place_of_kind)
            placed += [
                (order[0] > 0, place, place_of_kind, Suggestion(kind=kind, text=text, record_id=key))
                for place, (_, order, kind, text, key) in enumerate(of_kind)
            ]
        return [suggestion for *_, suggestion in sorted(placed, key=lambda each: each[:3])][:first]


def _rank(kind: SuggestionKind, begins: str, own: Sequence[str], others: Sequence[str]) -> int | None:
    if f"{begins} " in {*own, *others}:
        return 0
    if any(name.startswith(begins) for name in (*own, *others)):
        return 1
    few = kind in {SuggestionKind.AGENCY, SuggestionKind.STATUTE}
    long_enough = len(begins.replace(" ", "")) > 1
    return 2 if few and long_enough and any(begins in name for name in own) else None


@pytest.fixture(scope="module")
async def names(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Names]:
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)
        feed = Feed(database, parse_key_ring(TEST_KEY), now, Path(tmp_path_factory.mktemp("feed")))
        report = await feed(*(agency(name, aliases=list(aliases)) for name, aliases in AGENCIES.items()), *_cases())
        assert report.accounts.rejected == 0, report.errors
        yield Names(database, await _known(feed))
        await database.close()


async def _known(feed: Feed) -> list[Any]:
    known: list[Any] = [
        (SuggestionKind.NUMBER, row["id"], number, (number,), ())
        for row in await feed.rows("SELECT id, document_number, filing_number FROM penalty_case")
        for number in {row["document_number"], row["filing_number"]} - {None}
        if not any(name in number for name in PERSONS)
    ]
    parties: dict[str, Any] = {}
    for row in await feed.rows("SELECT id, name FROM party ORDER BY uscc IS NULL, id"):
        if row["name"] not in HIDDEN_PARTIES:
            parties.setdefault(
                token_text(row["name"]), (SuggestionKind.PARTY, row["id"], row["name"], (row["name"],), ())
            )
    known += parties.values()
    for row in await feed.rows("SELECT id, name FROM agency"):
        known.append((SuggestionKind.AGENCY, row["id"], row["name"], (row["name"], *AGENCIES[row["name"]]), ()))
    for name, short in STATUTES.items():
        known.append((SuggestionKind.STATUTE, None, name, (name, name.removeprefix(STATE)), short))
    return known


# -- What a person who types expects ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix",
    ["宛环罚〔2021", "宛环罚(2021", "宛环罚（２０２１", "宛环罚[2021]", "宛环罚【2021】", "宛环罚 2021", "宛环罚202"],
)
async def test_a_number_is_found_in_any_bracket_style_the_shorter_before_the_longer(names: Names, prefix: str) -> None:
    found = [each.text for each in await names.suggest(prefix, 100) if "2021" in each.text]
    assert found[:4] == ["宛环罚〔2021〕1号", "宛环罚〔2021〕1号", "宛环罚〔2021〕2号", "宛环罚〔2021〕3号"]
    assert found[-4:] == [f"宛环罚〔2021〕{number}号" for number in (10, 11, 12, 13)]


async def test_a_number_that_was_typed_in_full_comes_first_once_for_each_agency_that_uses_it(names: Names) -> None:
    found = await names.suggest("宛环罚(2021)1号")
    assert [each.text for each in found] == ["宛环罚〔2021〕1号"] * 2
    assert len({each.record_id for each in found}) == 2


async def test_a_filing_number_leads_to_each_of_its_cases(names: Names) -> None:
    found = await names.suggest("宛环立2021〕1号")
    assert [each.text for each in found] == ["宛环立〔2021〕1号"] * 5
    assert len({each.record_id for each in found}) == 5


async def test_parties_of_one_name_are_one_suggestion_that_leads_to_the_one_known_by_its_code(names: Names) -> None:
    found = await names.suggest("西峡县大河")
    assert [each.text for each in found] == ["西峡县大河造纸厂", "西峡县大河造纸厂（西峡）分厂"]
    async with names.database.begin() as connection:
        code = await connection.exec_driver_sql("SELECT uscc FROM party WHERE id = %s", (found[0].record_id,))
        assert code.scalar() == COMPANY


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("南阳市环境", ["南阳市生态环境局"]),  # an alias
        ("市环保", ["南阳市生态环境局"]),
        ("市环保局南", []),  # where one name ends no other begins
        ("生态环境", ["南阳市生态环境局", "西峡县生态环境局", "西峡县生态环境局回车分局"]),  # a later part
        ("lab检测西峡", ["Lab检测（西峡）中心"]),
        ("ＬＡ", ["Lab检测（西峡）中心"]),
        ("ab检测", []),  # a token is found by its beginning only
    ],
)
async def test_an_agency_is_found_by_name_by_alias_and_by_a_later_part(
    names: Names, prefix: str, found: list[str]
) -> None:
    assert await names.texts(prefix) == found


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("固废", ["中华人民共和国固体废物污染环境防治法"]),
        ("固废法", ["中华人民共和国固体废物污染环境防治法"]),
        ("水污染", ["中华人民共和国水污染防治法"]),
        ("《水污染", ["中华人民共和国水污染防治法"]),
        ("大气污染", ["河南省大气污染防治条例"]),
        (
            "中华",
            ["中华人民共和国环境保护法", "中华人民共和国水污染防治法", "中华人民共和国固体废物污染环境防治法"],
        ),
        ("gb 185", ["GB 18597-2023危险废物贮存污染控制标准"]),
        ("决定书", []),
        ("本办", []),
    ],
)
async def test_a_statute_is_found_by_its_name_without_the_state_and_by_its_short_name(
    names: Names, prefix: str, found: list[str]
) -> None:
    assert await names.texts(prefix) == found


async def test_no_kind_crowds_out_the_others(names: Names) -> None:
    found = await names.suggest("西峡", 6)
    kinds = [each.kind for each in found]
    assert kinds == [SuggestionKind.PARTY, SuggestionKind.AGENCY] * 3
    assert [each.text for each in found[1::2]] == [
        "西峡县生态环境局",
        "西峡县市场监督管理局",
        "西峡县生态环境局回车分局",
    ]


# -- Natural persons --------------------------------------------------------------------------------------------------


async def test_no_prefix_of_a_person_or_of_a_number_of_theirs_gives_anything_of_theirs(names: Names) -> None:
    for name in (*PERSONS, *HIDDEN_PARTIES, PERSON_NUMBER, f"{PERSONS[0]}罚〔2021〕1号"):
        for end in range(1, len(name) + 1):
            texts = await names.texts(name[:end], 100)
            assert not [text for text in texts for hidden in (*PERSONS, *HIDDEN_PARTIES) if hidden in text]
            assert PERSON_NUMBER[:10] not in "".join(texts)
    assert await names.texts(PERSON_NUMBER) == []
    assert await names.texts("周白露") == await names.texts("赵小满") == []


async def test_a_name_that_changes_hands_is_suggested_no_more(database: Database, tmp_path: Path) -> None:
    feed = Feed(database, parse_key_ring(TEST_KEY), now, tmp_path)
    await feed(case(party=organisation("宏达化工厂", COMPANY)))
    here = Names(database, ())
    assert await here.texts("宏达") == ["宏达化工厂"]
    await feed(case(party=organisation("恒通化工厂", COMPANY)))
    assert await here.texts("宏达") == []
    assert await here.texts("恒通") == ["恒通化工厂"]
    await feed.run("UPDATE party SET type = 'PERSON'")
    assert await here.texts("恒通") == []


# -- Whatever is typed ------------------------------------------------------------------------------------------------

_PIECES = [
    *PERSONS,
    *HIDDEN_PARTIES,
    *AGENCIES,
    *STATUTES,
    "固废法",
    "环保法",
    "宛环罚〔2021〕13号",
    "西峡县大河造纸厂",
]
_PIECES += [alias for aliases in AGENCIES.values() for alias in aliases]
_WIDE = str.maketrans("0123456789ABCabc〔〕", "０１２３４５６７８９ＡＢＣａｂｃ[]")


@st.composite
def prefixes(draw: st.DrawFn) -> str:
    """Some part of some name, written in some other way."""
    name = draw(st.sampled_from(_PIECES))
    start = draw(st.just(0) | st.integers(0, len(name) - 1))
    part = name[start : draw(st.integers(start, len(name)))]
    if draw(st.booleans()):
        part = part.translate(_WIDE)
    noise = draw(st.sampled_from(["", "", "", " ", "《", "％", "\\", "_", "\x00", "\ud800"]))
    place = draw(st.integers(0, len(part)))
    return part[:place] + noise + part[place:]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(prefix=prefixes() | st.text(max_size=12), first=st.sampled_from([0, 1, 3, 10, 100]))
@example(prefix="%", first=10)
@example(prefix="_", first=10)
@example(prefix="\\", first=10)
@example(prefix="\x00\ud800", first=10)
@example(prefix="宛%", first=10)
@example(prefix="\ufdfa" * MAX_PREFIX, first=100)
@example(prefix="' OR true --", first=100)
async def test_what_is_suggested_is_what_the_rule_says_whatever_is_typed(names: Names, prefix: str, first: int) -> None:
    found = await names.suggest(prefix, first)
    assert found == names.expected(prefix, first)
    # In short: somewhere in what a suggestion is called, the tokens that were typed stand side by side.
    begins = f" {' '.join(tokens(prefix))}"
    for each in found:
        called = [
            name
            for kind, key, text, own, others in names.known
            if (kind, key, text) == (each.kind, each.record_id, each.text)
            for name in (*own, *others)
        ]
        assert any(begins in token_text(name) for name in called)


@pytest.mark.parametrize("prefix", ["", " ", "\u3000\t\n", "〔〕", "%_\\", "\x00"])
async def test_a_prefix_without_a_letter_or_digit_suggests_nothing(names: Names, prefix: str) -> None:
    assert await names.suggest(prefix) == []


async def test_a_prefix_that_is_too_long_is_refused_and_the_longest_is_not(names: Names) -> None:
    with pytest.raises(BadUserInputError, match="at most 200"):
        await names.suggest("宛" * (MAX_PREFIX + 1))
    assert await names.suggest("宛" * MAX_PREFIX) == []
