"""`python -m bench`: measure, print, and keep the result where `--json` says."""

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import structlog

from bench import access, feed, freshness, judging, listing, nightly, rebuilding, rules, searching, verifying
from bench.generator import case_rows, write_json_lines
from bench.report import Circumstances, keep, print_lines, print_table
from bench.servers import Servers, servers
from bench.timing import Figure, MeasuredNothingError, machine_milliseconds

MEASUREMENTS = (
    "rules",
    "feed",
    "nightly",
    "judging",
    "verify",
    "rebuild",
    "search",
    "cases",
    "postgres",
    "access",
    "fresh",
)
_WITH_ELASTICSEARCH = {"rebuild", "search", "access", "fresh", "verify"}
_WITHOUT_RECORD = {"rules", "feed", "nightly", "judging", "verify"}
_WITHOUT_SERVERS = {"rules"}
_QUICK = 5_000
_INTERRUPTED = 130
_FAILED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured."""

    cases: int
    judged_cases: int
    feed_rows: int
    verified_cases: int
    pairs: int
    rounds: int
    searches: int
    questions: int


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure each of our figures beside its floor, on servers of our own."
    )
    parser.add_argument("--cases", type=int, default=100_000, help="cases in the record that is indexed and searched")
    parser.add_argument("--judged-cases", type=int, default=20_000, help="case files that the rules judge")
    parser.add_argument("--feed-rows", type=int, default=20_000, help="rows of each feed that is loaded")
    parser.add_argument("--verified-cases", type=int, default=1_000_000, help="cases whose index is compared")
    parser.add_argument(
        "--pairs", type=int, default=3, help="how often each feed is loaded and compared with its floor"
    )
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK} of each and fewer repetitions: only to try")
    parser.add_argument("--only", choices=MEASUREMENTS, action="append", help="measure this; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the result in this file")
    return parser.parse_args()


def _servers_for(chosen: tuple[str, ...]) -> AbstractContextManager[Servers | None]:
    """What the chosen measurements need: nothing, PostgreSQL, or Elasticsearch as well."""
    if _WITHOUT_SERVERS.issuperset(chosen):
        return nullcontext()
    return servers(with_elasticsearch=bool(_WITH_ELASTICSEARCH.intersection(chosen)))


def measure(started: Servers | None, chosen: tuple[str, ...], sizes: Sizes) -> Iterator[Figure]:
    """The figures of what was chosen, in the order of `MEASUREMENTS`."""
    if "rules" in chosen:
        yield from rules.measure(cases=sizes.judged_cases, rounds=sizes.rounds)
    if started is not None:
        yield from _measure_on_servers(started, chosen, sizes)


def _measure_on_servers(started: Servers, chosen: tuple[str, ...], sizes: Sizes) -> Iterator[Figure]:
    if "feed" in chosen:
        yield from feed.measure(started, rows=sizes.feed_rows, pairs=sizes.pairs)
    if "nightly" in chosen:
        yield from nightly.measure(started, rows=sizes.feed_rows, pairs=sizes.pairs)
    if "judging" in chosen:
        yield from judging.measure(started, cases=sizes.feed_rows, pairs=sizes.pairs)
    if "verify" in chosen:
        yield from verifying.measure(started, cases=sizes.verified_cases, pairs=sizes.pairs)
    if not _WITHOUT_RECORD.issuperset(chosen):
        yield from _measure_the_record(started, chosen, sizes)


def _measure_the_record(started: Servers, chosen: tuple[str, ...], sizes: Sizes) -> Iterator[Figure]:
    _fill(started, sizes.cases)
    if "rebuild" in chosen:
        yield from rebuilding.measure(started, cases=sizes.cases, pairs=sizes.pairs)
    elif _WITH_ELASTICSEARCH.intersection(chosen) - _WITHOUT_RECORD:
        rebuilding.rebuild_once(started)
    if "search" in chosen:
        yield from searching.measure(started, searches=sizes.searches, rounds=sizes.rounds)
    if "cases" in chosen:
        yield from listing.measure(started, rounds=sizes.rounds)
    if "postgres" in chosen:
        yield from searching.measure_postgres(started, searches=sizes.searches, rounds=max(1, sizes.rounds // 2))
    if "access" in chosen:
        yield from access.measure(started, questions=sizes.questions, rounds=sizes.rounds)
    if "fresh" in chosen:  # the last: it changes the record
        yield from freshness.measure(started, rounds=sizes.pairs)


def _fill(started: Servers, cases: int) -> None:
    """Load the record that is indexed and searched, and let PostgreSQL know its tables as it does after a while."""
    path = write_json_lines(started.folder / "record.jsonl", case_rows(cases))
    url = started.postgres.application
    seconds = feed.load_everything(started, url, path, cases)
    _say(f"{cases} cases loaded in {seconds:.1f} s ({cases / seconds:.0f} rows/s)")
    with started.superuser(started.postgres.superuser.set(database=url.database)) as connection:
        connection.execute("VACUUM ANALYZE")
    started.settle()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _terminate(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    """Run. Status: 0 measured, 2 something did not do what was to be timed, 130 interrupted."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, _terminate)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sizes = Sizes(
        cases=arguments.cases,
        judged_cases=arguments.judged_cases,
        feed_rows=arguments.feed_rows,
        verified_cases=arguments.verified_cases,
        pairs=arguments.pairs,
        rounds=5,
        searches=200,
        questions=40,
    )
    if arguments.quick:
        sizes = Sizes(
            cases=_QUICK,
            judged_cases=_QUICK,
            feed_rows=_QUICK,
            verified_cases=10 * _QUICK,
            pairs=2,
            rounds=2,
            searches=200,
            questions=6,
        )
    chosen = tuple(name for name in MEASUREMENTS if arguments.only is None or name in arguments.only)
    figures: list[Figure] = []
    status = 0
    started_at = time.monotonic()
    try:
        with _servers_for(chosen) as started:
            circumstances = Circumstances.of(
                started, cases=sizes.cases, judged_cases=sizes.judged_cases, feed_rows=sizes.feed_rows
            )
            machine, load = [machine_milliseconds()], [os.getloadavg()[0]]
            for figure in measure(started, chosen, sizes):
                figures.append(figure)
                _say(f"{time.monotonic() - started_at:4.0f} s  {figure.name} {figure.unit}: {figure.ratio.median:g}")
            machine.append(machine_milliseconds())
            load.append(os.getloadavg()[0])
    except MeasuredNothingError as error:
        _say(f"bench: {error}")
        status = _FAILED
    except KeyboardInterrupt:
        _say("bench: interrupted; the servers have been ended")
        return _INTERRUPTED
    print_table(figures)
    print_lines(figures)
    if arguments.json is not None and status == 0:
        keep(arguments.json, circumstances, figures, machine, load)
    return status


if __name__ == "__main__":
    sys.exit(main())
