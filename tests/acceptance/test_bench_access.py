"""The measurement of what access costs: it runs, and compares what answers the same."""

from collections.abc import Iterator

import pytest

from bench import access
from bench.feed import load_everything
from bench.generator import case_rows, write_json_lines
from bench.servers import Servers, servers
from bench.timing import Figure
from bench.unguarded import BYPASSING_ROLE
from tests.folders import temporary_parent

CASES = 300
VIEWERS = ("local administrator", "city's officer", "county's officer", "agency's clerk")


@pytest.fixture(scope="module")
def started() -> Iterator[Servers]:
    with servers(with_elasticsearch=False, parent=temporary_parent()) as running:
        feed = write_json_lines(running.folder / "record.jsonl", case_rows(CASES))
        load_everything(running, running.postgres.application, feed, CASES)
        access.prepare(running)
        yield running


@pytest.fixture(scope="module")
def figures(started: Servers) -> list[Figure]:
    return list(access.measure_record(started, questions=3, rounds=1))


def test_every_request_is_measured_as_every_viewer_beside_the_same_without_either_and_without_one(
    figures: list[Figure],
) -> None:
    kinds = ("cases", "cases, 20 a page", "cases with count, 20 a page", "searchCases, PostgreSQL")
    assert {figure.name for figure in figures} == {
        *(f"{kind}, {viewer}{what}" for kind in kinds for viewer in VIEWERS for what in access.WITHOUT),
        *(f"{kind}, 8 clients" for kind in kinds),
    }
    assert all(figure.ratio.median > 0 for figure in figures)


def test_the_median_with_both_and_the_rate_with_both_are_promised(figures: list[Figure]) -> None:
    promised = {(figure.name, figure.unit) for figure in figures if figure.at_most is not None}
    assert {figure.at_most for figure in figures} == {None, access.PROMISED_RATIO}
    assert len(promised) == 4 * (len(VIEWERS) + 1)
    assert all("alone" not in name for name, _ in promised)


def test_only_the_role_of_the_benchmark_bypasses_policies(started: Servers) -> None:
    with started.superuser(started.record) as connection:
        bypassing = connection.execute("SELECT rolname FROM pg_roles WHERE rolbypassrls AND NOT rolsuper").fetchall()
    assert bypassing == [(BYPASSING_ROLE,)]
