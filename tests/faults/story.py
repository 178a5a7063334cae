"""State machines that keep the story of each run, for failures that do not happen every time."""

from collections.abc import Callable
from functools import wraps
from typing import ClassVar, NamedTuple, ParamSpec, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


class Failure(NamedTuple):
    """What was done until something went wrong, and what that was."""

    story: tuple[str, ...]
    error: Exception


class StoryMachine(RuleBasedStateMachine):
    """Keeps what was done, and what failed in all its runs."""

    failures: ClassVar[list[Failure]]

    def __init__(self) -> None:
        """Begin a run."""
        super().__init__()
        self.story: list[str] = []


def told(step: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """Keep a step for the story of its run, and that with the error that the step may raise."""

    @wraps(step)
    def kept(*given: Parameters.args, **named: Parameters.kwargs) -> Answer:
        machine = given[0]
        assert isinstance(machine, StoryMachine)
        machine.story.append(f"{step.__name__}({', '.join(f'{name}={value!r}' for name, value in named.items())})")
        try:
            return step(*given, **named)
        except Exception as error:
            machine.failures.append(Failure(tuple(machine.story), error))
            raise

    return kept
