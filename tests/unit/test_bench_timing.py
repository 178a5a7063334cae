"""How the benchmarks take turns: every way does every job, and none is always the first or always after the same."""

from collections import Counter

from bench.timing import in_turns, in_turns_of

WAYS = 4
JOBS = range(8)


def test_every_way_does_every_job_in_every_round_and_is_the_first_as_often() -> None:
    done: list[tuple[int, int]] = []
    ways = [lambda job, way=way: done.append((way, job)) for way in range(WAYS)]
    seconds = in_turns_of(JOBS, ways, rounds=2)
    assert [[len(of_round) for of_round in of_way] for of_way in seconds] == [[len(JOBS)] * 2] * WAYS
    assert Counter(done) == {(way, job): 2 for way in range(WAYS) for job in JOBS}
    firsts = Counter(way for way, _ in done[::WAYS])
    assert firsts == dict.fromkeys(range(WAYS), 2 * len(JOBS) // WAYS)


def test_no_way_always_comes_after_the_same_other() -> None:
    done: list[int] = []
    ways = [lambda _job, way=way: done.append(way) for way in range(WAYS)]
    in_turns_of(JOBS, ways, rounds=2)
    groups = [done[start : start + WAYS] for start in range(0, len(done), WAYS)]
    before = {(group[place - 1], group[place]) for group in groups for place in range(1, WAYS)}
    assert all(len({first for first, second in before if second == way}) > 1 for way in range(WAYS))


def test_both_ways_are_first_every_other_time() -> None:
    done: list[str] = []
    in_turns(range(2), lambda _job: done.append("ours"), lambda _job: done.append("floor"), rounds=2)
    assert done == ["ours", "floor", "floor", "ours", "floor", "ours", "ours", "floor"]
