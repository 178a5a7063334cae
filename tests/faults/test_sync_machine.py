"""Whatever happens in whatever order, the index ends as the record; a failure prints the shortest story that fails."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.form import LONG, time_left
from tests.faults.installation import Installation
from tests.faults.story import Failure
from tests.faults.sync_machine import SyncMachine

SETTINGS = settings(
    max_examples=5 if LONG else 4,
    stateful_step_count=25 if LONG else 15,
    deadline=None,
    # A story that failed is told by its failure, and may depend on the moment.
    database=None,
    print_blob=True,
    # Real servers take their time.
    suppress_health_check=list(HealthCheck),
)


def test_however_it_goes_the_index_ends_as_the_record(
    new_installation: Callable[[], AbstractContextManager[Installation]],
) -> None:
    class Machine(SyncMachine):
        open = staticmethod(new_installation)
        failures: ClassVar[list[Failure]] = []

    until = time.monotonic() + time_left()
    while True:
        try:
            run_state_machine_as_test(Machine, settings=SETTINGS)
        except Exception as error:
            # Hypothesis tells a story only if it fails every time, and some do so only now and then.
            story, reason = min(Machine.failures, key=lambda failure: len(failure.story))
            error.add_note("The shortest story that failed:\n  " + "\n  ".join([*story, f"{reason!r}"]))
            raise
        if time.monotonic() > until:
            return
