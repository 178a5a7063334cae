"""A law is tried as a whole or with some values replaced, and only where the rules could be asked under it."""

from decimal import Decimal

import pytest

from supervision.law_changes import law_with, whole_law
from supervision.law_files import LawFileError, law_values, package_yaml
from supervision.laws import Law

LAW = Law(law_values(), thresholds=lambda _case, _law: None)
FILES = list(package_yaml("supervision.law"))

SETTING = """
entry.period:
  title_zh: 录入期限
  title_en: Time to enter
  unit: days
  days: working
  config: true
  versions: [{value: 10, basis: 试行办法, effective_from: 2011-02-01}]
"""
PERIOD = """
service.period:
  title_zh: 送达期限
  title_en: Time to serve
  unit: days
  days: calendar
  versions:
    - {value: 7, source: 《旧》, article: 第一条, catalogue: x, effective_from: 1996-10-01, effective_until: 2021-07-14}
    - {value: 5, source: 《新法》, article: 第二条, catalogue: x, effective_from: 2021-07-15}
"""


def test_the_values_of_a_file_take_the_place_of_ours_and_the_others_stay() -> None:
    tried = Law(law_with(SETTING + PERIOD, "try.yaml", LAW), thresholds=lambda _case, _law: None)
    assert [value.value for value in tried.versions["entry.period"]] == [Decimal(10)]
    assert [value.value for value in tried.versions["service.period"]] == [Decimal(7), Decimal(5)]
    changed = {code for code, versions in tried.versions.items() if versions != LAW.versions[code]}
    assert changed == {"entry.period", "service.period"}
    assert tried.versions.keys() == LAW.versions.keys()


def test_the_files_of_our_law_are_our_law() -> None:
    assert whole_law(FILES, LAW) == law_values()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SETTING.replace("entry.period", "entry.perod"), "line 2: entry.perod is no value of the law"),
        (
            SETTING.replace("  config: true\n", "").replace(
                "basis: 试行办法", "source: 《甲》, article: 一, catalogue: x"
            ),
            "line 2: entry.period is a setting",
        ),
        (
            PERIOD.replace("7, source: 《旧》, article: 第一条, catalogue: x", "7, basis: 无")
            .replace("5, source: 《新法》, article: 第二条, catalogue: x", "5, basis: 无")
            .replace("  versions", "  config: true\n  versions"),
            "line 2: service.period is no setting",
        ),
        (
            SETTING.replace("unit: days", "unit: hours").replace("working", "unmoved"),
            "line 2: entry.period counts days, and not hours",
        ),
        (
            PERIOD.replace("2021-07-14", "2021-07-15"),
            "line 2: Two versions of service.period are in force on 2021-07-15",
        ),
        (PERIOD.replace(", effective_until: 2021-07-14", ""), "line 2: Two versions of service.period"),
        ("", "no value of the law stands in it"),
        ("- 7", "no value of the law stands in it"),
        ("entry.period: 10", "line 1: entry.period: "),
    ],
)
def test_a_value_that_cannot_take_the_place_of_ours_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(LawFileError, match=f"^try.yaml(, |: ){reason}"):
        law_with(text, "try.yaml", LAW)


def test_a_law_that_lacks_what_the_rules_ask_for_or_has_it_twice_is_refused() -> None:
    with pytest.raises(LawFileError, match=r"values of the law stand in none of its files, coercive\.duration for one"):
        whole_law(FILES[1:], LAW)
    with pytest.raises(LawFileError, match=r"^twice\.yaml, line 2: entry\.period stands in entry\.yaml already"):
        whole_law([*FILES, ("twice.yaml", SETTING)], LAW)
