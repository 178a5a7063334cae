"""What of an entry's words is shown to whoever may not read natural persons' names."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLInputObjectType, GraphQLNamedType, get_named_type
from hypothesis import given
from hypothesis import strategies as st

from api.graphql_schema import schema
from schema.vocabularies import NAMED_FIELDS
from supervision.audit_covering import CODES, PROSE, cover_detail, cover_question, cover_remark
from supervision.surnames import COMPOUND_SURNAMES, SINGLE_SURNAMES

SEARCHED = {"query", "prefix", "documentNumber", "partyUscc"} | {
    *("name", "number", "official", "organisation", "position", "workplace", "crime"),
}
"""What is searched with, and what may be a person's name by itself: covered as a question."""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("张三", "张*"),
        ("禤三", "禤*"),
        ("李建国 OR 废水", "李** OR 废*"),
        ("party:张三 -环境污染", "party:张* -****"),
        ('"张建国非法排污"', '"张**非法排污"'),
        ('"欧阳建国非法排污"', '"欧***非法排污"'),
        ("“张、三”", "“张、*”"),
        ("张 三", "张 *"),
        ("禤 三", "禤 *"),
        ("买买提·艾力", "买**·**"),
        ("John Smith", "J*** S****"),
        ("Ильин", "И****"),
        ("⻢三", "⻢*"),
        ("南环罚〔2024〕1号", "南环罚〔2024〕1号"),
        ("方环罚(2024)1号", "方**(2024)1号"),
        ("91411300MA4XXXXX1A", "91411300MA4XXXXX1A"),
        ("违反水污染防治法", "违反水污染防治法"),
        ("张*", "张*"),
        ("", ""),
    ],
)
def test_a_question_is_shown_without_what_may_be_a_name(typed: str, shown: str) -> None:
    assert cover_question(typed) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("专项检查", "专项检查"),
        ("核查张建国非法排污案", "核查张**非法排污案"),
        ("当事人：欧阳锋", "当事人：欧**"),
        ("业主张三", "业主张*"),
        ("办理王五，欧阳某某案", "办理王*，欧***案"),
        ("行政处罚和刑事处罚", "行政处罚和刑事处罚"),
        ("南阳市环境保护局2024年3月.xlsx", "南阳市环境保护局2024年3月.xlsx"),
        ("东县人民法院", "东县人民法院"),
        ("常德市武陵区人民检察院", "常德市武陵区人民检察院"),
        ("在东县公安局，经白云区生态环境局", "在东县公安局，经白**生态环境局"),
        ("李四诉东县人民政府案", "李*诉东*人民政府案"),
        ("李四在区公安局，孙圣诉县人民政府", "李*在区公安局，孙**县人民政府"),
        ("王公安局长", "王**局长"),
        ("张三诊所", "张**所"),
        ("买买提·艾力的案件", "买**·*****"),
        ("核查 Zhao Xiaoman", "核查 Z*** X******"),
        ("核查Zhao Xiaoman，ZHAO XIAOMAN一案", "核查Z*** X******，Z*** X******一案"),
        ("Ахмет，José，ئاليم", "А****，J***，ئ****"),
        ("阿依古丽.csv", "阿***.csv"),
        ("feed.jsonl，PM2.5与COD超标，见OA系统", "feed.jsonl，PM2.5与COD超标，见OA系统"),
        ("", ""),
    ],
)
def test_a_remark_is_shown_without_what_reads_as_a_name(written: str, shown: str) -> None:
    assert cover_remark(written) == shown


def test_what_is_covered_is_covered_however_deep_inside_and_nothing_else() -> None:
    detail = {
        "query": "张三",
        "filter": {"partyUscc": "李四", "domains": ["LAND"], "rules": ["transfer.late", "王五"], "fineMin": "10.5"},
        "first": 20,
        "after": None,
        "reason": "核实赵六的申请",
        "agency": "方城县环境保护局",
        "accountLogin": "zhang.san",
    }
    assert cover_detail(detail) == {
        "query": "张*",
        "filter": {"partyUscc": "李*", "domains": ["LAND"], "rules": ["transfer.late", "王*"], "fineMin": "10.5"},
        "first": 20,
        "after": None,
        "reason": "核实赵**申*",
        "agency": "方城县环境保护局",
        "accountLogin": "zhang.san",
    }
    assert detail["query"] == "张三"


given_names = st.text("建国伟芳娜秀英敏静丽强磊洋勇艳杰", min_size=1, max_size=2)
surnames = st.sampled_from(sorted(SINGLE_SURNAMES | COMPOUND_SURNAMES))
around = st.text('，。 的在被对非法排污水OR-("）0〔', max_size=6)


@given(around, surnames, given_names, around)
def test_no_known_surname_leaves_its_given_name_in_a_question(before: str, surname: str, name: str, after: str) -> None:
    shown = cover_question(f"{before}{surname}{name}{after}")
    assert name not in shown
    assert len(shown) == len(f"{before}{surname}{name}{after}")


@given(st.text())
def test_whatever_is_written_is_shown_in_its_length(text: str) -> None:
    assert len(cover_question(text)) == len(text)
    cover_remark(text)


def arguments(of: GraphQLNamedType, seen: set[str]) -> Iterator[tuple[str, str]]:
    """(name, type) of every argument there is."""
    for field in of.fields.values():  # type: ignore[attr-defined]  # all have fields
        for name, argument in getattr(field, "args", {}).items():
            yield from given_as(name, get_named_type(argument.type), seen)


def given_as(name: str, kind: GraphQLNamedType, seen: set[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(kind, GraphQLInputObjectType):
        yield name, kind.name
    elif kind.name not in seen:
        seen.add(kind.name)
        for inner, field in kind.fields.items():
            yield from given_as(inner, get_named_type(field.type), seen)


def test_of_every_argument_it_is_said_how_it_is_covered() -> None:
    roots = schema._schema.type_map  # noqa: SLF001  the one way to graphql-core's schema
    seen: set[str] = set()
    known = {pair for name in ("Query", "Mutation") for pair in arguments(roots[name], seen)}
    assert {name for name, _kind in known} <= SEARCHED | PROSE | CODES
    assert {name for name, kind in known if kind == "String"} >= SEARCHED


def test_the_fields_of_a_query_stay_readable() -> None:
    for field in NAMED_FIELDS:
        assert cover_question(f"{field.value}:废") == f"{field.value}:废"
