"""How a worked example of a rule is told: what is on record, and what the rule finds of it as of each day.

Every answer is found while it is told: what a reader sees is what the program does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from commands.rule_feed import written_finding
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.kinds.description import Field
from indexer.rule_examples import RuleExample
from schema.vocabularies import FeedKind, Labelled
from supervision.answers import Finding
from supervision.calendars import state_council_calendar
from supervision.evaluation import Evaluation, evaluate_case
from supervision.law_values import Unit
from supervision.laws import Law
from supervision.rule_book import Rule
from supervision.sentences import chinese_amount

Line = tuple[int, str]
"""How far a line is indented, and its text."""


def written_example(example: RuleExample, rule: Rule, law: Law) -> dict[str, Any]:
    """An example as JSON has it; of `finding` and `missing` one at most says anything."""
    return {
        "name": example.name,
        "given": example.given,
        "publishedOnly": example.published_only,
        "settings": example.settings,
        "answers": [
            {
                "asOf": day,
                "finding": next(map(written_finding, evaluation.findings), None),
                "missing": [name for answer in evaluation.cannot_tells for name in answer.missing],
            }
            for day, evaluation in _answers(example, rule, law)
        ],
    }


def told_example(number: int, example: RuleExample, rule: Rule, law: Law) -> Iterator[Line]:
    """An example in lines, in Chinese, with the contract's names beside."""
    yield 1, f"{number}. {example.name}"
    yield 2, "案卷记录 On record："
    if example.published_only:
        yield 3, "只见于双公示，没有平台的记录 known from the published table alone"
    for kind, given in example.given.items():
        for record in given if isinstance(given, list) else [given]:
            yield 3, f"{FeedKind(kind).label} {kind}：{_fields(record, KINDS[FeedKind(kind)].fields) or '（未填写）'}"
    for code, value in example.settings.items():
        setting = replace(law.versions[code][-1], value=value)
        amount = _yes_or_no(bool(value)) if setting.unit is Unit.FLAG else chinese_amount(setting)
        yield 3, f"本机关的设置 setting：{setting.title_zh} {code} {amount}"
    for day, evaluation in _answers(example, rule, law):
        yield from _told_answer(day, evaluation)


def _answers(example: RuleExample, rule: Rule, law: Law) -> Iterator[tuple[date, Evaluation]]:
    case, calendar = example.case_file(), state_council_calendar()
    for answer in example.answers:
        yield answer.as_of, evaluate_case(case, rules=[rule], law=law, calendar=calendar, as_of=answer.as_of)


def _told_answer(day: date, evaluation: Evaluation) -> Iterator[Line]:
    for answer in evaluation.cannot_tells:
        missing = "、".join(map(_labelled_path, answer.missing))
        yield 2, f"截至 as of {day}：无法判断，缺少{missing} cannot tell"
        return
    for finding in evaluation.findings:
        yield 2, f"截至 as of {day}：{_told_finding(finding)}"
        yield 3, finding.explanation
        return
    yield 2, f"截至 as of {day}：没有发现问题 nothing is found"


def _told_finding(finding: Finding) -> str:
    parts = [f"{finding.certainty.label} {finding.certainty.value}"]
    if finding.due_on is not None:
        parts += [f"最后合法日 due {finding.due_on}", f"逾期{finding.overdue_days}日 overdue"]
    return "，".join(parts)


def _fields(record: Mapping[str, Any], fields: tuple[Field, ...]) -> str:
    by_name = {field.name: field for field in fields}
    return "，".join(f"{by_name[name].label} {name} {_value(value, by_name[name])}" for name, value in record.items())


def _value(value: Any, field: Field) -> str:
    if isinstance(value, Mapping):
        return f"（{_fields(value, field.fields)}）"
    if isinstance(value, list):
        return "、".join(_value(item, field) for item in value)
    if isinstance(value, bool):
        return _yes_or_no(value)
    if field.vocabulary is not None:
        word = field.vocabulary(value)
        return f"{word.label} {word.value}" if isinstance(word, Labelled) else word.value
    return "空" if value is None else str(value)


def _yes_or_no(value: bool) -> str:
    return "是" if value else "否"


def _labelled_path(path: str) -> str:
    """`移送决定日期 transfer.decidedOn`: the words beside a field's path, of the case's own where it names no kind."""
    first, *names = path.split(".")
    kind = FeedKind(first) if first in KINDS else FeedKind.PENALTY_CASE
    labels, fields = [], KINDS[kind].fields
    for name in names if first in KINDS else [first, *names]:
        found = next((field for field in fields if field.name == name), None)
        if found is not None:
            labels, fields = [found.label], found.fields
    return f"{''.join(labels) or kind.label} {path}"
