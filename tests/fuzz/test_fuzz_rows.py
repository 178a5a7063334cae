"""Two hundred thousand mutated rows in process: each becomes a record or an error, and no line is lost."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.feeds.reader import open_feed
from schema.feed_records import RowError, SkippedLine
from tests.fuzz.mutations import Mutator
from tests.fuzz.sources import HEADER, csv_line, json_line, json_lines, published_rows

ROWS = 100_000
"""Rows of each of the two formats."""

PER_FILE = 5_000
SEED = int(os.environ.get("FUZZ_SEED", "20150402"))
"""FUZZ_SEED makes other mutations."""

MUTATED_TWICE = 0.15


def mutated_json(mutator: Mutator, count: int) -> Iterator[bytes]:
    for record in json_lines(count):
        line = json_line(mutator.record(record))
        yield mutator.bytes(line) if mutator.chance.random() < MUTATED_TWICE else line


def mutated_csv(mutator: Mutator, count: int) -> Iterator[bytes]:
    yield HEADER
    for cells in published_rows(count):
        line = csv_line(mutator.cells(cells))
        yield mutator.bytes(line) if mutator.chance.random() < MUTATED_TWICE else line


@pytest.mark.parametrize("mutated", [mutated_json, mutated_csv])
def test_every_mutated_row_is_a_record_or_an_error_and_no_line_is_lost(
    tmp_path: Path, mutated: Callable[[Mutator, int], Iterator[bytes]]
) -> None:
    outcomes = {True: 0, False: 0}
    for place in range(ROWS // PER_FILE):
        path = tmp_path / "mutated"
        path.write_bytes(b"".join(mutated(Mutator(SEED + place), PER_FILE)))
        line, ordinal = 1, 0
        for row in open_feed(path, sender="示例市生态环境局"):
            assert row.line == line, f"seed {SEED + place}: line {line} is lost"
            if isinstance(row, SkippedLine):
                line += 1
                continue
            ordinal += 1
            assert row.ordinal == ordinal
            line += row.raw.count(b"\n") + 1
            outcomes[isinstance(row.outcome, RowError)] += 1
        assert line == path.read_bytes().removesuffix(b"\n").count(b"\n") + 2, f"seed {SEED + place}: the end is lost"
    assert sum(outcomes.values()) > 0.9 * ROWS
    # Mutations that no row survives, or that all do, would try nothing.
    assert min(outcomes.values()) > 0.1 * ROWS
