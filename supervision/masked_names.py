"""The full form of a masked name (周*) where a case's texts use it: it must be covered there too.

A place counts where a word begins that can be the name: one that no dictionary has, or a surname and a given name side
by side, that ends as names do. A word for a role before it (当事人周建国) tells it for sure. A word of the dictionary
(周末, 周边, 周转), a name that such a word begins (王府井) and a place's (黄家沟村) are no person's.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

import rjieba

from supervision.surnames import COMPOUND_SURNAMES, HAN

MASK_SIGNS: Final = r"*＊×xXｘＸ某○●□"
"""What covers a part of a name, as the inside of a regular expression's character class."""

_MASKED = re.compile(rf"(?P<surname>[{HAN}]{{1,2}}?)[{MASK_SIGNS}]+(?:(?<=某)[甲乙丙丁戊己庚辛0-9]|(?P<last>[{HAN}]?))")

_ROLE_BEFORE = re.compile(
    r"(?:[当當]事人|经营者|經營者|负责人|負責人|法定代表人|法人代表|代表人|被处罚人|被處罰人|投资人|相对人|相對人|行为人|行為人|"
    r"业主|户主|店主|老板|驾驶员|驾驶人|司机|船主|货主|委托人|代理人|嫌疑人|员工|村民|居民|店员|姓名)[\s“\"（(]{0,2}$"
)
_ROLE_REACH: Final = 8
_BEGINS_PHRASE = re.compile(rf"(?<![{HAN}])|(?<=[对對向将將由与與和及被经經给給让讓称稱])")
# What is done to a person and hardly to a thing.
_DONE_TO = re.compile("(?:送达|送達|告知|通知|[询詢][问問]|[约約][谈談]|传唤|傳喚|[责責]令|抓[获獲])$")
# 3周 and 上周 are weeks; 贰万伍仟 is a number.
_COUNT_BEFORE = re.compile(r"[0-9０-９零〇一二两三四五六七八九十百千数几每本上下第壹贰叁肆伍陆柒捌玖拾佰仟]\s*$")
# In traditional characters the dictionary lacks most words, so that a word there is no sign of a name.
_TRADITIONAL = re.compile("[處罰規條國業發產實經與對]")
# A name ends before what is no Han character, or before one of these, with which no given name begins.
_NAME_ENDS = re.compile(
    rf"[^{HAN}]|$|"
    "[于於在的因未将將对對向把被自由是为為不并及与與和以所其称稱系从從等某持用购購到住男女雇租拒已曾又也就家说作负没应]|"
    "本人|先生|女士|同志|销售|銷售|生产|生產|经营|經營|使用|擅自|非法|[违違]法|[违違]反|实施|實施|从事|加工|存放|储存|运输|"
    "倾倒|砍伐|占用|开垦|捕捞|携带|提供|发布|制作|承认|陈述|表示|供述|签字|签名|缴纳|拒绝|涉嫌|承包|驾驶|现场|身份|正在|"
    "进行|当场|签收|送达|处以|处罚|罚款"
)
# And behind a word for a role, before what is done to whoever is accused.
_ROLE_NAME_ENDS = re.compile(rf"{_NAME_ENDS.pattern}|[有犯判构等]|明知|利用|组织|伙同")
_PERSON_FOLLOWS = re.compile(
    r"先生|女士|同志|本人|销售|銷售|经营|經營|擅自|非法|[违違]法|涉嫌|承认|陈述|供述|签字|签名|表示|[称稱]其|驾驶|雇佣|拒不|砍伐|到场|正在"
)

# What a place's, a shop's and a document number's first words end with (黄家沟, 周记, 罗农罚).
_NO_GIVEN_NAME_ENDS: Final = tuple(
    "村镇鎮乡鄉街路组組屯庄莊湾灣沟溝岭嶺寨堡坪坝壩塘冲沖坡铺鋪店厂廠矿礦县縣市区區省州港桥橋巷家口氏记农环罚字局"
)
# Surnames that are words of grammar: what follows is hardly a given name, unless the segmenter joins the two.
_GRAMMAR: Final = frozenset("于和向从從时時应應由自为為同连連经常平安成全查解干都又计計言")
# Surnames that are everyday nouns or qualities: with one character more they are words that no dictionary has.
_NOUNS: Final = frozenset(
    "高黄白石金水米牛马鱼花车房田林江路钱毛红关方明文古池党商温冷热火山皮井门种何万萬章段曾项項单單管"
)
_NEVER_IN_NAME = re.compile("[的与與及等某]")
# Words that begin like a name, and follow a role as what the person does or has.
_WORDS_AFTER_ROLE: Final = (
    "陈述 陳述 陈列 陈旧 陈词 许可 许诺 许多 張貼 张贴 张开 张罗 周知 周边 周围 周转 周末 周期 周密 周全 任职 任意 "
    "任何 余下 余额 夏季 严重 严格 杜绝 杜撰 谢绝 毕竟 毕业 胡乱 程序 程度 范围 申请 申報 申报 申辩 申辯 包括 包装 "
    "包庇 包含 符合 强制 强行 费用 荣获 孙女 孙子 王府 王水 李子 罗列 罗盘 康复 祝贺 汤料 顾客 顾虑 习惯 盛放 "
    "应自 代码 位于 盛装 贺卡 艾草 沙石 沙土 沙场 蓝色 简单 简要 储存 "
    "方面 方可 方才 方案 方式 高度 高于 高级 高温 高速 金额 金融 金属 白天 白酒 林地 林木 林业 路边 路面 管理 管制 "
    "单位 单独 单方 明知 明确 明显 文化 文件 关于 关闭 何时 何人 万元 水产 水源 水质 石料 石材 田间 车辆 房屋 马路"
)
_AFTER_ROLE: Final = frozenset(_WORDS_AFTER_ROLE.split())
_ENDS_AND_NAMES: Final = frozenset("为為和向男由自以")
# Characters in a name with a surname of one character.
_SHORTEST: Final = 2
_LONGEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedName:
    """A masked name: the surname that it shows and the names it can stand for."""

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
    surname, last = found["surname"], found["last"] or ""
    lengths: tuple[int, ...] = (1,) if last else (1, 2)
    if len(surname) == 1 and not last and any(compound[0] == surname for compound in COMPOUND_SURNAMES):
        lengths = (1, 2, 3)
    return MaskedName(
        surname=surname,
        shows_its_end=bool(last),
        # 某 is a mask itself: 周某某 is no full form.
        forms=tuple(re.compile(f"{surname}(?:(?!某)[{HAN}]){{{length}}}{last}") for length in lengths),
    )


def full_names_in(text: str, masked: Iterable[MaskedName]) -> Iterator[str]:
    """The names of persons in a text that one of the masked ones can stand for."""
    words: _Words | None = None
    for name in masked:
        start = text.find(name.surname)
        while start >= 0:
            words = words or _Words(text)
            yield from _names_at(words, start, name)
            start = text.find(name.surname, start + 1)


def name_behind_role(text: str, start: int, is_name: Callable[[str], bool]) -> Iterator[str]:
    """The name that begins behind the word for a person's role, where what stands there can be one and ends as one."""
    begin = text[start : start + 2]
    if begin in _AFTER_ROLE or (rjieba.has_word(begin) and begin[0] in _GRAMMAR):
        return
    for length in (_LONGEST + 1, _LONGEST, _SHORTEST):
        name = text[start : start + length]
        if len(name) == length and "某" not in name and is_name(name) and _ROLE_NAME_ENDS.match(text, start + length):
            yield name
            return


class _Words:
    """A text with the places where its words begin."""

    def __init__(self, text: str) -> None:
        self.text: Final = text
        self.are_traditional: Final = _TRADITIONAL.search(text) is not None
        words = rjieba.cut(text)
        begins = (0, *accumulate(map(len, words)))
        self._ends: Final = dict(pairwise(begins))

    def begins_at(self, place: int) -> bool:
        return place in self._ends

    def word_at(self, place: int) -> str:
        """The word that begins at a place; empty where none does."""
        return self.text[place : self._ends.get(place, place)]


def _names_at(words: _Words, start: int, masked: MaskedName) -> Iterator[str]:
    text = words.text
    has_role = _ROLE_BEFORE.search(text[max(0, start - _ROLE_REACH) : start]) is not None
    may_begin = words.begins_at(start) or _BEGINS_PHRASE.match(text, start) is not None
    if not has_role and not may_begin and not masked.shows_its_end:
        return
    begin = text[start : start + 2]
    is_compound = begin in COMPOUND_SURNAMES
    begins_word = not is_compound and rjieba.has_word(begin)
    possible = [
        name
        for form in masked.forms
        if (found := form.match(text, start)) is not None
        and _has_fitting_length(name := found.group(), is_compound=is_compound)
    ]
    if masked.shows_its_end:
        ended = [
            name
            for name in possible
            if has_role or not (begins_word or _is_usual_word(name) or _NEVER_IN_NAME.search(name))
        ]
    elif not has_role:
        ended = [name for name in possible if _stands_alone(words, start, name, begins_word=begins_word)]
    elif begins_word and (begin in _AFTER_ROLE or begin[0] in _GRAMMAR):
        return
    else:
        ended = [name for name in possible if _NAME_ENDS.match(text, start + len(name))]
    if ended:
        yield ended[0]
        # 周大为: what ends a name may be a part of one.
        yield from (name for name in ended[1:] if name[-1] in _ENDS_AND_NAMES)
    elif has_role and not begins_word:
        # Behind the role a name stands; where it ends is not clear, so that each of its lengths is covered.
        yield from possible


def _stands_alone(words: _Words, start: int, name: str, *, begins_word: bool) -> bool:
    """Whether a name without a word for its role before it is one by what it is made of and what follows."""
    text, end = words.text, start + len(name)
    word = words.word_at(start)
    if (
        _COUNT_BEFORE.search(text[max(0, start - 2) : start])
        or (len(word) > len(name) and rjieba.has_word(word))
        or _is_usual_word(name)
        or _NEVER_IN_NAME.search(name)
    ):
        return False
    if _PERSON_FOLLOWS.match(text, end):
        # 许可证, 周转箱: such words are no names; one that begins a phrase may be (王明辉承认).
        return not begins_word or _BEGINS_PHRASE.match(text, start) is not None
    # 高建 is a word, and 高建国 a name none the less.
    if (not begins_word or len(name) > _SHORTEST) and _DONE_TO.search(text[max(0, start - _ROLE_REACH) : start]):
        return _NAME_ENDS.match(text, end) is not None
    if (
        begins_word
        or words.are_traditional
        or (name[0] in _GRAMMAR and (word != name or len(name) == _SHORTEST))
        or (name[0] in _NOUNS and len(name) == _SHORTEST)
        or name.endswith(_NO_GIVEN_NAME_ENDS)
    ):
        return False
    return _NAME_ENDS.match(text, end) is not None


def _is_usual_word(name: str) -> bool:
    """Whether a dictionary has a word, and not as a known person's name; of two characters those tell nothing."""
    return rjieba.has_word(name) and (len(name) == _SHORTEST or rjieba.tag(name) != [(name, "nr")])


def _has_fitting_length(name: str, *, is_compound: bool) -> bool:
    return _SHORTEST + is_compound <= len(name) <= _LONGEST + is_compound
