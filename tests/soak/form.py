"""How much the suite does: so much among all tests, much more where `make soak` sets SOAK=long."""

import os
from typing import Final

LONG: Final = os.environ.get("SOAK") == "long"

SEQUENCES: Final = 100_000 if LONG else 10_000
"""Of each pure machine."""

RECORDED_SEQUENCES: Final = int(os.environ.get("SOAK_SEQUENCES", "10000" if LONG else "300"))
"""Against PostgreSQL."""

FIRST_SEED: Final = int(os.environ.get("SOAK_SEED", "1"))
"""Of the first sequence against PostgreSQL; each has the next one, which a failure tells."""
