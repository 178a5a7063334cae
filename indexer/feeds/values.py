"""What a single cell says: nothing, a word of a closed list, a code, a moment. Dates and money have their own modules.

Every function raises `BadValueError` and nothing else for a value it cannot read, and appends to `warnings` what a
person should look at. No message repeats a value that could tell of a natural person.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from schema.feed_records import RowWarning
from schema.vocabularies import FeedErrorCode, PartyType, PenaltyKind
from supervision.credit_code import is_institution_code, is_registration_number, misplaced_character
from supervision.privacy import identity_number, is_organisations_code, may_be_identity_number

MAX_TEXT: Final = 1_000_000
"""Characters in the longest value that is read."""

MAX_NAME: Final = 500
"""Characters in the longest name of a party or an agency: more is a text in the wrong column."""

_LONGEST_NULL: Final = 72
_NULL = re.compile(
    r"[\s\-‐-―－_＿/／\\＼.．·…。,，、;；:：?？□\u200b\ufeff]*|[*＊×xX╳\s]{2,}|[(（【\[]?\s*(?:无|無|暂无|暫無|没有|沒有|未知|不明|不详|不詳|空|"
    r"空白|暂缺|待定|待补|无内容|无数据|暂无数据|不适用|不適用|未填|未填写|null|none|nil|nan|undefined|n/?a|\\n)\s*[)）】\]]?[。.]?|"
    r"#(?:n/a|ref!|value!|name\?|null!|num!|div/0!)",
    re.IGNORECASE,
)
_WHITE_SPACE: Final = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
NULL_BEGINS: Final = frozenset(
    _WHITE_SPACE + "-‐‑‒–—―－_/\\.·…。,，、;；:：*＊×xX╳无無暂暫没沒未不空待nNuU#／＼＿．?？□(（【[\u200b\ufeff"
)
"""The characters a cell that says nothing can begin with."""

# Signs that are not digits but become some in NFKC, whose value would run into the number beside them (①5000元, 5²).
_NO_DIGITS = re.compile(
    "([\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2080-\u2089\u2150-\u215f\u2189\u2460-\u249b\u24ea"
    "\u3251-\u325f\u32b1-\u32cb\u3358-\u3370\u3378\u3379\u339f-\u33a8\u33af\u33e0-\u33fe\U0001f100-\U0001f10a]+)"
)
_SHOWABLE = re.compile(r"[\d\s.,:;/\\()\-+*%¥￥元万亿年月日时分秒号至]{1,40}")
_IDENTITY_DIGITS: Final = 15

_MASKED_CODE = re.compile(r"[0-9A-Za-z*×●\-]{6,24}")
_MASK_IN_CODE = re.compile(r"[*×●]|[xX]{3,}")
# Digits with a mask among them; where the year of birth would stand and shows, it is one of those that people have.
_MASKED_PERSONAL = re.compile(r"(?!9[123])[1-9][0-9](?![0-9]{4}(?!18|19|20)[0-9]{2})[0-9*×●xX]+", re.ASCII)
_CODE = re.compile(r"[0-9A-Z]{18}")
_CODE_AMONG_WORDS = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")
_LONGEST_WITH_CODE: Final = 100
_FIFTEEN_DIGITS = re.compile("[0-9]{15}")
# Which copy of the licence it stands on, behind a registration number.
_COPY = re.compile(r"[(][0-9]-?[0-9][)]$")
_REGION = re.compile(r"[1-9][0-9]{5}")

_PENALTY_SEPARATOR = re.compile(r"[、,，;；/／+＋|\n]|并处|並處|以及")
_POINTER = re.compile(r"[（(]?[见見]处罚类别\s*[0-9一二]*[)）]?")
_PENALTY_WORDS: Final = (
    (PenaltyKind.WARNING, ("警告", "通报批评", "通報批評")),
    (PenaltyKind.FINE, ("罚款", "罰款", "罚金")),
    (PenaltyKind.CONFISCATION, ("没收", "沒收")),
    (
        PenaltyKind.SUSPENSION,
        ("暂扣", "暫扣", "停产", "停產", "停业", "停業", "责令关闭", "責令關閉", "限制开展", "限制从业", "降低资质"),
    ),
    (PenaltyKind.REVOCATION, ("吊销", "吊銷", "撤销许可", "撤销登记")),
    (PenaltyKind.DETENTION, ("拘留",)),
)
_ORDER_WORDS: Final = ("责令", "責令", "限期", "改正", "拆除", "恢复原状")

_SHORT: Final = 40

_TRUE: Final = frozenset({"true", "是", "有", "yes", "1"})
_FALSE: Final = frozenset({"false", "否", "no", "0"})

Word = TypeVar("Word", bound=StrEnum)


class BadValueError(Exception):
    """A value that cannot be read, which rejects its row; the message names what is expected."""

    def __init__(self, code: FeedErrorCode, column: str | None, message: str) -> None:
        """Keep what the row's error will say."""
        super().__init__(message)
        self.code: Final = code
        self.column: Final = column
        self.message: Final = message


class CreditCode(NamedTuple):
    """What a credit code's column holds: the code, or a natural person's identity number that was put there."""

    uscc: str | None
    identity_number: str | None


NO_CODE: Final = CreditCode(None, None)


def warn(warnings: list[RowWarning], column: str | None, message: str) -> None:
    """Note what a person should look at."""
    warnings.append(RowWarning(column=column, message=message))


def bad_value(column: str, message: str) -> BadValueError:
    """The error for a value that is not what its column holds."""
    return BadValueError(FeedErrorCode.BAD_VALUE, column, message)


def shown(text: str) -> str:
    """The value as a part of a message where it is nothing but a number, a date or an amount; else nothing."""
    bare = text.strip()
    if not _SHOWABLE.fullmatch(bare) or sum(character.isdigit() for character in bare) >= _IDENTITY_DIGITS:
        return ""
    return f' ("{bare}")'


def folded(text: str) -> str:
    """NFKC, which makes full-width digits, letters and signs plain, without white space around.

    Signs such as ①, ² and ㎡ stay: they are no digits of the number they stand beside.
    """
    if text.isascii():
        return text.strip()
    if _NO_DIGITS.search(text):
        parts = enumerate(_NO_DIGITS.split(text))
        return "".join(part if index % 2 else unicodedata.normalize("NFKC", part) for index, part in parts).strip()
    return unicodedata.normalize("NFKC", text).strip()


def is_null(text: str) -> bool:
    """Whether a cell says that there is no value: blank, ——, 无, /, 暂无, ×× and the like."""
    bare = text.strip()
    if not bare:
        return True
    return bare[0] in NULL_BEGINS and len(bare) <= _LONGEST_NULL and _NULL.fullmatch(bare) is not None


def require_storable(text: str, column: str) -> None:
    """Refuse what no database text can hold, and what is too long to be a value."""
    if "\0" in text:
        raise bad_value(column, "The value holds a NUL character, which no text may. Send the text without it.")
    if len(text) > MAX_TEXT:
        raise bad_value(column, f"The value is longer than {MAX_TEXT:,} characters. Send a shorter one.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise bad_value(
                column, "The value holds half a character (a lone surrogate). Send valid Unicode."
            ) from None


def name_of(text: str, column: str) -> str:
    """A name on one line, its white space made single spaces."""
    name = " ".join(text.split())
    if len(name) > MAX_NAME:
        raise bad_value(column, f"A name of at most {MAX_NAME} characters is expected; this one is longer.")
    return name


def penalty_kinds(text: str) -> tuple[PenaltyKind, ...]:
    """The kinds of penalty a Chinese cell names, in the law's order; OTHER for a part that names none of them."""
    return _short_penalty_kinds(text) if len(text) <= _SHORT else _penalty_kinds(text)


def _penalty_kinds(text: str) -> tuple[PenaltyKind, ...]:
    kinds: set[PenaltyKind] = set()
    for part in _PENALTY_SEPARATOR.split(text):
        named = {kind for kind, words in _PENALTY_WORDS if any(word in part for word in words)}
        if PenaltyKind.SUSPENSION not in named and any(word in part for word in _ORDER_WORDS):
            named.add(PenaltyKind.ORDER)
        if not named and _POINTER.sub("", part).strip():
            named.add(PenaltyKind.OTHER)
        kinds |= named
    return tuple(kind for kind in PenaltyKind if kind in kinds)


# A feed repeats a few short cells in all its rows.
_short_penalty_kinds = lru_cache(maxsize=512)(_penalty_kinds)


def party_type(text: str) -> PartyType | None:
    """The party's type by its Chinese name or by ours; None for an individual business and for what is neither."""
    word = folded(text)
    if word in {"PERSON", "自然人", "个人", "公民", "個人"}:
        return PartyType.PERSON
    if word == "ORGANIZATION" or any(part in word for part in ("法人", "组织", "組織", "企业", "单位", "公司")):
        return PartyType.ORGANIZATION
    return None


def boolean(text: str, column: str) -> bool:
    """A yes or no in one of its usual spellings."""
    word = folded(text).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise bad_value(column, "true or false is expected.")


def region_code(text: str, column: str) -> str:
    """A region's six digits (GB/T 2260)."""
    code = folded(text)
    if not _REGION.fullmatch(code):
        raise bad_value(column, f"A region code of six digits (GB/T 2260) is expected{shown(text)}.")
    return code


def credit_code(text: str, column: str, warnings: list[RowWarning]) -> CreditCode:
    """What stands in a credit code's column.

    A valid code is kept, one among words with a warning, a masked one as sent with a warning. A valid
    identity number is told apart, for the caller to put where it belongs. 18 characters with a wrong check character
    are BAD_USCC. Anything else is no credit code and is left out with a warning that says what it is; the row as sent
    keeps it.
    """
    plain = folded(text)
    compact = "".join(plain.split()).upper()
    if len(compact) > 18 and "-" in compact:  # noqa: PLR2004  the code's length
        compact = compact.replace("-", "")
    if is_organisations_code(compact):
        return CreditCode(compact, None)
    if number := identity_number(plain):
        return CreditCode(None, number)
    if _MASK_IN_CODE.search(plain) and _MASKED_CODE.fullmatch("".join(plain.split())):
        return _masked_code(text.strip(), plain, column, warnings)
    if _CODE.fullmatch(compact):
        raise BadValueError(FeedErrorCode.BAD_USCC, column, _why_no_code(compact))
    return _left_out(compact, column, warnings)


def _why_no_code(code: str) -> str:
    """What is wrong with 18 capitals and digits, without showing them."""
    place = misplaced_character(code)
    if place is not None:
        return (
            f"Character {place} of this credit code cannot stand there (GB 32100-2015: no I, O, S, V and Z, and digits "
            "only in the places 3 to 8). Compare it with the licence; 0 and 1 are often typed as O and I."
        )
    if may_be_identity_number(code):
        return (
            "The check character is wrong, whether this is a credit code (GB 32100-2015) or an identity number. "
            "Compare it with the licence or the card."
        )
    return "The check character of this credit code (GB 32100-2015) is wrong. Compare it with the licence."


def _left_out(compact: str, column: str, warnings: list[RowWarning]) -> CreditCode:
    """The one code that stands among words; else none, with a warning of what stands there."""
    among_words = set(_CODE_AMONG_WORDS.findall(compact)) if len(compact) <= _LONGEST_WITH_CODE else set()
    codes = [code for code in among_words if is_organisations_code(code)]
    if len(codes) == 1 and len(among_words) == 1:
        warn(warnings, column, "Words stood around the credit code; the code was taken.")
        return CreditCode(codes[0], None)
    number = _COPY.sub("", compact)
    is_personal = may_be_identity_number(number)
    if is_personal and is_registration_number(number):
        what = "a registration number (工商注册号) or an old identity number, of 15 digits,"
    elif _FIFTEEN_DIGITS.fullmatch(number) and not is_personal:
        what = "a registration number (工商注册号) of 15 digits"
    elif is_personal:
        what = "an identity number in its old form of 15 digits"
    elif is_institution_code(compact):
        what = "an organisation code (组织机构代码) of nine characters"
    else:
        what = ""
    this_is = f"This is {what} and no" if what else "This is no"
    warn(warnings, column, f"{this_is} unified social credit code of 18 characters, and it was left out.")
    return NO_CODE


def _masked_code(sent: str, plain: str, column: str, warnings: list[RowWarning]) -> CreditCode:
    compact = "".join(plain.split()).replace("-", "")
    if _MASKED_PERSONAL.fullmatch(compact):
        warn(warnings, column, "A partly covered identity number stood in the credit code's column; it was left out.")
        return NO_CODE
    warn(warnings, column, "The credit code is masked, and it was kept as sent.")
    return CreditCode(sent, None)
