"""`jiandu rules`: the law listed and explained, and a feed file judged where there is no database at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from supervision.rule_book import rule_book
from tests.acceptance.program import Program

pytestmark = pytest.mark.acceptance

NO_DATABASE = {"database_url": "postgresql://nobody@127.0.0.1:9/nothing", "data_key": ""}
AGENCY = "试验县生态环境局"


def case(number: str, **fields: Any) -> dict[str, Any]:
    party = {"type": "ORGANIZATION", "name": "宏达公司"}
    return {"kind": "penalty_case", "agency": AGENCY, "documentNumber": number, "party": party, **fields}


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    records = [
        case(
            *("试环罚〔2024〕1号",),
            facts="当事人将3.5吨危险废物倾倒于沟渠。",
            domain="ENVIRONMENT",
            actEndedOn="2024-01-05",
            decidedOn="2024-03-01",
            penaltyKinds=["FINE"],
        ),
        case("试环罚〔2024〕2号", decidedOn="2024-03-01", servedOn="2024-03-02"),
        {"kind": "transfer", "agency": AGENCY, "documentNumber": "试环罚〔2024〕2号", "decidedOn": "2024-03-04"},
    ]
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records))
    return path


def test_every_case_is_judged_without_a_database(program: Program, feed: Path) -> None:
    result = program.run("rules", "check", str(feed), "--as-of", "2024-06-01", "--json", **NO_DATABASE)
    assert (result.status, result.err) == (0, "")
    first, second = map(json.loads, result.out.splitlines())
    assert first.keys() == {"agency", "documentNumber", "findings", "cannotTell"}
    found = {finding["rule"]: finding for finding in first["findings"]}
    crime = found["transfer.penalty-for-crime"]
    assert crime.keys() == {"rule", "kind", "certainty", "dueOn", "overdueDays", "explanation"}
    assert (crime["kind"], crime["certainty"], crime["dueOn"], crime["overdueDays"]) == (
        *("PENALTY_FOR_CRIME", "CERTAIN", "2024-03-01", 92),
    )
    assert "三吨" in crime["explanation"]
    assert "宏达公司" not in crime["explanation"]
    assert {finding["rule"] for finding in second["findings"]} >= {"transfer.not-transferred"}
    assert all(each.keys() == {"rule", "missing"} for case in (first, second) for each in case["cannotTell"])


def test_the_day_decides(program: Program, feed: Path) -> None:
    result = program.run("rules", "check", str(feed), "--as-of", "2024-03-01", "--json", **NO_DATABASE)
    assert "transfer.penalty-for-crime" not in result.out


def test_rows_that_cannot_be_read_are_named_and_the_others_judged(program: Program, feed: Path) -> None:
    feed.write_text(feed.read_text() + json.dumps(case("3号", fine="-1")) + "\n")
    result = program.run("rules", "check", str(feed), "--json", **NO_DATABASE)
    assert result.status == 1
    assert "line 4, fine: BAD_VALUE" in result.err
    assert len(result.out.splitlines()) == 2


def test_a_file_that_is_no_feed_is_not_done(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    assert program.run("rules", "check", str(path), **NO_DATABASE).status == 2


def test_every_rule_is_listed_and_explained(program: Program) -> None:
    listed = [json.loads(line) for line in program.run("rules", "list", "--json").out.splitlines()]
    assert [each["code"] for each in listed] == [rule.description.code for rule in rule_book()]
    for rule in rule_book():
        about = rule.description
        told = program.run("rules", "explain", about.code)
        assert told.status == 0
        assert about.title_zh in told.out
    assert "no rule of this code" in program.run("rules", "explain", "transfer.never").sentence
