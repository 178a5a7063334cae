"""The names in the address of a feed are hostile until they are read."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.feed_headers import ContentRange, content_range, digests
from api.feed_names import MAX_NAME_BYTES, address_parts, is_called
from api.ids import global_id
from stores.errors import BadUserInputError
from stores.feed_deliveries import SendingAgency


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "%2e%2e", "..%2Fx.csv", "a%2Fb.csv", "%5Cx.csv", "a%5Cb.csv", "a%00.csv", "%00", "%ff.csv"),
        *("NUL", "nul.csv", "CON", "com1.csv", "LPT9.tar.gz", "COM%C2%B9.csv", "conin$.txt", "aux%20.csv"),
        *(".hidden", "~x", "-rf", "%20a.csv", "a.csv.", "a.csv%20", "a%0Ab.csv", "a%7Fb", "a:b.csv", "a*.csv", "a%3F"),
        *("a%E2%80%AEvsc.csv", "%F3%A0%80%81.csv", "x" * (MAX_NAME_BYTES + 1), quote("县" * 67)),
        *("a/b.csv", "x.csv/", "%252e%252e%252fx.csv"),
    ],
)
def test_a_name_that_is_more_than_a_plain_name_is_refused(name: str) -> None:
    with pytest.raises(BadUserInputError):
        address_parts(f"/feeds/x/{name}".encode())


@pytest.mark.parametrize("name", ["cases.csv", "2024年6月 双公示.xlsx", "a.b.tar.gz", "nullable.csv", "com10.csv"])
def test_a_plain_name_is_taken_as_it_is(name: str) -> None:
    assert address_parts(f"/feeds/{quote('试验县')}/{quote(name)}".encode()) == ("试验县", name)


@given(st.binary(max_size=80))
def test_no_address_gives_a_name_that_leaves_its_folder(tail: bytes) -> None:
    try:
        _, name = address_parts(b"/feeds/x/" + tail)
    except BadUserInputError:
        return
    assert name not in {"", ".", ".."}
    assert not {"/", "\\", "\0"} & set(name)


def test_an_agency_is_called_by_its_id_its_code_or_its_name_and_nothing_else() -> None:
    known = SendingAgency(id=7, name="试验县生态环境局", uscc=None)
    assert all(is_called(known, text) for text in ("7", global_id("Agency", 7), "试验县生态环境局"))
    assert not any(is_called(known, text) for text in ("", "8", "None", "07", global_id("Party", 7), "试验县"))


def test_a_range_says_which_bytes_are_sent() -> None:
    assert content_range(None, 5) == ContentRange(start=0, end=5, total=5)
    assert content_range("bytes 4-9/10", 6) == ContentRange(start=4, end=10, total=10)
    assert content_range("bytes */10", 0) == ContentRange(start=10, end=10, total=10)


@pytest.mark.parametrize(
    "header",
    [
        *("bytes 4-9/10", "bytes 4-3/10", "bytes 8-12/10", "bytes 0-4/*"),
        *("bytes -5/10", "lines 0-4/5", "bytes 0-4/٥", "bytes"),
    ],
)
def test_a_range_that_does_not_fit_is_refused(header: str) -> None:
    with pytest.raises(BadUserInputError):
        content_range(header, 5)


@given(st.text(max_size=40), st.integers(min_value=0, max_value=100))
def test_a_range_is_read_or_refused_whatever_it_is(header: str, length: int) -> None:
    try:
        part = content_range(header, length)
    except BadUserInputError:
        return
    assert 0 <= part.start <= part.end <= part.total
    assert part.end - part.start == length


@pytest.mark.parametrize("header", ["sha-256=abc", "sha-256=:abc:", "sha-256=:!!!!:", "sha-256"])
def test_a_digest_that_cannot_be_read_is_refused(header: str) -> None:
    with pytest.raises(BadUserInputError):
        digests({"content-digest": header})


def test_a_digest_of_another_algorithm_says_nothing() -> None:
    assert digests({"content-digest": "md5=:AAAA:"}).content is None
