"""`jiandu rules diff`: what a change of the law or of a setting would do to the cases of a feed file."""

from collections import Counter
from typing import Annotated, Any, Final

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
from commands.rule_options import CURRENT, AsOfOption, day_of, named_law
from commands.runtime import print_json, printable
from schema.anomaly_records import CannotTell
from supervision.answers import Finding
from supervision.calendars import state_council_calendar
from supervision.differences import Difference, FindingChange, difference
from supervision.evaluation import evaluate_case
from supervision.rule_book import rule_book

_LAW: Final = f"`{CURRENT}`, a folder of law files, or one YAML file with the values to replace."

Totals = Counter[tuple[str, str]]
"""How many answers of a rule appear (`+`), disappear (`-`) and change (`~`); those that cannot tell as `+?`, `-?`."""


def diff(
    old: Annotated[str, typer.Argument(help=f"The law before: {_LAW}")],
    new: Annotated[str, typer.Argument(help=f"The law after: {_LAW}")],
    file: FeedArgument,
    as_of: AsOfOption = None,
    agency: AgencyOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a case that would be judged otherwise.")
    ] = False,
) -> None:
    """Judge a feed file under two laws and print what would be found otherwise; nothing is stored or changed.

    A changed setting is tried as a changed law is: as a YAML file with `config: true`. Status: 0 all rows were read, 1
    some were not, 2 a law or the file could not be read.
    """
    day, rules, calendar = day_of(as_of), rule_book(), state_council_calendar()
    laws = (named_law(old), named_law(new))
    shelf, status = read_shelf(file, agency)
    totals: Totals = Counter()
    cases = otherwise = 0
    for case in shelf.case_files():
        before, after = (
            covered(case, evaluate_case(case, rules=rules, law=law, calendar=calendar, as_of=day)) for law in laws
        )
        found = difference(before, after)
        cases += 1
        if not found:
            continue
        otherwise += 1
        if as_json:
            print_json({**known_by(case), **_written(found)})
        else:
            totals += _counted(found)
            typer.echo(heading(case))
            _tell(found)
    if not as_json:
        _tell_totals(totals, cases, otherwise)
    raise typer.Exit(status)


def _written(found: Difference) -> dict[str, Any]:
    return {
        "appeared": list(map(written_finding, found.appeared)),
        "disappeared": list(map(written_finding, found.disappeared)),
        "changed": [
            {"rule": each.rule, "before": written_finding(each.before), "after": written_finding(each.after)}
            for each in found.changed
        ],
        "cannotTell": {
            "appeared": list(map(written_cannot_tell, found.cannot_tell_appeared)),
            "disappeared": list(map(written_cannot_tell, found.cannot_tell_disappeared)),
        },
    }


def _tell(found: Difference) -> None:
    for sign, findings in (("+", found.appeared), ("-", found.disappeared)):
        for finding in findings:
            typer.echo(f"  {sign} {told_finding(finding)}")
    for change in found.changed:
        typer.echo(f"  ~ {change.rule} {_changed(change)}\n    {printable(change.after.explanation)}")
    for sign, answers in (("+", found.cannot_tell_appeared), ("-", found.cannot_tell_disappeared)):
        for answer in answers:
            typer.echo(f"  {sign} {_told_cannot_tell(answer)}")


def _changed(change: FindingChange) -> str:
    """`CERTAIN, due 2024-06-17 → 2024-06-20, 13 → 10 days overdue`; what stays is told once."""

    def told(of: str, before: object, after: object) -> str:
        return f"{of}{before}" if before == after else f"{of}{before} → {after}"

    before, after = change.before, change.after
    parts = [told("", before.certainty.value, after.certainty.value)]
    if (before.due_on, after.due_on) != (None, None):
        parts.append(told("due ", before.due_on or "no day", after.due_on or "no day"))
        parts.append(f"{told('', before.overdue_days or 0, after.overdue_days or 0)} days overdue")
    return ", ".join([*parts, *(["the sentence alone"] if _is_reworded(before, after) else [])])


def _is_reworded(before: Finding, after: Finding) -> bool:
    return (before.certainty, before.due_on, before.overdue_days) == (after.certainty, after.due_on, after.overdue_days)


def _told_cannot_tell(answer: CannotTell) -> str:
    return f"{answer.rule} cannot tell without {', '.join(answer.missing)}"


def _counted(found: Difference) -> Totals:
    return Counter(
        [
            *((finding.rule, "+") for finding in found.appeared),
            *((finding.rule, "-") for finding in found.disappeared),
            *((change.rule, "~") for change in found.changed),
            *((answer.rule, "+?") for answer in found.cannot_tell_appeared),
            *((answer.rule, "-?") for answer in found.cannot_tell_disappeared),
        ]
    )


def _tell_totals(totals: Totals, cases: int, otherwise: int) -> None:
    for rule in sorted({rule for rule, _ in totals}):
        appeared, disappeared, changed, unknown, known = (totals[rule, sign] for sign in ("+", "-", "~", "+?", "-?"))
        typer.echo(f"{rule}: +{appeared} -{disappeared} ~{changed}; cannot tell +{unknown} -{known}")
    typer.echo(f"{otherwise} of {cases} cases would be judged otherwise.")
