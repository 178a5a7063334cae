from collections.abc import Sequence

import anyio
import psycopg
import pytest

from schema.access_vocabularies import AuditAction
from schema.audit_records import Caller, Deed
from stores import audit_seals
from stores.audit_seals import seal_trail
from stores.audit_trail import write_entries
from stores.audit_verifying import Verification, verify_trail
from stores.errors import DatabaseError, SettingsError
from stores.keys import KeyRing, parse_key_ring
from stores.postgres import Database
from tests.conftest import TEST_KEY, TestDatabase, dsn

CALLER = Caller(login="zhang", account_id=None, session_id=None, address="10.0.0.7", purpose="专项核查")


def viewed(*case_ids: int) -> Deed:
    return Deed(action=AuditAction.VIEW, operation="node", detail={"id": "例"}, case_ids=case_ids)


async def write(database: Database, *deeds: Deed) -> None:
    async with database.begin() as connection:
        await write_entries(connection, CALLER, deeds)


def tamper(urls: TestDatabase, *statements: str) -> None:
    """What somebody can do who administers the database."""
    with psycopg.connect(dsn(urls.superuser), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement.encode())


@pytest.fixture
async def sealed(database: Database, keys: KeyRing) -> Database:
    """Three seals of two entries each, numbered 1 to 6, and one entry behind them."""
    for number in range(3):
        await write(database, viewed(number), viewed(number + 10, number + 20))
        assert (await seal_trail(database, keys)).seals == 1
    await write(database, viewed(99))
    return database


def found(verification: Verification) -> tuple[int | None, Sequence[int], Sequence[int], Sequence[int]]:
    """The first seal that does not fit; entries changed, removed, inserted."""
    return (
        verification.first_fault,
        verification.changed.first,
        verification.removed.first,
        verification.inserted.first,
    )


async def test_a_trail_that_nobody_touched_fits(sealed: Database, keys: KeyRing) -> None:
    verification = await verify_trail(sealed, keys)
    assert verification.fits
    assert (verification.seals, verification.sealed, verification.unsealed) == (3, 6, 1)
    again = await seal_trail(sealed, keys)
    assert (again.seals, again.entries) == (1, 1)
    assert (await verify_trail(sealed, keys)).newest == again.newest


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit_entry SET case_ids = '{7}' WHERE id = 3", (2, [3], [], [])),
        ("UPDATE audit_entry SET detail = '{}' WHERE id = 6", (3, [6], [], [])),
        ("UPDATE audit_entry SET at = at - interval '1 microsecond' WHERE id = 1", (1, [1], [], [])),
        ("UPDATE audit_entry SET login = 'li' WHERE id = 4", (2, [4], [], [])),
        ("UPDATE audit_entry SET purpose = '' WHERE id = 4", (2, [4], [], [])),
        ("UPDATE audit_entry SET session_id = 1 WHERE id = 4", (2, [4], [], [])),
        ("DELETE FROM audit_entry WHERE id = 3", (2, [], [3], [])),
        ("DELETE FROM audit_entry WHERE id IN (1, 2)", (1, [], [1, 2], [])),
        ("TRUNCATE audit_entry", (1, [], [1, 2, 3, 4, 5, 6], [])),
        (
            (
                "INSERT INTO audit_entry"
                " (id, transaction, login, address, purpose, action, operation, detail, case_ids)"
                " OVERRIDING SYSTEM VALUE SELECT 1000, transaction, login, address, purpose, action, operation, detail,"
                " case_ids FROM audit_entry WHERE id = 3"
            ),
            (2, [], [], [1000]),
        ),
        # Two rows change places.
        (
            (
                "UPDATE audit_entry SET case_ids = CASE id WHEN 3 THEN (SELECT case_ids FROM audit_entry WHERE id = 4)"
                " ELSE (SELECT case_ids FROM audit_entry WHERE id = 3) END WHERE id IN (3, 4)"
            ),
            (2, [3, 4], [], []),
        ),
        # An entry is moved behind the seals, where it would be sealed as a new one.
        (
            "UPDATE audit_entry SET transaction = (SELECT max(transaction) FROM audit_entry) WHERE id = 3",
            (2, [], [3], []),
        ),
        # One is moved to an earlier seal.
        (
            "UPDATE audit_entry SET transaction = (SELECT transaction FROM audit_entry WHERE id = 1) WHERE id = 3",
            (1, [], [3], [3]),
        ),
        # A row of its own in the place of another.
        ("UPDATE audit_entry SET id = 500 WHERE id = 3", (2, [], [3], [500])),
    ],
)
async def test_what_was_done_to_entries_is_found_and_named(
    sealed: Database,
    keys: KeyRing,
    database_urls: TestDatabase,
    statement: str,
    expected: tuple[int | None, Sequence[int], Sequence[int], Sequence[int]],
) -> None:
    tamper(database_urls, statement)
    verification = await verify_trail(sealed, keys)
    assert not verification.fits
    assert found(verification) == expected


@pytest.mark.parametrize(
    ("statement", "changed", "broken"),
    [
        ("UPDATE audit_seal SET sealed_at = sealed_at - interval '1 day' WHERE id = 2", [2], []),
        ("UPDATE audit_seal SET hash = sha256('') WHERE id = 1", [1], [2]),
        ("DELETE FROM audit_seal WHERE id = 1", [], [2]),
        ("DELETE FROM audit_seal WHERE id = 2", [], [3]),
        ("UPDATE audit_seal SET id = 4 WHERE id = 1", [], [2, 4]),
        (
            (
                "UPDATE audit_seal SET entry_ids = entry_ids[2:2], entry_count = 1,"
                " entry_digests = substr(entry_digests, 33) WHERE id = 3; DELETE FROM audit_entry WHERE id = 5"
            ),
            [3],
            [],
        ),
    ],
)
async def test_what_was_done_to_seals_is_found_and_named(
    sealed: Database,
    keys: KeyRing,
    database_urls: TestDatabase,
    statement: str,
    changed: list[int],
    broken: list[int],
) -> None:
    tamper(database_urls, *statement.split("; "))
    verification = await verify_trail(sealed, keys)
    assert not verification.fits
    assert (verification.changed_seals.first, verification.broken_chain.first) == (changed, broken)
    assert verification.first_fault == min(changed + broken)


async def test_whoever_rewrites_all_seals_without_the_key_is_found(
    sealed: Database, keys: KeyRing, database_urls: TestDatabase
) -> None:
    forger = parse_key_ring("test:" + "Zm9yZ2VkZm9yZ2VkZm9yZ2VkZm9yZ2VkZm9yZ2VkISE=")
    tamper(database_urls, "TRUNCATE audit_seal", "DELETE FROM audit_entry WHERE id = 3")
    await seal_trail(sealed, forger)
    assert (await verify_trail(sealed, forger)).fits
    verification = await verify_trail(sealed, keys)
    assert not verification.fits
    assert len(verification.changed_seals.first) == 1


async def test_removed_newest_seals_are_found_by_the_hash_that_was_kept(
    sealed: Database, keys: KeyRing, database_urls: TestDatabase
) -> None:
    kept = (await verify_trail(sealed, keys)).newest
    await seal_trail(sealed, keys)
    assert (await verify_trail(sealed, keys, expected=kept)).fits
    tamper(database_urls, "DELETE FROM audit_seal WHERE id >= 3", "DELETE FROM audit_entry WHERE id = 6")
    assert (await verify_trail(sealed, keys)).fits
    verification = await verify_trail(sealed, keys, expected=kept)
    assert not verification.fits
    assert verification.expected_found is False
    # Nor is it made good by sealing again.
    await seal_trail(sealed, keys)
    assert not (await verify_trail(sealed, keys, expected=kept)).fits


async def test_a_late_commit_is_sealed_by_the_next_seal(database: Database, keys: KeyRing) -> None:
    async with database.begin() as slow:
        await write_entries(slow, CALLER, [viewed(1)])
        await write(database, viewed(2))
        # The one that ended lies behind one that has not: both wait.
        assert (await seal_trail(database, keys)).entries == 0
        assert (await verify_trail(database, keys)).unsealed == 1
    assert (await seal_trail(database, keys)).entries == 2
    async with database.begin() as slow:
        await write(database, viewed(3))
        await write_entries(slow, CALLER, [viewed(4)])
        assert (await seal_trail(database, keys)).entries == 1
    assert (await seal_trail(database, keys)).entries == 1
    verification = await verify_trail(database, keys)
    assert verification.fits
    assert (verification.sealed, verification.unsealed) == (4, 0)


async def test_several_sealers_and_writers_at_once_seal_every_entry_once(database: Database, keys: KeyRing) -> None:
    sealed = list[int]()

    async def seal_often() -> None:
        for _ in range(10):
            sealed.append((await seal_trail(database, keys)).entries)
            await anyio.sleep(0.005)

    async def write_often() -> None:
        for number in range(20):
            await write(database, viewed(number), viewed(number))

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(seal_often)
            group.start_soon(write_often)
    sealed.append((await seal_trail(database, keys)).entries)
    assert sum(sealed) == 3 * 20 * 2
    verification = await verify_trail(database, keys)
    assert verification.fits
    assert (verification.sealed, verification.unsealed) == (120, 0)


async def test_of_several_who_seal_each_minute_one_does(database: Database, keys: KeyRing) -> None:
    await write(database, viewed(1))
    assert (await seal_trail(database, keys, unless_within_seconds=60)).seals == 1
    await write(database, viewed(2))
    assert (await seal_trail(database, keys, unless_within_seconds=60)).seals == 0
    assert (await seal_trail(database, keys, unless_within_seconds=0)).seals == 1


async def test_without_new_entries_no_seal_is_made(sealed: Database, keys: KeyRing) -> None:
    await seal_trail(sealed, keys)
    assert (await seal_trail(sealed, keys)).seals == 0


async def test_many_entries_are_sealed_in_several_seals(
    database: Database, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_seals, "MOST_ENTRIES", 4)
    for number in range(5):
        await write(database, viewed(number), viewed(number), viewed(number))
    made = await seal_trail(database, keys)
    # Whole transactions: two of three entries each, twice, and the fifth.
    assert (made.seals, made.entries) == (3, 15)
    assert (await verify_trail(database, keys)).fits


async def test_seals_of_an_older_key_stay_good_while_it_is_on_the_ring(sealed: Database, keys: KeyRing) -> None:
    newer = "new:" + "bmV3ZXJuZXdlcm5ld2VybmV3ZXJuZXdlcm5ld2VyISE="
    await seal_trail(sealed, parse_key_ring(f"{newer},{TEST_KEY}"))
    assert (await verify_trail(sealed, parse_key_ring(f"{newer},{TEST_KEY}"))).fits
    with pytest.raises(SettingsError, match="no key named new"):
        await verify_trail(sealed, keys)


async def test_a_server_filled_from_a_dump_says_why_it_cannot_seal(
    sealed: Database, keys: KeyRing, database_urls: TestDatabase
) -> None:
    tamper(database_urls, "UPDATE audit_seal SET below_transaction = 4000000000 WHERE id = 3")
    with pytest.raises(DatabaseError, match="pg_resetwal"):
        await seal_trail(sealed, keys)
