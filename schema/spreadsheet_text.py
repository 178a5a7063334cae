"""A text as it may stand in a CSV file that somebody opens in a spreadsheet, where some signs begin a formula.

A cell that begins with such a sign gets an apostrophe before it, as a person would type it; whoever reads the file back
takes exactly that apostrophe off again. A cell that begins with apostrophes and then such a sign gets one more, so that
nothing is ever taken for what it is not.
"""

import re
from typing import Final

_APOSTROPHE: Final = "'"
# A tab and the line ends too: some programs cut them off and then see the formula. Full-width signs count as signs.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return _APOSTROPHE + cell if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """A cell as it was before it was guarded; any other cell as it is."""
    return cell[1:] if cell.startswith(_APOSTROPHE) and _FORMULA.match(cell) else cell
