"""Which characters a text that people read and print may hold. Pure.

Control characters (but for tabs and ends of lines), half characters and what Unicode says is no character have no
place in a document: XML, and so a DOCX, cannot hold most of them, and nobody sees the others.
"""

import re
import unicodedata
from typing import Final

_ILLEGIBLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Controls, what only shapes its neighbours, halves, and spaces.
_SHOWN_AS_NOTHING: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


def illegible_in(text: str) -> str | None:
    """The first character of a text that no document can hold, as a person can be told of it, with its place from 1."""
    found = _ILLEGIBLE.search(text)
    if found is None:
        return None
    character = found[0]
    half = "half a character" if "\ud800" <= character <= "\udfff" else None
    name = {"\x00": "NUL", "\x7f": "DEL"}.get(character, half)
    code = f"U+{ord(character):04X}" + ("" if name is None else f" ({name})")
    return f"{code} at place {found.start() + 1}"


def legible(text: str) -> str:
    """A text without what a document cannot hold."""
    return _ILLEGIBLE.sub("", text)


def shows_something(text: str) -> bool:
    """Whether a reader would see anything of a text at all."""
    return any(unicodedata.category(character) not in _SHOWN_AS_NOTHING for character in text)
