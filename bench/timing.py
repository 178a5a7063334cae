"""What is measured and how it is told: seconds of ours beside seconds of the floor, taken in turns."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

Job = TypeVar("Job")


class MeasuredNothingError(Exception):
    """What was to be timed did not do what it should; its time would mean nothing."""


def require(condition: object, otherwise: str) -> None:
    """Raise MeasuredNothingError unless a condition holds; unlike assert, with any flag of Python."""
    if not condition:
        raise MeasuredNothingError(otherwise)


@dataclass(frozen=True, slots=True)
class Spread:
    """Repeated values of one figure."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float], digits: int) -> "Spread":
        """Median, least and greatest, rounded."""
        return cls(*(round(value, digits) for value in (statistics.median(values), min(values), max(values))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the result; `ratio` is how many times the floor's time ours takes: 1 is the floor, less is better.

    `at_least` is what we promise of a figure that is a speed, `at_most` of a ratio; None where we promise nothing.
    """

    name: str
    unit: str
    ours: Spread
    floor: Spread
    ratio: Spread
    floor_is: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_reached(self) -> bool:
        """Whether the medians are what was promised; a figure without a promise keeps it."""
        fast = self.at_least is None or self.ours.median >= self.at_least
        return fast and (self.at_most is None or self.ratio.median <= self.at_most)

    def as_json(self) -> dict[str, Any]:
        """The figure as it is kept."""
        return asdict(self)


@dataclass(slots=True)
class Stopwatch:
    """How long the block of `stopwatch` took."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time a block."""
    watch = Stopwatch()
    started = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - started


def throughput(
    name: str, unit: str, count: int, ours: Sequence[float], floor: Sequence[float], floor_is: str
) -> Figure:
    """A figure out of the seconds that `count` things took, pair by pair."""
    return Figure(
        name=name,
        unit=unit,
        ours=Spread.of([count / seconds for seconds in ours], 0),
        floor=Spread.of([count / seconds for seconds in floor], 0),
        ratio=Spread.of([mine / its for mine, its in zip(ours, floor, strict=True)], 2),
        floor_is=floor_is,
    )


def seconds_figure(
    name: str, ours: Sequence[float], floor: Sequence[float], floor_is: str, *, at_most: float | None = None
) -> Figure:
    """A figure out of seconds, pair by pair."""
    return Figure(
        name=name,
        unit="s",
        ours=Spread.of(ours, 2),
        floor=Spread.of(floor, 2),
        ratio=Spread.of([mine / its for mine, its in zip(ours, floor, strict=True)], 4 if at_most else 2),
        floor_is=floor_is,
        at_most=at_most,
    )


@dataclass(frozen=True, slots=True)
class Rounds:
    """The seconds of every job, round by round, of ours and of the floor."""

    ours: list[list[float]]
    floor: list[list[float]]

    def figures(self, name: str, floor_is: str, percents: tuple[int, ...] = (50, 95)) -> list[Figure]:
        """The median and the 95th percentile over the jobs, or others, each with its spread over the rounds."""
        return [self._figure(name, percent, floor_is) for percent in percents]

    def _figure(self, name: str, percent: int, floor_is: str) -> Figure:
        ours = [percentile(seconds, percent) for seconds in self.ours]
        floor = [percentile(seconds, percent) for seconds in self.floor]
        return Figure(
            name=name,
            unit=f"ms p{percent}",
            ours=Spread.of([value * 1_000 for value in ours], 2),
            floor=Spread.of([value * 1_000 for value in floor], 2),
            ratio=Spread.of([mine / its for mine, its in zip(ours, floor, strict=True)], 2),
            floor_is=floor_is,
        )


def in_turns(
    jobs: Sequence[Job],
    ours: Callable[[Job], object],
    floor: Callable[[Job], object],
    *,
    rounds: int,
    pause_seconds: float = 0.0,
) -> Rounds:
    """Do every job both ways, one right after the other or with a pause, each way first every other time."""
    return Rounds(*in_turns_of(jobs, (ours, floor), rounds=rounds, pause_seconds=pause_seconds))


def in_turns_of(
    jobs: Sequence[Job],
    ways: Sequence[Callable[[Job], object]],
    *,
    rounds: int,
    pause_seconds: float = 0.0,
) -> list[list[list[float]]]:
    """Do every job in several ways, each of which is the first as often; the seconds by way, round and job."""
    result: list[list[list[float]]] = [[] for _ in ways]
    for turn in range(rounds):
        seconds: list[list[float]] = [[] for _ in ways]
        for place, job in enumerate(jobs):
            first = (turn + place) % len(ways)
            # Forwards and backwards, so that none always comes after the same other.
            step = 1 if turn % 2 else -1
            for number in range(len(ways)):
                way = (first + step * number) % len(ways)
                time.sleep(pause_seconds)
                with stopwatch() as watch:
                    ways[way](job)
                seconds[way].append(watch.seconds)
        for kept, taken in zip(result, seconds, strict=True):
            kept.append(taken)
    return result


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def machine_milliseconds() -> float:
    """How long a fixed loop takes: the speed of a machine that may be shared, at this moment."""
    taken = []
    for _ in range(5):
        with stopwatch() as watch:
            total = 0
            for number in range(500_000):
                total += number * number
        taken.append(watch.seconds * 1_000)
    return round(statistics.median(taken), 1)
