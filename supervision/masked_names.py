"""The full form of a masked name (周*) where a case's texts use it: it must be covered there too.

A place counts where a word for a role stands before it (当事人周建国), or for what is done to somebody (由周建国缴纳),
or where it begins a phrase and a word for what a person is or does follows (，周建国销售…). A word of the dictionary
(周末, 周边, 周转) is no name here, nor is one that begins with such a word.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import rjieba

from supervision.surnames import COMPOUND_SURNAMES, HAN

MASK_SIGNS: Final = r"*＊×xXｘＸ某○●□"
"""What covers a part of a name, as the inside of a regular expression's character class."""

_MASKED = re.compile(rf"(?P<surname>[{HAN}]{{1,2}}?)[{MASK_SIGNS}]+(?P<last>[{HAN}]?)")

_ROLE_BEFORE = re.compile(
    r"(?:[当當]事人|经营者|經營者|负责人|負責人|法定代表人|法人代表|代表人|被处罚人|被處罰人|投资人|相对人|相對人|行为人|行為人|"
    r"业主|户主|店主|老板|驾驶员|驾驶人|司机|船主|货主|委托人|代理人|嫌疑人|员工|村民|居民|店员|姓名)[\s“\"（(]{0,2}$"
)
_ROLE_REACH: Final = 8
_BEGINS_PHRASE = re.compile(rf"(?<![{HAN}])")
# What is done to somebody, or with whom: a name follows as surely as behind a role.
_DONE_TO = re.compile(
    r"(?:[对對向將将由与與和及被经經给給让讓称稱]|送达|送達|告知|通知|[询詢][问問]|[约約][谈談]|传唤|傳喚|[责責]令|要求|委托|[查抓][获獲])$"
)
# A name ends before what is no Han character, or before one of these, with which no given name begins.
_NAME_ENDS = re.compile(
    rf"[^{HAN}]|$|[于於在的因未将將对對向把被自由是为為不并及与與和以所其称稱系从從等某持用购購到住男女雇租]|本人|先生|女士|同志|"
    r"[对處处罚罰进進作予依]|销售|銷售|生产|生產|经营|經營|使用|擅自|非法|[违違]法|[违違]反|实施|實施|从事|加工|存放|储存|运输|倾倒|砍伐|占用|开垦|捕捞|"
    r"携带|提供|发布|制作|承认|陈述|表示|供述|签字|签名|缴纳|拒不|拒绝|涉嫌|承包|负责|驾驶|现场|身份"
)
_PERSON_FOLLOWS = re.compile(
    r"[：:]|先生|女士|同志|本人|[对對](?:此|上述|[该該])|销售|銷售|经营|經營|擅自|非法|[违違]法|涉嫌|承认|陈述|供述|签字|签名|表示|[称稱]其|驾驶|雇佣|拒不"
)

_ENDS_AND_NAMES: Final = frozenset("为為和向男由自以")
# Characters in a name with a surname of one character.
_SHORTEST: Final = 2
_LONGEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedName:
    """A masked name: the surname that it shows, the names it can stand for, and how they begin at a place of a text."""

    surname: str
    shows_its_end: bool
    """Whether the last character is shown as well (周*国), which hardly any other word has behind the surname."""
    forms: tuple[re.Pattern[str], ...]
    """The full forms, the shortest first. A sign or two may hide one character or two (周** is 周强 too)."""

    def fits(self, name: str) -> bool:
        """Whether a full name can be the one that is masked."""
        return any(form.fullmatch(name) for form in self.forms)


@lru_cache(maxsize=4096)
def masked_name(text: str) -> MaskedName | None:
    """The masked name that a text consists of; None for what is none, or shows no surname."""
    found = _MASKED.fullmatch(text)
    if found is None:
        return None
    surname, last = found["surname"], found["last"]
    lengths: tuple[int, ...] = (1,) if last else (1, 2)
    if len(surname) == 1 and not last and any(compound[0] == surname for compound in COMPOUND_SURNAMES):
        lengths = (1, 2, 3)
    return MaskedName(
        surname=surname,
        shows_its_end=bool(last),
        forms=tuple(re.compile(f"{surname}[{HAN}]{{{length}}}{last}") for length in lengths),
    )


def full_names_in(text: str, masked: MaskedName) -> Iterator[str]:
    """The names of persons in a text that the masked one can stand for."""
    start = text.find(masked.surname)
    while start >= 0:
        yield from _names_at(text, start, masked)
        start = text.find(masked.surname, start + 1)


def _names_at(text: str, start: int, masked: MaskedName) -> Iterator[str]:
    before = text[max(0, start - _ROLE_REACH) : start]
    has_role = _ROLE_BEFORE.search(before) is not None
    is_named = has_role or _DONE_TO.search(before) is not None
    if not is_named and not _BEGINS_PHRASE.match(text, start) and not masked.shows_its_end:
        return
    begin = text[start : start + 2]
    is_compound = begin in COMPOUND_SURNAMES
    if not is_compound and rjieba.has_word(begin):
        return
    possible = [
        name
        for form in masked.forms
        if (found := form.match(text, start)) is not None
        and _has_fitting_length(name := found.group(), is_compound=is_compound)
        and (has_role or not rjieba.has_word(name))
    ]
    if masked.shows_its_end:
        yield from possible
        return
    ends = _NAME_ENDS if is_named else _PERSON_FOLLOWS
    ended = [name for name in possible if ends.match(text, start + len(name))]
    if ended:
        yield ended[0]
        # 周大为: what ends a name may be a part of one.
        yield from (name for name in ended[1:] if name[-1] in _ENDS_AND_NAMES)
    elif has_role:
        # Behind the role a name stands; where it ends is not clear, so that each of its lengths is covered.
        yield from possible


def _has_fitting_length(name: str, *, is_compound: bool) -> bool:
    return _SHORTEST + is_compound <= len(name) <= _LONGEST + is_compound
