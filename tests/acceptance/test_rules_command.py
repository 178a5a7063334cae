"""`jiandu rules`: the law listed and explained, and a feed file judged where there is no database at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commands.rule_options import named_law
from commands.rules import app
from stores.errors import LawError
from supervision.law_files import package_yaml
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
            *("试环罚〔周建国〕1号",),
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


def test_a_clean_file_and_what_cannot_be_told_are_not_passed_over_in_silence(program: Program, feed: Path) -> None:
    feed.write_text(json.dumps(case("3号", decidedOn="2024-03-01")) + "\n")
    result = program.run("rules", "check", str(feed), "--as-of", "2024-03-01", **NO_DATABASE)
    (told,) = result.out.splitlines()
    assert told.startswith("As of 2024-03-01: 1 cases judged, 0 findings, ")
    assert told.endswith(" answers cannot be told (--json says which, and for want of what).")


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
        # In this process: the law is read once, not once a rule.
        told = CliRunner().invoke(app, ["explain", about.code])
        assert (told.exit_code, told.stderr) == (0, "")
        assert about.title_zh in told.stdout
        examples = told.stdout.partition("例子 Examples")[2]
        assert "：没有发现问题" in examples
        assert "CERTAIN" in examples or "POSSIBLE" in examples
    assert "no rule of this code" in program.run("rules", "explain", "transfer.never").sentence


def test_an_example_is_shown_with_its_record_the_day_and_the_sentence(program: Program) -> None:
    told = program.run("rules", "explain", "service.late").out.splitlines()
    assert "      处罚决定日期 decidedOn：2024年6月5日" in told
    assert "    截至 as of 2024年6月17日：没有发现问题 nothing is found" in told
    at = told.index("    截至 as of 2024年6月18日：确定 CERTAIN，最后合法日 due 2024年6月17日，逾期1日 overdue")
    assert told[at + 1].startswith("      2024年6月5日作出处罚决定，2024年6月18日才送达")
    assert any("无法判断，缺少送达日期 servedOn" in line for line in told)

    (example, *_) = program.run("rules", "explain", "service.late", "--json").json["examples"]
    assert example.keys() == {"name", "given", "publishedOnly", "settings", "answers"}
    assert example["given"] == {"penalty_case": {"decidedOn": "2024-06-05", "servedOn": "2024-06-18"}}
    none, found = example["answers"]
    assert (none["asOf"], none["finding"], none["missing"]) == ("2024-06-17", None, [])
    assert (found["finding"]["certainty"], found["finding"]["dueOn"]) == ("CERTAIN", "2024-06-17")
    assert "7个工作日" in found["finding"]["explanation"]


SETTING = """\
entry.period:
  title_zh: 录入信息共享平台的期限
  title_en: Time to enter a case
  unit: days
  days: working
  config: true
  versions: [{value: 10, basis: 试行办法, effective_from: 2011-02-01}]
"""


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    """Entered in time, on the eighth working day, and long after."""
    path = tmp_path / "entries.jsonl"
    days = ("2024-06-17", "2024-06-18", "2024-07-31")
    whole = {
        "facts": "甲",
        "legalBasis": "乙",
        "penaltyKinds": ["FINE"],
        "penaltyContent": "丙",
        "servedOn": "2024-06-05",
    }
    records = [
        case(f"试环罚〔2024〕{n}号", decidedOn="2024-06-05", enteredAt=f"{day}T09:00:00+08:00", **whole)
        for n, day in enumerate(days, start=1)
    ]
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records))
    return path


@pytest.fixture
def setting(tmp_path: Path) -> Path:
    path = tmp_path / "setting.yaml"
    path.write_text(SETTING)
    return path


def test_a_changed_setting_is_tried_before_it_is_set(program: Program, entries: Path, setting: Path) -> None:
    words = ("rules", "diff", "current", str(setting), str(entries), "--as-of", "2024-08-01")
    result = program.run(*words, "--json", **NO_DATABASE)
    assert (result.status, result.err) == (0, "")
    second, third = map(json.loads, result.out.splitlines())
    assert second.keys() == {"agency", "documentNumber", "appeared", "disappeared", "changed", "cannotTell"}
    assert (second["agency"], second["documentNumber"]) == (AGENCY, "试环罚〔2024〕2号")
    (gone,) = second["disappeared"]
    assert (gone["rule"], gone["dueOn"], second["appeared"], second["changed"]) == ("entry.late", "2024-06-17", [], [])
    (change,) = third["changed"]
    assert (change["rule"], change["before"]["dueOn"], change["after"]["dueOn"]) == (
        *("entry.late", "2024-06-17", "2024-06-20"),
    )
    assert third["cannotTell"] == {"appeared": [], "disappeared": []}

    told = program.run(*words, **NO_DATABASE).out.splitlines()
    assert "  - entry.late CERTAIN, due 2024-06-17, 1 days overdue" in told
    assert "  ~ entry.late CERTAIN, due 2024-06-17 → 2024-06-20, 44 → 41 days overdue" in told
    assert told[-2:] == [
        "entry.late: +0 -1 ~1; cannot tell +0 -0",
        "2 of 3 cases would be judged otherwise.",
    ]
    back = program.run("rules", "diff", str(setting), "current", str(entries), "--json", "--as-of", "2024-08-01")
    assert [finding["rule"] for finding in json.loads(back.out.splitlines()[0])["appeared"]] == ["entry.late"]


def test_the_same_law_in_a_folder_changes_nothing(program: Program, feed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "law"
    folder.mkdir()
    for name, text in package_yaml("supervision.law"):
        (folder / name).write_text(text)
    result = program.run("rules", "diff", str(folder), "current", str(feed), "--as-of", "2024-06-01")
    assert (result.status, result.out) == (0, "0 of 2 cases would be judged otherwise.\n")


def test_what_could_not_be_told_before_is_shown(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text(json.dumps(case("1号", decidedOn="2024-06-05", paidOn="2024-06-20")) + "\n")
    law = tmp_path / "law.yaml"
    law.write_text(
        "service.period: {title_zh: 送达, title_en: Service, unit: days, days: working, versions: ["
        "{value: 7, source: 《甲》, article: 一, catalogue: x, effective_from: 2025-01-01}]}"
    )
    words = ("rules", "diff", "current", str(law), str(path), "--as-of", "2024-08-01")
    assert json.loads(program.run(*words, "--json").out)["cannotTell"] == {
        "appeared": [],
        "disappeared": [{"rule": "service.late", "missing": ["servedOn"]}],
    }
    assert "  - service.late cannot tell without servedOn" in program.run(*words).out


def test_rows_that_cannot_be_read_are_named_when_a_law_is_tried(program: Program, feed: Path, setting: Path) -> None:
    feed.write_text(feed.read_text() + json.dumps(case("3号", fine="-1")) + "\n")
    result = program.run("rules", "diff", "current", str(setting), str(feed), "--as-of", "2024-06-01")
    assert result.status == 1
    assert "line 4, fine: BAD_VALUE" in result.err
    assert result.out.endswith("of 2 cases would be judged otherwise.\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SETTING.replace("entry.period", "entry.perod"), "law.yaml, line 1: entry.perod is no value of the law"),
        (
            SETTING.replace("}]", ", effective_until: 2024-06-01}, {value: 9, basis: 乙, effective_from: 2024-06-01}]"),
            "law.yaml, line 1: Two versions of entry.period are in force on 2024-06-01.",
        ),
        ("entry.period: {", "law.yaml, line 1: this is no YAML"),
        (SETTING.replace("value: 10", "value: ten"), "law.yaml, line 7: entry.period.versions.0.value: "),
        ("", "law.yaml: no value of the law stands in it."),
        (b"\xff\xfe", "law.yaml is not in UTF-8"),
        (SETTING + "#" * 1024 * 1024, "law.yaml is longer than 1,048,576 bytes"),
    ],
)
def test_a_law_that_cannot_be_tried_is_refused_with_its_place(
    program: Program, feed: Path, tmp_path: Path, text: str | bytes, sentence: str
) -> None:
    law = tmp_path / "law.yaml"
    law.write_bytes(text if isinstance(text, bytes) else text.encode())
    for words in ((str(law), "current"), ("current", str(law))):
        assert sentence in program.run("rules", "diff", *words, str(feed)).sentence


def test_a_folder_that_is_none_and_one_without_law_are_refused(program: Program, feed: Path, tmp_path: Path) -> None:
    empty, part = tmp_path / "empty", tmp_path / "part"
    empty.mkdir()
    part.mkdir()
    (part / "setting.yaml").write_text(SETTING)
    for name, sentence in (
        (tmp_path / "nowhere", "nowhere cannot be read: No such file"),
        (empty, "has no YAML files"),
        (part, "values of the law stand in none of its files"),
    ):
        assert sentence in program.run("rules", "diff", "current", str(name), str(feed)).sentence


def test_a_law_that_cannot_be_tried_has_a_code(tmp_path: Path) -> None:
    with pytest.raises(LawError) as caught:
        named_law(str(tmp_path / "nowhere.yaml"))
    assert caught.value.code == "BAD_LAW"


def test_no_natural_person_is_named(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    told = case(
        *("试环罚〔周建国〕1号",),
        party={"type": "PERSON", "name": "周建国"},
        facts="当事人周建国利用暗管排放危险废物，赵大山帮助倾倒3.5吨危险废物。",
        domain="ENVIRONMENT",
        actEndedOn="2024-01-05",
        decidedOn="2024-03-01",
    )
    path.write_text(f"{json.dumps(told, ensure_ascii=False)}\n")
    for words in (("check", str(path)), ("diff", "current", "current", str(path))):
        for form in ((), ("--json",)):
            out = program.run("rules", *words, "--as-of", "2024-06-01", *form, **NO_DATABASE).out
            assert "周建国" not in out
            assert "赵大山" not in out
