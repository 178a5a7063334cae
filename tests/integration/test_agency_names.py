"""Names of agencies that are not registered: what was decided is kept and told, and can be decided anew."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schema.vocabularies import NameDecision
from stores.agency_names import ListedDecision, Moved, decide_by_hand, list_decisions
from stores.errors import NameInUseError
from stores.history import changes_of_cases
from stores.keys import KeyRing
from stores.postgres import Database
from stores.register import read_register
from tests.integration.feeding import Feed, Fields, agency, case, counts, organisation
from tests.integration.follow_up_feeding import transfer

BUREAU, OTHER = "昆明市生态环境局", "昆明市西山区生态环境局"
BRANCH = "昆明市生态环境局西山分局"
UNNUMBERED = {"party": organisation("宏达公司"), "decidedOn": "2024-03-01"}


@pytest.fixture
def feed(database: Database, keys: KeyRing, clock: Callable[[], datetime], tmp_path: Path) -> Feed:
    return Feed(database, keys, clock, tmp_path)


def sent_by(name: str, number: str | None = "1号", /, **fields: Any) -> Fields:
    return case(number, **{**fields, "agency": name})


async def decide(feed: Feed, name: str, to: str | None, reason: str | None = None) -> Moved:
    async with feed.database.begin() as connection:
        found = (await read_register(connection)).find(to, None)
        return await decide_by_hand(connection, name, None if found is None else found.id, reason=reason)


async def decisions(feed: Feed) -> list[ListedDecision]:
    async with feed.database.begin() as connection:
        return await list_decisions(connection)


async def owners(feed: Feed) -> list[tuple[str, str | None]]:
    """Whose every case is, with its number, and that its text says the same."""
    found = await feed.rows(
        "SELECT a.name, c.document_number, t.agency = a.name_tokens AS same FROM penalty_case c "
        "JOIN agency a ON a.id = c.agency_id JOIN case_text t ON t.case_id = c.id ORDER BY a.name, c.document_number"
    )
    assert all(row["same"] for row in found)
    return [(row["name"], row["document_number"]) for row in found]


async def warnings(feed: Feed) -> list[str]:
    found = await feed.rows("SELECT warnings FROM feed_row ORDER BY run_id, ordinal")
    return [warning["message"] for row in found for warning in row["warnings"]]


async def test_a_name_that_one_agency_fits_is_taken_to_be_it_with_a_warning_and_the_decision_is_kept(
    feed: Feed,
) -> None:
    await feed(agency(BUREAU))
    report = await feed(sent_by(BRANCH), sent_by("昆明市环保局", "2号"), register=False)
    assert counts(report) == (2, 0, 0, 0)
    assert report.accounts.warnings == 2
    assert await warnings(feed) == [
        f"{BRANCH} was taken to be {BUREAU}.",
        f"昆明市环保局 was taken to be {BUREAU}.",
    ]
    kept = await decisions(feed)
    assert [(each.sent, each.agency, each.how, each.run, each.cases) for each in kept] == [
        ("昆明市环保局", BUREAU, NameDecision.RENAMED, report.run, 1),
        (BRANCH, BUREAU, NameDecision.BRANCH, report.run, 1),
    ]
    assert await owners(feed) == [(BUREAU, "1号"), (BUREAU, "2号")]


async def test_the_same_file_again_changes_nothing_whether_its_rows_are_known_or_read(feed: Feed) -> None:
    rows = (sent_by(BRANCH), sent_by(BRANCH, None, **UNNUMBERED))
    await feed(agency(BUREAU))
    await feed(*rows)
    before = await feed.record()
    for again in (rows, tuple(dict(reversed(row.items())) for row in rows)):
        report = await feed(*again)
        assert counts(report) == (0, 0, 2, 0)
        assert report.accounts.warnings == 2
        assert await feed.record() == before


async def test_only_what_means_nothing_registered_is_registered_on_the_way(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    report = await feed(sent_by(BRANCH), sent_by("丽江市公安局", "2号"), sent_by("昆明市 生态环境局", "3号"))
    assert counts(report) == (3, 0, 0, 0)
    assert await owners(feed) == [("丽江市公安局", "2号"), (BUREAU, "1号"), (BUREAU, "3号")]
    assert [each.sent for each in await decisions(feed)] == [BRANCH]


async def test_a_name_that_several_agencies_fit_is_rejected_and_names_five_of_them(feed: Feed) -> None:
    departments = ("生态环境局", "自然资源局", "公安局", "水利局", "农业局", "林业局")
    await feed(*(agency(f"昆明市西山区{department}") for department in departments))
    report = await feed(sent_by("西山局"), register=False)
    (error,) = report.errors
    assert (error["code"], error["column"]) == ("UNKNOWN_AGENCY", "agency")
    assert "ambiguous" in error["message"]
    assert sum(department in error["message"] for department in departments) == 5
    assert "1 more" in error["message"]
    assert await decisions(feed) == []
    # Where agencies are registered on the way, it is one of its own: no other agency's, at any rate.
    assert counts(await feed(sent_by("西山局"))) == (1, 0, 0, 0)
    assert await owners(feed) == [("西山局", "1号")]


async def test_a_short_name_is_told_by_the_sender_and_kept_with_it(feed: Feed) -> None:
    await feed(agency(BUREAU), agency("昆明市市场监督管理局"))
    first = await feed(sent_by("西山分局"), agency="昆明市环保局")
    second = await feed(sent_by("西山分局"), agency="昆明市市场监督管理局")
    assert counts(first) == counts(second) == (1, 0, 0, 0)
    assert await owners(feed) == [("昆明市市场监督管理局", "1号"), (BUREAU, "1号")]
    kept = {each.sent: each.agency for each in await decisions(feed)}
    assert kept == {
        "西山分局(昆明市环保局)": BUREAU,
        "西山分局(昆明市市场监督管理局)": "昆明市市场监督管理局",
    }
    assert counts(await feed(sent_by("西山分局", "9号"), register=False)) == (0, 0, 0, 1)


async def test_a_credit_code_of_another_agency_contradicts_a_name(feed: Feed) -> None:
    await feed(agency(BUREAU, uscc="91411300MA40AAA10R"))
    table = (
        "行政相对人名称,行政处罚决定书文号,处罚机关,处罚机关统一社会信用代码,处罚决定日期,数据来源单位\n"
        "宏达公司,1号罚〔2024〕1号,昆明市环保局,91411300MA40BBB20F,2024-01-01,昆明市信用办\n"
    )
    path = feed.folder / "table.csv"
    path.write_text(table, encoding="utf-8")
    report = await feed.load(path, register=False)
    assert [error["code"] for error in report.errors] == ["UNKNOWN_AGENCY"]
    path.write_text(table.replace("91411300MA40BBB20F", "91411300MA40AAA10R"), encoding="utf-8")
    assert counts(await feed.load(path, register=False)) == (1, 0, 0, 0)


async def test_the_published_tables_source_tells_whose_a_short_name_is(feed: Feed) -> None:
    await feed(agency("北京市海淀区生态环境局"), agency("北京市海淀区市场监督管理局"))
    path = feed.folder / "table.csv"
    path.write_text(
        "行政相对人名称,行政处罚决定书文号,处罚机关,处罚决定日期,数据来源单位\n"
        "宏达公司,京工商海处字【2018】第1583号,海淀局,2018-01-01,北京市工商行政管理局\n",
        encoding="utf-8",
    )
    assert counts(await feed.load(path, register=False)) == (1, 0, 0, 0)
    assert [owner for owner, _ in await owners(feed)] == ["北京市海淀区市场监督管理局"]


async def test_cases_move_with_what_follows_them_when_their_name_is_decided_anew(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    rows = (
        sent_by(BRANCH),
        {**transfer("1号"), "agency": BRANCH},
        {**transfer("7号"), "agency": BRANCH},
        sent_by(BUREAU, "2号"),
        {**transfer("2号"), "agency": BUREAU},
    )
    await feed(*rows)
    moving = (await feed.rows("SELECT id, revision FROM penalty_case WHERE document_number = '1号'"))[0]
    await feed.run("DELETE FROM outbox")
    assert await decide(feed, BRANCH, OTHER, "分局是独立机关") == Moved(cases=1, staying=0, from_agencies=(1,))
    assert await owners(feed) == [(BUREAU, "2号"), (OTHER, "1号")]
    followed = await feed.rows(
        "SELECT f.document_number, a.name FROM transfer f JOIN agency a ON a.id = f.agency_id ORDER BY 1"
    )
    assert [tuple(row.values()) for row in followed] == [("1号", OTHER), ("2号", BUREAU), ("7号", OTHER)]
    after = (await feed.rows("SELECT id, revision FROM penalty_case WHERE document_number = '1号'"))[0]
    assert after["revision"] > moving["revision"]
    assert {row["case_id"] for row in await feed.rows("SELECT case_id FROM outbox")} == {moving["id"]}
    async with feed.database.begin() as connection:
        (change,) = (await changes_of_cases(connection, [moving["id"]]))[moving["id"]]
    assert (change.field, change.before, change.after) == ("agency", BUREAU, OTHER)
    (kept,) = await decisions(feed)
    assert (kept.agency, kept.how, kept.run, kept.note) == (OTHER, NameDecision.BY_HAND, None, "分局是独立机关")

    before = await feed.record()
    for again in (rows, tuple(dict(reversed(row.items())) for row in rows)):
        assert counts(await feed(*again)) == (0, 0, 5, 0)
        assert await feed.record() == before
    assert counts(await feed(sent_by(BRANCH, "8号"), sent_by(BRANCH, fine="5"))) == (1, 1, 0, 0)
    assert await owners(feed) == [(BUREAU, "2号"), (OTHER, "1号"), (OTHER, "8号")]


async def test_a_decision_can_be_taken_back_with_all_that_moved(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    await feed(sent_by(BRANCH), sent_by(BRANCH, None, **UNNUMBERED), {**transfer("1号"), "agency": BRANCH})
    kept = ("penalty_case", "case_text", "case_source", "case_agency_name")
    before = await feed.record()
    await decide(feed, BRANCH, OTHER)
    assert (await decide(feed, BRANCH, BUREAU)).cases == 2
    after = await feed.record()
    assert {table: after[table] for table in kept[1:]} == {table: before[table] for table in kept[1:]}
    assert {owner for owner, _ in await owners(feed)} == {BUREAU}


@pytest.mark.parametrize("through", [(OTHER,), ("昆明市水利局", OTHER)])
async def test_a_case_without_a_number_is_found_again_after_it_was_moved(feed: Feed, through: tuple[str, ...]) -> None:
    await feed(agency(BUREAU), agency(OTHER), agency("昆明市水利局"))
    row = sent_by(BRANCH, None, **UNNUMBERED)
    await feed(row)
    for to in through:
        await decide(feed, BRANCH, to)
    reread = dict(reversed(row.items()))
    for again in (row, reread, {**reread, "agency": OTHER}):
        report = await feed(again)
        assert report.accounts.inserted == report.accounts.rejected == 0
    assert await owners(feed) == [(OTHER, None)]
    # Its number joins it, under whichever name it comes; the agency it was moved from may have such a case of its own.
    assert counts(await feed(sent_by(OTHER, "5号", **UNNUMBERED))) == (0, 1, 0, 0)
    assert counts(await feed({**row, "agency": BUREAU})) == (1, 0, 0, 0)
    assert await owners(feed) == [(BUREAU, None), (OTHER, "5号")]
    assert counts(await feed(reread)) == (0, 0, 1, 0)


async def test_nothing_moves_where_the_agency_has_such_cases_already(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    numbers = [f"{number}号" for number in range(10, 35)]
    await feed(*(sent_by(name, number) for name in (BRANCH, OTHER) for number in numbers), sent_by(BRANCH, "9号"))
    before = await feed.record()
    with pytest.raises(NameInUseError) as refused:
        await decide(feed, BRANCH, OTHER)
    assert refused.value.code == "NAME_IN_USE"
    assert sum(number in refused.value.message for number in numbers) == 20
    assert "5 more" in refused.value.message
    assert await feed.record() == before


async def test_a_case_without_a_number_that_is_there_already_keeps_everything_where_it_is(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    await feed(sent_by(BRANCH, None, **UNNUMBERED), sent_by(OTHER, None, **UNNUMBERED))
    with pytest.raises(NameInUseError, match="without a number, of 2024-03-01"):
        await decide(feed, BRANCH, OTHER)
    assert sorted(await owners(feed)) == sorted([(OTHER, None), (BUREAU, None)])


@pytest.mark.parametrize("names", [(BRANCH, BUREAU), (BUREAU, BRANCH)])
async def test_a_case_that_came_under_its_agencys_own_name_too_stays(feed: Feed, names: tuple[str, str]) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    rows = [sent_by(names[0]), sent_by(names[1], fine="5")]
    for row in rows:
        await feed(row)
    assert await decide(feed, BRANCH, OTHER) == Moved(cases=0, staying=1, from_agencies=())
    assert await owners(feed) == [(BUREAU, "1号")]
    # The row that came under the name follows the new decision when it is sent again, though its bytes are the same.
    assert counts(await feed(rows[names.index(BRANCH)])) == (1, 0, 0, 0)
    assert await owners(feed) == [(BUREAU, "1号"), (OTHER, "1号")]


async def test_a_case_that_came_under_two_names_moves_with_the_second_of_them(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    await feed(sent_by(BRANCH))
    await feed(sent_by("昆明市环保局西山区分局", fine="5"))
    assert (await decide(feed, BRANCH, OTHER)).cases == 0
    assert (await decide(feed, "昆明市环保局西山区分局", OTHER)).cases == 1
    assert await owners(feed) == [(OTHER, "1号")]


async def test_rows_under_a_refused_name_are_rejected_known_bytes_or_not(feed: Feed) -> None:
    await feed(agency(BUREAU))
    row = sent_by(BRANCH)
    await feed(row)
    assert await decide(feed, BRANCH, None, "不是一个机关") == Moved(cases=0, staying=1, from_agencies=())
    report = await feed(row, sent_by(BRANCH, "2号"), {**transfer("1号"), "agency": BRANCH})
    assert counts(report) == (0, 0, 0, 3)
    assert {error["code"] for error in report.errors} == {"UNKNOWN_AGENCY"}
    assert all("refused by hand" in error["message"] for error in report.errors)
    assert await owners(feed) == [(BUREAU, "1号")]
    await decide(feed, BRANCH, BUREAU)
    assert counts(await feed(row)) == (0, 0, 1, 0)


async def test_what_a_person_decides_about_a_short_name_holds_for_every_sender(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER), agency("昆明市西山区水利局"))
    await decide(feed, "西山局", "昆明市西山区水利局")
    report = await feed(sent_by("西山局"), agency=BUREAU)
    assert counts(report) == (1, 0, 0, 0)
    assert await owners(feed) == [("昆明市西山区水利局", "1号")]


async def test_an_agency_that_is_registered_later_under_the_name_gets_its_cases(feed: Feed) -> None:
    await feed(agency(BUREAU))
    rows = (sent_by(BRANCH), sent_by(BRANCH, None, **UNNUMBERED))
    await feed(*rows)
    report = await feed(agency(BRANCH), rows[0], dict(reversed(rows[1].items())))
    assert counts(report) == (1, 0, 2, 0)
    assert await owners(feed) == [(BRANCH, "1号"), (BRANCH, None)]
    (kept,) = await decisions(feed)
    assert (kept.agency, kept.how, kept.note) == (
        BRANCH,
        NameDecision.BY_HAND,
        "An agency was registered under this name.",
    )


async def test_an_alias_that_would_take_cases_its_agency_has_already_is_refused(feed: Feed) -> None:
    await feed(agency(BUREAU), agency(OTHER))
    await feed(sent_by(BRANCH), sent_by(OTHER))
    report = await feed(agency(OTHER, aliases=[BRANCH]))
    assert [(error["code"], error["column"]) for error in report.errors] == [("CONFLICT", "name")]
    assert "1号" in report.errors[0]["message"]
    assert (await feed.rows("SELECT aliases FROM agency WHERE name = :name", name=OTHER))[0]["aliases"] == []
    await feed(sent_by(BRANCH, "2号"))
    assert (BUREAU, "2号") in await owners(feed)


async def test_a_dry_run_keeps_no_decision(feed: Feed) -> None:
    await feed(agency(BUREAU))
    report = await feed(sent_by(BRANCH), dry_run=True)
    assert counts(report) == (1, 0, 0, 0)
    assert await decisions(feed) == []
