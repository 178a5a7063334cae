"""Feeds in archives, and their rejected rows, as people and scripts meet them."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.program import Program

pytestmark = pytest.mark.acceptance

HEADER = "处罚机关,行政处罚决定书文号,行政相对人名称,处罚决定日期"


@pytest.mark.usefixtures("served")
def test_a_member_is_loaded_its_rejected_row_mended_and_sent_again(program: Program, data: str, tmp_path: Path) -> None:
    night = tmp_path / "night.zip"
    with zipfile.ZipFile(night, "w") as archive:
        archive.writestr(
            "甲.csv", f"{HEADER}\n甲局,甲罚〔2023〕1号,宏达公司,2023-09-31\n甲局,甲罚〔2023〕2号,宏达公司,\n"
        )
        archive.writestr("../乙.csv", HEADER)
    loaded = program.run("feed", "load", str(night), "--register-agencies", "--json", data_dir=data)
    assert loaded.status == 2
    report, refusal = map(json.loads, loaded.out.splitlines())
    assert (report["file"], report["member"]) == (str(night), "甲.csv")
    assert (report["inserted"], report["rejected"]) == (1, 1)
    assert (refusal["member"], refusal["error"]["code"]) == ("../乙.csv", "UNREADABLE_FEED")
    assert loaded.err.startswith(f"jiandu: {night}!../乙.csv: The member's name leads out of the archive.")

    errors = tmp_path / "errors.csv"
    words = ("feed", "errors", report["run"], "--output", str(errors))
    assert program.run(*words, "--json", data_dir=data).json == {"run": report["run"], "file": str(errors), "rows": 1}
    assert stat.S_IMODE(errors.stat().st_mode) == 0o600
    assert errors.read_text().splitlines()[0] == f"{HEADER},code,message"
    assert "--force" in program.run(*words, data_dir=data).sentence
    told = program.run(*words, "--force", data_dir=data)
    assert (told.status, told.out) == (0, f"{errors}: 1 rejected rows of the run {report['run']}\n")

    errors.write_text(errors.read_text().replace("2023-09-31", "2023-09-30"))
    again = program.run("feed", "load", str(errors), "--json", data_dir=data)
    assert (again.status, again.json["inserted"], again.json["rejected"]) == (0, 1, 0)


@pytest.mark.usefixtures("served")
def test_persons_are_covered_and_come_back_when_the_day_is_mended(program: Program, data: str, tmp_path: Path) -> None:
    night = tmp_path / "persons.zip"
    row = "甲局,甲罚〔2023〕9号,周建国,自然人,11010519491231002X,业主周建国倾倒废渣,2023-09-31"
    header = "处罚机关,行政处罚决定书文号,行政相对人名称,行政相对人类别,证件号码,违法事实,处罚决定日期"
    with zipfile.ZipFile(night, "w") as archive:
        archive.writestr("甲.csv", f"{header}\n{row}\n")
    loaded = program.run("feed", "load", str(night), "--register-agencies", "--json", data_dir=data)
    errors = tmp_path / "persons.csv"
    written = program.run("feed", "errors", loaded.json["run"], "--output", str(errors), data_dir=data)
    content = errors.read_text()
    assert written.status == 0
    assert "建国" not in content + written.out + written.err
    assert "19491231" not in content
    assert "周**〖原值 " in content
    mended = tmp_path / "mended.csv"
    mended.write_text(content.replace("2023-09-31", "2023-09-30").replace("周**", "王**", 1))
    refused = program.run("feed", "load", str(mended), "--json", data_dir=data)
    assert (refused.status, refused.json["errors"][0]["column"]) == (1, "行政相对人名称")
    checked = program.run("rules", "check", str(errors))
    assert (checked.status, "take the mark away" in checked.err) == (1, True)
    mended.write_text(content.replace("2023-09-31", "2023-09-30"))
    again = program.run("feed", "load", str(mended), "--json", data_dir=data)
    assert (again.status, again.json["inserted"], again.json["rejected"]) == (0, 1, 0)
    # What its sender has says the same.
    whole = tmp_path / "whole.csv"
    whole.write_text(f"{header}\n{row.replace('2023-09-31', '2023-09-30')}\n")
    assert program.run("feed", "load", str(whole), "--json", data_dir=data).json["unchanged"] == 1


@pytest.mark.usefixtures("served")
def test_people_are_told_of_members_sheets_and_where_the_rest_is(program: Program, data: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", HEADER + "\n甲局,1号,宏达公司,x" * 25)
    told = program.run("feed", "load", str(path), "--register-agencies", data_dir=data)
    assert told.status == 1
    lines = told.out.splitlines()
    assert lines[0].startswith(f"{path}!a.csv: 25 rows: 0 inserted, 0 updated, 0 unchanged, 25 rejected (run ")
    assert lines[-1].startswith("  and 5 more: `jiandu feed errors ")
    assert "no run" in program.run("feed", "errors", "x", "--output", str(tmp_path / "x"), data_dir=data).sentence
    assert not (tmp_path / "x").exists()
