"""What of a row that was sent is covered before it is given back: natural persons' names and identity numbers. Pure.

Nobody has read the row, or it could not be read; so what may be a name is covered as one: what reads as a person's by
itself, in whatever column it stands, and what stands in a column of names and is no organisation's. Whoever mends the
row gets it back whole, so that covering too much costs little.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from schema import vocabularies
from schema.vocabularies import Labelled, PartyType
from supervision.privacy import (
    cover_identity_numbers,
    cover_names,
    find_person_names,
    is_masked_name,
    is_organisations_code,
    looks_like_person,
    mask_identity_number,
    mask_name,
    may_be_identity_number,
    narrow_digits,
)

_NAME_COLUMN = re.compile(
    r"姓\s*名|名\s*称|当\s*事\s*人|當\s*事\s*人|相对人|相對人|法定代表人|法人|代表人|负责人|負責人|经营者|經營者|经营人|业主|户主|投资人|"
    r"被处罚|被處罰|行为人|行為人|联系人|代理人|嫌疑人|被告人|XDR_MC|FRDB|FDDB|_FR$|(?:^|\.)(?:name|legalRepresentative)$",
    re.IGNORECASE,
)
# 行政相对人类别, 法定代表人证件号码: what a column tells of a person besides the name.
_NO_NAME_COLUMN = re.compile(
    r"类别|类型|種類|种类|代码|编码|号|號|证件|證件|地址|住址|住所|电话|電話|日期|金额|年龄|性别|职务|机关|机构|行业|案件|案由"
)
_NUMBER_COLUMN = re.compile(r"身\s*份\s*证|身\s*份\s*證|证\s*件\s*号|證\s*件\s*號|idNumber|ZJHM|SFZ", re.IGNORECASE)
_TERMS: Final = frozenset(
    member.label
    for vocabulary in vars(vocabularies).values()
    if isinstance(vocabulary, type) and issubclass(vocabulary, Labelled)
    for member in vocabulary
)
"""Terms of the closed lists, of which some read as names (林业, 查封)."""

_LONGEST_BY_ITSELF: Final = 2_000
_AROUND: Final = " \t\r\n\u3000\xa0()（）[]【】〔〕<>《》“”\"'"
# The year of a document's number: what stands before it (罗农〔2025〕5号) is an authority.
_NUMBERED = re.compile(r"(?:19|20)\s*[0-9]{2}\s*[\]〕】）)］﹞]")
_SHOWN_OF_NUMBER: Final = 6
_IN_NUMBER = re.compile(r"[^\W_]")
_BETWEEN_PIECES = re.compile(r"[\",;|\t\r\n{}\[\]:'，；：]+")
_JSON_PAIR = re.compile(r'"([^"\n]{1,80})"\s*:\s*"([^"\n]*)"')
_LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{13,18}[0-9Xx]?(?![0-9A-Za-z])")
# Bytes of another encoding, escaped or taken for letters: two characters of two bytes and more may be a name.
_BYTE: Final = r"(?:\\x[0-9a-f]{2}|[\u0080-\u07ff])"
_FOREIGN_BYTES = re.compile(rf"(?:{_BYTE}(?:{_BYTE}|[@-~])){{2,}}{_BYTE}?")
_ESCAPED_BYTE = re.compile(r"\\x[0-9a-f]{2}")


def is_name_column(column: str) -> bool:
    """Whether natural persons' names may stand in a column, by its header or its field's path."""
    return _NAME_COLUMN.search(column) is not None and _NO_NAME_COLUMN.search(column) is None


def cover_row(columns: Sequence[str], texts: Sequence[str]) -> list[str]:
    """The texts of a row, each under its column, with names and identity numbers covered; every other is as it was."""
    named = [text for column, text in zip(columns, texts, strict=True) if is_name_column(column) and "://" not in text]
    by_themselves = [_bare(text) for text in texts if _may_be_person(text)]
    names = _names(named, by_themselves, texts)
    return [_cover_cell(column, text, names) for column, text in zip(columns, texts, strict=True)]


def cover_header(name: str) -> str:
    """A column's name with the persons covered that it introduces (填报人：周建国)."""
    return cover_identity_numbers(cover_names(name, find_person_names(None, PartyType.ORGANIZATION, None, (name,))))


def cover_broken_row(text: str, columns: Iterable[str]) -> str:
    """What was sent in the place of a row, with names and identity numbers covered; `columns` are its table's."""
    # Which piece stands in which column nobody knows.
    pieces = [piece.strip() for piece in _BETWEEN_PIECES.split(text)]
    named = [value for key, value in _JSON_PAIR.findall(text) if is_name_column(key)]
    if any(map(is_name_column, columns)):
        named += pieces
    names = _names(named, [_bare(piece) for piece in pieces if _may_be_person(piece)], [text])
    covered = cover_identity_numbers(cover_names(text, names))
    covered = _LONG_NUMBER.sub(lambda found: _cover_number(found.group()), covered)
    if _ESCAPED_BYTE.search(covered):
        covered = _FOREIGN_BYTES.sub("**", covered)
    return covered


def _names(named: Iterable[str], by_themselves: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
    return find_person_names("\n".join(named), PartyType.PERSON, "\n".join(by_themselves), texts)


def _bare(text: str) -> str:
    return text.strip(_AROUND)


def _may_be_person(text: str) -> bool:
    bare = _bare(text)
    if len(bare) > _LONGEST_BY_ITSELF or bare in _TERMS or _NUMBERED.search(bare) or not looks_like_person(bare):
        return False
    # A separator or a remark alone reads as no names, all of which are a person's.
    return is_masked_name(bare) or find_person_names(bare, PartyType.PERSON, None, ()) != ()


def _cover_cell(column: str, text: str, names: Iterable[str]) -> str:
    if text.strip() in _TERMS:
        return text
    covered = cover_identity_numbers(cover_names(text, names))
    if covered == text and _may_be_person(text):
        covered = mask_name(_bare(text))
    bare = narrow_digits(covered).strip()
    if _NUMBER_COLUMN.search(column) or (may_be_identity_number(bare) and not is_organisations_code(bare)):
        return _cover_number(covered)
    return covered


def _cover_number(text: str) -> str:
    """A number with all behind its first six characters covered, though it be none that is right; a code as it is."""
    compact = "".join(_IN_NUMBER.findall(narrow_digits(text))).upper()
    if not any(character.isdigit() for character in compact) or is_organisations_code(compact):
        return text
    if may_be_identity_number(compact):
        return mask_identity_number(text)
    shown = 0
    characters = []
    for character in text:
        if _IN_NUMBER.match(character):
            shown += 1
            characters.append(character if shown <= _SHOWN_OF_NUMBER else "*")
        else:
            characters.append(character)
    return "".join(characters)
