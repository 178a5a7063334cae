"""Right rows of every kind, out of which the fuzz tests make wrong ones."""

import csv
import io
import json
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

from bench.generator import PUBLISHED_HEADER, agencies, case_rows, published_row, register_rows
from tests.integration.follow_up_feeding import FULL, follow_up

_CASES = 400


def records() -> Iterator[dict[str, Any]]:
    """Records of all nine kinds, over and over; two of three tell of cases."""
    cases = list(case_rows(_CASES))
    others = [
        *register_rows(),
        {"kind": "procuratorate", "name": "示例市人民检察院", "region": "411300", "parent": None},
        *(
            follow_up(kind, case["documentNumber"], **fields) | {"agency": case["agency"]}
            for case in cases[:20]
            for kind, fields in FULL.items()
        ),
    ]
    for case, also, other in zip(cycle(cases), cycle(reversed(cases)), cycle(others), strict=False):
        yield case
        yield also
        yield other


def json_lines(count: int) -> Iterator[dict[str, Any]]:
    """That many of them."""
    return islice(records(), count)


def published_rows(count: int) -> Iterator[list[str]]:
    """Rows of the published table, over and over."""
    codes = {agency.name: agency.uscc for agency in agencies()}
    return islice(cycle([published_row(case, codes) for case in case_rows(_CASES)]), count)


def csv_line(cells: list[str]) -> bytes:
    """A row of CSV with the end of its line; half a character, which CSV cannot hold, becomes a question mark."""
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode(errors="replace")


def json_line(record: dict[str, Any]) -> bytes:
    """A line of JSON Lines; half a character stands in it as an escape."""
    try:
        return json.dumps(record, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record).encode() + b"\n"


HEADER = csv_line(list(PUBLISHED_HEADER))
