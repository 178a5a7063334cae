"""How much was tried, and what became of it."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Steps by what was answered; `taken`: from which state each was taken, or what was answered."""

    sequences: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    taken: set[tuple[object, object]] = field(default_factory=set)
    seconds: float = 0

    def line(self, name: str) -> str:
        """What the summary says of it."""
        answered = ", ".join(f"{count} {answer}" for answer, count in sorted(self.answers.items()))
        return f"{name}: {self.sequences} sequences, {self.answers.total()} steps ({answered}), {self.seconds:.1f} s"
