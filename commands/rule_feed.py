"""A feed file judged where there is no database: its cases put together, and how they and their findings are told."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from commands.runtime import NOT_DONE, printable
from indexer.case_files import CaseShelf
from indexer.feeds.archives import feed_sources
from indexer.feeds.reader import open_feed
from schema.anomaly_records import CannotTell
from schema.case_file import CaseFile
from schema.feed_records import ParsedRow, RowError, SkippedLine
from schema.vocabularies import PartyType
from stores.errors import UnreadableFeedError
from supervision.answers import Finding
from supervision.evaluation import Evaluation
from supervision.privacy import cover_names, find_person_names

_DONE: Final = 0
_REJECTED: Final = 1

FeedArgument = Annotated[Path, typer.Argument(help="A feed file, as `feed load` reads it.")]
AgencyOption = Annotated[str | None, typer.Option(help="The sender, for rows that name no agency.")]


def read_shelf(file: Path, agency: str | None) -> tuple[CaseShelf, int]:
    """The cases of a file, and the status to end with: 0 all rows were read, 1 some were not, 2 a file could not be.

    What could not be read is told on standard error.
    """
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
    return shelf, status


def _fill(shelf: CaseShelf, rows: Iterable[ParsedRow | SkippedLine]) -> int:
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


def known_by(case: CaseFile) -> dict[str, Any]:
    """What a case is known by, as JSON has it."""
    record = case.record
    agency = case.agency.name if case.agency is not None else record.agency_name or record.agency_uscc
    number = None if record.document_number is None else cover_names(record.document_number, _names_known_to(case))
    return {"agency": agency, "documentNumber": number}


def _names_known_to(case: CaseFile) -> set[str]:
    party = case.record.party
    return {*case.record.person_names, *({party.name} if party.type is PartyType.PERSON and party.name else ())}


def heading(case: CaseFile) -> str:
    """The line above what is said of a case."""
    known = known_by(case)
    return printable(f"{known['agency']}  {known['documentNumber'] or '（无文号）'}")


def written_finding(finding: Finding) -> dict[str, Any]:
    """A finding as JSON has it."""
    return {
        "rule": finding.rule,
        "kind": finding.kind.value,
        "certainty": finding.certainty.value,
        "dueOn": finding.due_on,
        "overdueDays": finding.overdue_days,
        "explanation": finding.explanation,
    }


def written_cannot_tell(answer: CannotTell) -> dict[str, Any]:
    """That a rule cannot tell, as JSON has it."""
    return {"rule": answer.rule, "missing": list(answer.missing)}


def told_finding(finding: Finding) -> str:
    """A finding in one line, and its sentence in another."""
    overdue = "" if finding.overdue_days is None else f", {finding.overdue_days} days overdue"
    due = "" if finding.due_on is None else f", due {finding.due_on}{overdue}"
    return f"{finding.rule} {finding.certainty.value}{due}\n    {printable(finding.explanation)}"


def covered(case: CaseFile, evaluation: Evaluation) -> Evaluation:
    """What the rules say of a case, without the natural persons' names that the case knows or a sentence introduces."""
    known = _names_known_to(case)

    def of(text: str) -> str:
        return cover_names(text, known | set(find_person_names(None, PartyType.ORGANIZATION, None, (text,))))

    findings = (replace(finding, explanation=of(finding.explanation)) for finding in evaluation.findings)
    return replace(evaluation, findings=tuple(findings))
