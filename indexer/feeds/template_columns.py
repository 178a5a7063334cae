"""What a template says of each column: its header, an explanation in Chinese, and an example cell."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from indexer.feeds import columns as at
from indexer.feeds.kind_tables import KIND, KIND_LABEL, columns_of_kind
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.kinds.description import Field, FieldType
from schema.vocabularies import FeedKind, Labelled, PartyType

_REQUIRED: Final = "必填"
_HOW_TO_WRITE: Final = {
    FieldType.DATE: "日期, 如 2024-03-01",
    FieldType.INSTANT: "时间, 如 2024-03-01T09:00:00+08:00",
    FieldType.MONEY: "金额, 单位: 元",
    FieldType.FLAG: "填是或否",
    FieldType.INTEGER: "整数",
    FieldType.NAMES: "可填多项, 以顿号分隔",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn:
    """A column of a template. `name` is the contract's or the standard's code; `choices` are the words it takes."""

    name: str
    header: str
    explanation: str
    example: str
    choices: tuple[str, ...] = ()


def template_columns(kind: FeedKind | None) -> list[TemplateColumn]:
    """The columns of a kind's template, the kind itself first; those of the published table for None."""
    if kind is None:
        return list(_PUBLISHED)
    first = TemplateColumn(
        name=KIND,
        header=KIND_LABEL,
        explanation=f"{_REQUIRED}; 填{kind.label}",
        example=kind.label,
        choices=(kind.label,),
    )
    return [first, *(_column(path, field) for path, field in columns_of_kind(kind))]


def example_object(kind: FeedKind) -> dict[str, Any]:
    """A record of a kind as JSON has it."""
    return {KIND: kind.value} | _examples(KINDS[kind].fields)


def explanation_of(field: Field) -> str:
    """What a person who fills a field in has to know, in Chinese."""
    parts = [_REQUIRED] if field.required else []
    if field.type in _HOW_TO_WRITE:
        parts.append(_HOW_TO_WRITE[field.type])
    elif field.type is FieldType.WORD:
        parts.append(f"填其中一项: {' / '.join(_words(field))}")
    elif field.type is FieldType.WORDS:
        parts.append(f"可填多项, 以分号分隔: {' / '.join(_words(field))}")
    elif field.type is FieldType.OBJECTS:
        parts.append(f"JSON 列表, 每项: {_items(field)}")
    return "; ".join([*parts, field.note] if field.note else parts)


def _column(path: str, field: Field) -> TemplateColumn:
    return TemplateColumn(
        name=path,
        header=field.label,
        explanation=explanation_of(field),
        example=_cell(field),
        choices=_words(field) if field.type is FieldType.WORD else (),
    )


def _examples(fields: tuple[Field, ...]) -> dict[str, Any]:
    found = {
        field.name: _examples(field.fields) if field.type is FieldType.OBJECT else field.example for field in fields
    }
    return {name: example for name, example in found.items() if example is not None}


def _cell(field: Field) -> str:
    """A field's example as it stands in a cell."""
    example = field.example
    if example is None:
        return ""
    if field.vocabulary is not None:
        words = example if field.type is FieldType.WORDS else [example]
        return "；".join(_term(field.vocabulary(word)) for word in words)
    match field.type:
        case FieldType.FLAG:
            return "是" if example else "否"
        case FieldType.NAMES:
            return "、".join(example)
        case FieldType.OBJECTS:
            return json.dumps(example, ensure_ascii=False)
        case _:
            return str(example)


def _items(field: Field) -> str:
    """What the objects of a list hold."""
    return "，".join(
        f"{inner.name} {inner.label}" + (f"({' / '.join(_words(inner))})" if inner.vocabulary else "")
        for inner in field.fields
    )


def _words(field: Field) -> tuple[str, ...]:
    return tuple(map(_term, field.vocabulary or ()))


def _term(member: StrEnum) -> str:
    return member.label if isinstance(member, Labelled) else member.value


def _published(
    code: str, header: str, explanation: str, example: str = "", choices: tuple[str, ...] = ()
) -> TemplateColumn:
    return TemplateColumn(name=code, header=header, explanation=explanation, example=example, choices=choices)


_PARTY_TYPES: Final = (*(member.label for member in PartyType), "个体工商户")
_PUBLISHED: Final[tuple[TemplateColumn, ...]] = (
    _published("CF_XDR_MC", at.PARTY_NAME, _REQUIRED, "示例化工有限公司"),
    _published("CF_XDR_LB", at.PARTY_CATEGORY, f"{_REQUIRED}; 填其中一项", PartyType.ORGANIZATION.label, _PARTY_TYPES),
    _published("CF_XDR_SHXYM", at.PARTY_USCC, "GB 32100-2015 十八位代码", "91410923581749967U"),
    _published("CF_XDR_GSZC", at.PARTY_REGISTRATION, "无统一社会信用代码时填写"),
    _published("CF_XDR_ZZJG", at.PARTY_ORGANISATION_CODE, "无统一社会信用代码时填写"),
    _published("CF_XDR_SWDJ", at.PARTY_TAX_NUMBER, "无统一社会信用代码时填写"),
    _published("CF_XDR_SYDW", at.PARTY_INSTITUTION_NUMBER, "事业单位填写"),
    _published("CF_XDR_SHZZ", at.PARTY_SOCIETY_NUMBER, "社会组织填写"),
    _published("CF_FRDB", at.LEGAL_REPRESENTATIVE, "法人填写", "张某"),
    _published("CF_FR_ZJLX", at.REPRESENTATIVE_PAPER, "如身份证、护照号"),
    _published("CF_FR_ZJHM", at.REPRESENTATIVE_NUMBER, "法人填写; 不予保存"),
    _published("CF_XDR_ZJLX", at.PERSON_PAPER, "自然人填写; 如身份证"),
    _published("CF_XDR_ZJHM", at.PERSON_NUMBER, "自然人填写; 只保存加密摘要"),
    _published("CF_WSH", at.DOCUMENT_NUMBER, _REQUIRED, "示例环罚决字〔2024〕1号"),
    _published("CF_WFXW", at.VIOLATION_TYPE, _REQUIRED, "未按规定贮存危险废物"),
    _published("CF_SY", at.FACTS, _REQUIRED, "当事人将3.5吨废矿物油露天堆放，未采取防渗漏措施。"),
    _published("CF_YJ", at.LEGAL_BASIS, _REQUIRED, "《中华人民共和国固体废物污染环境防治法》第一百一十二条"),
    _published("CF_CFLB", at.PENALTY_KINDS, f"{_REQUIRED}; 可填多项, 以顿号分隔", "罚款、责令改正"),
    _published("CF_NR", at.PENALTY_CONTENT, _REQUIRED, "责令改正，罚款120000元。"),
    _published("CF_NR_FK", at.FINE, "金额, 单位: 万元, 最多六位小数", "12.000000"),
    _published("CF_NR_WFFF", at.CONFISCATED, "金额, 单位: 万元, 最多六位小数", "0.350000"),
    _published("CF_NR_ZKDX", at.LICENCE, "暂扣或者吊销证照时填写"),
    _published("CF_JDRQ", at.DECIDED_ON, f"{_REQUIRED}; 日期, 如 2024-03-01", "2024-04-08"),
    _published("CF_YXQ", at.VALID_UNTIL, f"{_REQUIRED}; 日期, 或无处罚期限", "无处罚期限"),
    _published("CF_GSJZQ", at.SHOWN_UNTIL, "日期, 如 2024-03-01", "2025-04-08"),
    _published("CF_CFJG", at.AGENCY_NAME, f"{_REQUIRED}; 登记名称", "示例市生态环境局"),
    _published("CF_CFJGDM", at.AGENCY_USCC, f"{_REQUIRED}; GB 32100-2015 十八位代码", "11410000005184603J"),
    _published("CF_SJLY", at.SOURCE_NAME, _REQUIRED, "示例市生态环境局"),
    _published("CF_SJLYDM", at.SOURCE_USCC, f"{_REQUIRED}; GB 32100-2015 十八位代码", "11410000005184603J"),
    _published("BZ", at.REMARK, "其他需要说明的事项"),
)
