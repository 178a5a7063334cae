"""Whatever anybody asks of the application, alone or at once, the record is as the machines say, and nothing is lost.

The application accepts what the machines accept of whoever may ask it, and refuses the rest with the code they give.
"""

from collections.abc import AsyncIterator
from typing import Final

import pytest

from schema.access_records import EVERYTHING
from stores.audit_seals import seal_trail
from stores.audit_verifying import verify_trail
from stores.embedded import EmbeddedDatabase
from stores.keys import parse_key_ring
from stores.postgres import Database
from tests.conftest import TEST_KEY, cloned_database
from tests.soak.city import City, opened_city
from tests.soak.form import FIRST_SEED, RECORDED_SEQUENCES
from tests.soak.record_checks import check_audit, check_model, check_rows, marks_of
from tests.soak.sequence import begun
from tests.soak.tally import Tally

_SEALED_EVERY: Final = 50
_KEYS: Final = parse_key_ring(TEST_KEY)
_ENOUGH: Final = 300
"""From so many sequences on everything that can happen has happened."""

_STALE_TOO: Final = (
    *("assignClue", "transferClue", "closeClue", "recordClueStep", "beginClueReview", "issueMeasure", "serveMeasure"),
    *("recordReply", "recordDutyCrimeStep", "recordPublicInterestStep", "triageCase"),
)
_ACCEPTED: Final = (
    *("openClue", "acceptClue", "returnClue", "acknowledgeClue", "beginClueInvestigation", "extendClue"),
    *("inviteToClue", "giveClueOpinion", "draftMeasure", "copyMeasureToLegalOffice", "recordRectification"),
    *("escalateMeasure", "withdrawMeasure", "fileDutyCrimeCase", "filePublicInterestCase", *_STALE_TOO),
)

_NEVER: Final = ("clerk", "machine", "auditor", "administrator", "inspector", "campaigner")
"""Who may do nothing of this."""


@pytest.fixture(scope="module")
async def city(postgres: EmbeddedDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    with cloned_database(postgres) as urls:
        database = Database.at(urls.application, scope=EVERYTHING)
        async with opened_city(database, _KEYS, tmp_path_factory.mktemp("feed")) as opened:
            yield opened
        await database.close()


async def test_no_sequence_of_questions_by_anybody_loses_anything(city: City, tally: Tally) -> None:
    changes, numbers, database = 0, set[str](), city.feed.database
    for seed in range(FIRST_SEED, FIRST_SEED + RECORDED_SEQUENCES):
        sequence, marks = begun(city, seed, tally, numbers), await marks_of(city)
        try:
            await sequence.run()
            await check_rows(city, marks)
            await check_model(sequence.town, marks)
            await check_audit(sequence.town, marks)
        except BaseException as error:
            error.add_note(f"SOAK_SEED={seed} SOAK_SEQUENCES=1 repeats it:\n  " + "\n  ".join(sequence.story))
            raise
        tally.sequences += 1
        changes, numbers = changes + sequence.town.model.accepted.total(), sequence.town.model.numbers
        if seed % _SEALED_EVERY == 0:
            await seal_trail(database, _KEYS)
    # Who had left is back: what was done on days before must not look as if it came after.
    await city.begin_anew()
    await check_rows(city, {})
    sealed = await seal_trail(database, _KEYS)
    found = await verify_trail(database, _KEYS, expected=sealed.newest)
    assert found.fits, found.as_json()
    assert found.unsealed == 0
    [kept] = await city.feed.rows(
        "SELECT count(*) AS n FROM audit_entry WHERE action = 'CHANGE' AND detail ->> 'refused' IS NULL"
    )
    assert kept["n"] == changes
    if tally.sequences >= _ENOUGH:
        # What never happened was not tried.
        assert not [each for each in _ACCEPTED if (each, None) not in tally.taken]
        assert not [each for each in _STALE_TOO if (each, "STALE") not in tally.taken]
        assert not [each for each in _NEVER if (each, "FORBIDDEN") not in tally.taken or (each, None) in tally.taken]
        codes = {"FORBIDDEN", "NOT_FOUND", "INVALID", "NOT_ALLOWED", "STALE", "IDEMPOTENCY_MISMATCH"}
        assert codes <= {code for _, code in tally.taken}
