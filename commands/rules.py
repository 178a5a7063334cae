"""`jiandu rules`: the law as rules: listed, explained, and asked of a feed file without any database."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from commands.rule_run import run_rules
from commands.rule_settings import list_rule_settings, set_rule_setting
from commands.runtime import NOT_DONE, now, print_json, printable
from indexer.case_files import CaseShelf
from indexer.feeds.archives import feed_sources
from indexer.feeds.reader import open_feed
from schema.case_file import CaseFile
from schema.feed_records import RowError, SkippedLine
from stores.errors import BadUserInputError, UnreadableFeedError
from supervision.answers import Finding
from supervision.calendars import shanghai_day, state_council_calendar
from supervision.evaluation import Evaluation, evaluate_case
from supervision.law_files import law_values
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.rule_book import Rule, rule_book
from supervision.thresholds.judge import judge_thresholds

app = typer.Typer(help="The law as rules (监督规则).", no_args_is_help=True)

app.command("run")(run_rules)
app.command("settings")(list_rule_settings)
app.command("set")(set_rule_setting)

_DONE = 0
_REJECTED = 1


@app.command("list")
def list_rules(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a rule.")] = False,
) -> None:
    """List the rules, their law and their dates."""
    law = _law()
    for rule in rule_book():
        if as_json:
            print_json(_described(rule, law))
        else:
            about = rule.description
            typer.echo(f"{about.code}  {about.kind.value} {about.kind.label}\n  {about.title_zh}\n  {about.title_en}")


@app.command("explain")
def explain(
    code: Annotated[str, typer.Argument(metavar="RULE", help="The rule's code, such as transfer.late.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print a rule's condition, its last lawful day, and the law it rests on, version by version."""
    law = _law()
    rule = next((rule for rule in rule_book() if rule.description.code == code), None)
    if rule is None:
        raise BadUserInputError("There is no rule of this code. `jiandu rules list` names them all.")
    if as_json:
        print_json(_described(rule, law))
        return
    about = rule.description
    console = Console(highlight=False)
    console.print(f"[bold]{escape(about.code)}[/bold]  {about.kind.value} {about.kind.label}")
    for zh, en in (
        (about.title_zh, about.title_en),
        (about.condition_zh, about.condition_en),
        (f"最后合法日：{about.due_zh}", f"Last lawful day: {about.due_en}"),
    ):
        console.print(f"\n{escape(zh)}\n{escape(en)}")
    console.print("\n法律依据 Law")
    for version in _versions(rule, law):
        console.print(f"  {escape(_cited(version))}")


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A feed file, as `feed load` reads it.")],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day; left out: today in Shanghai.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="The sender, for rows that name no agency.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case, clean ones too.")] = False,
) -> None:
    """Judge every case of a feed file; nothing is stored, and no database is needed.

    Status: 0 all rows were read, 1 some were not, 2 the file could not be read.
    """
    day = shanghai_day(now()) if as_of is None else as_of.date()
    shelf = CaseShelf()
    status = _DONE
    for source in feed_sources(file):
        try:
            rejected = _fill(shelf, open_feed(source, sender=agency))
        except UnreadableFeedError as error:
            typer.echo(printable(f"jiandu: {source.member or file}: {error.message}"), err=True)
            status = NOT_DONE
            continue
        if rejected:
            status = max(status, _REJECTED)
    if (unknown := shelf.unknown_cases()) and status != NOT_DONE:
        typer.echo(
            f"jiandu: {unknown} cases that records name do not stand in the file; nothing is said of them.", err=True
        )
    for case, evaluation in _judged(shelf, day):
        _print(case, evaluation, as_json=as_json)
    raise typer.Exit(status)


def _law() -> Law:
    return Law(law_values(), thresholds=judge_thresholds)


def _fill(shelf: CaseShelf, rows: Any) -> int:
    """Put a feed's records on the shelf and say why others could not be; answers how many."""
    rejected = 0
    for row in rows:
        if isinstance(row, SkippedLine):
            continue
        if isinstance(row.outcome, RowError):
            rejected += 1
            where = f"line {row.line}" + (f", {row.outcome.column}" if row.outcome.column else "")
            typer.echo(printable(f"jiandu: {where}: {row.outcome.code}: {row.outcome.message}"), err=True)
        else:
            shelf.add(row.outcome)
    return rejected


def _judged(shelf: CaseShelf, day: date) -> Iterator[tuple[CaseFile, Evaluation]]:
    rules, law, calendar = rule_book(), _law(), state_council_calendar()
    for case in shelf.case_files():
        yield case, evaluate_case(case, rules=rules, law=law, calendar=calendar, as_of=day)


def _print(case: CaseFile, evaluation: Evaluation, *, as_json: bool) -> None:
    record = case.record
    agency = case.agency.name if case.agency is not None else record.agency_name or record.agency_uscc
    if as_json:
        print_json(
            {
                "agency": agency,
                "documentNumber": record.document_number,
                "findings": [_found(finding) for finding in evaluation.findings],
                "cannotTell": [{"rule": each.rule, "missing": list(each.missing)} for each in evaluation.cannot_tells],
            }
        )
        return
    if not evaluation.findings:
        return
    typer.echo(printable(f"{agency}  {record.document_number or '（无文号）'}"))
    for finding in evaluation.findings:
        overdue = "" if finding.overdue_days is None else f", {finding.overdue_days} days overdue"
        due = "" if finding.due_on is None else f", due {finding.due_on}{overdue}"
        typer.echo(f"  {finding.rule} {finding.certainty.value}{due}\n    {printable(finding.explanation)}")


def _found(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "kind": finding.kind.value,
        "certainty": finding.certainty.value,
        "dueOn": finding.due_on,
        "overdueDays": finding.overdue_days,
        "explanation": finding.explanation,
    }


def _versions(rule: Rule, law: Law) -> Iterator[LawValue]:
    for code in rule.description.law:
        yield from law.versions[code]


def _cited(version: LawValue) -> str:
    until = version.effective_until or ""
    number = "" if version.value == 0 else f" {version.value.normalize():f} {version.unit.value}"
    article = f" {version.article}" if version.article else ""
    setting = " (setting 可设定)" if version.is_setting else ""
    return f"{version.code}:{number}{setting}; {version.source}{article}; {version.effective_from} – {until}"


def _described(rule: Rule, law: Law) -> dict[str, Any]:
    about = rule.description
    return {
        "code": about.code,
        "kind": about.kind.value,
        "title": about.title_zh,
        "titleEn": about.title_en,
        "condition": about.condition_zh,
        "conditionEn": about.condition_en,
        "due": about.due_zh,
        "effectiveFrom": about.effective_from,
        "effectiveUntil": about.effective_until,
        "law": [
            {
                "code": version.code,
                "value": f"{version.value.normalize():f}",
                "unit": version.unit.value,
                "source": version.source,
                "article": version.article,
                "effectiveFrom": version.effective_from,
                "effectiveUntil": version.effective_until,
                "isSetting": version.is_setting,
            }
            for version in _versions(rule, law)
        ],
    }
