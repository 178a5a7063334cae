"""What decides of a random step: bytes that hypothesis makes, and makes shorter when a sequence fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

Thing = TypeVar("Thing")

STEP_BYTES: Final = 6
"""As many as one step goes by, so that a step can be left out and the others stay what they are."""


@dataclass(slots=True)
class Dice:
    """The bytes of one step; where there are no more, it is the first of everything."""

    told: bytes
    place: int = 0

    def below(self, many: int) -> int:
        """A number from 0, of at most 256."""
        number = self.told[self.place] if self.place < len(self.told) else 0
        self.place += 1
        return number * many // 256

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of several."""
        return things[self.below(len(things))]


def steps_of(told: bytes) -> list[Dice]:
    """The dice of each step."""
    return [Dice(told[start : start + STEP_BYTES]) for start in range(0, len(told), STEP_BYTES)]
