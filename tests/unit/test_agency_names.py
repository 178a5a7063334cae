"""Names of agencies that are not registered: which one agency each means, and which mean none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.agency_name import agency_name_key
from schema.vocabularies import NameDecision
from supervision.agency_names import (
    AgencyNames,
    Ambiguous,
    Resolved,
    name_of_decision,
    resolve_agency_name,
    telling_context,
)
from supervision.agency_places import whole_place
from supervision.departments import Kinship, kinship

REGISTERED = (
    "济源市生态环境局",
    "北京市海淀区生态环境局",
    "北京市海淀区市场监督管理局",
    "南阳市生态环境局",
    "南阳市市场监督管理局",
    "南阳市卧龙区城市综合执法局",
    "昆明市生态环境局",
    "昆明市市场监督管理局",
    "昆明市五华区自然资源局",
    "南召县自然资源局",
    "吉林省生态环境厅",
    "吉林市生态环境局",
    "北京市工商行政管理局朝阳分局",
    "长春市朝阳区环境保护局",
    "邓州市农业局",
    "洛阳市食品药品监督管理局",
    "沛县林业局",
    "新乡市红旗区应急管理局",
    "济南市市中区住房和城乡建设局",
    "信阳市环境保护局",
    "信阳市生态环境局",
    "昆明市公安局官渡分局",
    "周口局",
)
SHORT, BRANCH, RENAMED = NameDecision.SHORT_NAME, NameDecision.BRANCH, NameDecision.RENAMED


def register_of(names: tuple[str, ...]) -> AgencyNames:
    register = AgencyNames()
    for agency_id, name in enumerate(names):
        register.enter(agency_id, name)
    return register


def meaning(sent: str, context: str | None = None, names: tuple[str, ...] = REGISTERED) -> object:
    """The registered name and how, the set of names where they are several, or None."""
    found = resolve_agency_name(sent, register_of(names), context)
    if isinstance(found, Resolved):
        return names[found.agency_id], found.how
    return {names[agency_id] for agency_id in found.agency_ids} if isinstance(found, Ambiguous) else None


@pytest.mark.parametrize(
    ("sent", "means", "how"),
    [
        ("济源市环保局", "济源市生态环境局", RENAMED),
        ("济源环保局", "济源市生态环境局", RENAMED),
        ("河南省济源市环境保护局", "济源市生态环境局", RENAMED),
        ("济源生态环境局", "济源市生态环境局", SHORT),
        ("济源市　生态环境局（本级）", "济源市生态环境局", SHORT),
        ("济源市环保局本级", "济源市生态环境局", RENAMED),
        ("海淀区环保局", "北京市海淀区生态环境局", RENAMED),
        ("北京海淀工商局", "北京市海淀区市场监督管理局", RENAMED),
        ("北京市海淀区质监局", "北京市海淀区市场监督管理局", RENAMED),
        ("南召县国土局", "南召县自然资源局", RENAMED),
        ("南阳市南召县国土资源局", "南召县自然资源局", RENAMED),
        ("南阳市邓州市农业农村局", "邓州市农业局", RENAMED),
        ("沛县林草局", "沛县林业局", RENAMED),
        ("吉林市环保局", "吉林市生态环境局", RENAMED),
        ("吉林省环保厅", "吉林省生态环境厅", RENAMED),
        ("洛阳市食药监局", "洛阳市食品药品监督管理局", SHORT),
        ("红旗区安监局", "新乡市红旗区应急管理局", RENAMED),
        ("市中区住建局", "济南市市中区住房和城乡建设局", SHORT),
        ("卧龙城市综合执法局", "南阳市卧龙区城市综合执法局", SHORT),
        ("官渡分局", "昆明市公安局官渡分局", SHORT),
        ("朝阳工商局", "北京市工商行政管理局朝阳分局", SHORT),
        ("北京市工商局朝阳区分局", "北京市工商行政管理局朝阳分局", SHORT),
        ("南阳市生态环境局卧龙分局", "南阳市生态环境局", BRANCH),
        ("南阳市环保局卧龙区分局", "南阳市生态环境局", BRANCH),
        ("信阳市环保局", "信阳市环境保护局", SHORT),
        ("周口局", "周口局", None),
        ("济源市 生态环境局", "济源市生态环境局", None),
    ],
)
def test_a_name_by_itself_means_the_one_agency_that_fits(sent: str, means: str, how: NameDecision | None) -> None:
    assert meaning(sent) == (means, how)


@pytest.mark.parametrize(
    ("sent", "context", "means", "how"),
    [
        ("海淀局", "北京市生态环境局", "北京市海淀区生态环境局", SHORT),
        ("海淀局", "北京市工商行政管理局", "北京市海淀区市场监督管理局", RENAMED),
        ("海淀局", "北京市食品药品监督管理局网站", "北京市海淀区市场监督管理局", RENAMED),
        ("五华局", "昆明市国土局", "昆明市五华区自然资源局", RENAMED),
        ("五华分局", "昆明市自然资源局官网", "昆明市五华区自然资源局", SHORT),
        ("环保局", "济源市信用办", "济源市生态环境局", RENAMED),
        ("环保局", "济源市生态环境局", "济源市生态环境局", RENAMED),
        ("西山分局", "昆明市生态环境局", "昆明市生态环境局", BRANCH),
        ("西山分局", "昆明市工商局", "昆明市市场监督管理局", BRANCH),
        ("生态环境局西山分局", "昆明市信用办", "昆明市生态环境局", BRANCH),
        ("朝阳分局", "北京市工商行政管理局", "北京市工商行政管理局朝阳分局", SHORT),
        ("济源市环保局", "南阳市信用办", "济源市生态环境局", RENAMED),
    ],
)
def test_a_short_name_is_told_by_its_sender(sent: str, context: str, means: str, how: NameDecision) -> None:
    assert meaning(sent, context) == (means, how)


@pytest.mark.parametrize(
    ("sent", "context"),
    [
        ("朝阳市环保局", None),
        ("北京市朝阳区环保局", None),
        ("洛阳市济源县环保局", None),
        ("南阳县生态环境局", None),
        ("济源市农业局", None),
        ("洛阳市工商局", None),
        ("洛阳市市场监督管理局", None),
        ("河南省生态环境厅", None),
        ("环保局", None),
        ("环保局", "信用中国"),
        ("局", None),
        ("分局", None),
        ("西山分局", None),
        ("西山分局", "昆明市人民政府"),
        ("西山分局", "信用中国"),
        ("海淀局", "上海市环保局"),
        ("海淀局", "北京市农业农村局"),
        ("朝阳分局", "北京市生态环境局"),
        ("洛阳市生态环境局西工分局", None),
        ("生态环境局西山分局", None),
        ("周口", None),
        ("济源市", None),
        ("", None),
    ],
)
def test_a_name_that_no_agency_fits_means_none(sent: str, context: str | None) -> None:
    assert meaning(sent, context) is None


@pytest.mark.parametrize(
    ("sent", "context", "can_be"),
    [
        ("海淀局", None, {"北京市海淀区生态环境局", "北京市海淀区市场监督管理局"}),
        ("海淀局", "信用北京", {"北京市海淀区生态环境局", "北京市海淀区市场监督管理局"}),
        ("五华局", None, {"昆明市五华区自然资源局"}),
        ("五华局", "昆明市信用办", {"昆明市五华区自然资源局"}),
        ("五华分局", None, {"昆明市五华区自然资源局"}),
        ("吉林环保局", None, {"吉林省生态环境厅", "吉林市生态环境局"}),
        ("朝阳局", None, {"北京市工商行政管理局朝阳分局", "长春市朝阳区环境保护局"}),
        ("朝阳分局", None, {"北京市工商行政管理局朝阳分局", "长春市朝阳区环境保护局"}),
    ],
)
def test_a_name_that_does_not_say_enough_names_the_agencies_that_it_can_mean(
    sent: str, context: str | None, can_be: set[str]
) -> None:
    assert meaning(sent, context) == can_be


def test_an_old_department_is_the_new_one_but_one_of_several_is_not_another() -> None:
    assert kinship("工商行政管理局", "市场监督管理局") is Kinship.RENAMED
    assert kinship("市场监督管理局", "工商行政管理局") is None
    assert kinship("工商行政管理局", "质量技术监督局") is None
    assert kinship("生态环境局", "环境保护局") is kinship("环境保护局", "生态环境局") is Kinship.RENAMED


def test_a_decision_is_kept_with_its_sender_only_where_the_name_needs_one() -> None:
    register = register_of(REGISTERED)
    assert name_of_decision("海淀局", register, "北京市生态环境局") == "海淀局(北京市生态环境局)"
    assert name_of_decision("海淀局", register, "信用中国") == "海淀局"
    assert name_of_decision("西山 分局", register, None) == "西山分局"
    assert name_of_decision("济源市环保局", register, "济源市信用办") == "济源市环保局"
    assert name_of_decision("南阳市生态环境局卧龙分局", register, "南阳市信用办") == "南阳市生态环境局卧龙分局"


def test_the_first_sender_that_tells_of_a_place_or_a_department_is_taken() -> None:
    assert telling_context([None, "信用中国", "昆明市信用办", "环保局"]) == "昆明市信用办"
    assert telling_context([None, "——"]) is None


def test_an_agency_that_is_renamed_is_found_under_its_new_name_only() -> None:
    register = register_of(("济源市环境保护局", "甲县城市综合执法局"))
    register.enter(0, "济源市水利局")
    register.enter(1, "甲县水利局")
    assert resolve_agency_name("济源市环保局", register) is None
    assert resolve_agency_name("甲城市综合执法局", register) is None
    assert resolve_agency_name("济源水利局", register) == Resolved(0, SHORT)


NAMES = st.lists(
    st.one_of(
        st.sampled_from(REGISTERED),
        st.builds(
            lambda place, unit, department: place + unit + department,
            st.text("海淀西山朝阳南召市区县", min_size=1, max_size=4),
            st.sampled_from(["市", "区", "县", ""]),
            st.sampled_from(["环保局", "生态环境局", "工商局", "局", "分局", "市场监督管理局", "公证处"]),
        ),
    ),
    min_size=1,
    max_size=8,
    unique_by=agency_name_key,
)


@given(names=NAMES, context=st.none() | st.sampled_from(REGISTERED))
def test_a_registered_name_always_means_its_own_agency(names: list[str], context: str | None) -> None:
    register = register_of(tuple(names))
    for agency_id, name in enumerate(names):
        assert resolve_agency_name(name, register, context) == Resolved(agency_id, None)


PLACES = (
    "济源市",
    "洛阳市",
    "北京市海淀区",
    "北京市朝阳区",
    "长春市朝阳区",
    "南召县",
    "沛县",
    "吉林市",
    "吉林省",
    "昆明市西山区",
)
DEPARTMENTS = ("环保局", "生态环境局", "工商局", "市场监督管理局", "质监局", "农业局", "公安局", "税务局")


@given(
    registered=st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(DEPARTMENTS)), unique=True, max_size=8),
    place=st.sampled_from(PLACES),
    department=st.sampled_from(DEPARTMENTS),
    context=st.none() | st.sampled_from(PLACES),
)
def test_a_whole_name_never_means_an_agency_of_another_place(
    registered: list[tuple[str, str]], place: str, department: str, context: str | None
) -> None:
    found = resolve_agency_name(place + department, register_of(tuple(map("".join, registered))), context)
    ids = (found.agency_id,) if isinstance(found, Resolved) else found.agency_ids if found else ()
    assert {registered[agency_id][0] for agency_id in ids} <= {place}


@given(
    sent=st.text("海淀西山朝阳市区县旗省局厅分本级()（） 环保生态境", max_size=14),
    context=st.none() | st.text(max_size=9),
)
def test_whatever_is_sent_is_resolved_or_not_without_an_error(sent: str, context: str | None) -> None:
    register = register_of(REGISTERED)
    found = resolve_agency_name(sent, register, context)
    assert found is None or isinstance(found, Resolved | Ambiguous)
    assert name_of_decision(sent, register, context).startswith(agency_name_key(sent))


def test_a_place_is_taken_apart_by_its_units() -> None:
    taken = {
        text: [part.stem + "|" + part.unit for part in whole_place(text) or ()]
        for text in ("河南省南阳市卧龙区", "济南市市中区", "新乡市红旗区", "新疆维吾尔自治区", "海淀", "")
    }
    assert taken == {
        "河南省南阳市卧龙区": ["河南|省", "南阳|市", "卧龙|区"],
        "济南市市中区": ["济南|市", "市中|区"],
        "新乡市红旗区": ["新乡|市", "红旗|区"],
        "新疆维吾尔自治区": ["新疆维吾尔|自治区"],
        "海淀": [],
        "": [],
    }
