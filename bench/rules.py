"""All rules over case files in memory, on one core: the law alone, and with the weighing of what the texts state."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import cache
from operator import attrgetter
from time import process_time
from typing import Any, Final

from bench.following import city_rows, is_published_only
from bench.generator import register_rows
from bench.timing import Figure, Spread, percentile, require, throughput
from indexer.case_files import CaseShelf
from indexer.feeds.json_records import json_record
from schema.case_file import CaseFile, OtherCase, WeighedQuantity
from schema.feed_records import (
    AgencyRecord,
    CaseRecord,
    CoerciveMeasureRecord,
    CriminalCaseRecord,
    EnforcementRecord,
    MeasureRecord,
    ReconsiderationRecord,
    RowWarning,
    TransferRecord,
)
from schema.numerals import HAN_DIGITS
from schema.vocabularies import DataSource, Domain
from supervision.calendars import state_council_calendar
from supervision.evaluation import Evaluation, evaluate_case
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.quantities.weighing import weigh_quantities
from supervision.rule_book import rule_book
from supervision.thresholds.judge import judge_thresholds

PROMISED: Final = 5_000
"""Cases a second on one core, or more."""

_AS_OF: Final = date(2026, 3, 1)
_FIELDS_SEEN: Final = "every field of the same records looked at once, and nothing decided"
_NUMBERS_FOUND: Final = "every run of digits and numerals of the same texts found by one regular expression"
_BOTH: Final = "both floors, one after the other: every field looked at once, every number of the texts found"
_NUMBERS = re.compile(f"[0-9０-９{''.join(HAN_DIGITS)}十百千万亿]+")
_PERCENTS: Final = (50, 99)

_Texts = tuple[str | None, ...]


def measure(*, cases: int, rounds: int) -> Iterator[Figure]:
    """Cases a second and the time of one, the weighing of their texts, and both together.

    A case file is what a rule sees: loaded, with its quantities weighed. All times are the processor's: nothing here
    waits, and a core that others use as well is not one core. Before anything is timed every case is judged once, so
    that what is read once (the law, the rules, the calendar) has been.
    """
    files = case_files(cases)
    judge = judge_of_city()
    _require_findings([judge(file) for file in files])
    texts = [_texts(file) for file in files]
    judged, seen, weighed, found = ([0.0] * rounds for _ in range(4))
    for turn in range(rounds):
        judged[turn] = _seconds(lambda: _each(judge, files))
        seen[turn] = _seconds(lambda: _each(_look_at, files))
        weighed[turn] = _seconds(lambda: _weigh(files, texts))
        found[turn] = _seconds(lambda: _find_numbers(texts))
    yield replace(throughput("rules", "cases/s", len(files), judged, seen, _FIELDS_SEEN), at_least=PROMISED)
    yield from _one_by_one(judge, files, rounds)
    count = sum(text is not None for of_case in texts for text in of_case)
    yield throughput("weighing of texts", "texts/s", count, weighed, found, _NUMBERS_FOUND)
    both = [one + other for one, other in zip(judged, weighed, strict=True)]
    floor = [one + other for one, other in zip(seen, found, strict=True)]
    yield throughput("rules with weighing", "cases/s", len(files), both, floor, _BOTH)


def _one_by_one(judge: Callable[[CaseFile], object], files: Sequence[CaseFile], rounds: int) -> Iterator[Figure]:
    """The median and the 99th percentile over the cases, in microseconds: one case takes no tenth of a millisecond."""
    taken = [(_seconds_of_each(judge, files), _seconds_of_each(_look_at, files)) for _ in range(rounds)]
    for percent in _PERCENTS:
        ours, floor = zip(*((percentile(mine, percent), percentile(its, percent)) for mine, its in taken), strict=True)
        yield Figure(
            name="rules, one case",
            unit=f"us p{percent}",
            ours=Spread.of([seconds * 1_000_000 for seconds in ours], 1),
            floor=Spread.of([seconds * 1_000_000 for seconds in floor], 1),
            ratio=Spread.of([mine / its for mine, its in zip(ours, floor, strict=True)], 2),
            floor_is=_FIELDS_SEEN,
        )


def case_files(count: int) -> list[CaseFile]:
    """Case files of a city, made of the generator's rows by our own reader; the same every time."""
    shelf = CaseShelf()
    warnings: list[RowWarning] = []
    for row in register_rows():
        shelf.add(json_record(row, warnings))
    for rows in city_rows(count):
        published = is_published_only(rows)
        for row in rows:
            record = json_record(row, warnings)
            if published and isinstance(record, CaseRecord):
                record = replace(record, source=DataSource.PUBLISHED)
            shelf.add(record)
    require(not warnings, f"a row of the generator is not read without a warning: {warnings[:1]}")
    return list(shelf.case_files())


def judge_of_city() -> Callable[[CaseFile], Evaluation]:
    """All rules with the law, the calendar and the thresholds as they are, as of one day."""
    rules, calendar = rule_book(), state_council_calendar()
    law = Law(law_values(), thresholds=judge_thresholds)
    return lambda case: evaluate_case(case, rules=rules, law=law, calendar=calendar, as_of=_AS_OF)


def _require_findings(evaluations: Sequence[Evaluation]) -> None:
    found = {finding.rule for evaluation in evaluations for finding in evaluation.findings}
    require(found, "the rules found nothing in any case")
    require(any(evaluation.cannot_tells for evaluation in evaluations), "every rule could tell of every case")


def _seconds(work: Callable[[], None]) -> float:
    started = process_time()
    work()
    return process_time() - started


def _each(do: Callable[[CaseFile], object], files: Sequence[CaseFile]) -> None:
    for file in files:
        do(file)


def _seconds_of_each(do: Callable[[CaseFile], object], files: Sequence[CaseFile]) -> list[float]:
    taken = []
    for file in files:
        started = process_time()
        do(file)
        taken.append(process_time() - started)
    return taken


def _texts(file: CaseFile) -> _Texts:
    return file.record.facts, file.record.penalty_content, file.record.title


def _weigh(files: Sequence[CaseFile], texts: Sequence[_Texts]) -> None:
    for file, of_case in zip(files, texts, strict=True):
        weigh_quantities(file.record.quantities, of_case, file.record.domain or Domain.OTHER)


def _find_numbers(texts: Sequence[_Texts]) -> None:
    for of_case in texts:
        for text in of_case:
            if text is not None:
                _NUMBERS.findall(text)


@cache
def _look(kind: type[Any]) -> Callable[[Any], object]:
    """What reads every field of a record at once, without a line of Python a field."""
    return attrgetter(*(field.name for field in fields(kind)))


def _look_at(file: CaseFile) -> None:
    """Look at every field of a case file and of the records in it."""
    _look(CaseFile)(file)
    _look(CaseRecord)(file.record)
    if file.agency is not None:
        _look(AgencyRecord)(file.agency)
    for kind, records in (
        (TransferRecord, file.transfers),
        (CriminalCaseRecord, file.criminal_cases),
        (ReconsiderationRecord, file.reconsiderations),
        (EnforcementRecord, file.enforcements),
        (CoerciveMeasureRecord, file.coercive_measures),
        (MeasureRecord, file.measures),
        (WeighedQuantity, file.quantities),
        (OtherCase, file.other_cases),
    ):
        if records:
            look = _look(kind)
            for record in records:
                look(record)
