"""What an entry of the audit trail is shown with to whoever may not read natural persons' names. Pure.

A question names whoever somebody looked for, and no record tells who that is. So it is covered whenever it may be a
name: here an ordinary word covered by mistake costs little. The entry itself stays as it was written.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import rjieba

from schema.vocabularies import NAMED_FIELDS, PartyType
from supervision.person_names import find_person_names, looks_like_person
from supervision.privacy import cover_names
from supervision.surnames import COMPOUND_SURNAMES, HAN, SINGLE_SURNAMES

PROSE: Final = frozenset(
    {
        *("reason", "file", "title", "text", "note", "opinion", "reply", "result", "summary", "outcome"),
        *("addressee", "court", "place"),
    }
)
"""Details in prose: ordinary words stay."""

CODES: Final = frozenset(
    {
        *("hasClue", "hasMeasure", "measureKind"),
        *("id", "ids", "agencyId", "agencyIds", "anomalyId", "caseId", "idempotencyKey", "party", "watch"),
        *("first", "after", "sort", "groupBy", "domains", "anomalies", "certainty", "action", "networked"),
        *("regions", "rules", "decidedFrom", "decidedTo", "fineMin", "fineMax", "from", "to", "asOf"),
        *("accountLogin", "login", "roles", "department", "keyId", "oldKeyId", "code", "value"),
        *("refused", "because", "run", "runs", "sha256"),
        *("activityId", "anomalyIds", "campaignId", "caseIds", "clueId", "clueIds", "dutyCrimeCaseId", "fileReviewId"),
        *("handlerId", "measureId", "measureIds", "procuratorateId", "procuratorateIds", "publicInterestCaseId"),
        *("recordId", "typicalCaseId", "reviewerLogin", "typeNames", "item", "answer", "category", "class", "classes"),
        *("decision", "departments", "domain", "kind", "kinds", "risenTo", "source", "sources", "states", "status"),
        *("statuses", "step", "work", "checkedOn", "copiedOn", "dueBefore", "dueOn", "filedOn", "heldFrom", "heldOn"),
        *("heldTo", "on", "periodEnd", "repliedOn", "replyDueBefore", "replyDueOn", "servedOn", "until", "year"),
        *("copyToLegalOffice", "dormant", "overdue", "rectified", "unacknowledged", "urgent", "withdrawn"),
        "expectedRevision",
    }
)
"""Details that are a code, a date or a login: other letters stay, and of Han characters there should be none."""

REGISTERED: Final = frozenset({"agency", "procuratorate"})
"""Details that are a name of the register: they stay."""

_CHARACTER: Final = rf"[{HAN}\u2e80-\u2fdf]"
_HAN_WORD = re.compile(rf"{_CHARACTER}+")
# A name of another people's, or one whose characters were set apart: no part of it is the whole name.
_DOTTED = re.compile(rf"{_CHARACTER}{{1,8}}(?:[·•・‧．]{_CHARACTER}{{1,8}})+")
_SET_APART = re.compile(rf"(?<!{_CHARACTER}){_CHARACTER}(?:[^\w*]+{_CHARACTER}(?!{_CHARACTER}))+")
# Characters with nothing but signs between them: a phrase is found whatever signs stand in it.
_SEQUENCE = re.compile(rf"{_CHARACTER}(?:[^\w*]*{_CHARACTER})*")
_AUTHORITY = re.compile(rf"{_CHARACTER}{{3,}}(?=\s*[\[〔【〖﹝({{<《「『〈［（｛＜]\s*(?:19|20)[0-9]{{2}})")
# Of Latin letters a name is two words with capitals; one word may be anything (PM, csv).
_LATIN_NAME = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z'’]+(?:[ \u00a0]+[A-Z][A-Za-z'’]+)+")
# What a court or an office is called, with the city and the county where the words begin. 王公安局长 is a head.
# Names may end like a county, so that a single place that begins like a name is none for sure (李建区, 武陵区).
_OFFICE = re.compile(
    rf"(?P<place>(?<!{_CHARACTER})(?:{_CHARACTER}{{1,2}}[市县縣區区]){{1,3}})?"
    "(?:(?:中级|高级)?人民法院|人民检察院|人民政府|公安(?:分?局|机关)|生态环境局|环境保护局|市场监督管理局|食品药品监督管理局|"
    "工商行政管理局|国土资源局|自然资源局|城市管理局)(?!长)"
)
_UNIT = re.compile("[市县縣區区]")
# 东 is a surname that hardly anybody bears.
_BEGIN_NAMES: Final = SINGLE_SURNAMES - frozenset("东西南北")
_LONGEST_NAME: Final = 4
_NAME_TAGS: Final = frozenset({"nr", "nrt"})
_GIVEN_NAME: Final = 2
_OPERATORS: Final = frozenset({"OR", "AND", "NOT"})
_FIELDS: Final = frozenset(field.value for field in NAMED_FIELDS)
# Rare surnames that hardly ever are one before a word: 行政处罚和刑事处罚.
_JOINING_WORDS: Final = frozenset("和从由时相应")
# 双 is a surname, and the published table no person.
_NOBODY: Final = re.compile(rf"(双公示)|(?:(?!双公示)[{HAN}])+")


def cover_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The details of an entry with everything covered that may name a natural person, however deep inside."""
    return {name: value if name in REGISTERED else _covered(name, value) for name, value in detail.items()}


def _covered(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if name in CODES and _HAN_WORD.search(value) is None:
            return value
        return cover_remark(value) if name in PROSE else cover_question(value)
    if isinstance(value, Mapping):
        return cover_detail(value)
    if isinstance(value, list | tuple):
        return [_covered(name, each) for each in value]
    return value


def cover_question(text: str) -> str:
    """A text that somebody searched with, without what may be a name in it.

    Covered are words of two to four Han characters, the two characters behind a surname, and words in other letters.
    Of each the first character stays. Operators, fields and numbers stay whole, and the authority of a document number
    but for what stands behind a surname.
    """
    hidden: set[int] = set()
    authorities = {found.span() for found in _AUTHORITY.finditer(text)}
    for found in _HAN_WORD.finditer(text):
        if found.end() - found.start() <= _LONGEST_NAME and found.span() not in authorities:
            hidden.update(range(found.start() + 1, found.end()))
    hidden.update(_places_of_names_in_parts(text))
    for places in _behind_surnames(text, _SEQUENCE).values():
        hidden.update(places)
    hidden.update(_places_in_other_letters(text))
    return _with_stars(text, hidden)


def cover_remark(text: str) -> str:
    """A text in prose, such as what a session is for, without what may be a name in it.

    Covered is what is introduced as a person's name or reads as one by itself, the two characters behind a surname that
    is no part of a longer word, two words of Latin letters with capitals, and words in letters of others. Other words
    of the dictionary, single words of Latin letters, and what a court or an office is called stay.
    """
    text = cover_names(text, find_person_names(None, PartyType.ORGANIZATION, None, (text,)))
    hidden = {*_places_of_names_in_parts(text), *_places_of_foreign_names(text)}
    behind = _behind_surnames(text, _HAN_WORD)
    words = [*rjieba.tokenize(text, hmm=False), ("", len(text), len(text))]
    for (word, start, end), (following, *_place) in pairwise(words):
        if len(word) > 1 and _HAN_WORD.fullmatch(word) and (looks_like_person(word) or _is_known_name(word)):
            hidden.update(range(start + 1, end))
        if word in COMPOUND_SURNAMES:
            hidden.update(behind.get(start, ()))
        # Of 业主张三 the dictionary knows 主张.
        elif (len(word) == 1 and not (word in _JOINING_WORDS and len(following) > 1)) or len(following) == 1:
            hidden.update(behind.get(end - 1, ()))
    for office in _OFFICE.finditer(text):
        place = office["place"]
        is_name = place is not None and len(_UNIT.findall(place)) == 1 and place[0] in _BEGIN_NAMES
        hidden.difference_update(range(office.end("place") if is_name else office.start(), office.end()))
    return _with_stars(text, hidden)


def cover_file_name(name: str) -> str:
    """The name of a file as `cover_remark` covers its Han characters; other letters tell what it is more than whose."""
    return _NOBODY.sub(lambda found: found.group(1) or cover_remark(found.group()), name)


def _places_of_names_in_parts(text: str) -> Iterator[int]:
    for pattern in (_DOTTED, _SET_APART):
        for found in pattern.finditer(text):
            yield from range(found.start() + 1, found.end())


def _places_of_foreign_names(text: str) -> Iterator[int]:
    """The places of what may be a name in other letters than Han characters, but for the first one of each word."""
    named = [found.span() for found in _LATIN_NAME.finditer(text)]
    for start, end in _words_in_other_letters(text):
        if not text[start:end].isascii() or any(first <= start < last for first, last in named):
            yield from range(start + 1, end)


def _is_known_name(word: str) -> bool:
    """Whether the dictionary has a word as a person's name (阿依古丽); of two characters that tells nothing."""
    return len(word) > _GIVEN_NAME and rjieba.tag(word)[0][1] in _NAME_TAGS


def _behind_surnames(text: str, sequence: re.Pattern[str]) -> dict[int, list[int]]:
    """The places of a name whose surname begins at a place of a sequence, but for the surname's first character."""
    behind: dict[int, list[int]] = {}
    for found in sequence.finditer(text):
        places = [place for place in range(*found.span()) if _HAN_WORD.match(text, place)]
        read = unicodedata.normalize("NFKC", "".join(text[place] for place in places))
        if len(read) != len(places):
            read = "".join(text[place] for place in places)
        for index, place in enumerate(places):
            if read[index : index + 2] in COMPOUND_SURNAMES:
                behind[place] = places[index + 1 : index + 2 + _GIVEN_NAME]
            elif read[index] in SINGLE_SURNAMES:
                behind[place] = places[index + 1 : index + 1 + _GIVEN_NAME]
    return behind


def _places_in_other_letters(text: str) -> Iterator[int]:
    """The places of words in other letters than Han characters, but for their first ones."""
    for start, end in _words_in_other_letters(text):
        word, following = text[start:end], text[end : end + 1]
        is_field = word.lower() in _FIELDS and following in {":", "："}
        # Letters of a code stand beside its digits.
        is_code = following.isdigit() or text[start - 1 : start].isdigit()
        if not (is_field or is_code or word in _OPERATORS):
            yield from range(start + 1, end)


def _words_in_other_letters(text: str) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for place, character in enumerate(f"{text} "):
        # With marks: vowels of other scripts are no letters.
        inside = unicodedata.category(character)[0] in "LM" and not _HAN_WORD.match(character)
        if inside and start is None:
            start = place
        elif not inside and start is not None:
            yield start, place
            start = None


def _with_stars(text: str, hidden: Iterable[int]) -> str:
    """The text with what is hidden covered; signs and white space stay."""
    characters = list(text)
    for place in hidden:
        if not (characters[place].isspace() or unicodedata.category(characters[place])[0] == "P"):
            characters[place] = "*"
    return "".join(characters)
