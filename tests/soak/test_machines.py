"""Whatever anybody does in whatever order, nothing is lost; a failure prints the shortest sequence that fails."""

from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.soak.case_lives import DutyCrimeLife, PublicInterestLife, TriageLife
from tests.soak.clue_life import ClueLife
from tests.soak.dice import STEP_BYTES, Dice, steps_of
from tests.soak.form import SEQUENCES
from tests.soak.measure_life import MeasureLife
from tests.soak.tally import Tally

_FEWEST, _MOST = 8, 30


class Life(Protocol):
    """A record that is led through its life, and what must hold of it."""

    def __init__(self, tally: Tally) -> None: ...
    def begin(self, dice: Dice) -> None: ...
    def step(self, dice: Dice) -> None: ...
    def end(self) -> None: ...
    @staticmethod
    def every_step() -> set[tuple[object, object]]: ...


@pytest.mark.parametrize("life", [ClueLife, MeasureLife, DutyCrimeLife, PublicInterestLife, TriageLife])
def test_no_sequence_of_actions_by_anybody_loses_anything(life: type[Life], tally: Tally) -> None:
    @settings(
        max_examples=SEQUENCES, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.large_base_example]
    )
    @given(told=st.binary(min_size=_FEWEST * STEP_BYTES, max_size=_MOST * STEP_BYTES))
    def lives(told: bytes) -> None:
        tally.sequences += 1
        begin, *steps = steps_of(told)
        led = life(tally)
        led.begin(begin)
        for dice in steps:
            led.step(dice)
        led.end()

    lives()
    # What never happened was not tried.
    assert tally.taken == life.every_step()
