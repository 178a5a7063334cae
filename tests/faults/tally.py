"""What the fault suite did and what it found, for the table at its end."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass
class Tally:
    """Counts over a whole run. A round ends with a comparison of everything; what that finds is a difference."""

    rounds: int = 0
    kills: int = 0
    outages: int = 0
    changes: int = 0
    missing: int = 0
    stale: int = 0
    orphaned: int = 0

    def compared(self, found: Mapping[str, int]) -> None:
        """Count what `index verify` found in the end of a round."""
        self.rounds += 1
        self.missing += found["missing"]
        self.stale += found["stale"]
        self.orphaned += found["orphaned"]

    @property
    def lines(self) -> list[str]:
        """The table."""
        names = {
            "outages": "server outages",
            **{kind: f"differences found: {kind}" for kind in ("missing", "stale", "orphaned")},
        }
        return [f"{names.get(name, name):<28}{count:>8}" for name, count in asdict(self).items()]
