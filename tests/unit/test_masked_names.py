"""Where a masked name's full form stands in a case's texts, and which words only look like it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.vocabularies import PartyType
from supervision.masked_names import masked_name
from supervision.privacy import cover_names, find_person_names


def full_forms(masked: str, *texts: str) -> set[str]:
    return set(find_person_names(masked, PartyType.PERSON, None, texts))


@pytest.mark.parametrize(
    "masked", ["周*", "周**", "周某", "周某某", "周XX", "周xx", "周ＸＸ", "周＊＊", "周○○", "周某甲"]
)
@pytest.mark.parametrize(
    "text",
    [
        "当事人周建国擅自占用林地",
        "经查，周建国在未办理许可证的情况下施工",
        "执法人员发现周建国正在砍伐林木",
        "对周建国的违法行为进行调查",
        "询问周建国，制作笔录",
        "决定对周建国作出罚款的处罚",
        "处罚决定书送达周建国本人",
        "由周建国负责缴纳",
        "周建国、李明到场",
        "当事人（周建国）",
    ],
)
def test_the_full_form_is_found_in_a_sentence_whatever_hides_it(masked: str, text: str) -> None:
    assert full_forms(masked, text) == {"周建国"}


@pytest.mark.parametrize(
    ("masked", "text", "full"),
    [
        ("周*", "询问周强，周强承认", {"周强"}),
        ("周＊国", "周建国承认", {"周建国"}),
        ("周*国", "周建国、周大明到场", {"周建国"}),
        ("欧阳**", "当事人欧阳文山签字", {"欧阳文山"}),
        ("欧阳*", "欧阳修的陈述", {"欧阳修"}),
        ("欧**", "欧阳文山经营", {"欧阳文山"}),
        ("于*", "，于建军擅自砍伐", {"于建军"}),
        ("林**", "林国强砍伐林木", {"林国强"}),
        ("仉*", "经营者仉平在场", {"仉平"}),
        ("王**", "，王明辉承认", {"王明辉"}),
        ("王*", "当事人王明在场", {"王明"}),
        ("周某甲", "当事人周建国、周某乙", {"周建国"}),
        ("周**", "周强：我销售了三箱。", {"周强"}),
        ("周××", "负责人：周建国", {"周建国"}),
        ("周＊国", "周建国对此供述", {"周建国"}),
        ("周*国", "送周建国签收", {"周建国"}),
        ("欧*", "当事人欧阳修远倾倒废渣", {"欧阳修远"}),
        ("周*；李*", "当事人周建国、李明擅自采砂", {"周建国", "李明"}),
        ("周*", "对周建国处罚款五千元", {"周建国"}),
        ("高*", "送达高伟并询问高志强", {"高伟", "高志强"}),
        # The mask tells nothing of them; the word for their role does.
        ("*", "当事人周建国销售假药。", {"周建国"}),
        ("李*", "当事人王建国销售假药。", {"王建国"}),
    ],
)
def test_the_form_fits_the_characters_that_the_mask_shows(masked: str, text: str, full: set[str]) -> None:
    assert full_forms(masked, text) == full


def test_every_name_that_the_mask_can_stand_for_is_covered() -> None:
    assert full_forms("周*", "周强与周建国擅自砍伐") == {"周强", "周建国"}
    assert full_forms("周**", "经查，周大为于2023年销售") == {"周大为", "周大"}
    assert full_forms("周*", "员工周大为从事加工") == {"周大为", "周大"}


def test_each_of_several_masked_persons_is_found() -> None:
    assert full_forms("周*、李**", "周强与李建军在现场，李建军承认") == {"周强", "李建军"}
    assert set(find_person_names("甲厂", PartyType.ORGANIZATION, "邓**", ["询问邓建军，"])) == {"邓建军"}


@pytest.mark.parametrize(
    ("masked", "text"),
    [
        ("周*", "周末在周边地区检查，周转箱在现场，周围村民，四周种植，每周一次，三周左右，一周内缴纳，上周五"),
        ("周**", "周边的，周围环境，周口市，周家口，周至县，周氏企业，周记米粉店"),
        ("周*", "当事人周末在王府井，业主周边环境"),
        ("王**", "王府井大街，王府的，王八，王家庄村委会，霸王鞭"),
        ("黄*", "黄家沟村，黄金，黄河路，黄色"),
        ("陈*", "当事人陈述、申辩，听取当事人陈述，陈旧"),
        ("许*", "持有许可证经营，许可证非法转让，许可销售"),
        ("张*", "张贴告知书，张家界市"),
        ("高*", "高速公路，高于标准，高浓度废水，高标准农田，2米高的墙"),
        ("金*", "金额，金属，金融"),
        ("林*", "林木采伐，林地，林业局，林权证"),
        ("于*", "于当日，于现场，位于周边"),
        ("张*", "张贴告示；张挂横幅"),
        ("黄*", "黄金首饰；黄河故道；黄色标签；黄牛肉"),
        ("高*", "高温天气；由高度近视的人员；高速公路"),
        ("金*", "金额为五千元；金属废料；对金属加工厂检查"),
        ("周*国", "周边国家，四周的国道"),
        ("高*", "当事人高度重视，业主高于标准"),
        ("方*", "负责人方可离开，当事人方面"),
        ("罗*", "罗农(农药)罚〔2024〕1号"),
        ("万*", "罚款贰万伍仟元，3万余元"),
        ("林**", "經林業和草原局處罰，林種的"),
    ],
)
def test_ordinary_words_places_and_numbers_are_no_full_form(masked: str, text: str) -> None:
    assert full_forms(masked, text) == set()


@pytest.mark.parametrize("text", ["当事人周*、周某某、周某甲、周XX", "负责人周某某陪同", "周某在，周**的"])
def test_a_name_that_is_masked_in_the_text_too_is_no_full_form(text: str) -> None:
    assert full_forms("周*", text) == set()


SURNAMES = st.sampled_from("周王李张刘陈杨赵吴徐孙朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭")
GIVEN_NAMES = st.sampled_from(["建国", "志强", "秀兰", "国平", "桂英", "海燕", "晓梅", "玉珍", "伟", "芳", "娜", "磊"])
MASKS = st.sampled_from(["*", "**", "某", "某某", "XX", "＊＊"])
ROLES = st.sampled_from(["当事人", "负责人", "被处罚人", "经营者", "违法行为人", "驾驶人"])
AFTER = st.sampled_from(["，", "。", "在", "于2023年5月", "擅自", "的", "承认", "未取得", "、", ")", ""])


@given(SURNAMES, GIVEN_NAMES, MASKS, ROLES, AFTER)
def test_a_full_form_behind_its_role_is_always_covered(
    surname: str, given_name: str, mask: str, role: str, after: str
) -> None:
    text = f"经查，{role}{surname}{given_name}{after}"
    assert surname + given_name not in cover_names(text, full_forms(surname + mask, text))


@given(st.text(max_size=60), st.text(max_size=8))
def test_no_text_and_no_name_is_too_odd(text: str, masked: str) -> None:
    full_forms(masked, text)


@given(
    st.text(alphabet="周王李*某X在的，当事人建国强末边府井欧阳", max_size=60),
    st.sampled_from(["周*", "王某某", "李*国", "欧阳**", "周*、李某"]),
)
def test_every_name_found_fits_one_of_the_masks_or_is_introduced(text: str, masked: str) -> None:
    forms = [form for part in masked.split("、") if (form := masked_name(part)) is not None]
    assert len(forms) == len(masked.split("、"))
    assert all(any(form.fits(name) for form in forms) for name in full_forms(masked, text))


@pytest.mark.parametrize("text", ["周", "周建国", "*", "**", "", "XX局", "周*国*", "a***"])
def test_what_shows_no_surname_or_hides_nothing_is_no_masked_name(text: str) -> None:
    assert masked_name(text) is None


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    started = time.perf_counter()
    for piece in ("周", "周强", "周建国在", "周 ", "张周*", "当事人周", "，周"):
        full_forms("周*、周某", piece * (50_000 // len(piece)))
    assert time.perf_counter() - started < 10
