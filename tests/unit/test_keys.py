"""The keys at rest: how a ring is read, what it opens, and how the embedded one comes to be."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from stores.errors import SettingsError
from stores.keys import KeyRing, load_key_ring, parse_key_ring
from stores.settings import Settings

OLD = "old:" + base64.b64encode(bytes(range(32))).decode()
NEW = "new:" + base64.b64encode(bytes(range(32, 64))).decode()
SHORT = base64.b64encode(b"too short").decode()


def test_a_ring_encrypts_under_its_first_key_and_opens_what_any_of_them_closed() -> None:
    before, after = parse_key_ring(OLD), parse_key_ring(f"{NEW} , {OLD}")
    sealed = before.encrypt(b"row", bound_to=b"1")
    assert after.newest == "new"
    assert after.decrypt("old", sealed, bound_to=b"1") == b"row"
    assert after.decrypt("new", after.encrypt(b"row", bound_to=b"1"), bound_to=b"1") == b"row"


def test_identity_numbers_hash_alike_before_and_after_a_rotation() -> None:
    before, after = parse_key_ring(OLD), parse_key_ring(f"{NEW},{OLD}")
    number = "11010519491231002X"
    assert before.hash_identity(number) == after.hash_identity(number) == after.hash_identity(number.lower())
    assert len(before.hash_identity(number)) == 32
    assert parse_key_ring(NEW).hash_identity(number) != before.hash_identity(number)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("old", 1),
        (OLD.removeprefix("old"), 1),
        (f"old:{SHORT}", 1),
        ("old:not base64!", 1),
        (f"{OLD},", 2),
        (f"{OLD},{OLD}", 2),
        (f"{OLD},new:ключ", 2),
    ],
)
def test_a_wrong_ring_is_refused_by_the_place_of_its_pair_and_shows_no_key(text: str, place: int) -> None:
    with pytest.raises(SettingsError, match=f"pair {place}") as refused:
        parse_key_ring(text)
    assert OLD.partition(":")[2] not in str(refused.value)


def test_a_ring_shows_no_key_when_it_is_printed() -> None:
    ring = parse_key_ring(f"{NEW},{OLD}")
    assert repr(ring) == "KeyRing(newest='new')"


def test_a_row_of_a_missing_or_of_another_key_is_refused_with_what_to_do() -> None:
    sealed = parse_key_ring(OLD).encrypt(b"row", bound_to=b"1")
    with pytest.raises(SettingsError, match="no key named old"):
        parse_key_ring(NEW).decrypt("old", sealed, bound_to=b"1")
    with pytest.raises(SettingsError, match="another key"):
        parse_key_ring(NEW.replace("new", "old")).decrypt("old", sealed, bound_to=b"1")


@given(raw=st.binary(), bound_to=st.binary(), other=st.binary())
def test_a_row_opens_to_what_was_closed_where_it_was_closed(raw: bytes, bound_to: bytes, other: bytes) -> None:
    ring = parse_key_ring(OLD)
    sealed = ring.encrypt(raw, bound_to=bound_to)
    assert ring.decrypt("old", sealed, bound_to=bound_to) == raw
    assert ring.encrypt(raw, bound_to=bound_to) != sealed
    if other != bound_to:
        with pytest.raises(SettingsError):
            ring.decrypt("old", sealed, bound_to=other)


def test_the_embedded_ring_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    made = load_key_ring(settings)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sealed = made.encrypt(b"row", bound_to=b"1")
    assert load_key_ring(settings).decrypt(made.newest, sealed, bound_to=b"1") == b"row"


def test_a_data_folder_under_the_home_folder_is_found_as_the_database_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "jiandu").mkdir()
    load_key_ring(Settings(data_dir=Path("~/jiandu")))
    assert (tmp_path / "jiandu" / "data.key").exists()


def test_of_many_who_make_the_embedded_ring_at_once_one_wins_whole(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    makers = 8
    begin = Barrier(makers)

    def make() -> KeyRing:
        begin.wait()
        return load_key_ring(settings)

    with ThreadPoolExecutor(makers) as threads:
        rings = [made.result() for made in [threads.submit(make) for _maker in range(makers)]]
    assert len({ring.hash_key for ring in rings}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["data.key"]


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "data.key").write_text("k1:broken\n")
    with pytest.raises(SettingsError, match=r"data\.key"):
        load_key_ring(Settings(data_dir=tmp_path))


def test_a_ring_of_the_settings_comes_first_and_production_needs_one(tmp_path: Path) -> None:
    assert load_key_ring(Settings(data_dir=tmp_path, data_key=SecretStr(OLD))).newest == "old"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SettingsError, match="JIANDU_DATA_KEY is not set"):
        load_key_ring(Settings(data_dir=tmp_path, database_url=SecretStr("postgresql://db/jiandu")))
