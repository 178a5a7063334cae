"""Five hundred mutated files through PostgreSQL: the accounts of each balance, or it leaves nothing but its refusal."""

import gzip
import io
import os
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from bench.generator import PUBLISHED_HEADER
from indexer.load_reports import Refusal
from stores.keys import KeyRing
from stores.postgres import Database
from tests.fuzz.mutations import Mutator
from tests.fuzz.sources import HEADER, csv_line, json_line, json_lines, published_rows
from tests.integration.feeding import Feed

FILES = 500
ROWS = 12
SEED = int(os.environ.get("FUZZ_SEED", "20150402"))


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def json_file(mutator: Mutator) -> bytes:
    return b"".join(json_line(mutator.record(record)) for record in json_lines(ROWS))


def csv_file(mutator: Mutator) -> bytes:
    return HEADER + b"".join(csv_line(mutator.cells(cells)) for cells in published_rows(ROWS))


def gb_file(mutator: Mutator) -> bytes:
    return csv_file(mutator).decode("utf-8", "replace").encode("gb18030")


def workbook(mutator: Mutator) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("处罚")
        for row, cells in enumerate([list(PUBLISHED_HEADER), *map(mutator.cells, published_rows(ROWS))]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell.encode(errors="replace").decode().replace("\0", "")[:32_000])
    return stream.getvalue()


def gzipped(mutator: Mutator) -> bytes:
    return gzip.compress(mutator.bytes(json_file(mutator), times=2), mtime=0)


def archive(mutator: Mutator) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as members:
        for name, content in (("甲/案件.csv", csv_file(mutator)), ("乙.jsonl", json_file(mutator))):
            members.writestr(name, content)
    return stream.getvalue()


FORMS: tuple[tuple[str, Callable[[Mutator], bytes]], ...] = (
    ("jsonl", json_file),
    ("csv", csv_file),
    ("gb.csv", gb_file),
    ("xlsx", workbook),
    ("jsonl.gz", gzipped),
    ("zip", archive),
)


async def test_mutated_files_are_accounted_for_or_leave_nothing_but_their_refusal(feed: Feed) -> None:
    ends: Counter[str] = Counter()
    for place in range(FILES):
        mutator = Mutator(SEED + place)
        name, make = FORMS[place % len(FORMS)]
        content = make(mutator)
        if place % 2:
            content = mutator.bytes(content, times=mutator.chance.choice((1, 1, 2, 5)))
        path = feed.folder / f"{place}.{name}"
        path.write_bytes(content)
        for result in await feed.load_file(path):
            ends["refused" if isinstance(result, Refusal) else "loaded"] += 1
    runs = {
        row["status"]: row
        for row in await feed.rows(
            "SELECT status, count(*) AS runs, sum(rows) AS rows, sum(known) AS known, "
            "sum(inserted + updated + unchanged + rejected) AS told, (SELECT count(*) FROM feed_row w "
            "JOIN feed_run o ON o.id = w.run_id WHERE o.status = r.status) AS kept FROM feed_run r GROUP BY status"
        )
    }
    assert runs.keys() == {"DONE", "REFUSED"}
    assert (runs["DONE"]["runs"], runs["REFUSED"]["runs"]) == (ends["loaded"], ends["refused"])
    assert runs["DONE"]["rows"] == runs["DONE"]["told"] == runs["DONE"]["kept"] + runs["DONE"]["known"]
    assert (runs["REFUSED"]["rows"], runs["REFUSED"]["kept"]) == (0, 0)
    # Were nearly all refused, or none, the mutations would try one thing only.
    assert min(ends.values()) > FILES // 20
