"""What of a natural person is covered before a text of a case is kept or shown: identity numbers and names.

An identity number is covered wherever it stands. A name is covered where it is known to be a natural person's: the
party's, the legal representative's, or one a text introduces as such (`supervision.person_names`).
"""

import re
from collections.abc import Iterable
from typing import Final

from stdnum.cn import ric

from schema.tokens import Token, token_spans, tokens
from supervision.credit_code import is_credit_code
from supervision.person_names import find_person_names, is_masked_name, looks_like_person
from supervision.surnames import HAN

__all__ = [
    "cover_identity_numbers",
    "cover_names",
    "cover_spans",
    "find_person_names",
    "identity_number",
    "is_masked_name",
    "is_organisations_code",
    "looks_like_person",
    "mask_identity_number",
    "mask_name",
    "may_be_identity_number",
    "narrow_digits",
]

_REGION_DIGITS: Final = 6
_NAME_SEPARATOR = re.compile(r"([、,，;；/／])")
_STARTS_WITH_HAN = re.compile(rf"[{HAN}]")

_PROVINCE: Final = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[1-6])"
_GAP: Final = r"[ \u3000\xa0\t\-－‐-―]?"
_YEAR: Final = f"(?:1{_GAP}[89]|2{_GAP}0){_GAP}[0-9]{_GAP}[0-9]"
_MONTH: Final = f"(?:0{_GAP}[1-9]|1{_GAP}[0-2])"
_DAY: Final = f"(?:0{_GAP}[1-9]|[12]{_GAP}[0-9]|3{_GAP}[01])"
# It begins with what it must hold, not with the look behind it, so that the engine can leap from digit to digit.
_NUMBER_18 = re.compile(
    rf"{_PROVINCE}(?<![0-9]..)(?:{_GAP}[0-9]){{4}}{_GAP}{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}"
    rf"(?:{_GAP}[0-9]){{3}}{_GAP}[0-9Xx](?![0-9])",
    re.DOTALL,
)
_NUMBER_15 = re.compile(
    rf"{_PROVINCE}(?<![0-9]..)[0-9]{{6}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{{3}}(?![0-9])", re.DOTALL
)
_NUMBER_15_LABEL = re.compile(r"身\s*份|证\s*件\s*号|證\s*件\s*號")
_LABEL_REACH: Final = 12
# Characters of print and of old encodings that are read as others: radicals, and compatibility ideographs.
_OTHER_FORMS = re.compile("[\u2e80-\u2fdf\u3200-\u33ff\uf900-\ufaff\U0002f800-\U0002fa1f]")
_SHORTEST_NUMBER: Final = 15
_WHOLE_NUMBER = re.compile(rf"{_PROVINCE}[0-9]{{4}}{_YEAR}{_MONTH}{_DAY}[0-9]{{3}}[0-9X]")
_NOT_IN_NUMBER = re.compile(r"[^0-9Xx]")

# The codes of companies and individual businesses begin so, and no resident's number does but a foreigner's.
_BUSINESS_CODE: Final = ("91", "92", "93")
_ASCII_DIGITS: Final = {
    ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９Ｘｘ", "0123456789Xx", strict=True)
}
_WIDE_DIGIT = re.compile("[０-９]")


def mask_name(name: str) -> str:
    """A natural person's name with all but the surname's first character covered: 张建国 becomes 张**.

    Several names keep the sign between them; one that is masked already stays as it is; of a name in other letters the
    first one is kept.
    """
    return "".join(
        part if index % 2 else _mask_one(part.strip()) for index, part in enumerate(_NAME_SEPARATOR.split(name))
    )


def _mask_one(name: str) -> str:
    if not name or is_masked_name(name):
        return name
    if _STARTS_WITH_HAN.match(name):
        return name[0] + "*" * (len("".join(name.split())) - 1)
    return (name[0] if name[0].isalpha() else "") + "***"


def narrow_digits(text: str) -> str:
    """The text with full-width digits made ASCII, each in its place."""
    return text.translate(_ASCII_DIGITS) if _WIDE_DIGIT.search(text) else text


def cover_identity_numbers(text: str) -> str:
    """The text with every natural person's identity number covered but for its region.

    An 18-character number counts whatever its check character is, since a mistyped one tells as much; a valid credit
    code is none. One of 15 digits counts after a word such as 身份证.
    """
    if len(text) < _SHORTEST_NUMBER:
        return text
    narrow = narrow_digits(text)
    covered = _spans_of_numbers(narrow)
    if not covered:
        return text
    parts = []
    end_before = 0
    for start, end in covered:
        parts.append(text[end_before:start])
        parts.append(mask_identity_number(narrow[start:end]))
        end_before = end
    parts.append(text[end_before:])
    return "".join(parts)


def _spans_of_numbers(text: str) -> list[tuple[int, int]]:
    spans = [
        found.span()
        for found in _NUMBER_18.finditer(text)
        if not is_organisations_code(_NOT_IN_NUMBER.sub("", found.group()).upper())
    ]
    if _NUMBER_15_LABEL.search(text):
        spans += [
            found.span()
            for found in _NUMBER_15.finditer(text)
            if _NUMBER_15_LABEL.search(text, max(0, found.start() - _LABEL_REACH), found.start())
        ]
        spans.sort()
    return spans


def is_organisations_code(code: str) -> bool:
    """Whether 18 capitals and digits are an organisation's credit code, and not a person's identity number.

    One in thirty identity numbers passes the credit code's check by chance, so what passes both is a person's, unless
    it begins as the codes of companies and individual businesses do.
    """
    return is_credit_code(code) and (code.startswith(_BUSINESS_CODE) or identity_number(code) is None)


def _has_own_check(number: str) -> bool:
    return ric.calc_check_digit(number) == number[-1]


def identity_number(text: str) -> str | None:
    """The identity number a cell consists of, 18 characters with a right check character; else None.

    The county is not looked up: numbers are given under the code of the day of issue, which need not be one of the day
    of birth.
    """
    compact = re.sub(r"[\s\-－‐-―]", "", narrow_digits(text)).upper().replace("Ｘ", "X")
    if _WHOLE_NUMBER.fullmatch(compact) and _has_own_check(compact):
        return compact
    return None


def may_be_identity_number(text: str) -> bool:
    """Whether a text has the form of an identity number, of 18 characters or of 15 digits, whatever its check says."""
    return _WHOLE_NUMBER.fullmatch(text) is not None or _NUMBER_15.fullmatch(text) is not None


def mask_identity_number(number: str) -> str:
    """An identity number with everything after the six digits of its region covered."""
    digits = _NOT_IN_NUMBER.sub("", narrow_digits(number))
    return digits[:_REGION_DIGITS] + "*" * max(0, len(digits) - _REGION_DIGITS)


def cover_spans(text: str, names: Iterable[str]) -> list[tuple[int, int, str]]:
    """Where the names stand in a text, as (start, end, replacement) in order and without overlap.

    A longer name goes before a shorter one inside it; names that overlap otherwise are covered together. A name is
    covered wherever a search would find it: neither white space inside it, as printers put it, nor signs, nor
    characters that are another form of its own hide it.
    """
    found: list[tuple[int, int, str]] = []
    read: list[Token] = []
    for name in sorted(filter(None, names), key=len, reverse=True):
        places = _places(text, name)
        if _may_be_read(text, name, len(places)):
            read = read or token_spans(text)
            places += _read_places(read, tuple(tokens(name)))
        found += [(start, end, mask_name(name)) for start, end in places]
    spans: list[tuple[int, int, str]] = []
    for start, end, replacement in sorted(found, key=lambda span: (span[0], -span[1])):
        if not spans or start >= spans[-1][1]:
            spans.append((start, end, replacement))
        elif end > spans[-1][1]:
            first = spans[-1][0]
            spans[-1] = (first, end, text[first] + "*" * (end - first - 1))
    return spans


def _places(text: str, name: str) -> list[tuple[int, int]]:
    """Where a name stands as it is written."""
    places = []
    start = text.find(name)
    while start >= 0:
        places.append((start, start + len(name)))
        start = text.find(name, start + len(name))
    return places


def _may_be_read(text: str, name: str, places: int) -> bool:
    """Whether a name can stand in other places than those where it is as it is written; to read a text is dear."""
    return (
        name.isascii()
        or all(text.count(character) > places * name.count(character) for character in name if character.isalnum())
        or _OTHER_FORMS.search(text) is not None
    )


def _read_places(read: list[Token], name: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where a name's tokens stand side by side."""
    length = len(name)
    return [
        (token.start, read[index + length - 1].end)
        for index, token in enumerate(read)
        if name and token.text == name[0] and tuple(each.text for each in read[index : index + length]) == name
    ]


def cover_names(text: str, names: Iterable[str]) -> str:
    """The text with every one of the names covered."""
    spans = cover_spans(text, names)
    if not spans:
        return text
    parts = []
    end_before = 0
    for start, end, replacement in spans:
        parts.append(text[end_before:start])
        parts.append(replacement)
        end_before = end
    parts.append(text[end_before:])
    return "".join(parts)
