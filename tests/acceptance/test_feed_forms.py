"""`feed template` writes what `feed load` reads; an agency's own layout is given with a file or lies in a folder."""

import json
from pathlib import Path

import pytest

from tests.acceptance.program import Program
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.acceptance

LAYOUT = REPOSITORY / "sample" / "layouts" / "nanyang_environment_monthly.yaml"
HEADER = "案号,当事人,信用代码,案由,主要违法事实,处罚种类,罚没内容,罚款(万元),没收违法所得(元),决定日期,缴清日期"


def test_a_template_goes_to_standard_output_or_into_a_file(program: Program) -> None:
    shown = program.run("feed", "template", "移送", "--format", "csv")
    assert shown.status == 0
    written = program.run("feed", "template", "transfer", "--format", "csv", "--output", "a.csv", "--json")
    assert written.json == {"file": "a.csv"}
    assert (program.folder / "a.csv").read_bytes().decode() == shown.out.replace("\n", "\r\n")
    example = program.run("feed", "template", "measure", "--format", "jsonl")
    assert json.loads(example.out)["kind"] == "measure"
    assert program.run("feed", "template", "published", "--output", "b.xlsx").status == 0
    assert (program.folder / "b.xlsx").read_bytes().startswith(b"PK")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nonsense",), "penalty_case"),
        (("transfer", "--format", "xls"), "csv, jsonl, xlsx"),
        (("published", "--format", "jsonl"), "csv or xlsx"),
        (("transfer", "--format", "xlsx"), "--output"),
        (("transfer", "--json"), "--output"),
        (("transfer", "--output", "no/such/folder.csv"), "cannot be written"),
    ],
)
def test_a_template_that_cannot_be_written_is_told_in_a_sentence(
    program: Program, words: tuple[str, ...], told: str
) -> None:
    assert told in program.run("feed", "template", *words).sentence


def test_a_file_that_is_there_is_written_over_only_by_force(program: Program) -> None:
    there = program.folder / "there.csv"
    there.write_text("mine")
    words = ("feed", "template", "agency", "--output", "there.csv")
    assert "--force" in program.run(*words).sentence
    assert there.read_text() == "mine"
    assert program.run(*words, "--force").status == 0
    assert there.read_text(encoding="utf-8-sig").startswith("执法机关")


def test_layouts_are_listed_and_checked(program: Program, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_bytes(LAYOUT.read_bytes())
    result = program.run("feed", "layouts", "--json", layouts_dir=str(tmp_path))
    assert (result.status, result.json["name"], result.json["kind"]) == (0, "南阳市环境保护局处罚月报", "penalty_case")
    (tmp_path / "wrong.yml").write_text("name: a\nkind: sea\ncolumns: {a: b, c: d}\n")
    result = program.run("feed", "layouts", layouts_dir=str(tmp_path))
    assert result.status == 2
    assert "good.yaml" in result.out
    assert "wrong.yml, line 2: kind" in result.err


def test_an_agency_s_own_table_is_loaded_by_its_layout(program: Program, data: str, tmp_path: Path) -> None:
    file = tmp_path / "monthly.csv"
    file.write_text(f"{HEADER}\n宛环罚决字[2024]301号,甲公司,,未批先建,未取得批复即开工。,罚,罚款,3.2,,2024.3.5,\n")
    load = ("feed", "load", str(file), "--register-agencies", "--json")
    assert "header" in program.run(*load, data_dir=data).err
    loaded = program.run(*load, "--layout", str(LAYOUT), data_dir=data)
    assert (loaded.status, loaded.json["inserted"]) == (0, 1)
    again = program.run(*load, data_dir=data, layouts_dir=str(LAYOUT.parent))
    assert (again.status, again.json["unchanged"]) == (0, 1)
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: a")
    assert "broken.yaml" in program.run(*load, "--layout", str(broken), data_dir=data).sentence
