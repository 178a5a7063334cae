"""What became of a feed that was loaded, as the contract writes it."""

from dataclasses import dataclass
from typing import Any, Final

from stores.case_loading import Rejection
from stores.errors import UnreadableFeedError
from stores.feed_runs import Accounts

SHOWN_ERRORS: Final = 20
"""How many errors of a feed a report holds; all of them are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What became of a file, or of a member of an archive; `errors` are the first `SHOWN_ERRORS`.

    `format` is the ending of a file of that form: csv, jsonl, xlsx.
    """

    file: str
    member: str | None
    run: str
    format: str
    accounts: Accounts
    errors: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """The report as the contract writes it."""
        counts = self.accounts
        return {
            **named(self.file, self.member),
            "run": self.run,
            "rows": counts.rows,
            "inserted": counts.inserted,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "rejected": counts.rejected,
            "waiting": counts.waiting,
            "skipped": counts.skipped,
            "warnings": counts.warnings,
            "errors": list(self.errors),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file, or a member of an archive, was not read; its run is kept as refused, and nothing else."""

    file: str
    member: str | None
    error: UnreadableFeedError

    def as_json(self) -> dict[str, Any]:
        """The refusal as the program prints it."""
        return {
            **named(self.file, self.member),
            "error": {"code": self.error.code, "message": self.error.message},
        }


def named(file: str, member: str | None) -> dict[str, str]:
    """A file, and a member of it where there is one."""
    return {"file": file} if member is None else {"file": file, "member": member}


def shown_error(error: dict[str, Any], sheet: str | None) -> dict[str, Any]:
    """An error as the contract writes it; in a workbook its line is a row of a sheet."""
    shown = {name: value for name, value in error.items() if name != "ordinal"}
    return shown if sheet is None else shown | {"sheet": sheet}


def told_rejection(rejection: Rejection) -> dict[str, Any]:
    """What a report tells of a rejected row, and where in the feed it stands."""
    return {
        "ordinal": rejection.ordinal,
        "line": rejection.line,
        "column": rejection.column,
        "code": rejection.code,
        "message": rejection.message,
    }
