"""Which natural persons' full names stand in a case: the party's, its representative's, and those its texts introduce.

A text introduces a person by a label with a colon (法定代表人：邓建军) or by what follows a name (，男，…  性别 …).
Everything here would rather miss a name than take an organisation's or an ordinary word for one.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from schema.vocabularies import PartyType
from supervision.masked_names import MASK_SIGNS, MaskedName, full_names_in, masked_name, name_behind_role
from supervision.surnames import COMPOUND_SURNAMES, HAN, SINGLE_SURNAMES

_MASKED_NAME = re.compile(rf"[{HAN}]{{0,2}}[{MASK_SIGNS}]+[{HAN}0-9]?|[^\W\d_]?\*{{3}}")
_HAN_ONLY = re.compile(rf"[{HAN}]+")
_DOTTED_NAME = re.compile(rf"[{HAN}]{{1,8}}(?:[·•・‧．][{HAN}]{{1,8}}){{1,3}}")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z.'’ -]{3,60}")
_SHORTEST: Final = 2
_LONGEST: Final = 4
_SEPARATOR = re.compile(r"[、,，;；/／|\n\t]+")
_REMARK = re.compile(r"[（(【\[].*|等\s*[0-9一二两三四五六七八九十]*\s*[人名位]?$", re.DOTALL)

_BRACKETED = re.compile(r"[〔\[［【(（﹝<《]([^〔\[［【(（﹝<《〕\]］】)）﹞>》]{1,40})[〕\]］】)）﹞>》]")
_YEAR = re.compile(r"[0-9０-９〇○零一二三四五六七八九]{2,4}")

_ORGANISATION_END: Final = tuple("局厂店站馆院司部委厅县区镇乡所组户社廠館縣區鎮鄉處处人者员員证證件号號书書")
_WORDS_LIKE_NAMES: Final = (
    "暂无 没有 不明 同上 待查 未提供 无名氏 见附件 详见附件 保密 隐去 "
    "单位 公司 方面 时间 相关 有关 经过 安全 简要 家属 常住 包括 从事 项目 强制 全部 别名 "
    "文化 汉族 满族 白族 苗族 农民 明知 解释 应当 支付 石油 黄金 车辆 房屋 马路 江苏 安徽 "
    "云南 贵州 温州 高度 方法 何人 谈话 司机 夏季 路边 阳光 花园 牛肉 羊肉 能够 边界 关于 "
    "终止 成立 成年 盛夏 明确 明细 水产 水果 水泥 都有 平时 高中 大学 于是 钱款 祖籍 和解 "
    "祝贺 常年 鱼类 农业 商户 商店 商铺 宁夏 海南 广东 广西 陕西 山西 华东 华南 丰收 连锁 "
    "支出 温度 毛重 净重 金额 管理 管理人 查处 查明 经理 总经理 董事 董事长 农户 农场 牧场 "
    "牛奶 方案 古树 林地 林场 石材 沙石 贸易 应诉 荣誉 充分 向阳 终结 罗列 计算 危险 本人 "
    "个人 匿名 不详 未知 无名 某某 單位 時間 有關 簡要 安徽省 江苏省 云南省 贵州省 海南省 "
    "陕西省 当事人 相对人 负责人"
)
_NO_NAMES: Final = frozenset(_WORDS_LIKE_NAMES.split())

# The last characters before the colon tell most colons apart from a label's at the price of one look.
_LABEL_LAST: Final = tuple("人者名表主员長长)）")
_LABEL = re.compile(
    r"(?:当\s*事\s*人|當\s*事\s*人|姓\s*名|经\s*营\s*者|經\s*營\s*者|负\s*责\s*人|負\s*責\s*人|法定代表人|法人代表|代表人|"
    r"被处罚人|被處罰人|被处罚者|投资人|投資人|相对人|相對人|违法行为人|实际控制人|实际经营人|经营人|业主|户主|法人|委托代理人|"
    r"受委托人|联系人|被告人|嫌疑人|行为人)(?:姓\s*名|名称)?\s*(?:[（(][^（）()]{0,24}[）)])?\s*$"
)
_LABEL_REACH: Final = 40
_COLON = re.compile(r"[:：][\s|｜“\"]*")
_COMMON_WORD_AFTER: Final = (
    "性别 性別 男 女 身份 公民 居民 出生 民族 汉族 漢族 年龄 年齡 住址 住所 住 地址 联系 聯繫 电话 電話 手机 "
    "职务 職務 职业 证件 證件 籍贯 户籍 工作 统一 統一 注册 经营 系 于 因 在 等 你 涉嫌 违法 未 的 与 和"
)
_WORDS_AFTER: Final = tuple(_COMMON_WORD_AFTER.split())

# What follows a person's name and hardly anything else.
_PERSONAL = re.compile(
    r"[，,、;；:：\s（(|｜]{0,8}(?:性\s*[别別]|(?:居民)?身份[证證]|公民身份|出生(?:年月|日期|于)|(?<=[，,、\s（(])[男女]\s*[，,、;；）)])"
)
_PERSONAL_QUICK = re.compile("性|身份|出生|男|女")
_MAY_INTRODUCE = re.compile("[:：性身出男女]|[事告疑表责責营營资資为業业]人|经营者|業主|业主")
_NAME_BEFORE_REACH: Final = 12
_HAN_RUN_AT_END = re.compile(rf"[{HAN}]+$")
# What somebody is called right before the name, without a sign between them.
_BARE_LABEL = re.compile(
    r"(?:当事人|當事人|被处罚人|相对人|被告人|犯罪嫌疑人|嫌疑人|法定代表人|法人代表|负责人|負責人|经营者|經營者|实际经营人|行为人|投资人|业主)(?=[^\W\d_])"
)
_BARE_LABEL_AT_END = re.compile(
    r"(?:当事人|當事人|经营者|负责人|法定代表人|被处罚人|投资人|相对人|姓名|行为人|违法行为人|被告人|嫌疑人)$"
)


def is_masked_name(name: str) -> bool:
    """Whether a name hides part of itself already, as 周*, 苏*忠, 谭XX and 李某某 do."""
    return _MASKED_NAME.fullmatch(name) is not None


def looks_like_person(name: str) -> bool:
    """Whether a name by itself reads as a natural person's, in full or masked."""
    return all(
        _is_full_name(part) or (is_masked_name(part) and _STARTS_WITH_SURNAME.match(part) is not None)
        for part in _split(name)
    )


_STARTS_WITH_SURNAME = re.compile(rf"[{''.join(SINGLE_SURNAMES)}]|{'|'.join(COMPOUND_SURNAMES)}")


def find_person_names(
    party_name: str | None, party_type: PartyType, legal_representative: str | None, texts: Iterable[str | None]
) -> tuple[str, ...]:
    """The full names of natural persons to be covered in a case's texts, the longest first; masked ones are none.

    They are the party's own where it is a person, its legal representative's, the full forms in the texts of those of
    the two that are masked, and the names a text itself introduces.
    """
    names: set[str] = set()
    masked: list[MaskedName] = []
    for given in (party_name if party_type is PartyType.PERSON else None, legal_representative):
        for part in _split(given or ""):
            if _reads_as_given_name(part):
                names.add(part)
            elif (hidden := masked_name(part)) is not None:
                masked.append(hidden)
    for text in texts:
        if text and _MAY_INTRODUCE.search(text):
            names.update(_introduced(text, masked))
        if text and masked:
            names.update(name for name in full_names_in(text, masked) if _may_be_name(name))
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def persons_in_number(number: str) -> tuple[str, ...]:
    """The natural persons whom a document's number may name between brackets (试环罚〔赵小满〕3号), whoever it is of.

    Some agencies number by party where others number by year. Where no year stands between any brackets, what stands
    there in its stead is taken for a name, whatever it begins with.
    """
    bracketed = [found.group(1).strip() for found in _BRACKETED.finditer(number)]
    numbered_by_year = any(_YEAR.search(content) for content in bracketed)
    return tuple(
        dict.fromkeys(
            part
            for content in bracketed
            for part in _split(content)
            if (_is_full_name(part) if numbered_by_year else _reads_as_given_name(part))
        )
    )


def _split(names: str) -> list[str]:
    """The single names of a cell; a name whose characters were set apart (张 三) is put together."""
    parts = []
    for piece in _SEPARATOR.split(names):
        bare = _REMARK.sub("", piece).strip()
        words = bare.split()
        if len(words) > 1 and all(_HAN_ONLY.fullmatch(word) for word in words):
            parts += ["".join(words)] if all(len(word) == 1 for word in words) else words
        elif bare:
            parts.append(bare)
    return parts


def _reads_as_given_name(name: str) -> bool:
    """Whether what stands in a person's column is a full name; a surname we do not know is no reason against it."""
    if is_masked_name(name) or name in _NO_NAMES:
        return False
    if _HAN_ONLY.fullmatch(name):
        return _SHORTEST <= len(name) <= _LONGEST and (_has_surname(name) or not name.endswith(_ORGANISATION_END))
    return _DOTTED_NAME.fullmatch(name) is not None or _LATIN_NAME.fullmatch(name) is not None


def _has_surname(name: str) -> bool:
    """Whether a name of two to four characters begins with a surname of fitting length."""
    return (name[0] in SINGLE_SURNAMES and len(name) in (2, 3)) or (
        name[:2] in COMPOUND_SURNAMES and len(name) in (3, 4)
    )


def _is_full_name(name: str) -> bool:
    """Whether a word of a text is a name: a known surname, a fitting length, no organisation's ending."""
    if _DOTTED_NAME.fullmatch(name):
        return True
    return (
        _HAN_ONLY.fullmatch(name) is not None
        and _has_surname(name)
        and name not in _NO_NAMES
        and not name.endswith(_ORGANISATION_END)
    )


def _introduced(text: str, masked: list[MaskedName]) -> Iterator[str]:
    for colon in _COLON.finditer(text):
        start = colon.start()
        label_end = text[max(0, start - 2) : start].rstrip()
        if label_end.endswith(_LABEL_LAST) and _LABEL.search(text[max(0, start - _LABEL_REACH) : start]):
            yield from _name_after(text, colon.end(), masked)
    for label in _BARE_LABEL.finditer(text):
        yield from name_behind_role(text, label.end(), _is_full_name)
    if _PERSONAL_QUICK.search(text):
        for personal in _PERSONAL.finditer(text):
            start = personal.start()
            yield from _name_before(text[max(0, start - _NAME_BEFORE_REACH) : start], masked)


def _name_after(text: str, start: int, masked: list[MaskedName]) -> Iterator[str]:
    """The name that begins behind a label and ends before what is no Han character or before a usual word."""
    if dotted := _DOTTED_NAME.match(text, start):
        yield dotted.group()
        return
    han = _HAN_ONLY.match(text, start, start + _NAME_BEFORE_REACH)
    if han is None:
        return
    run = han.group()
    for length in (4, 3, 2):
        name = run[:length]
        if len(name) < length or not (len(run) == length or run.startswith(_WORDS_AFTER, length)):
            continue
        if _is_full_name(name) or _fits(name, masked):
            yield name
            return


def _name_before(before: str, masked: list[MaskedName]) -> Iterator[str]:
    """The name a text ends with: its last run of Han characters, or what follows a label or fits a mask in that."""
    found = _HAN_RUN_AT_END.search(before)
    if found is None:
        return
    run = found.group()
    if _is_full_name(run) or _fits(run, masked):
        yield run
        return
    for length in (4, 3, 2):
        name = run[-length:]
        if len(name) == length and (
            (_is_full_name(name) and _BARE_LABEL_AT_END.search(run[:-length])) or _fits(name, masked)
        ):
            yield name
            return


def _fits(name: str, masked: list[MaskedName]) -> bool:
    return any(hidden.fits(name) for hidden in masked) and _may_be_name(name)


def _may_be_name(name: str) -> bool:
    return name not in _NO_NAMES and not name.endswith(_ORGANISATION_END)
