"""What a rule answers of a case, and the day it is asked as of.

A rule's function answers with `Found`, None or `Missing`; `supervision.evaluation` names the rule and makes a `Finding`
or a `CannotTell` of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from schema.anomaly_records import Evidence
from schema.vocabularies import AnomalyKind, Certainty
from supervision.law_values import LawValue

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """That an answer needs fields nobody filled in, by the contract's names (`decidedOn`, `transfer.decidedOn`)."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdMet:
    """A criminal threshold a case meets (涉嫌犯罪的追诉标准): which, in Chinese words, and on what it rests."""

    code: str
    title: str
    certainty: Certainty
    evidence: tuple[Evidence, ...]
    law: tuple[LawValue, ...]

    @property
    def suspicion(self) -> str:
        """How a sentence introduces the title: `案件已达到追诉标准“…”`."""
        return "已达到追诉标准" if self.certainty is Certainty.CERTAIN else "可能达到追诉标准"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule found: how sure, since when, on what, and the sentence that says so.

    `due_on` is the last lawful day that belongs to `certainty`. `done_on` is the day a late act was done: days overdue
    are counted to it; without it, to the day the rule is asked as of. `facts` is the sentence about what happened
    (Chinese, without its full stop), `law` the values it rests on, in the order they are to be cited.
    """

    certainty: Certainty
    due_on: date | None
    facts: str
    evidence: tuple[Evidence, ...]
    law: tuple[LawValue, ...]
    done_on: date | None = None


Answer = Found | Missing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An anomaly of a case under one rule (异常). `explanation` is Chinese, to be pasted into a file.

    `rests_on_setting` names the settings in `law` that stand in for a number without a verified national source.
    """

    rule: str
    version: int
    kind: AnomalyKind
    certainty: Certainty
    due_on: date | None
    done_on: date | None
    overdue_days: int | None
    explanation: str
    evidence: tuple[Evidence, ...]
    law: tuple[LawValue, ...]
    rests_on_setting: tuple[str, ...]


class AsOf:
    """The day a case is judged as of; it keeps between which days all that was asked has the same answer.

    Rules ask it, and never compare its `day` themselves: that is how those days are known. As of any day from
    `unchanged_since` on (None: from ever) and before `next_change_on` (None: for ever) the case is judged alike.
    """

    __slots__ = ("day", "next_change_on", "unchanged_since")

    def __init__(self, day: date) -> None:
        """Ask as of a day (Asia/Shanghai)."""
        self.day = day
        self.unchanged_since: date | None = None
        self.next_change_on: date | None = None

    def is_after(self, due: date) -> bool:
        """Whether a last lawful day has passed."""
        return self.has_reached(due + _DAY)

    def has_reached(self, day: date) -> bool:
        """Whether a day has come."""
        if self.day >= day:
            if self.unchanged_since is None or day > self.unchanged_since:
                self.unchanged_since = day
            return True
        if self.next_change_on is None or day < self.next_change_on:
            self.next_change_on = day
        return False


def foremost(answers: Iterable[Answer], as_of: AsOf) -> Answer:
    """The one answer of a rule that judges several records of a case.

    A finding whose last lawful day has passed, CERTAIN before POSSIBLE and the longest overdue first; else what is
    missing, of all of them; else None.
    """
    best: Found | None = None
    missing: dict[str, None] = {}
    for answer in answers:
        if isinstance(answer, Missing):
            missing.update(dict.fromkeys(answer.fields))
        elif answer is not None and (answer.due_on is None or as_of.is_after(answer.due_on)):
            best = answer if best is None else min(best, answer, key=_rank)
    if best is not None:
        return best
    return Missing(fields=tuple(missing)) if missing else None


def _rank(found: Found) -> tuple[bool, date]:
    return found.certainty is not Certainty.CERTAIN, found.due_on or date.min
