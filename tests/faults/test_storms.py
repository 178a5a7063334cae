"""Two and four relays at once, killed and cut off at random while everything changes and the index is rebuilt."""

import threading
import time
from itertools import count
from random import Random

import pytest

from tests.faults.form import LONG
from tests.faults.installation import Installation
from tests.faults.proxy import BULK, Way

SECONDS = 20 if LONG else 3
BETWEEN_STROKES = (0.05, 0.4)
STROKES = ["kill a relay", "cut a request", "cut an answer", "begin or kill a rebuild"]


def change_at_random(installation: Installation, chance: Random, until: threading.Event) -> None:
    """Insert, change and delete, as fast as it goes, each in a transaction of its own."""
    numbers = count(1)
    known = [case_id for (case_id,) in installation.query("SELECT id FROM penalty_case")]
    while not until.is_set():
        case_id = chance.choice(known)
        stroke = chance.random()
        if stroke < 0.2:
            with installation.connection() as connection:
                installation.insert(connection, f"风暴{next(numbers)}号")
        elif stroke < 0.3:
            installation.delete(case_id)
            known = [case_id for (case_id,) in installation.query("SELECT id FROM penalty_case")]
        else:
            installation.change(case_id, chance.randrange(10))


@pytest.mark.parametrize("relays", [2, 4])
def test_relays_at_once_lose_nothing_however_they_die(installation: Installation, relays: int) -> None:
    chance = Random(relays)  # noqa: S311  no secret: the same strokes every time
    installation.add(50)
    installation.sync()
    running = [installation.relay() for _ in range(relays)]
    rebuild = None
    ends = threading.Event()
    changing = threading.Thread(target=change_at_random, args=(installation, Random(relays), ends))  # noqa: S311  as above
    changing.start()
    try:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            time.sleep(chance.uniform(*BETWEEN_STROKES))
            stroke = chance.choice(STROKES)
            if stroke == "kill a relay":
                installation.kill(running.pop(0))
                running.append(installation.relay())
            elif stroke == "cut a request":
                installation.servers.proxy.cut(BULK, Way.REQUEST)
            elif stroke == "cut an answer":
                installation.servers.proxy.cut(BULK, Way.ANSWER)
            elif rebuild is None:
                rebuild = installation.start("index", "rebuild")
            else:
                installation.kill(rebuild)
                rebuild = None
    finally:
        ends.set()
        changing.join()
    installation.servers.proxy.clear()
    if rebuild is not None:
        rebuild.result()
    installation.rebuild()
    installation.settle()
