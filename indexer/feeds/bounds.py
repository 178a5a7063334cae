"""How much of a file is read at most, each bound with its reason. All are checked while reading, never believed."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

CHUNK: Final = MIB
"""Bytes that are read at a time."""

MAX_LINE = 16 * MIB
"""Bytes in the longest physical line, and in the longest record of several lines: far more than any decision takes."""

MAX_COLUMNS = 1_000
"""Columns of a table; the published one has 33."""

MAX_TABLES = 200
"""Tables in one file, for each of which a run keeps the header."""

MAX_SKIPPED = 10_000
"""Lines without a record that a report lists one by one; the rest are counted together."""

MAX_UNPACKED = 8 * GIB
"""Bytes of one compressed file when unpacked: ten million cases are about as many."""

MAX_UNPACKED_TOGETHER = 16 * GIB
"""Bytes of all members of an archive when unpacked: an archive is a night's work, not a year's."""

MAX_RATIO = 200
"""Bytes that one compressed byte may become. Tables shrink to a tenth or a thirtieth, bombs to a thousandth."""

RATIO_FROM = 256 * MIB
"""Bytes unpacked before the ratio counts: a small file that says one thing over and over harms nobody."""

MAX_MEMBERS = 1_000
"""Members of an archive, each of which is a run of its own."""

MAX_DIRECTORY = 4 * MIB
"""Bytes of an archive's directory, which is read into memory whole: room for some ten thousand names."""

MAX_WORKBOOK = 256 * MIB
"""Bytes of a workbook as sent; it is copied to a nameless temporary file."""

MAX_WORKBOOK_UNPACKED = 512 * MIB
"""Bytes of a workbook's parts when unpacked. More rows than a workbook can hold come as CSV or JSON Lines."""

MAX_PART = 128 * MIB
"""Bytes of a part of a workbook that is no sheet (its texts, its styles), which is kept in memory."""

MAX_CELLS = 5_000_000
"""Cells of a workbook that hold something, and its texts: about 100 bytes of memory each."""

MAX_AREA = 10_000_000
"""Cells of a workbook's sheets from the first row and column to the last: 32 bytes of memory each, empty or not."""

MAX_MERGES = 100_000
"""Merged cells of a workbook."""

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
