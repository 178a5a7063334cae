"""The circuit before Elasticsearch: what opens it, who is let through, and who is told at once that nobody is."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from structlog.testing import capture_logs

from stores.errors import JianduError, QueryTimeoutError, RefusedRequestError, SearchIndexError, UnavailableError
from stores.search.availability import FAILURES, PLACES, Availability

PATIENT = 30.0
PAUSE = 0.1
LONG = 3_600.0

Search = Callable[[], Awaitable[str]]


async def fine() -> str:
    return "found"


def fails(error: Exception) -> Search:
    async def search() -> str:
        raise error

    return search


AWAY = fails(UnavailableError("away"))
REFUSED = fails(RefusedRequestError("wrong"))


@dataclass
class Slow:
    """A search that lasts until it is told how it ends; counts who is in it."""

    now: int = 0
    most: int = 0
    ended: anyio.Event = field(default_factory=anyio.Event)
    error: Exception | None = None

    async def __call__(self) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.ended.wait()
        finally:
            self.now -= 1
        if self.error is not None:
            raise self.error
        return "found"


async def outcome(availability: Availability, search: Search) -> str | type[Exception]:
    try:
        return await availability.attempt(search)
    except JianduError as error:
        return type(error)


async def opened(*, patience: float = PATIENT, pause: float = PAUSE) -> Availability:
    availability = Availability(patience=patience, pause=pause)
    for _ in range(FAILURES):
        assert await outcome(availability, AWAY) is UnavailableError
    assert availability.circuit == "open"
    return availability


async def half_opened() -> Availability:
    availability = await opened()
    await anyio.sleep(PAUSE * 1.5)
    assert availability.circuit == "half-open"
    return availability


@pytest.mark.parametrize("error", [UnavailableError("away"), QueryTimeoutError("late"), SearchIndexError("no index")])
async def test_failures_in_a_row_open_the_circuit_and_then_nobody_asks(error: JianduError) -> None:
    availability = Availability(patience=PATIENT, pause=LONG)
    for _ in range(FAILURES):
        assert availability.closed
        assert await outcome(availability, fails(error)) is type(error)
    assert (availability.closed, availability.circuit) == (False, "open")
    search = Slow()
    with pytest.raises(UnavailableError, match="left alone"):
        await availability.attempt(search)
    assert search.most == 0


async def test_an_answer_between_failures_keeps_the_circuit_closed() -> None:
    availability = Availability(patience=PATIENT, pause=LONG)
    for _ in range(FAILURES):
        for _ in range(FAILURES - 1):
            await outcome(availability, AWAY)
        assert await outcome(availability, fine) == "found"
    assert availability.closed


async def test_a_search_without_an_answer_is_given_up_when_the_patience_is_over_and_counts_as_a_failure() -> None:
    availability = Availability(patience=0.2, pause=LONG)
    search = Slow()
    for _ in range(FAILURES):
        started = time.monotonic()
        with pytest.raises(QueryTimeoutError, match=r"within 0\.2 s"):
            await availability.attempt(search)
        assert 0.19 <= time.monotonic() - started < 2
    assert search.now == 0
    assert availability.circuit == "open"


async def test_a_request_that_is_itself_at_fault_neither_opens_nor_closes_the_circuit() -> None:
    availability = Availability(patience=PATIENT, pause=LONG)
    for _ in range(3 * FAILURES):
        assert await outcome(availability, REFUSED) is RefusedRequestError
    assert availability.closed
    half_open = await half_opened()
    assert await outcome(half_open, REFUSED) is RefusedRequestError
    assert half_open.circuit == "half-open"
    assert await outcome(half_open, fine) == "found"
    assert half_open.closed


async def test_a_fault_of_the_program_counts_for_nothing_and_is_not_hidden() -> None:
    availability = Availability(patience=PATIENT, pause=LONG)
    for _ in range(2 * FAILURES):
        with pytest.raises(KeyError):
            await availability.attempt(fails(KeyError("hits")))
    assert availability.closed


async def test_who_gives_up_counts_for_nothing_and_leaves_no_place_taken() -> None:
    availability = Availability(patience=PATIENT, pause=LONG)
    search = Slow()
    for _ in range(2 * PLACES):
        with anyio.move_on_after(0.005):
            await availability.attempt(search)
    assert (search.most, search.now) == (1, 0)
    assert availability.closed
    assert await outcome(availability, fine) == "found"


async def test_after_the_pause_one_search_at_a_time_asks_and_the_others_are_told_at_once() -> None:
    availability = await half_opened()
    probe = Slow()
    async with anyio.create_task_group() as group:
        group.start_soon(outcome, availability, probe)
        await wait_all_tasks_blocked()
        with anyio.fail_after(5):
            for _ in range(20):
                assert await outcome(availability, probe) is UnavailableError
        assert probe.most == 1
        probe.ended.set()
    assert availability.closed
    assert await outcome(availability, fine) == "found"


async def test_a_probe_that_fails_opens_the_circuit_for_another_pause() -> None:
    availability = await half_opened()
    assert await outcome(availability, AWAY) is UnavailableError
    assert availability.circuit == "open"
    await anyio.sleep(PAUSE * 1.5)
    assert await outcome(availability, fine) == "found"
    assert availability.closed


async def test_a_probe_that_is_given_up_makes_room_for_the_next() -> None:
    availability = await half_opened()
    with anyio.move_on_after(0.01):
        await availability.attempt(Slow())
    assert availability.circuit == "half-open"
    assert await outcome(availability, fine) == "found"


async def test_no_more_searches_ask_at_a_time_than_there_are_places() -> None:
    availability = Availability(patience=PATIENT, pause=LONG)
    search = Slow()
    outcomes: list[str | type[Exception]] = []

    async def one() -> None:
        outcomes.append(await outcome(availability, search))

    async with anyio.create_task_group() as group:
        for _ in range(5 * PLACES):
            group.start_soon(one)
        await wait_all_tasks_blocked()
        assert search.now == PLACES
        search.ended.set()
    assert outcomes == ["found"] * 5 * PLACES
    assert search.most == PLACES


async def test_who_waits_for_a_place_is_let_go_as_soon_as_the_circuit_opens() -> None:
    availability = Availability(patience=PATIENT, pause=LONG)
    search = Slow(error=UnavailableError("away"))
    waited = Slow()
    async with anyio.create_task_group() as group:
        for _ in range(PLACES):
            group.start_soon(outcome, availability, search)
        await wait_all_tasks_blocked()
        for _ in range(40):
            group.start_soon(outcome, availability, waited)
        await wait_all_tasks_blocked()
        search.ended.set()
        started = time.monotonic()
    assert time.monotonic() - started < PATIENT / 4
    assert (search.most, waited.most) == (PLACES, 0)
    assert availability.circuit == "open"


async def test_who_finds_no_place_waits_half_the_patience_and_counts_for_nothing() -> None:
    availability = Availability(patience=2.0, pause=LONG)
    crowd = Slow()
    late: list[str | type[Exception]] = []

    async def one() -> None:
        late.append(await outcome(availability, fine))

    async with anyio.create_task_group() as group:
        for _ in range(PLACES):
            group.start_soon(outcome, availability, crowd)
        await wait_all_tasks_blocked()
        started = time.monotonic()
        async with anyio.create_task_group() as others:
            for _ in range(2 * FAILURES):
                others.start_soon(one)
        assert 0.95 <= time.monotonic() - started < 1.9
        assert availability.closed
        crowd.ended.set()
    assert late == [UnavailableError] * 2 * FAILURES
    assert await outcome(availability, fine) == "found"


async def test_every_place_is_free_again_whatever_became_of_the_searches() -> None:
    availability = Availability(patience=0.2, pause=PAUSE)
    for ending in (None, UnavailableError("away"), RefusedRequestError("wrong")):
        search = Slow(error=ending)
        async with anyio.create_task_group() as group:
            for _ in range(3 * PLACES):
                group.start_soon(outcome, availability, search)
            await wait_all_tasks_blocked()
            if ending is not None:
                search.ended.set()
        await anyio.sleep(PAUSE * 1.5)
        assert await outcome(availability, fine) == "found"
        assert availability.closed


async def test_the_log_tells_failures_until_the_circuit_opens_and_then_only_when_it_closes() -> None:
    with capture_logs() as logs:
        availability = await opened()
        for _ in range(20):
            await outcome(availability, AWAY)
        await anyio.sleep(PAUSE * 1.5)
        await outcome(availability, AWAY)
        await anyio.sleep(PAUSE * 1.5)
        for _ in range(20):
            await outcome(availability, fine)
    told = [(entry["log_level"], entry["event"]) for entry in logs if entry["log_level"] != "debug"]
    assert told == [
        *[("warning", "PostgreSQL answers for Elasticsearch")] * FAILURES,
        ("warning", "searches leave Elasticsearch alone"),
        ("info", "Elasticsearch answers the searches again"),
    ]
    assert logs[0]["reason"] == "away"
