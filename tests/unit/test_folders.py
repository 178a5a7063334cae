from pathlib import Path

from tests.folders import new_folder, temporary_parent


def test_a_folder_is_in_memory_where_plenty_is_free(tmp_path: Path) -> None:
    assert temporary_parent(tmp_path, plenty=0) == tmp_path


def test_a_folder_is_on_disk_where_little_is_free(tmp_path: Path) -> None:
    assert temporary_parent(tmp_path, plenty=2**80).is_dir()
    assert temporary_parent(tmp_path, plenty=2**80) != tmp_path


def test_a_folder_is_on_disk_where_none_is_in_memory(tmp_path: Path) -> None:
    assert temporary_parent(tmp_path / "missing", plenty=0).is_dir()


def test_others_reach_a_new_folder() -> None:
    folder = new_folder()
    try:
        assert folder.stat().st_mode & 0o777 == 0o755
        assert all(parent.stat().st_mode & 0o001 for parent in folder.parents)
    finally:
        folder.rmdir()
