"""Files that were dropped, each taken by one process and moved once."""

import os
import time
from pathlib import Path

import pytest

from indexer.drop_folder import DONE, arrived, claimed, free_name, put_away


def drop(folder: Path, name: str, text: str = "{}\n", *, minutes_old: int = 0) -> Path:
    path = folder / name
    path.write_text(text)
    moment = time.time() - 60 * minutes_old
    os.utime(path, (moment, moment))
    return path


def names(folder: Path, *, quiet_seconds: float = 0.0) -> list[str]:
    return [path.name for path in arrived(folder, now=time.time() + 0.5, quiet_seconds=quiet_seconds)]


def test_the_oldest_file_comes_first(tmp_path: Path) -> None:
    drop(tmp_path, "b.csv", minutes_old=1)
    drop(tmp_path, "a.csv", minutes_old=3)
    drop(tmp_path, "c.csv")
    assert names(tmp_path) == ["a.csv", "b.csv", "c.csv"]


def test_a_file_that_was_just_written_to_waits_whatever_time_it_claims(tmp_path: Path) -> None:
    drop(tmp_path, "claims-to-be-old.csv", minutes_old=600)
    assert names(tmp_path, quiet_seconds=60) == []


@pytest.mark.parametrize("name", [".hidden.csv", "~$book.xlsx", "a.csv.part", "a.csv.tmp", "a.csv~", "a.csv.filepart"])
def test_a_file_that_says_it_is_unfinished_waits(tmp_path: Path, name: str) -> None:
    drop(tmp_path, name)
    assert names(tmp_path) == []


def test_only_plain_files_are_taken(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to(drop(tmp_path, "a.csv"))
    os.mkfifo(tmp_path / "pipe.csv")
    assert names(tmp_path) == ["a.csv"]


def test_a_file_is_held_by_one_at_a_time_and_free_again_afterwards(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    with claimed(path) as mine:
        assert mine is not None
        with claimed(path) as another:
            assert another is None
    with claimed(path) as again:
        assert again is not None


def test_a_file_that_is_gone_or_has_become_a_link_is_not_claimed(tmp_path: Path) -> None:
    with claimed(tmp_path / "gone.csv") as claim:
        assert claim is None
    (tmp_path / "link.csv").symlink_to(drop(tmp_path, "a.csv"))
    with claimed(tmp_path / "link.csv") as claim:
        assert claim is None


def test_a_file_that_was_written_to_meanwhile_stays(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    with claimed(path) as claim:
        assert claim is not None
        path.write_text("{}\n{}\n")
        assert not put_away(claim, free_name(tmp_path / DONE, "a.csv", "run-1"))
    assert path.exists()


def test_a_file_that_was_replaced_meanwhile_stays(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    with claimed(path) as claim:
        assert claim is not None
        drop(tmp_path, "b.csv").rename(path)
        assert not put_away(claim, free_name(tmp_path / DONE, "a.csv", "run-1"))
    assert path.exists()


def test_a_second_file_of_one_name_is_put_beside_the_first(tmp_path: Path) -> None:
    for run, text in (("run-1", "first"), ("run-2", "second")):
        with claimed(drop(tmp_path, "night.csv.gz", text)) as claim:
            assert claim is not None
            assert put_away(claim, free_name(tmp_path / DONE, "night.csv.gz", run))
    put = {path.name: path.read_text() for path in (tmp_path / DONE).iterdir()}
    assert put == {"night.csv.gz": "first", "night-run-2.csv.gz": "second"}
    assert names(tmp_path) == []
