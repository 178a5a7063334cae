"""What the database holds of natural persons: no identity number in clear anywhere, and rows as sent only encrypted."""

import csv
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from indexer.feeds.staging import row_binding
from stores.errors import SettingsError
from stores.keys import KeyRing, parse_key_ring
from stores.postgres import Database
from tests.conftest import SHARED, TEST_KEY, TestDatabase, dsn
from tests.integration.feeding import AGENCY, PERSON_NUMBER, Feed, Fields, case, counts, person

OTHER_KEY = "newer:" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER_NUMBER = "110101199003074477"
NAME = "赵小满"

FACTS = f"当事人{NAME}(身份证号{PERSON_NUMBER})与证件号码为 {OTHER_NUMBER[:6]} {OTHER_NUMBER[6:]} 的人排放废水。"


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def everything_stored(urls: TestDatabase) -> dict[str, bytes]:
    """Every column of every table, as its text and as its bytes, as the superuser sees them."""
    found: dict[str, bytes] = {}
    with psycopg.connect(dsn(urls.superuser)) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
        for table, column, kind in columns:
            name, of = sql.Identifier(column), sql.Identifier(table)
            values = connection.execute(sql.SQL("SELECT {}::text FROM {}").format(name, of)).fetchall()
            content = "\n".join(value for (value,) in values if value is not None).encode()
            if kind == "bytea":
                raw = connection.execute(sql.SQL("SELECT {} FROM {}").format(name, of)).fetchall()
                content += b"\n".join(value for (value,) in raw if value is not None)
            found[f"{table}.{column}"] = content
    return found


def require_in_clear_nowhere(urls: TestDatabase, *secrets: str) -> None:
    stored = everything_stored(urls)
    assert len(stored) > 100
    for place, content in stored.items():
        # Spaces between tokens must not hide a number.
        narrow = content.replace(b" ", b"").upper()
        for secret in secrets:
            for form in (secret.encode(), secret.encode().hex().upper().encode()):
                assert form not in narrow, place


async def rows_as_sent(feed: Feed, keys: KeyRing) -> list[bytes]:
    found = await feed.rows(
        "SELECT r.run, w.ordinal, w.key_id, w.raw FROM feed_row w JOIN feed_run r ON r.id = w.run_id "
        "ORDER BY r.id, w.ordinal"
    )
    return [
        keys.decrypt(row["key_id"], bytes(row["raw"]), bound_to=row_binding(row["run"], row["ordinal"]))
        for row in found
    ]


async def test_identity_numbers_are_nowhere_in_clear_whatever_field_they_stood_in(
    feed: Feed, database_urls: TestDatabase
) -> None:
    records: list[Fields | str] = [
        case("1号", party=person(NAME, PERSON_NUMBER), facts=FACTS, title=f"{NAME}({PERSON_NUMBER})案"),
        case("2号", party={"type": "PERSON", "name": NAME, "uscc": PERSON_NUMBER}, penaltyContent=FACTS),
        case("3号", party=person(f"{NAME} {PERSON_NUMBER}"), legalBasis=FACTS, violationType=FACTS),
        case(
            "4号",
            party={"name": "甲厂", "legalRepresentative": f"{NAME}{PERSON_NUMBER}"},
            facts=FACTS.replace("1", "１"),
        ),
        case("5号", quantities=[{"measure": "loss", "value": "1", "unit": "yuan", "substance": PERSON_NUMBER}]),
        case(f"号{PERSON_NUMBER}", filingNumber=PERSON_NUMBER, agency=f"{AGENCY}{OTHER_NUMBER}"),
        case("6号", party=person(NAME, PERSON_NUMBER), decidedOn=PERSON_NUMBER),
        case("7号", fine=PERSON_NUMBER),
        f'{{"{PERSON_NUMBER}": 1, "kind": "penalty_case", "agency": "{AGENCY}", "documentNumber": "8号"}}',
        f"no JSON {NAME} {PERSON_NUMBER}",
    ]
    report = await feed(*records)
    assert report.accounts.rows == len(records)
    assert report.accounts.rejected >= 3
    require_in_clear_nowhere(database_urls, PERSON_NUMBER, OTHER_NUMBER)
    assert "110105" in (await feed.cases())[0]["facts"]
    shown = json.dumps(report.as_json(), ensure_ascii=False)
    warned = [row["w"] for row in await feed.rows("SELECT warnings::text AS w FROM feed_row")]
    told = [row["message"] for row in await feed.rows("SELECT message FROM rejected_row")]
    for text in (shown, *warned, *told):
        assert NAME not in text
        assert PERSON_NUMBER not in text


async def test_identity_numbers_of_the_published_table_are_nowhere_in_clear(
    feed: Feed, database_urls: TestDatabase
) -> None:
    header = [
        *(
            "行政相对人名称",
            "行政相对人类别",
            "行政相对人代码_1(统一社会信用代码)",
            "行政相对人代码_4(税务登记号)",
            "法定代表人",
        ),
        *(
            "法定代表人证件类型",
            "法定代表人证件号码",
            "证件类型",
            "证件号码",
            "行政处罚决定书文号",
            "违法事实",
            "处罚机关",
            "备注",
        ),
    ]
    rows = [
        [NAME, "自然人", "", "", "", "", "", "身份证", PERSON_NUMBER, "1号", FACTS, AGENCY, FACTS],
        [NAME, "自然人", PERSON_NUMBER, f"{PERSON_NUMBER}00", "", "", "", "", "", "2号", "", AGENCY, PERSON_NUMBER],
        ["甲厂", "", "", "", NAME, "身份证", OTHER_NUMBER, PERSON_NUMBER, "", "3号", "", AGENCY, ""],
        ["甲厂", "", "", "", NAME, OTHER_NUMBER, "", "护照", PERSON_NUMBER, f"见{PERSON_NUMBER}。", FACTS, AGENCY, ""],
    ]
    path = feed.folder / "published.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    assert counts(await feed.load(path)) == (4, 0, 0, 0)
    require_in_clear_nowhere(database_urls, PERSON_NUMBER, OTHER_NUMBER)


async def test_every_row_is_kept_encrypted_and_opens_to_the_bytes_that_were_sent(
    feed: Feed, keys: KeyRing, database_urls: TestDatabase
) -> None:
    lines = [
        json.dumps(case("1号", facts="秘密的事实")),
        " {bad ",
        json.dumps(case("2号"), ensure_ascii=False),
        "",
        '{"kind": 1}',
    ]
    await feed(*lines)
    assert await rows_as_sent(feed, keys) == [line.encode() for line in lines if line]
    stored = everything_stored(database_urls)["feed_row.raw"]
    assert b"{bad" not in stored
    assert b"kind" not in stored


@pytest.mark.skipif(not SHARED.exists(), reason="the real decisions lie beside the checkout, in ../shared")
@pytest.mark.parametrize("name", ["penalties_real.gb18030.csv", "penalties_real.utf8-bom.csv"])
async def test_the_real_rows_open_to_the_bytes_that_were_sent(feed: Feed, keys: KeyRing, name: str) -> None:
    path = SHARED / "data" / name
    await feed.load(path)
    kept = await rows_as_sent(feed, keys)
    assert len(kept) == 97
    sent = path.read_bytes()
    place = 0
    for raw in kept:
        place = sent.index(raw, place) + len(raw)
    assert not sent[place:].strip()


async def test_a_kept_row_opens_in_its_own_place_only(feed: Feed, keys: KeyRing) -> None:
    await feed(case("1号"), case("2号"))
    (first, second) = await feed.rows(
        "SELECT r.run, w.ordinal, w.key_id, w.raw FROM feed_row w JOIN feed_run r ON r.id = w.run_id ORDER BY w.ordinal"
    )
    with pytest.raises(SettingsError):
        keys.decrypt(first["key_id"], bytes(first["raw"]), bound_to=row_binding(second["run"], second["ordinal"]))


async def test_a_person_stays_one_person_and_old_rows_stay_readable_when_keys_are_rotated(
    feed: Feed, keys: KeyRing
) -> None:
    await feed(case("1号", party=person(NAME, PERSON_NUMBER)))
    rotated = parse_key_ring(f"{OTHER_KEY},{TEST_KEY}")
    later = Feed(feed.database, rotated, feed.clock, feed.folder)
    await later(case("2号", party=person(NAME, PERSON_NUMBER)))
    assert counts(await later(case("1号", party=person(NAME, PERSON_NUMBER)))) == (0, 0, 1, 0)
    assert len(await feed.rows("SELECT FROM party")) == 1
    # The third row is known by its bytes, of which the first run has kept the ones there are.
    assert [row["key_id"] for row in await feed.rows("SELECT key_id FROM feed_row ORDER BY run_id")] == [
        *("test", "newer")
    ]
    assert len(await rows_as_sent(later, rotated)) == 2
    with pytest.raises(SettingsError, match="newer"):
        await rows_as_sent(feed, keys)


async def test_names_and_numbers_reach_no_log(
    feed: Feed, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level("DEBUG"):
        await feed(
            case("1号", party=person(NAME, PERSON_NUMBER), facts=FACTS),
            case("1号", party=person(NAME, PERSON_NUMBER), facts="不同"),
            case("2号", party=person(NAME, "110105194912310021"), fine="x"),
        )
    printed = "".join(capfd.readouterr()) + caplog.text
    assert NAME not in printed
    assert PERSON_NUMBER not in printed
