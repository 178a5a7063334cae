"""A night of the rules over a record: a hundredth of its cases changed, beside judging them all."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import anyio
from sqlalchemy.engine import URL

from bench.following import city_rows
from bench.generator import register_rows, write_json_lines
from bench.nightly import load
from bench.servers import Servers, china_now
from bench.timing import Figure, require, seconds_figure, stopwatch
from indexer.judging import Judging, RunReport
from schema.access_records import EVERYTHING
from stores.postgres import APPLICATION_ROLE, Database
from supervision.calendars import state_council_calendar
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.rule_book import rule_book
from supervision.rule_books import this_rule_book
from supervision.thresholds.judge import judge_thresholds

PROMISED_SHARE: Final = 0.03
"""Of what judging every case costs, at most."""

_AS_OF: Final = date(2026, 3, 1)
_FULL: Final = "every case of the same record judged again, none of them changed, with nothing found anew"
_CHANGE: Final = "UPDATE penalty_case SET confiscated = coalesce(confiscated, 0) + 1 WHERE id % 100 = 0"


def measure(servers: Servers, *, cases: int, pairs: int) -> Iterator[Figure]:
    """Seconds of `Judging.run`: of a record judged never, of one with a hundredth changed, and of a day gone by."""
    rows = (row for rows in city_rows(cases) for row in rows)
    register = write_json_lines(servers.folder / "register.jsonl", register_rows())
    feed = write_json_lines(servers.folder / "city.jsonl", rows)
    firsts, fulls, nights, days = ([0.0] * pairs for _ in range(4))
    for pair in range(pairs):
        with servers.fresh_database() as database:
            load(servers, database, register, "inserted")
            load(servers, database, feed, "inserted")
            with servers.superuser(database) as connection:
                connection.execute("VACUUM ANALYZE")
            firsts[pair], first = _judge(database, _AS_OF)
            require(first.evaluated == cases, f"{first.evaluated} of {cases} cases were judged at first")
            with servers.superuser(database) as connection:
                changed = connection.execute(_CHANGE).rowcount
                connection.execute("VACUUM ANALYZE")
            nights[pair], night = _judge(database, _AS_OF)
            require(night.evaluated == changed, f"{night.evaluated} cases were judged, and {changed} had changed")
            days[pair], _ = _judge(database, _AS_OF + timedelta(1))
            fulls[pair], full = _judge(database, _AS_OF + timedelta(1), everything=True)
            require(
                (full.evaluated, full.opened, full.resolved, full.changed) == (cases, 0, 0, 0),
                f"judging everything found what the runs before it had not: {full}",
            )
    yield seconds_figure(f"rules run, {cases} cases at first", firsts, fulls, _FULL)
    yield seconds_figure("rules run, 1% changed", nights, fulls, _FULL, at_most=PROMISED_SHARE)
    yield seconds_figure("rules run, a day later", days, fulls, _FULL, at_most=PROMISED_SHARE)


def _judge(database: URL, as_of: date, *, everything: bool = False) -> tuple[float, RunReport]:
    """Run the rules in this process, which has loaded them already; answers the seconds."""

    async def judge() -> tuple[float, RunReport]:
        opened = Database.at(database.set(username=APPLICATION_ROLE), scope=EVERYTHING)
        calendar = state_council_calendar()
        judging = Judging(
            database=opened,
            book=this_rule_book(rule_book(), Law(law_values(), thresholds=judge_thresholds), calendar),
            calendar=calendar,
            clock=china_now,
        )
        try:
            with stopwatch() as watch:
                report = await (judging.run_everything(as_of) if everything else judging.run(as_of))
        finally:
            await opened.close()
        return watch.seconds, report

    return anyio.run(judge)
