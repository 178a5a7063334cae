"""The measurements of `bench` run to their end, and both sides find the same.

But for access, which has a test of its own, and for freshness, which sends what it measures for half a minute.
"""

from bench.__main__ import MEASUREMENTS, Sizes, measure
from bench.servers import servers
from tests.folders import temporary_parent

# What is searched for is drawn out of the first two thousand cases.
SIZES = Sizes(
    cases=2_000, judged_cases=100, feed_rows=1_000, verified_cases=1_000, pairs=1, rounds=1, searches=30, questions=1
)
FIGURES = {
    "rules",
    "rules, one case",
    "weighing of texts",
    "rules with weighing",
    *(f"feed, {form}{tables}" for form in ("JSON Lines", "published CSV") for tables in ("", ", no indexes")),
    *(
        f"{what}, {form}"
        for form in ("JSON Lines", "published CSV")
        for what in ("feed again", "feed with 1% changed", "feed, memory")
    ),
    "rules run, 1000 cases at first",
    "rules run, 1% changed",
    "rules run, a day later",
    "index verify",
    "index verify, memory",
    "rebuild",
    "searchCases, Elasticsearch",
    "searchCases, PostgreSQL",
    "cases, 100 with agency and party",
}


def test_every_measurement_runs_to_its_end_on_a_small_record() -> None:
    chosen = tuple(name for name in MEASUREMENTS if name not in {"access", "fresh"})
    with servers(with_elasticsearch=True, parent=temporary_parent()) as started:
        figures = list(measure(started, chosen, SIZES))
    assert {figure.name for figure in figures} == FIGURES
    assert all(figure.ratio.median > 0 for figure in figures)
