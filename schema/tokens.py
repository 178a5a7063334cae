"""The tokens of a text: what both search engines index, and what a query is compared with.

One Han character is one token, and so is any other letter outside a-z; a run of Latin letters and digits is one token.
Width and case are folded (NFKC, casefold), punctuation is dropped. Both engines are given these tokens ready-made, with
spaces between, so that a phrase means the same in both: the same tokens, side by side.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

MAX_TOKEN = 64
"""Characters in the longest token; a longer run of Latin letters and digits is cut into tokens of this length."""

_TOKEN = re.compile(rf"[a-z0-9]{{1,{MAX_TOKEN}}}|[^\W_]")


class _Folds(dict[int, str]):
    """Each character's folded form, worked out once."""

    def __missing__(self, codepoint: int) -> str:
        character = chr(codepoint)
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
        self[codepoint] = folded
        return folded


_FOLDS = _Folds()


class Token(NamedTuple):
    """A token and where it stands in its text: `text[start:end]`."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Fold width and case, character by character, so that offsets can be found again."""
    return text.translate(_FOLDS)


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order."""
    return _TOKEN.findall(text.translate(_FOLDS))


def token_text(text: str | None) -> str:
    """The tokens of a text, each with a space before and behind: the stored form, in which " a b " is found whole.

    Empty for a text that is unknown or has no token.
    """
    found = _TOKEN.findall(text.translate(_FOLDS)) if text else None
    return f" {' '.join(found)} " if found else ""


def several_token_texts(texts: Iterable[str]) -> str:
    """The stored form of several texts in one field: where two of them meet are two spaces, which no phrase holds."""
    return "".join(map(token_text, texts))


def token_spans(text: str) -> list[Token]:
    """The tokens of a text with their places in the text as it was written."""
    folded_parts = [_FOLDS[ord(character)] for character in text]
    folded = "".join(folded_parts)
    if len(folded) == len(text):
        return [Token(found.group(), found.start(), found.end()) for found in _TOKEN.finditer(folded)]
    origin = [index for index, part in enumerate(folded_parts) for _ in part]
    return [
        Token(found.group(), origin[found.start()], origin[found.end() - 1] + 1) for found in _TOKEN.finditer(folded)
    ]
