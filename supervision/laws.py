"""The law as a whole: every dated value, and the judge of the criminal thresholds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain, pairwise

from schema.case_file import CaseFile
from supervision.answers import Missing, ThresholdMet
from supervision.law_values import PERIODS, LawValue

ThresholdJudge = Callable[[CaseFile, "Law"], ThresholdMet | Missing | None]
"""Says whether a case meets a criminal threshold (刑事追诉标准), and which; None where it meets none."""


class Law:
    """The law of all days: every value by its code, and the judge of the criminal thresholds."""

    __slots__ = ("_judge", "_last_judged", "_versions")

    def __init__(self, values: Iterable[LawValue], *, thresholds: ThresholdJudge) -> None:
        """Order the versions of each value. Raises ValueError where two versions of one are in force on one day."""
        versions: dict[str, list[LawValue]] = {}
        for value in sorted(values, key=lambda value: value.effective_from):
            versions.setdefault(value.code, []).append(value)
        for earlier, later in chain.from_iterable(map(pairwise, versions.values())):
            if earlier.effective_until is None or earlier.effective_until >= later.effective_from:
                raise ValueError(f"Two versions of {later.code} are in force on {later.effective_from}.")
        self._versions: Mapping[str, tuple[LawValue, ...]] = {code: tuple(found) for code, found in versions.items()}
        self._judge = thresholds
        self._last_judged: tuple[CaseFile, ThresholdMet | Missing | None] | None = None

    def value(self, code: str, *, on: date) -> LawValue | None:
        """The version in force on the day of the event; None where there was none yet or no longer.

        Raises KeyError for a code the law does not have.
        """
        for version in self._versions[code]:
            if version.is_in_force(on):
                return version
        return None

    def setting(self, code: str, case: CaseFile, *, on: date) -> LawValue | None:
        """A value marked as a setting, as set for the case's agency, else with its default.

        Raises KeyError for a code the law does not have, ValueError for one that is no setting.
        """
        default = self.value(code, on=on)
        if default is None:
            return None
        if not default.is_setting:
            raise ValueError(f"{code} is the law's and no setting.")
        if code not in case.settings:
            return default
        value, source = case.settings[code], case.setting_reasons.get(code, default.source)
        return replace(default, value=value, length=int(value) if default.unit in PERIODS else 0, source=source)

    def threshold_met(self, case: CaseFile) -> ThresholdMet | Missing | None:
        """The criminal threshold the case meets; None where it meets none, Missing where that cannot be told."""
        last = self._last_judged
        # Three rules ask of one case in a row, and reading its facts three times would cost more than all rules do.
        if last is None or last[0] is not case:
            last = (case, self._judge(case, self))
            self._last_judged = last
        return last[1]

    def with_thresholds(self, thresholds: ThresholdJudge) -> "Law":
        """The same values with another judge of the criminal thresholds."""
        return Law((value for found in self._versions.values() for value in found), thresholds=thresholds)

    @property
    def versions(self) -> Mapping[str, tuple[LawValue, ...]]:
        """Every value's versions by its code, oldest first."""
        return self._versions
