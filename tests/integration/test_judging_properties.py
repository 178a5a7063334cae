"""Whatever is fed, decided and asked in whatever order: what a run left alone, a full one would have left as it is."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schema.vocabularies import FeedKind
from stores.keys import KeyRing
from stores.postgres import Database
from tests.integration.feeding import AGENCY, COMPANY, OTHER_AGENCY, Feed, Fields, agency, case, organisation, person
from tests.integration.follow_up_feeding import follow_up
from tests.integration.judging_cases import Judge

FIRST = date(2024, 1, 2)
PARTIES = [
    organisation("宏达公司", COMPANY),
    organisation("宏达化工", COMPANY),
    organisation("宏达公司"),
    organisation("平安公司"),
    person("赵小满"),
]
FACTS = [*["擅自倾倒危险废物二十车于河道滩地"] * 3, "倾倒危险废物3.5吨", "未按规定设置标志牌", None]


SEEDS = range(12)


class Story:
    """Draws what happens next."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  a story is to be told again

    def day(self) -> str | None:
        drawn = self.random
        if drawn.random() < 0.25:
            return None
        return (FIRST + timedelta(drawn.randrange(200))).isoformat()

    def number(self) -> str:
        return f"{self.random.randrange(8)}号"

    def case(self) -> Fields:
        choose = self.random.choice
        return case(
            self.number(),
            agency=choose([AGENCY, OTHER_AGENCY]),
            party=choose(PARTIES),
            facts=choose(FACTS),
            fine=choose(["0", "5000", "80000", "90000", None]),
            domain=choose(["ENVIRONMENT", "MARKET"]),
            actEndedOn=choose(["2024-01-02", "2024-01-03", None]),
            foundOn=choose(["2024-01-04", "2024-01-05", None]),
            filedOn=self.day(),
            decidedOn=self.day(),
            servedOn=self.day(),
            paidOn=self.day(),
            penaltyKinds=choose([["FINE"], None]),
        )

    def follow_up(self) -> Fields:
        kind = self.random.choice(list(FollowUps))
        told = {name: value for name, value in FollowUps[kind](self).items() if value is not None}
        return {**follow_up(kind, self.number(), **told), "agency": self.random.choice([AGENCY, OTHER_AGENCY])}

    def agency(self) -> Fields:
        return agency(
            self.random.choice([AGENCY, OTHER_AGENCY]),
            networkedOn=self.day(),
            enforcementPower=self.random.choice([True, False, None]),
        )


FollowUps: dict[FeedKind, Callable[[Story], dict[str, Any]]] = {
    FeedKind.TRANSFER: lambda draw: {"decidedOn": draw.day(), "transferredOn": draw.day(), "returnedOn": draw.day()},
    FeedKind.CRIMINAL_CASE: lambda draw: {
        "decision": draw.random.choice(["FILED", "NOT_FILED"]),
        "decidedOn": draw.day(),
        "reasonsGiven": draw.random.choice(["证据不足", None]),
        "coercion": [{"kind": draw.random.choice(["DETENTION", "ARREST", "BAIL"]), "from": draw.day() or "2024-02-01"}],
    },
    FeedKind.ENFORCEMENT: lambda draw: {"demandedOn": draw.day(), "appliedOn": draw.day(), "receivedOn": draw.day()},
    FeedKind.RECONSIDERATION: lambda draw: {
        "type": "RECONSIDERATION",
        "appliedOn": draw.day(),
        "decidedOn": draw.day(),
        "outcome": draw.random.choice(["REVOKED", "UPHELD", None]),
    },
    FeedKind.MEASURE: lambda draw: {
        "type": draw.random.choice(["REASONS_REQUEST", "FILING_NOTICE", "RECOMMENDATION"]),
        "servedOn": draw.day(),
        "repliedOn": draw.day(),
    },
}


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_full_run_finds_nothing_that_the_runs_before_it_left_out(
    feed: Feed, clock: Callable[[], datetime], seed: int
) -> None:
    story, judge = Story(seed), Judge(feed, clock)
    as_of = FIRST + timedelta(60)
    await feed(*(story.case() for _ in range(10)), *(story.follow_up() for _ in range(6)))
    for _ in range(8):
        await _something_happens(story, feed)
        as_of += timedelta(story.random.choice([0, 0, 1, 3, 30, 200, -20]))
        await judge(as_of.isoformat())
        untold = await _untold(feed)
        again = await judge.again(as_of.isoformat())
        assert (again.opened, again.resolved, again.changed) == (0, 0, 0)
        assert await _untold(feed) == untold
        assert again.evaluated == len(await feed.cases())
        assert (await judge(as_of.isoformat())).evaluated == 0


async def _untold(feed: Feed) -> object:
    """What cannot be told of each case."""
    return await feed.rows("SELECT case_id, cannot_tell_id FROM judgement ORDER BY case_id")


async def _something_happens(story: Story, feed: Feed) -> None:
    match story.random.randrange(7):
        case 0 | 1:
            await feed(*(story.case() for _ in range(2)))
        case 2 | 3:
            await feed(*(story.follow_up() for _ in range(2)))
        case 4:
            await feed(story.agency())
        case 5:
            await feed.run(
                "INSERT INTO agency_setting (agency_id, code, value, reason) "
                "SELECT id, 'entry.period', :days, '试' FROM agency "
                "ON CONFLICT (agency_id, code) DO UPDATE SET value = excluded.value",
                days=story.random.randrange(60),
            )
        case _:
            await feed.run(
                "UPDATE anomaly SET status = 'DISMISSED', decision = 'DISMISSED', decided_certainty = certainty, "
                "decided_digest = evidence_digest WHERE status <> 'RESOLVED' AND id % 2 = 0"
            )
