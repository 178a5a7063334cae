"""What a text that people write may hold, and what a document is given of it."""

from io import BytesIO

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from supervision.legible import illegible_in, legible, shows_something

TEXTS = st.text(st.characters(exclude_categories=()))


@given(TEXTS)
def test_whatever_is_legible_can_be_written_into_a_document(text: str) -> None:
    document = Document()
    document.add_paragraph(legible(text))
    document.save(BytesIO())


@given(TEXTS)
def test_a_legible_text_is_left_as_it_is(text: str) -> None:
    assert (legible(text) == text) == (illegible_in(text) is None)
    assert illegible_in(legible(text)) is None


@pytest.mark.parametrize("text", ["经查\n已整改\t。\r\n", "😀", "𠮷野家", "\ue000"])
def test_ends_of_lines_and_rare_characters_are_legible(text: str) -> None:
    assert illegible_in(text) is None
    assert shows_something(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("经查\x00\x01", "U+0000 (NUL) at place 3"),
        ("\x7f", "U+007F (DEL) at place 1"),
        ("a\ud83d", "U+D83D (half a character) at place 2"),
        ("\ufffe", "U+FFFE at place 1"),
        ("甲\x80", "U+0080 at place 2"),
        ("\x9f", "U+009F at place 1"),
    ],
)
def test_what_a_document_cannot_hold_is_named_with_its_place(text: str, named: str) -> None:
    assert illegible_in(text) == named


@pytest.mark.parametrize("text", ["", " \u3000", "\u200b\u2060", "\ufeff", "\u202e", "\x01"])
def test_what_nobody_sees_says_nothing(text: str) -> None:
    assert not shows_something(text)
