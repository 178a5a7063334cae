"""`jiandu rules check`: says what is wrong with the cases of a feed file, without any database."""

from typing import Annotated

import typer

from commands.rule_feed import (
    AgencyOption,
    FeedArgument,
    covered,
    heading,
    known_by,
    read_shelf,
    told_finding,
    written_cannot_tell,
    written_finding,
)
from commands.rule_options import AsOfOption, day_of, this_law
from commands.runtime import print_json
from schema.case_file import CaseFile
from supervision.calendars import state_council_calendar
from supervision.evaluation import Evaluation, evaluate_case
from supervision.rule_book import rule_book


def check(
    file: FeedArgument,
    as_of: AsOfOption = None,
    agency: AgencyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case, clean ones too.")] = False,
) -> None:
    """Judge every case of a feed file; nothing is stored, and no database is needed.

    Status: 0 all rows were read, 1 some were not, 2 the file could not be read.
    """
    day = day_of(as_of)
    shelf, status = read_shelf(file, agency)
    rules, law, calendar = rule_book(), this_law(), state_council_calendar()
    cases = findings = untold = 0
    for case in shelf.case_files():
        evaluation = evaluate_case(case, rules=rules, law=law, calendar=calendar, as_of=day)
        cases, findings = cases + 1, findings + len(evaluation.findings)
        untold += len(evaluation.cannot_tells)
        _print(case, covered(case, evaluation), as_json=as_json)
    if not as_json:
        typer.echo(
            f"As of {day}: {cases} cases judged, {findings} findings, {untold} answers cannot be told"
            f"{' (--json says which, and for want of what)' if untold else ''}."
        )
    raise typer.Exit(status)


def _print(case: CaseFile, evaluation: Evaluation, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                **known_by(case),
                "findings": list(map(written_finding, evaluation.findings)),
                "cannotTell": list(map(written_cannot_tell, evaluation.cannot_tells)),
            }
        )
        return
    if not evaluation.findings:
        return
    typer.echo(heading(case))
    for finding in evaluation.findings:
        typer.echo(f"  {told_finding(finding)}")
