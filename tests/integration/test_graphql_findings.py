"""Cases by their findings through the API: filters, facets, an order, and statistics, with their labels."""

from typing import Any

import pytest

from api.ids import global_id
from supervision.rule_book import rule_book
from tests.integration.graphql_client import Client
from tests.integration.search_cases import AGENCIES, CASES, LABELS
from tests.integration.search_corpus import Corpus

SEARCH = """
query($filter: CaseFilter, $query: String) { searchCases(query: $query, filter: $filter, first: 0) {
  totalCount
  facets { anomalies { value label count } rules { value label count } certainties { value label count } }
} }"""
STATISTICS = """
query($filter: CaseFilter, $keys: [StatisticsKey!]!) {
  statistics(filter: $filter, groupBy: $keys) { keys { key value label } cases fines confiscations }
}"""


def facet(*values: tuple[str, str, int]) -> list[dict[str, Any]]:
    return [{"value": value, "label": label, "count": count} for value, label, count in values]


async def test_a_search_counts_the_findings_that_its_filter_asks_for_with_their_labels(
    searching_client: Client,
) -> None:
    chosen = {"rules": ["service.late", "transfer.late"], "certainty": "POSSIBLE"}
    found = (await searching_client.ask(SEARCH, filter=chosen))["searchCases"]
    assert found == {
        "totalCount": 2,
        "facets": {
            "anomalies": facet(("LATE_TRANSFER", "移送超期", 1), ("SLOW_ACTION", "慢作为", 1)),
            "rules": facet(
                ("service.late", "行政处罚决定书逾期送达", 1), ("transfer.late", "批准移送后逾期移送公安机关", 1)
            ),
            "certainties": facet(("POSSIBLE", "待核", 2)),
        },
    }
    for anomalies, count in ({"SLOW_ACTION": 5, "PENALTY_FOR_CRIME": 0}).items():
        chosen = {"anomalies": [anomalies], "domains": [], "rules": []}
        assert (await searching_client.ask(SEARCH, filter=chosen))["searchCases"]["totalCount"] == count


async def test_every_value_of_a_facet_of_findings_is_one_that_the_filter_takes(searching_client: Client) -> None:
    facets = (await searching_client.ask(SEARCH, query="号"))["searchCases"]["facets"]
    for name, asked_for in (
        ("anomalies", lambda value: {"anomalies": [value]}),
        ("rules", lambda value: {"rules": [value]}),
        ("certainties", lambda value: {"certainty": value}),
    ):
        assert facets[name]
        for value in facets[name]:
            found = await searching_client.ask(SEARCH, query="号", filter=asked_for(value["value"]))
            assert found["searchCases"]["totalCount"] == value["count"]


@pytest.mark.parametrize("query", ["cases", "searchCases"])
async def test_cases_come_by_the_number_of_their_findings_from_page_to_page(
    searching_client: Client, corpus: Corpus, query: str
) -> None:
    document = f"""query($after: String) {{ {query}(sort: MOST_ANOMALIES, first: 9, after: $after) {{
      edges {{ node {{ id }} }} pageInfo {{ endCursor hasNextPage }} }} }}"""
    labels = {global_id("PenaltyCase", case_id): label for case_id, label in corpus.labels.items()}
    walked: list[str] = []
    after, more = None, True
    while more:
        page = (await searching_client.ask(document, after=after))[query]
        walked += [labels[edge["node"]["id"]] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert walked[:9] == ["W1", "N1", "X2", "W2", "T1", "H2", "P6", "X1", "W8"]
    assert sorted(walked) == sorted(LABELS)


def key(name: str, value: str | None, label: str) -> dict[str, str | None]:
    return {"key": name, "value": value, "label": label}


async def test_statistics_say_what_a_row_is_of_in_chinese(searching_client: Client, corpus: Corpus) -> None:
    keys = ["AGENCY", "QUARTER", "RULE", "ANOMALY", "CERTAINTY"]
    chosen = {"agencyIds": [global_id("Agency", corpus.agencies["X"])], "certainty": "POSSIBLE"}
    assert (await searching_client.ask(STATISTICS, filter=chosen, keys=keys))["statistics"] == [
        {
            "keys": [
                key("AGENCY", global_id("Agency", corpus.agencies["X"]), AGENCIES["X"]["name"]),
                key("QUARTER", "2020-Q3", "2020年第三季度"),
                key("RULE", "transfer.late", "批准移送后逾期移送公安机关"),
                key("ANOMALY", "LATE_TRANSFER", "移送超期"),
                key("CERTAINTY", "POSSIBLE", "待核"),
            ],
            "cases": 1,
            "fines": "150000.00",
            "confiscations": "0.00",
        }
    ]
    of_nobody_knows_where = {"agencyIds": [global_id("Agency", corpus.agencies["N"])]}
    keys = ["REGION", "DOMAIN", "YEAR", "MONTH"]
    rows = (await searching_client.ask(STATISTICS, filter=of_nobody_knows_where, keys=keys))["statistics"]
    assert [row["keys"] for row in rows] == [
        [
            key("REGION", None, "未知"),
            key("DOMAIN", "LAND", "自然资源"),
            key("YEAR", year, f"{year}年"),
            key("MONTH", f"{year}-{month:02}", f"{year}年{month}月"),
        ]
        for year, month in (("2018", 12), ("2019", 1))
    ]


async def test_statistics_by_nothing_are_one_row_of_all_cases(searching_client: Client) -> None:
    (row,) = (await searching_client.ask(STATISTICS, keys=[]))["statistics"]
    assert (row["keys"], row["cases"]) == ([], len(CASES))


async def test_every_rule_can_be_asked_for_and_has_a_chinese_label(searching_client: Client) -> None:
    codes = [rule.code for rule in rule_book()]
    found = (await searching_client.ask(SEARCH, filter={"rules": codes}))["searchCases"]
    labels = {value["value"]: value["label"] for value in found["facets"]["rules"]}
    titles = {rule.code: rule.description.title_zh for rule in rule_book()}
    assert labels == {code: titles[code] for code in labels}
    assert "decision.over-90-days" in labels
