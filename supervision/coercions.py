"""Which coercive measures of criminal procedure still run (刑事强制措施), in any criminal case on record.

A measure ends on its own last day (`to`), with its record (concluded, or a refusal to file after it began), or when a
measure of another kind takes its place: nobody is on bail and under arrest at once. Records do not say whose a measure
is, so each later one takes the place of one before it; where more are open than were followed, nobody can tell which.
Another record may be another suspect's, or go on with the same one: it ends nothing here, and leaves it open.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import CoercionRecord, CriminalCaseRecord
from schema.vocabularies import CoercionKind, FilingDecision
from supervision.evidence import days_of, stated
from supervision.follow_ups import is_concluded
from supervision.sentences import chinese_day


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedCoercion:
    """A measure and the day it ended or another took its place; `doubt` is one that may have taken its place."""

    coercion: CoercionRecord
    ended_on: date | None
    doubt: CoercionRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCoercion:
    """A measure that has no end, and the one that may have taken its place; `elsewhere`: in another record."""

    coercion: CoercionRecord
    doubt: CoercionRecord | None
    elsewhere: bool

    @property
    def remark(self) -> str:
        """What a sentence about the measure adds on the doubt; empty without one."""
        if self.doubt is None:
            return ""
        where = "另一刑事案件记录载有" if self.elsewhere else "此后另有"
        return f"；{where}{chinese_day(self.doubt.begun_on)}起的{self.doubt.kind.label}，是否为同一人需要核实"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What shows that the measure began and did not end, and what leaves it in doubt."""
        doubt = () if self.doubt is None else _shown(self.doubt)
        return (
            *_shown(self.coercion),
            *days_of("criminal_case.coercion", extendedTo=self.coercion.extended_to),
            stated("criminal_case.coercion.to", ""),
            stated("criminal_case.concludedOn", ""),
            *doubt,
        )


def running_coercions(case: CaseFile, kinds: Collection[CoercionKind]) -> Iterator[RunningCoercion]:
    """The measures of some kinds that have no end, of every criminal case."""
    for criminal_case in case.criminal_cases:
        for followed in followed_coercions(criminal_case):
            coercion = followed.coercion
            if coercion.kind not in kinds or has_ended(followed, criminal_case):
                continue
            elsewhere = None if followed.doubt else _doubt_elsewhere(coercion, criminal_case, case)
            yield RunningCoercion(coercion=coercion, doubt=followed.doubt or elsewhere, elsewhere=elsewhere is not None)


def followed_coercions(criminal_case: CriminalCaseRecord) -> list[FollowedCoercion]:
    """The measures of one criminal case in the order they began, each with its end or what may be its end."""
    measures = sorted(enumerate(criminal_case.coercion), key=_order)
    return _followed([measure for _, measure in measures])


def has_ended(followed: FollowedCoercion, criminal_case: CriminalCaseRecord) -> bool:
    """Whether a measure ended, of itself, by another in its place, or with its record."""
    if followed.ended_on is not None or is_concluded(criminal_case):
        return True
    refused_on = criminal_case.decided_on
    return criminal_case.decision is FilingDecision.NOT_FILED and (
        refused_on is None or followed.coercion.begun_on <= refused_on
    )


def _order(placed: tuple[int, CoercionRecord]) -> tuple[date, bool, int]:
    """By first day. Of one day a detention comes first, for what follows it is often decided at once."""
    place, measure = placed
    return measure.begun_on, measure.kind is not CoercionKind.DETENTION, place


def _followed(measures: Sequence[CoercionRecord]) -> list[FollowedCoercion]:
    free = _not_of_the_ended(measures)
    takers = _takers(measures, free)
    left = [place for place, measure in enumerate(measures) if measure.ended_on is None and place not in takers]
    followed: list[FollowedCoercion] = []
    for place, measure in enumerate(measures):
        ended_on, doubt = measure.ended_on, None
        taker = takers.get(place)
        rivals = [other for other in left if measures[other].kind is measure.kind]
        if taker is not None and not any(_may_follow(measures, other, taker) for other in rivals):
            ended_on = measures[taker].begun_on
        elif ended_on is None:
            doubt = next((measures[later] for later in free if _may_follow(measures, place, later)), None)
        followed.append(FollowedCoercion(coercion=measure, ended_on=ended_on, doubt=doubt))
    return followed


def _not_of_the_ended(measures: Sequence[CoercionRecord]) -> list[int]:
    """The places of those that did not begin on the very day on which one before them ended."""
    free = list(range(len(measures)))
    for place, measure in enumerate(measures):
        next_one = (
            later
            for later in free
            if measures[later].begun_on == measure.ended_on and _may_follow(measures, place, later)
        )
        taken = next(next_one, None)
        if taken is not None:
            free.remove(taken)
    return free


def _takers(measures: Sequence[CoercionRecord], free: Sequence[int]) -> dict[int, int]:
    """For the place of one without an end that of the one in its stead: detentions come first, then the earliest."""
    takers: dict[int, int] = {}
    for later in free:
        before = [
            place
            for place, measure in enumerate(measures[:later])
            if measure.ended_on is None and place not in takers and _may_follow(measures, place, later)
        ]
        if before:
            detained = [place for place in before if measures[place].kind is CoercionKind.DETENTION]
            takers[(detained or before)[0]] = later
    return takers


def _may_follow(measures: Sequence[CoercionRecord], place: int, later: int) -> bool:
    return place < later and _may_replace(measures[place].kind, measures[later].kind)


def _may_replace(kind: CoercionKind, other: CoercionKind) -> bool:
    """Whether another kind can take the place of one: whoever is under arrest is not detained again."""
    return kind is not other and not (kind is CoercionKind.ARREST and other is CoercionKind.DETENTION)


def _doubt_elsewhere(
    coercion: CoercionRecord, criminal_case: CriminalCaseRecord, case: CaseFile
) -> CoercionRecord | None:
    """The earliest measure of another record that may be the next of the same person, or this very one, ended there."""
    doubts = [
        followed.coercion
        for other in case.criminal_cases
        if other is not criminal_case
        for followed in followed_coercions(other)
        if (
            followed.coercion.begun_on >= coercion.begun_on
            if _may_replace(coercion.kind, followed.coercion.kind)
            else _is_the_same(coercion, followed.coercion) and has_ended(followed, other)
        )
    ]
    return min(doubts, key=lambda doubt: doubt.begun_on, default=None)


def _is_the_same(coercion: CoercionRecord, other: CoercionRecord) -> bool:
    return (coercion.kind, coercion.begun_on) == (other.kind, other.begun_on)


def _shown(coercion: CoercionRecord) -> tuple[Evidence, ...]:
    return (
        stated("criminal_case.coercion.kind", coercion.kind.value),
        *days_of("criminal_case.coercion", **{"from": coercion.begun_on}),
    )
