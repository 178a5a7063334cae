"""The Chinese terms and names of what facets and statistics count by."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from schema.regions import region_name
from schema.vocabularies import AnomalyKind, Certainty, Domain, Facet, StatisticsKey
from stores.errors import BadUserInputError
from supervision.rule_book import rule_book

UNKNOWN = "未知"
"""The label of a value that is not known."""

_QUARTERS = {"1": "第一季度", "2": "第二季度", "3": "第三季度", "4": "第四季度"}


@cache
def rule_titles() -> Mapping[str, str]:
    """The Chinese title of each rule by its code."""
    return {rule.code: rule.description.title_zh for rule in rule_book()}


def checked_rules(codes: Iterable[str] | None) -> tuple[str, ...]:
    """Codes of rules as a client gave them. Raises BadUserInputError where one is none."""
    rules = tuple(codes or ())
    if not rule_titles().keys() >= set(rules):
        raise BadUserInputError(
            "`rules` names a rule that there is not. The query `rules` and `jiandu rules list` give the code of each."
        )
    return rules


def _quarter(value: str) -> str:
    year, quarter = value.split("-Q")
    return f"{year}年{_QUARTERS[quarter]}"


def _month(value: str) -> str:
    year, month = value.split("-")
    return f"{year}年{int(month)}月"


_LABELS: Mapping[StatisticsKey, Callable[[str], str]] = {
    StatisticsKey.DOMAIN: lambda value: Domain(value).label,
    StatisticsKey.ANOMALY: lambda value: AnomalyKind(value).label,
    # A finding may be older than the rules that this version knows.
    StatisticsKey.RULE: lambda value: rule_titles().get(value, value),
    StatisticsKey.CERTAINTY: lambda value: Certainty(value).label,
    StatisticsKey.REGION: region_name,
    StatisticsKey.YEAR: lambda value: f"{value}年",
    StatisticsKey.QUARTER: _quarter,
    StatisticsKey.MONTH: _month,
}
KEY_OF_FACET: Mapping[Facet, StatisticsKey] = {
    Facet.DOMAINS: StatisticsKey.DOMAIN,
    Facet.ANOMALIES: StatisticsKey.ANOMALY,
    Facet.RULES: StatisticsKey.RULE,
    Facet.CERTAINTIES: StatisticsKey.CERTAINTY,
    Facet.AGENCIES: StatisticsKey.AGENCY,
    Facet.REGIONS: StatisticsKey.REGION,
    Facet.YEARS: StatisticsKey.YEAR,
}
"""What statistics call that which a facet counts by."""


def label(key: StatisticsKey, value: str | None) -> str:
    """The term or name of a value of any key but AGENCY, whose names stand in the record."""
    return UNKNOWN if value is None else _LABELS[key](value)
