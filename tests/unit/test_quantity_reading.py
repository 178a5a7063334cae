"""Quantities read from text: what counts, what does not, how sure it is, and the words it was read from."""

from decimal import Decimal

import pytest

from bench.quantities.labelled import SETS, labelled_sentences, scores
from schema.vocabularies import UNITS, Certainty, Domain, QuantityMeasure
from supervision.quantities.mention import QuantityMention
from supervision.quantities.reading import read_quantities

SURE = Certainty.CERTAIN
DOUBTED = Certainty.POSSIBLE


def read(text: str, domain: Domain = Domain.ENVIRONMENT) -> list[tuple[str, str]]:
    return [(mention.measure.value, str(mention.value)) for mention in read_quantities(text, domain)]


def only(text: str, domain: Domain = Domain.ENVIRONMENT) -> QuantityMention:
    (mention,) = read_quantities(text, domain)
    return mention


@pytest.mark.parametrize("name", SETS)
def test_of_the_labelled_quantities_ninety_seven_in_a_hundred_are_found_and_as_many_of_those_found_are_right(
    name: str,
) -> None:
    result = scores(labelled_sentences(name))
    assert result.measures.keys() == set(QuantityMeasure)
    for score in (result.total, *result.measures.values()):
        assert score.precision >= Decimal("0.97"), result.misread
        assert score.recall >= Decimal("0.97"), result.misread


def test_the_labelled_sentences_are_many_and_none_stands_in_both_sets() -> None:
    texts = {name: [sentence.text for sentence in labelled_sentences(name)] for name in SETS}
    assert len(texts["held_out"]) >= 80
    assert len({text for name in SETS for text in texts[name]}) == sum(map(len, texts.values())) >= 320


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [
        ("倾倒3.5吨危险废物", "3.5"),
        ("倾倒危险废物3500公斤", "3.5"),
        ("倾倒危险废物叁吨", "3"),
        ("倾倒危险废物三点五吨", "3.5"),
        ("倾倒危险废物７０００斤", "3.5"),
        ("倾倒危险废物1,250.5kg", "1.2505"),
        ("倾倒危险废物十余吨", "10"),
        ("倾倒危险废物2千吨", "2000"),
    ],
)
def test_a_mass_is_in_tonnes_however_it_is_written(text: str, tonnes: str) -> None:
    assert read(text) == [("hazardous_waste", tonnes)]


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("造成经济损失5.2万元", "52000"),
        ("造成经济损失伍万贰仟元整", "52000"),
        ("造成经济损失5万2千元", "52000"),
        ("造成经济损失20余万元", "200000"),
        ("造成经济损失二十余万元", "200000"),
        ("造成经济损失百余万元", "1000000"),
        ("造成经济损失壹拾贰元叁角肆分", "12.34"),
        ("造成经济损失30万", "300000"),
    ],
)
def test_a_sum_is_in_yuan_however_it_is_written(text: str, yuan: str) -> None:
    assert read(text) == [("loss", yuan)]


@pytest.mark.parametrize(
    ("text", "mu"),
    [
        ("占用耕地5.2亩", "5.2"),
        ("占用耕地伍亩叁分", "5.3"),
        ("占用耕地3466.67平方米", "5.200005"),
        ("占用耕地1.2公顷", "18"),
        ("占用耕地5.2亩（3466.67平方米）", "5.2"),
    ],
)
def test_an_area_is_in_mu_and_counts_once_when_it_is_said_twice(text: str, mu: str) -> None:
    assert read(text, Domain.LAND) == [("other_farmland", mu)]


@pytest.mark.parametrize(
    "text",
    [
        "倾倒3.5吨煤",
        "危险废物仓库内有编织袋3.5吨",
        "有危险废物，罐体容积5吨",
        "一辆核载5吨的罐车装有废机油",
        "罚款3.5万元",
        "赔偿农户损失2.5万元",
        "倾倒污泥3.5吨，经鉴别不属于危险废物",
        "处以三倍罚款",
    ],
)
def test_an_amount_of_anything_else_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "未发现倾倒危险废物3吨",
        "没有证据证明当事人倾倒危险废物3吨",
        "举报称倾倒危险废物3吨，经查不属实",
        "举报所称倾倒3吨危险废物一事并不存在",
        "未倾倒危险废物3吨",
        "未造成经济损失30万元",
        "倾倒危险废物不足3吨",
        "倾倒危险废物未达3吨",
        "倾倒危险废物不到三吨",
        "倾倒危险废物3吨以下",
        "非法倾倒危险废物三吨以上的，应当认定为严重污染环境",
        "解释规定，“倾倒危险废物三吨以上”属于严重污染环境",
        "危险废物的入罪标准为3吨",
        "曾因倾倒危险废物3吨被处罚",
        "如果倾倒危险废物达到3吨",
        "每次倾倒危险废物3吨",
        "年处置危险废物3吨/年",
    ],
)
def test_what_is_negated_refuted_below_or_a_limit_of_the_law_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "倾倒危险废物约3吨",
        "倾倒危险废物近3吨",
        "倾倒危险废物3吨左右",
        "倾倒危险废物3吨以上",
        "倾倒疑似危险废物3吨",
        "涉嫌倾倒危险废物3吨",
        "倾倒危险废物3吨至5吨",
        "举报人称其倾倒危险废物3吨",
        "当事人供述倾倒危险废物3吨",
        "据村民反映，其倾倒危险废物3吨",
        "另一家公司倾倒危险废物3吨",
        "案外人王某倾倒危险废物3吨",
        "倾倒危险废物3吨，有待核实",
        "对倾倒3吨危险废物的事实予以否认",
    ],
)
def test_what_is_doubted_estimated_attributed_or_a_range_is_possible_by_its_lower_end(text: str) -> None:
    assert (only(text).value, only(text).certainty) == (Decimal(3), DOUBTED)


def test_what_the_agency_found_ends_a_doubt_of_an_earlier_clause() -> None:
    found = read_quantities("举报人称倾倒危险废物10吨，经查明，实际倾倒危险废物3.5吨。", Domain.ENVIRONMENT)
    assert [(mention.value, mention.certainty) for mention in found] == [(Decimal(10), DOUBTED), (Decimal("3.5"), SURE)]


def test_not_yet_sold_negates_the_sale_and_not_the_goods() -> None:
    assert read("该批伪劣产品尚未销售，货值金额16万元。", Domain.MARKET) == [("stock_value", "160000")]
    assert read("未销售伪劣产品，无销售金额。", Domain.MARKET) == []


def test_an_excess_is_one_more_than_the_multiple_and_a_multiple_is_itself() -> None:
    assert read("总铬超标4.2倍") == [("times_over_standard", "5.2")]
    assert read("总铬浓度为排放标准的4.2倍") == [("times_over_standard", "4.2")]
    assert read("总铬浓度达到排放标准的4.2倍") == [("times_over_standard", "4.2")]
    assert read("六价铬超标倍数为7.4。") == [("times_over_standard", "8.4")]
    assert read("总铬未超标，罚款为违法所得的3倍") == []


def test_each_multiple_has_its_substance() -> None:
    found = read_quantities("铅、镉分别超标4.2倍、3.1倍。", Domain.ENVIRONMENT)
    assert [(mention.substance, str(mention.value)) for mention in found] == [("铅", "5.2"), ("镉", "4.1")]


def test_a_total_is_said_to_be_one_and_counts_only_where_all_its_parts_do() -> None:
    parts = read_quantities("倾倒废机油1.2吨、废酸2.3吨，共计3.5吨。", Domain.ENVIRONMENT)
    assert [(str(mention.value), mention.is_total) for mention in parts] == [
        ("1.2", False),
        ("2.3", False),
        ("3.5", True),
    ]
    assert read("倾倒废机油1.2吨、废纸板2.3吨，共计3.5吨。") == [("hazardous_waste", "1.2")]


def test_farmland_of_which_a_part_is_basic_is_a_whole_that_may_not_count_for_itself() -> None:
    whole, part = read_quantities("占用耕地11.3亩，其中永久基本农田5.6亩。", Domain.LAND)
    assert (whole.measure, whole.certainty, whole.is_total) == (QuantityMeasure.OTHER_FARMLAND, DOUBTED, True)
    assert (part.measure, part.certainty) == (QuantityMeasure.BASIC_FARMLAND, SURE)


def test_land_that_was_approved_is_none_and_land_that_was_not_is_some() -> None:
    assert read("经批准，使用耕地30亩", Domain.LAND) == []
    assert read("经批准占用耕地30亩，另占用耕地2亩", Domain.LAND) == [("other_farmland", "2")]
    assert read("未经批准，占用耕地30亩", Domain.LAND) == [("other_farmland", "30")]
    assert read("未依法取得批准，占用耕地30亩", Domain.LAND) == [("other_farmland", "30")]


@pytest.mark.parametrize(
    ("text", "domain", "quantities"),
    [
        ("销售不合格电线，年度销售额80万元，货值金额300元", Domain.MARKET, [("stock_value", "300")]),
        ("不合格插座全年销售金额8万元", Domain.MARKET, [("sales_amount", "80000")]),
        ("不合格灯具货值金额90元，合格灯具货值金额18万元", Domain.MARKET, [("stock_value", "90")]),
        ("以不合格电缆冒充合格电缆销售，销售金额8万元", Domain.MARKET, [("sales_amount", "80000")]),
        ("销售不合格水泥，销售金额7万元，整改后复检合格", Domain.MARKET, [("sales_amount", "70000")]),
        ("开采铁矿，剩余储量矿石价值900万元", Domain.LAND, []),
        ("越界开采消耗储量3万吨，矿产品价值45万元", Domain.LAND, [("mineral_value", "450000")]),
        ("矿产品价值45万元，尚未开采", Domain.LAND, []),
        ("承包耕地50亩，擅自占用0.5亩", Domain.LAND, []),
        ("租赁耕地12亩建设厂房，占用园地2亩", Domain.LAND, [("other_farmland", "12")]),
        ("新增耕地35亩", Domain.LAND, []),
        ("采伐立木蓄积30立方米，已办理采伐许可证", Domain.FORESTRY, []),
        ("采伐立木蓄积30立方米，未依法办理采伐许可证", Domain.FORESTRY, [("timber_volume", "30")]),
        ("采伐立木蓄积30立方米，采伐许可证已过期", Domain.FORESTRY, [("timber_volume", "30")]),
        ("毁坏林地20亩，其中办理使用林地手续5亩", Domain.FORESTRY, [("other_forest", "20"), ("other_forest", "5")]),
        ("受害人张某的林地20亩被毁坏", Domain.FORESTRY, [("other_forest", "20")]),
        ("毁坏人工造林的林地20亩", Domain.FORESTRY, [("other_forest", "20")]),
        ("不合格电线2023年累计销售金额8万元", Domain.MARKET, [("sales_amount", "80000")]),
        ("因旱灾减产损失12万元", Domain.AGRICULTURE, []),
    ],
)
def test_an_amount_of_something_beside_the_act_is_none(
    text: str, domain: Domain, quantities: list[tuple[str, str]]
) -> None:
    assert read(text, domain) == quantities


def test_a_corrected_amount_is_none_and_the_one_that_corrects_it_is_of_the_same() -> None:
    assert read("倾倒废机油3.8吨，经复核更正为0.38吨") == [("hazardous_waste", "0.38")]
    assert read("销售金额5万元，库存货值实际为1万元", Domain.MARKET) == [
        ("sales_amount", "50000"),
        ("stock_value", "10000"),
    ]
    assert read("占用基本农田5.6亩，经套合实际为建设用地", Domain.LAND) == []


def test_what_another_case_dealt_with_is_none() -> None:
    assert read("2022年倾倒废酸5吨的行为已另案处理") == []
    assert read("曾经倾倒废酸5吨的行为已于2022年被处罚") == []
    assert read("2018年因倾倒废酸5吨被追究刑事责任") == []
    assert read("倾倒废酸5吨，同案人员另案处理") == [("hazardous_waste", "5")]


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("由第三方倾倒，共计5吨危险废物", DOUBTED),
        ("危险废物系由某物流公司擅自倾倒，共计5吨", DOUBTED),
        ("盗伐系王某所为，危险废物5吨", DOUBTED),
        ("邻厂将5吨废漆渣倾倒在路边", DOUBTED),
        ("由当事人倾倒危险废物5吨", SURE),
        ("由其公司员工倾倒危险废物5吨", SURE),
        ("由于设备故障排放危险废物5吨", SURE),
        ("当事人与他人共同倾倒危险废物5吨", SURE),
    ],
)
def test_what_somebody_else_did_is_only_possible(text: str, certainty: Certainty) -> None:
    assert only(text).certainty is certainty


def test_standing_trees_by_volume_are_timber_only_in_forestry_and_only_possible() -> None:
    assert only("滥伐林木15立方米", Domain.FORESTRY).certainty is DOUBTED
    assert read("滥伐林木15立方米", Domain.LAND) == []


def test_a_quantity_has_its_words_their_place_its_object_and_the_acts_of_its_sentence() -> None:
    text = "另查明：当事人贮存并倾倒废机油3.5吨。"
    mention = only(text)
    assert (mention.quote, text[mention.start : mention.end]) == ("废机油3.5吨", "废机油3.5吨")
    assert (mention.unit, mention.substance) == (UNITS[QuantityMeasure.HAZARDOUS_WASTE], "废机油")
    assert mention.acts == ("贮存", "倾倒")


def test_an_amount_beyond_all_measure_is_none() -> None:
    assert read("倾倒危险废物" + "9" * 15 + "亿亿吨") == []
    assert read("经济损失999999999999999亿元") == []
