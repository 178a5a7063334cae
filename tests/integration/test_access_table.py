"""Every root field, edge and mutation, asked as every role for everybody's records, against the table access.yaml."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import pytest

from stores.embedded import EmbeddedDatabase
from tests.acceptance.access_table import fields_of, printed_schema, read_table
from tests.integration.access_probes import Probe, all_probes
from tests.integration.access_record import AccessRecord, opened_record
from tests.integration.access_viewers import VIEWERS
from tests.integration.access_walk import Walk
from tests.integration.graphql_client import Client, served

UNSEEN: Final = {
    "Rule.effectiveUntil": "every rule there is is in force",
    "FeedRun.loadedBy": "what is loaded at the command line was sent by nobody",
    "AnomalyReplay.explanation": "the rule that is replayed names nobody here",
    "AnomalyReplay.underPresentLaw": "the same",
    "DutyCrimePayload.dutyCrimeCase": "a desk above leaves a county's case to the county",
    "PublicInterestPayload.publicInterestCase": "nobody who asks sits at the department that handles them",
    "CountyReportPayload.countyReport": "what is sent wrongly is refused",
    "TypicalCasePayload.typicalCase": "the cases are marked",
    "Custody.daysLeft": "the custodies ended",
    "Custody.overdueDays": "they ended in time",
    "CountyFigures.casesEntered": "the cases were entered in other years",
    "CountyFigures.casesTriaged": "no case was decided of",
}
"""What no record of the test holds, and why."""
FOLLOWED: Final = frozenset({"Subscription.feedRunProgress"})
"""What is asked over a websocket: test_feed_progress does as everybody."""


@pytest.fixture(scope="module")
async def record(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AccessRecord]:
    async with opened_record(postgres, tmp_path_factory.mktemp("feed")) as opened:
        yield opened


@pytest.fixture(scope="module")
async def client(record: AccessRecord) -> AsyncIterator[Client]:
    async with served(record.database, open_locally=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def probes(record: AccessRecord) -> Sequence[Probe]:
    return all_probes(printed_schema(), record)


async def test_every_field_is_asked_for(probes: Sequence[Probe]) -> None:
    asked = {each.field for probe in probes for each in probe.question.root.all()}
    unreached = [name for name in fields_of(printed_schema()) if name not in asked | FOLLOWED]
    assert not unreached, f"No question reaches {', '.join(unreached)}: add a probe to access_probes.py."


@pytest.mark.parametrize("name", [viewer.name for viewer in VIEWERS])
async def test_everybody_is_shown_what_the_table_says_and_nothing_else(
    record: AccessRecord, client: Client, probes: Sequence[Probe], name: str
) -> None:
    walk = Walk(record.viewers[name], read_table(), record)
    await walk.ask(client, probes)
    found = [*walk.leaks, *walk.differences(unseen=UNSEEN), *walk.trouble]
    assert not found, walk.said(found)
