"""What the commands about rules share: the law they ask under, and the day they are asked as of."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from commands.runtime import now
from indexer.small_files import read_small_file
from stores.errors import LawError
from supervision.calendars import shanghai_day
from supervision.law_changes import law_with, whole_law
from supervision.law_files import LawFileError, law_values
from supervision.laws import Law
from supervision.thresholds.judge import judge_thresholds

AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day; left out: today in Shanghai.")
]

CURRENT: Final = "current"
"""How the law this program ships is named."""

_MOST_BYTES: Final = 1024 * 1024


def day_of(as_of: datetime | None) -> date:
    """The day a command is asked as of."""
    return shanghai_day(now()) if as_of is None else as_of.date()


def this_law() -> Law:
    """The law this program ships."""
    return Law(law_values(), thresholds=judge_thresholds)


def named_law(name: str) -> Law:
    """`current`, the law of a folder's YAML files, or the current one with the values of one YAML file replaced.

    Raises LawError, naming the file and the place, for one that cannot be read or that the rules could not ask.
    """
    law = this_law()
    if name == CURRENT:
        return law
    path = Path(name)
    try:
        if path.is_dir():
            values = whole_law([(str(file), _text(file)) for file in _files(path)], law)
        else:
            values = law_with(_text(path), name, law)
    except LawFileError as error:
        raise LawError(f"{error}.") from error
    return Law(values, thresholds=judge_thresholds)


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise LawError(f"{folder} has no YAML files. Name a folder of law, such as supervision/law, or one file.")
    return files


def _text(path: Path) -> str:
    return read_small_file(path, most=_MOST_BYTES, what="file of the law", error=LawError)
