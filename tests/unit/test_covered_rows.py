"""What of a row that was sent is covered: names and identity numbers, wherever they stand, and nothing else."""

import pytest

from supervision.covered_rows import cover_broken_row, cover_row, is_name_column

NUMBER = "11010519491231002X"
CODE = "91411300MA40AAA10R"


def covered(**cells: str) -> list[str]:
    return cover_row(list(cells), list(cells.values()))


@pytest.mark.parametrize(
    ("column", "cell", "shown"),
    [
        ("行政相对人名称", "周建国", "周**"),
        ("当事人名称", "张三、李四", "张*、李*"),
        ("当事人名称", "周建国（个体工商户）", "周**（个体工商户）"),
        (".party.name", "巴特尔", "巴**"),
        (".party.legalRepresentative", "John Smith", "J***"),
        ("CF_XDR_MC", "买买提·艾力", "买*****"),
        ("备注", "周建国", "周**"),
        ("不知道的列", "（周建国）", "（周**）"),
        ("身份证号", NUMBER, "110105************"),
        ("违法事实", f"号码{NUMBER}", "号码110105************"),
        ("备注", "110105491231002", "110105*********"),
        ("证件号码(自然人)", "1101051949123100", "110105**********"),
        ("居民身份证号", "１１０１０５19491231002x", "110105************"),
    ],
)
def test_a_cell_that_names_a_person_is_covered(column: str, cell: str, shown: str) -> None:
    assert cover_row([column], [cell]) == [shown]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("行政相对人名称", "试验县宏达化工有限公司"),
        ("行政相对人名称", "宏达公司"),
        ("行政相对人名称", "周*"),
        ("行政相对人名称", "http://example.com"),
        ("行政相对人名称", ""),
        ("行政相对人类别", "自然人"),
        ("统一社会信用代码", CODE),
        ("证件号码", CODE),
        ("处罚类别", "罚款"),
        ("执法领域", "林业"),
        ("强制措施种类", "查封"),
        ("处罚决定日期", "2023-09-31"),
        ("行政处罚决定书文号", "（2024）试环罚1号"),
        ("行政处罚决定书文号", "罗农(农药)罚〔 2025 〕5号"),
        ("处罚依据", "、"),
        (".documentNumber", "[1]"),
        ("罚款金额(元)", "5000.00"),
        ("身份证号", "无"),
        ("身份证号", "110105********"),
    ],
)
def test_what_names_no_person_stays(column: str, cell: str) -> None:
    assert cover_row([column], [cell]) == [cell]


def test_a_name_is_covered_in_the_other_cells_too_and_where_a_text_introduces_it() -> None:
    assert covered(当事人="周建国", 违法事实="业主：王小明，男。周建国在场") == ["周**", "业主：王**，男。周**在场"]
    assert covered(备注="处罚", 违法事实="法定代表人：邓建军，男") == ["处罚", "法定代表人：邓**，男"]


def test_the_full_form_of_a_masked_name_is_covered_in_the_texts() -> None:
    assert covered(当事人="周*", 违法事实="当事人周建国在河边倾倒废渣") == ["周*", "当事人周**在河边倾倒废渣"]


def test_a_row_that_was_covered_is_covered_already() -> None:
    columns = ["当事人", "身份证号", "违法事实"]
    once = cover_row(columns, ["周建国", NUMBER, f"周建国（{NUMBER}）倾倒"])
    assert cover_row(columns, once) == once


NAMES = ["处罚机关", "行政相对人名称", "违法事实"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("甲局,周建国", "甲局,周**"),
        ("甲局,巴特尔,倾倒,多", "甲局,巴**,倾*,多"),
        ('甲局,"周建国,身份证110105491231002', '甲局,"周**,身份证110105*********'),
        (f"甲局,{NUMBER},周建国", "甲局,110105************,周**"),
        ("甲局,1101051949123100", "甲局,110105**********"),
        (f"甲局,{CODE},宏达公司", f"甲局,{CODE},宏达公司"),
        (r"甲局,\xd6\xdc\xbd\xa8\xb9\xfa", "甲局,**"),
        (r"甲局,\xd6܂\xbdA", "甲局,**"),
        (r"甲局,\xff\xfe,1号", r"甲局,\xff\xfe,1号"),
    ],
)
def test_what_stands_in_the_place_of_a_row_is_covered(sent: str, shown: str) -> None:
    assert cover_broken_row(sent, NAMES) == shown


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ('{"party":{"name":"巴特尔"', '{"party":{"name":"巴**"'),
        ('{"facts": "周建国"', '{"facts": "周**"'),
        ("周建国", "周**"),
        ("no object", "no object"),
        ("[1]", "[1]"),
    ],
)
def test_what_is_no_json_object_is_covered(sent: str, shown: str) -> None:
    assert cover_broken_row(sent, ()) == shown


def test_columns_of_names_are_told_from_those_of_other_things() -> None:
    assert all(map(is_name_column, ["法定代表人", "当事人", "姓 名", ".party.name", "party.name", "CF_FR", "name"]))
    assert not any(
        map(is_name_column, ["法定代表人证件号码", "行政相对人类别", "处罚机关名称", "案件名称", ".facts", ""])
    )
