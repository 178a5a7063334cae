"""The rules of the law as clients see them."""

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import strawberry

from api.context import ApiInfo
from api.types.node import Node
from schema import anomaly_records as records
from schema.vocabularies import AnomalyKind
from supervision.laws import Law
from supervision.rule_book import rule_book
from supervision.sentences import law_sentence


def shown_rules(law: Law, as_of: date | None) -> Sequence[records.Rule]:
    """The rules in force on a day (None: all), in the order of their codes."""
    return [_shown(code, law, as_of) for code in _codes() if as_of is None or _in_force(code, as_of)]


def shown_rule(code: str, law: Law) -> records.Rule:
    """A rule by its code. Raises KeyError for one this program does not have."""
    return _shown(code, law, None)


def rule_by_id(rule_id: int, law: Law) -> records.Rule | None:
    """A rule by the id it has among records; None where there is none."""
    return next((_shown(code, law, None) for code in _codes() if _rule_id(code) == rule_id), None)


@cache
def _codes() -> tuple[str, ...]:
    return tuple(rule.code for rule in rule_book())


def _rule_id(code: str) -> int:
    """A number made of the code: rules are no rows, and what is shown to clients must outlast any order of them."""
    return int.from_bytes(hashlib.blake2b(code.encode(), digest_size=6).digest()) + 1


def _in_force(code: str, day: date) -> bool:
    about = _descriptions()[code]
    return about.effective_from <= day and (about.effective_until is None or day <= about.effective_until)


@cache
def _descriptions() -> dict[str, Any]:
    return {rule.code: rule.description for rule in rule_book()}


def _shown(code: str, law: Law, as_of: date | None) -> records.Rule:
    about = _descriptions()[code]
    cited = []
    for value_code in about.law:
        versions = law.versions[value_code]
        in_force = [value for value in versions if as_of is not None and value.is_in_force(as_of)]
        cited.append((in_force or versions)[-1])
    return records.Rule(
        id=_rule_id(code),
        code=code,
        version=about.version,
        kind=about.kind,
        title=about.title_zh,
        title_en=about.title_en,
        condition=about.condition_zh,
        condition_en=about.condition_en,
        due=about.due_zh,
        law=law_sentence(cited),
        effective_from=about.effective_from,
        effective_until=about.effective_until,
    )


@strawberry.type(description="A rule of the law. 监督规则")
class Rule(Node):
    """`schema.anomaly_records.Rule` as clients see it."""

    code: str = strawberry.field(description="Its code, such as transfer.late. 代号")
    version: int = strawberry.field(description="One higher whenever its answers may change. 版本")
    title: str = strawberry.field(description="What it finds, in Chinese. 名称")
    title_en: str = strawberry.field(description="What it finds, in English. 英文名称")
    kind: AnomalyKind = strawberry.field(description="The kind of anomaly it finds. 异常种类")
    condition: str = strawberry.field(description="What must be true, in Chinese. 成立条件")
    condition_en: str = strawberry.field(description="What must be true, in English. 成立条件（英文）")
    due: str = strawberry.field(description="The last lawful day, in Chinese words. 最后合法日")
    law: str = strawberry.field(description="The law it rests on, with articles and dates. 法律依据")
    effective_from: date = strawberry.field(description="The first day it applies to. 适用起始日")
    effective_until: date | None = strawberry.field(description="The last one; null while in force. 适用截止日")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a rule among nodes."""
        return isinstance(value, records.Rule)


def rules(info: ApiInfo, as_of: date | None = strawberry.UNSET) -> Sequence[records.Rule]:
    """The rules that apply to what happens on a day, with the law of that day; all rules where no day is given."""
    return shown_rules(info.context.services.law, as_of or None)
