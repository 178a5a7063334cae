"""The law's values and the rules' descriptions are read strictly: nothing without a citation, nothing twice."""

from datetime import date
from decimal import Decimal

import pytest

from indexer.rule_examples import case_file
from schema.case_file import CaseFile
from supervision.answers import Missing
from supervision.law_files import LawFileError, law_values, parse_values, read_mapping
from supervision.law_values import LawValue, Unit, why_not
from supervision.laws import Law
from supervision.rule_book import RuleFileError, parse_description

VALUE = """
a.period:
  title_zh: 期限
  title_en: Period
  unit: days
  days: calendar
  versions:
    - {value: 7, source: 《旧》, article: 第一条, catalogue: x, effective_from: 2013-01-01, effective_until: 2019-12-29}
    - {value: 5, days: working, source: 《新法》, article: 第二条, catalogue: x, effective_from: 2019-12-30}
"""
SETTING = """
a.setting:
  title_zh: 设置
  title_en: Setting
  unit: days
  days: calendar
  config: true
  versions: [{value: 30, basis: 未见全国规定, effective_from: 2013-01-01}]
"""


def law(*texts: str) -> Law:
    values = [value for text in texts for value in parse_values(text, "test.yaml")]
    return Law(values, thresholds=lambda _case, _law: None)


def in_force(code: str, on: date) -> LawValue:
    value = law(VALUE, SETTING).value(code, on=on)
    assert value is not None
    return value


def empty_case(**settings: Decimal) -> CaseFile:
    names = {name.replace("_", "."): value for name, value in settings.items()}
    return case_file({"penalty_case": {"filedOn": "2024-05-01"}}, settings=names)


def test_the_version_in_force_is_that_of_the_day() -> None:
    assert in_force("a.period", date(2013, 1, 1)).length == 7
    assert in_force("a.period", date(2019, 12, 29)).days == "calendar"
    assert in_force("a.period", date(2019, 12, 30)).length == 5
    assert in_force("a.period", date(2019, 12, 30)).days == "working"
    assert law(VALUE).value("a.period", on=date(2012, 12, 31)) is None


def test_a_value_the_law_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        law(VALUE).value("a.other", on=date(2020, 1, 1))


def test_a_setting_has_its_default_until_an_agency_has_its_own() -> None:
    default = law(SETTING).setting("a.setting", empty_case(), on=date(2020, 1, 1))
    own = law(SETTING).setting("a.setting", empty_case(a_setting=Decimal(60)), on=date(2020, 1, 1))
    assert default is not None
    assert own is not None
    assert (default.length, own.length, own.is_setting) == (30, 60, True)
    assert law(SETTING).setting("a.setting", empty_case(), on=date(2012, 1, 1)) is None


def test_what_the_law_says_is_no_setting() -> None:
    with pytest.raises(ValueError, match="no setting"):
        law(VALUE).setting("a.period", empty_case(), on=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("article: 第一条, ", "", "source, article and catalogue"),
        ("source: 《旧》, ", "", "source, article and catalogue"),
        ("catalogue: x, effective_from: 2013", "effective_from: 2013", "source, article and catalogue"),
        ("effective_from: 2013-01-01, ", "", "effective_from"),
        ("effective_until: 2019-12-29", "effective_until: 2012-12-29", "before effective_from"),
        ("value: 7", "value: 0", "whole number"),
        ("value: 7", "value: 7.5", "whole number"),
        ("value: 7", "value: 1831", "from 1 to 1830"),
        ("value: 7", "value: -7", "whole number"),
        ("value: 7", "value: 70000000000000000", "whole number"),
        ("value: 7, ", "", "value is needed"),
        ("unit: days", "unit: fortnights", "unit"),
        ("unit: days", "unit: yuan", "belongs to periods alone"),
        ("unit: days", "unit: hours", "hours is unmoved"),
        ("unit: days", "unit: months", "working days"),
        ("title_zh: 期限", "title_zh: ''", "title_zh"),
        ("title_en: Period", "title_fr: Période", "title_fr"),
        ("  unit: days", "  unit: days\n  unit: days", "stands twice"),
        ("  versions:", "  config: true\n  versions:", "a setting has a basis"),
    ],
)
def test_a_value_that_is_not_whole_is_refused_with_its_file(old: str, new: str, reason: str) -> None:
    assert old in VALUE
    with pytest.raises(LawFileError, match=reason) as error:
        list(parse_values(VALUE.replace(old, new), "test.yaml"))
    assert str(error.value).startswith("test.yaml")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (VALUE.replace("value: 7", "value: seven"), r"test\.yaml, line 8: a\.period\.versions\.0\.value: "),
        (VALUE.replace("value: 5", "value: five"), r"test\.yaml, line 9: a\.period\.versions\.1\.value: "),
        (VALUE + VALUE, r"test\.yaml, line 11: this is no YAML: a\.period stands twice"),
        (VALUE.replace("2019-12-30", "2019-02-30"), r"test\.yaml, line 9: this is no YAML: 2019-02-30 is no day"),
        (VALUE.replace("days: calendar", "days: [calendar"), r"test\.yaml, line \d+: this is no YAML"),
        (VALUE.replace("value: 7", "value: !!int seven"), r"test\.yaml: this is no YAML that can be read"),
        ("[" * 10_000, r"test\.yaml: this is no YAML that can be read"),
        ("\0", r"test\.yaml: this is no YAML: a character it does not allow"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_with_its_place(text: str, place: str) -> None:
    with pytest.raises(LawFileError, match=f"^{place}") as error:
        list(parse_values(text, "test.yaml"))
    assert "\n" not in str(error.value)


def test_two_versions_in_force_on_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Two versions of a\.period are in force on 2019-12-30"):
        law(VALUE.replace("effective_until: 2019-12-29", "effective_until: 2019-12-30"))
    with pytest.raises(ValueError, match=r"Two versions of a\.period"):
        law(VALUE.replace(", effective_until: 2019-12-29", ""))


def test_on_and_no_are_words() -> None:
    assert read_mapping("on: no\nyes: true") == {"on": "no", "yes": True}


def test_a_description_whose_file_has_another_name_is_refused() -> None:
    text = (
        "{code: a.late, version: 1, kind: LATE_TRANSFER, title_zh: 一, title_en: a, condition_zh: 一, condition_en: a, "
        "due_zh: 一, due_en: a, law: [a.b], effective_from: 2013-01-01, effective_until:, follow_ups: [], "
        "only_with: [], gives_way_to: []}"
    )
    assert parse_description(text, "a_late.yaml").code == "a.late"
    with pytest.raises(RuleFileError, match=r"a_late\.yaml"):
        parse_description(text, "a_later.yaml")
    with pytest.raises(RuleFileError, match="kind"):
        parse_description(text.replace("LATE_TRANSFER", "LATE"), "a_late.yaml")


def test_the_law_is_whole() -> None:
    assert Law(law_values(), thresholds=lambda _case, _law: None).versions


def test_a_case_is_judged_once_by_the_thresholds() -> None:
    asked: list[CaseFile] = []

    def judge(case: CaseFile, _law: Law) -> Missing:
        asked.append(case)
        return Missing(fields=("actEndedOn",))

    case, other = empty_case(), empty_case()
    judged = Law(law_values(), thresholds=judge)
    assert judged.threshold_met(case) is judged.threshold_met(case)
    judged.threshold_met(other)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("number", "unit", "reason"),
    [
        ("7", Unit.DAYS, None),
        ("1830", Unit.DAYS, None),
        ("1831", Unit.DAYS, "from 1 to 1830"),
        ("0", Unit.MONTHS, "from 1 to 60"),
        ("2.5", Unit.YEARS, "whole number"),
        ("1e999999", Unit.HOURS, "from 1 to 43800"),
        ("sNaN", Unit.FLAG, "1 is yes"),
        ("2", Unit.FLAG, "1 is yes"),
        ("1", Unit.FLAG, None),
        ("100", Unit.PERCENT, None),
        ("100.1", Unit.PERCENT, "from 0 to 100"),
        ("-1", Unit.YUAN, "0 or more"),
        ("1e17", Unit.YUAN, "16 digits"),
        ("1e-17", Unit.TONNES, "16 digits"),
        ("0.5", Unit.MU, None),
    ],
)
def test_a_number_is_held_against_its_unit(number: str, unit: Unit, reason: str | None) -> None:
    told = why_not(Decimal(number), unit)
    assert (told is None) if reason is None else reason in (told or "")
