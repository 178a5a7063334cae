"""Every root field, edge and mutation, asked as every role for everybody's records, against the table access.yaml."""

from collections.abc import Sequence
from typing import Final

import pytest

from tests.acceptance.access_table import fields_of, printed_schema, read_table
from tests.integration.access_probes import Probe
from tests.integration.access_record import AccessRecord
from tests.integration.access_viewers import VIEWERS
from tests.integration.access_walk import Walk
from tests.integration.graphql_client import Client

UNSEEN: Final = {
    "Rule.effectiveUntil": "every rule there is is in force",
    "FeedRun.loadedBy": "what is loaded at the command line was sent by nobody",
    "AnomalyReplay.explanation": "the rule that is replayed names nobody here",
    "AnomalyReplay.underPresentLaw": "the same",
    "TriageCasePayload.clue": "what is decided too late makes nothing: test_triage.py makes one",
    "TriageCasePayload.measure": "the same",
    "LinkPath.cut": "there are not so many links that some are not followed",
    "Measure.procuratorate": "above the agency of one who asks is none",
    "User.agency": "whoever handles clues belongs to no agency",
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
FOLLOWED: Final = frozenset({"Subscription.feedRunProgress", "Subscription.clueChanged"})
"""What is asked over a websocket: test_feed_progress and test_clue_following do as everybody."""


async def test_every_field_is_asked_for(access_probes: Sequence[Probe]) -> None:
    asked = {each.field for probe in access_probes for each in probe.question.root.all()}
    unreached = [name for name in fields_of(printed_schema()) if name not in asked | FOLLOWED]
    assert not unreached, f"No question reaches {', '.join(unreached)}: add a probe to access_probes.py."


@pytest.mark.parametrize("name", [viewer.name for viewer in VIEWERS])
async def test_everybody_is_shown_what_the_table_says_and_nothing_else(
    access_record: AccessRecord, access_client: Client, access_probes: Sequence[Probe], name: str
) -> None:
    walk = Walk(access_record.viewers[name], read_table(), access_record)
    await walk.ask(access_client, access_probes)
    found = [*walk.leaks, *walk.differences(unseen=UNSEEN), *walk.trouble]
    assert not found, walk.said(found)
