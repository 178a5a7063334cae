"""The canonical form of a document number (文号), by which one decision is known however its brackets were typed."""

import re
import unicodedata

_OPEN = r"[〔\[【〖﹝({<《「『〈]"
_CLOSE = r"[〕\]】〗﹞)}>》」』〉]"
_YEAR = r"(?:19|20)\d{2}"
_BRACKETED_YEAR = re.compile(rf"{_OPEN}({_YEAR}){_CLOSE}?|(?<!\d)({_YEAR}){_CLOSE}")
_PLACEHOLDER = re.compile(r"[xX×*＊]{2,}|某")
_SENTENCE = re.compile(r"[。，；！？,;!?]")
_MAX_LENGTH = 80


def canonical_document_number(text: str) -> str | None:
    """Bring a number into its canonical form, or answer None where the text is no number.

    NFKC, no white space; the brackets around a four-digit year become 〔〕, and one missing of the pair is added; other
    brackets stay. A placeholder (xxx, ××), a sentence and a text without any digit are no number.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if not any(character.isdigit() for character in folded) or len(folded) > _MAX_LENGTH:
        return None
    if _PLACEHOLDER.search(folded) or _SENTENCE.search(folded):
        return None
    return bracket_years(folded)


def bracket_years(text: str) -> str:
    """Write every bracketed four-digit year of a text with the canonical pair 〔〕."""
    return _BRACKETED_YEAR.sub(lambda found: f"〔{found.group(1) or found.group(2)}〕", text)


def has_bracketed_year(text: str) -> bool:
    """Whether a text holds a four-digit year in brackets of any style, as document numbers do."""
    return _BRACKETED_YEAR.search(unicodedata.normalize("NFKC", text)) is not None
