"""What the commands about rules share: the law of this program, and the day they are asked as of."""

from datetime import date, datetime
from typing import Annotated

import typer

from commands.runtime import now
from supervision.calendars import shanghai_day
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.thresholds.judge import judge_thresholds

AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day; left out: today in Shanghai.")
]


def day_of(as_of: datetime | None) -> date:
    """The day a command is asked as of."""
    return shanghai_day(now()) if as_of is None else as_of.date()


def this_law() -> Law:
    """The law this program ships."""
    return Law(law_values(), thresholds=judge_thresholds)
