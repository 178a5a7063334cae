"""What a password may be, how it is kept, and how much work it is to find out that it is wrong."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from stores.machine_keys import read_key
from stores.passwords import Passwords, standard_hasher
from supervision.logins import is_login
from supervision.passwords import password_fault
from tests.hashers import CheapHasher

PASSWORD = "南阳 correct horse 7"  # noqa: S105  a test's


@pytest.mark.parametrize("password", [PASSWORD, "x" * 11 + "y", "一二三四五六七八九十百千", "ab" * 100])
def test_a_password_of_twelve_to_two_hundred_characters_is_taken(password: str) -> None:
    assert password_fault("zhang.san", password) is None


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("x" * 10 + "y", "12 to 200"),
        ("", "12 to 200"),
        ("ab" * 100 + "c", "12 to 200"),
        ("zhang.san.nanyang", "not the login"),
        ("ZHANG.SAN.NANYANG", "not the login"),
        ("gnaynan.nas.gnahz", "not the login"),
        ("Password1234", "first that anybody tries"),
        ("111111111111", "first that anybody tries"),
    ],
)
def test_a_password_that_anybody_guesses_is_not(password: str, told: str) -> None:
    fault = password_fault("zhang.san.nanyang", password)
    assert fault
    assert told in fault
    assert password not in fault or not password


def test_passwords_are_kept_with_the_parameters_of_rfc_9106() -> None:
    kept = extract_parameters(standard_hasher().hash(PASSWORD))
    assert (kept.type, kept.memory_cost, kept.time_cost, kept.parallelism) == (Type.ID, 65_536, 3, 4)


async def test_a_password_is_verified_and_no_two_hashes_are_the_same() -> None:
    passwords = Passwords(CheapHasher())
    first, second = await passwords.hash(PASSWORD), await passwords.hash(PASSWORD)
    assert first != second
    assert await passwords.verify(first, PASSWORD)
    assert not await passwords.verify(first, PASSWORD + " ")
    assert not await passwords.verify("no hash at all", PASSWORD)


async def test_nobodys_password_is_as_much_work_and_never_right() -> None:
    hasher = CheapHasher()
    passwords = Passwords(hasher)
    assert not await passwords.verify(None, PASSWORD)
    assert len(hasher.verified) == 1


async def test_a_hash_with_other_parameters_is_to_be_made_anew() -> None:
    kept = await Passwords(CheapHasher()).hash(PASSWORD)
    assert not Passwords(CheapHasher()).needs_rehash(kept)
    assert Passwords(CheapHasher(time_cost=2)).needs_rehash(kept)


@pytest.mark.parametrize("login", ["zhang.san", "li_si-2", "0a", "a" * 64])
def test_a_login_is_of_letters_digits_and_little_else(login: str) -> None:
    assert is_login(login)


@pytest.mark.parametrize(
    "login",
    ["", "a", "a" * 65, "Zhang", "local administrator", "a\nb", "ab\n", ".ab", "张三", "а1", "a\x00b", "a\u202eb"],
)
def test_what_could_be_mistaken_or_steer_a_log_is_no_login(login: str) -> None:
    assert not is_login(login)


@pytest.mark.parametrize(
    "written",
    ["", "jdk_", "jdk_0123456789abcdef", "jdk_0123456789abcdef_" + "a" * 42, "jdk_0123456789ABCDEF_" + "a" * 43,
     "jdk_0123456789abcdef_" + "a" * 43 + "\n", "xdk_0123456789abcdef_" + "a" * 43],
)  # fmt: skip
def test_what_is_not_written_as_a_key_is_none(written: str) -> None:
    assert read_key(written) is None


def test_a_key_shows_its_secret_nowhere() -> None:
    key = read_key("jdk_0123456789abcdef_" + "a" * 43)
    assert repr(key) == "WrittenKey(key_id='0123456789abcdef')"
