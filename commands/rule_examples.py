"""How a worked example of a rule is told: what is on record, and what the rule finds of it as of each day.

Every answer is found while it is told: what a reader sees is what the program does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from commands.rule_feed import written_finding
from indexer.feeds.kinds.catalogue import KINDS
from indexer.feeds.kinds.description import Field
from indexer.rule_examples import RuleExample
from schema.vocabularies import FeedKind, Labelled
from supervision.answers import Finding
from supervision.calendars import SHANGHAI, shanghai_day, state_council_calendar
from supervision.evaluation import Evaluation, evaluate_case
from supervision.laws import Law
from supervision.rule_book import Rule
from supervision.sentences import amount_of, chinese_day

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
    if example.published_only:
        yield 2, "只见于双公示，没有平台的记录 known from the published table alone"
    for name, given in example.given.items():
        kind = FeedKind(name)
        for record in given if isinstance(given, list) else [given]:
            yield 2, f"{kind.label} {kind.value}"
            yield from _told_fields(record, KINDS[kind].fields)
    for code, value in example.settings.items():
        setting = replace(law.versions[code][-1], value=value)
        yield 2, f"本机关的设置 setting：{setting.title_zh} {code}：{amount_of(setting)}"
    for day, evaluation in _answers(example, rule, law):
        yield from _told_answer(day, evaluation)


def _answers(example: RuleExample, rule: Rule, law: Law) -> Iterator[tuple[date, Evaluation]]:
    case, calendar = example.case_file(), state_council_calendar()
    for answer in example.answers:
        yield answer.as_of, evaluate_case(case, rules=[rule], law=law, calendar=calendar, as_of=answer.as_of)


def _told_answer(day: date, evaluation: Evaluation) -> Iterator[Line]:
    as_of = f"截至 as of {chinese_day(day)}："
    if evaluation.cannot_tells:
        missing = [name for answer in evaluation.cannot_tells for name in answer.missing]
        yield 2, f"{as_of}无法判断，缺少{'、'.join(map(_labelled, missing))} cannot tell"
    elif not evaluation.findings:
        yield 2, f"{as_of}没有发现问题 nothing is found"
    for finding in evaluation.findings:
        yield 2, f"{as_of}{_told_finding(finding)}"
        yield 3, finding.explanation


def _told_finding(finding: Finding) -> str:
    found = f"{finding.certainty.label} {finding.certainty.value}"
    if finding.due_on is None:
        return found
    return f"{found}，最后合法日 due {chinese_day(finding.due_on)}，逾期{finding.overdue_days}日 overdue"


def _told_fields(record: Mapping[str, Any], fields: tuple[Field, ...]) -> Iterator[Line]:
    by_name = {field.name: field for field in fields}
    for name, value in record.items():
        field = by_name[name]
        yield 3, f"{field.label} {name}：{_value(value, field)}"


def _value(value: Any, field: Field) -> str:
    if isinstance(value, list):
        return "；".join(_value(item, field) for item in value)
    if isinstance(value, Mapping):
        by_name = {each.name: each for each in field.fields}
        return "，".join(f"{by_name[name].label} {name} {_value(each, by_name[name])}" for name, each in value.items())
    if field.vocabulary is not None:
        word = field.vocabulary(value)
        return f"{word.label} {word.value}" if isinstance(word, Labelled) else word.value
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{chinese_day(shanghai_day(value))} {value.astimezone(SHANGHAI):%H:%M}"
    if isinstance(value, date):
        return chinese_day(value)
    return str(value)


def _labelled(path: str) -> str:
    """`移送决定日期 transfer.decidedOn`: what a field is called; the case's own where its path names no kind."""
    first, _, rest = path.partition(".")
    kind, name = (FeedKind(first), rest) if first in KINDS else (FeedKind.PENALTY_CASE, path)
    label = next((field.label for field in KINDS[kind].fields if field.name == name), kind.label)
    return f"{label} {path}"
