"""The canonical form of a document number (文号), by which one decision is known however its brackets were typed."""

import re
import unicodedata

_OPEN = r"\[〔【〖﹝({<《「『〈〘〚❲⟦⟨"
_CLOSE = r"\]〕】〗﹞)}>》」』〉〙〛❳⟧⟩"
_YEAR = r"(?:19|20)\d{2}"
# A bracket that is closed further on, before any other begins, is no bracket around the year alone: 〔2015年〕.
_CLOSED_LATER = rf"[^{_OPEN}{_CLOSE}]*[{_CLOSE}]"
_BRACKETED_YEAR = re.compile(
    rf"[{_OPEN}]({_YEAR})(?:[{_CLOSE}]|[{_OPEN}](?!{_CLOSED_LATER})|(?!{_CLOSED_LATER}))"
    rf"|(?<!\d)({_YEAR})[{_CLOSE}]"
)
_DIGIT = re.compile(r"\d")
# One look tells most numbers from placeholders and sentences.
_MAY_BE_NONE = re.compile("[xX×*＊某。，；！？,;!?年当當详詳见見违違依根经經我本]")
_PLACEHOLDER = re.compile(r"[xX×*＊]{2,}|某")
_SENTENCE = re.compile(
    r"[。，；！？,;!?]|\d年\d{1,2}月|[当當]事人|[详詳][见見]|[见見]附件|[违違]反|依据|依據|根据|根據|[经經][查營营]|[我本][局机機]"
)
# The place of the running number, left blank or covered: every such case of a year would be one.
_NO_RUNNING_NUMBER = re.compile(r"\D*〔\d{4}〕第?[-—_*×xX?□○〇…./]*[号號]?")
_MAY_BE_BLANK = tuple("号號〕第-—_*×xX?□○〇…./")
_MAX_LENGTH = 80


def canonical_document_number(text: str) -> str | None:
    """Bring a number into its canonical form, or answer None where the text is no number.

    NFKC, no white space and no invisible character; the brackets around a four-digit year become 〔〕, and one missing
    of the pair is added; other brackets stay. A placeholder (xxx, ××, a year with nothing behind it), a sentence and a
    text without any digit are no number.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if not folded.isprintable():
        folded = "".join(character for character in folded if unicodedata.category(character) != "Cf")
    if len(folded) > _MAX_LENGTH or not _DIGIT.search(folded):
        return None
    if _MAY_BE_NONE.search(folded) and (_PLACEHOLDER.search(folded) or _SENTENCE.search(folded)):
        return None
    number = _BRACKETED_YEAR.sub(_canonical_year, folded)
    return None if number.endswith(_MAY_BE_BLANK) and _NO_RUNNING_NUMBER.fullmatch(number) else number


def bracket_years(text: str) -> str:
    """Write every bracketed four-digit year of a text with the canonical pair 〔〕."""
    return _BRACKETED_YEAR.sub(_canonical_year, text)


def _canonical_year(found: re.Match[str]) -> str:
    return f"〔{found[1] or found[2]}〕"


def has_bracketed_year(text: str) -> bool:
    """Whether a text holds a four-digit year in brackets of any style, as document numbers do."""
    return _BRACKETED_YEAR.search(unicodedata.normalize("NFKC", text)) is not None
