"""A run of the rules: judges the cases whose findings may be out of date, and keeps what was found.

The queue holds the cases that changed; a run adds those of which a day that matters has passed, or on which its rule
book may say something else. Each batch is one transaction: killed at any moment, a run leaves nothing half done, and
the next one goes on with what is left.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Final

import orjson
import structlog

from indexer.finding_rows import changes, found_row, pairs, why_found
from indexer.kept_cases import read_cases
from schema.case_file import CaseFile
from schema.vocabularies import AnomalyStatus
from stores.case_files import written_file
from stores.judgements import (
    KeptAnomaly,
    KeptJudgement,
    RunPlace,
    change_rule_book,
    claim_cases,
    count_waiting_cases,
    end_run,
    keep_cannot_tell,
    keep_files,
    keep_found,
    keep_judgements,
    keep_resolved,
    keep_seen,
    kept_files,
    kept_judgements,
    known_anomalies,
    one_batch_at_a_time,
    other_rule_books,
    queue_again,
    queue_due,
    seen_below,
    start_run,
    use_rule_book,
)
from stores.outbox import revisions_behind
from stores.postgres import Database, DatabaseConnection
from supervision.anomalies import settle
from supervision.calendars import Calendar
from supervision.evaluation import Evaluation, evaluate_case
from supervision.rule_books import RuleBook, book_change

log = structlog.get_logger()

BATCH: Final = 500
"""Cases judged in one transaction."""


@dataclass(slots=True)
class RunReport:
    """What a run did: cases judged, findings opened and resolved, answers that could not be given.

    `changed` counts the findings that say something else than before and were neither opened nor resolved; `read` the
    cases it looked at, among them those of which nothing had changed that a rule sees. `failed` are the ids of those
    that a fault of the program kept from being judged: they wait for the next run.
    """

    evaluated: int = 0
    opened: int = 0
    resolved: int = 0
    cannot_tell: int = 0
    changed: int = 0
    read: int = 0
    failed: list[int] = field(default_factory=list)

    def add(self, other: "RunReport") -> None:
        """Count what a part of the run did."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class _Judged:
    """A case judged now: its file as it is kept, and what the rules said."""

    case_id: int
    file: CaseFile
    written: bytes
    digest: bytes
    evaluation: Evaluation


@dataclass(slots=True)
class _Writes:
    """What a batch is going to write."""

    found: list[dict[str, Any]] = field(default_factory=list)
    resolved: list[dict[str, Any]] = field(default_factory=list)
    needs_file: set[int] = field(default_factory=set)


Progress = Callable[[RunReport, int], None]
"""Hears how far a run is, and how many rows of the queue are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Runs a rule book over the record."""

    database: Database
    book: RuleBook
    calendar: Calendar
    clock: Callable[[], datetime]

    async def run(self, as_of: date, *, progress: Progress | None = None) -> RunReport:
        """Judge whatever can have changed, as of a day."""
        report = RunReport()
        run_id = await self._start(as_of)
        async with self.database.begin() as connection:
            left = await count_waiting_cases(connection)
        behind, waiting = 0, True
        while waiting:
            async with self.database.begin() as connection:
                await one_batch_at_a_time(connection)
                claimed = await claim_cases(connection, BATCH, behind=behind)
                place = RunPlace(await self._use_book(connection), as_of, self.clock())
                for start in range(0, len(claimed.case_ids), BATCH):
                    await self._judge(connection, claimed.case_ids[start : start + BATCH], place, report)
            # What is behind the last row comes first: what was taken before it would be walked over every time. At the
            # end the whole queue is looked through for what was committed late.
            waiting = claimed.rows > 0 or behind > 0
            behind = claimed.last
            left = max(left - claimed.rows, 0)
            if progress is not None:
                progress(report, left)
        async with self.database.begin() as connection:
            await queue_again(connection, report.failed)
        await self._end(run_id, report)
        return report

    async def run_everything(self, as_of: date, *, progress: Progress | None = None) -> RunReport:
        """Judge every case, whether anything changed or not: what the runs before it left out would show."""
        report = RunReport()
        run_id = await self._start(as_of)
        behind = 0
        while True:
            async with self.database.begin() as connection:
                page = await revisions_behind(connection, after=behind, first=BATCH)
            if not page:
                break
            case_ids = [case_id for case_id, _revision in page]
            behind = case_ids[-1]
            part = await self.run_cases(as_of, case_ids)
            report.add(part)
            if progress is not None:
                progress(report, 0)
        await self._end(run_id, report)
        return report

    async def run_cases(self, as_of: date, case_ids: Sequence[int]) -> RunReport:
        """Judge some cases, whether anything of them changed or not."""
        report = RunReport()
        async with self.database.begin() as connection:
            await one_batch_at_a_time(connection)
            book_id = await self._use_book(connection)
            await self._judge(
                connection, case_ids, RunPlace(book_id, as_of, self.clock()), report, whatever_changed=True
            )
            await queue_again(connection, report.failed)
        return report

    async def _start(self, as_of: date) -> int:
        """Use this program's rule book from now on, and queue what fell due; answers the run's id."""
        async with self.database.begin() as connection:
            await one_batch_at_a_time(connection)
            book_id = await self._adopt_book(connection)
            await queue_due(connection, as_of)
            return await start_run(connection, RunPlace(book_id, as_of, self.clock()))

    async def _end(self, run_id: int, report: RunReport) -> None:
        async with self.database.begin() as connection:
            await end_run(
                connection,
                run_id,
                now=self.clock(),
                evaluated=report.evaluated,
                opened=report.opened,
                resolved=report.resolved,
                cannot_tell=report.cannot_tell,
            )

    async def _use_book(self, connection: DatabaseConnection) -> int:
        return await use_rule_book(
            connection, self.book.digest, self.book.versions, self.book.values, self.book.reading
        )

    async def _adopt_book(self, connection: DatabaseConnection) -> int:
        """Use this program's rule book, and queue what it may judge otherwise than the one before."""
        book_id = await self._use_book(connection)
        for other_id, versions, values, reading in await other_rule_books(connection, book_id):
            change = book_change(self.book, versions, values, reading)
            await change_rule_book(
                connection,
                other_id,
                book_id,
                rules=sorted(change.rules),
                kinds=sorted(change.kinds),
                everything=change.everywhere,
            )
        return book_id

    async def _judge(
        self,
        connection: DatabaseConnection,
        case_ids: Sequence[int],
        place: RunPlace,
        report: RunReport,
        *,
        whatever_changed: bool = False,
    ) -> None:
        seen = await seen_below(connection)
        cases = await read_cases(connection, case_ids)
        ids = [each.case_id for each in cases.read]
        kept = {} if whatever_changed else await kept_judgements(connection, ids)
        judged, unchanged = [], []
        for each in cases.read:
            try:
                found = self._judged(each.case_id, cases.whole(each), kept.get(each.case_id), place)
            except Exception as error:  # noqa: BLE001  whatever it was, it keeps no other case from being judged
                # Its message may quote the case.
                why = type(error).__qualname__
                log.error("a case cannot be judged for a fault of the program", case=each.case_id, why=why)  # noqa: TRY400  the same
                report.failed.append(each.case_id)
                continue
            if found is None:
                unchanged.append(each.case_id)
            else:
                judged.append(found)
        report.read += len(ids)
        report.evaluated += len(judged)
        if unchanged:
            await keep_seen(connection, seen, unchanged)
        if judged:
            await self._keep(connection, judged, place, seen, report)

    def _judged(self, case_id: int, file: CaseFile, last: KeptJudgement | None, place: RunPlace) -> _Judged | None:
        """What the rules say of a case; None where it was judged before on the same things, and that still holds."""
        written = written_file(file)
        digest = hashlib.blake2b(written, digest_size=16).digest()
        if last is not None and last.holds(place.as_of, place.rule_book_id, digest):
            return None
        evaluation = evaluate_case(
            file, rules=self.book.rules, law=self.book.law, calendar=self.calendar, as_of=place.as_of
        )
        return _Judged(case_id, file, written, digest, evaluation)

    async def _keep(
        self, connection: DatabaseConnection, judged: Sequence[_Judged], place: RunPlace, seen: int, report: RunReport
    ) -> None:
        known: defaultdict[int, dict[str, KeptAnomaly]] = defaultdict(dict)
        for row in await known_anomalies(connection, [each.case_id for each in judged]):
            known[row.case_id][row.rule] = row
        steps = [
            (each, before, found, step)
            for each in judged
            for before, found in pairs(known[each.case_id], each.evaluation.findings)
            if (step := settle(None if before is None else before.anomaly, found)) is not None
        ]
        before_ids = {before.judged_file_id for _, before, _, _ in steps if before is not None}
        files_before = await kept_files(connection, sorted(before_ids)) if before_ids else {}
        writes = _Writes()
        for each, before, found, step in steps:
            told = changes(files_before, before, each.file)
            if found is None:
                if before is not None:
                    reason = self._why_resolved(before.rule, each.evaluation, told, place)
                    writes.resolved.append({"id": before.id, "reason": reason})
                    report.resolved += 1
                continue
            if step.status is AnomalyStatus.OPEN and (
                before is None or before.anomaly.status is not AnomalyStatus.OPEN
            ):
                report.opened += 1
            else:
                report.changed += 1
            writes.found.append(found_row(each.case_id, found, step, why_found(before, found, step, told)))
            writes.needs_file.add(each.case_id)
        await self._write(connection, judged, writes, place)
        report.cannot_tell += sum(len(each.evaluation.cannot_tells) for each in judged)
        await _keep_judgements(connection, judged, place, seen)

    async def _write(
        self, connection: DatabaseConnection, judged: Sequence[_Judged], writes: _Writes, place: RunPlace
    ) -> None:
        if writes.needs_file:
            ids = await keep_files(
                connection,
                [(each.case_id, each.digest, each.written) for each in judged if each.case_id in writes.needs_file],
            )
            for row in writes.found:
                row["judged_file_id"] = ids[row["case_id"]]
            await keep_found(connection, place, writes.found)
        if writes.resolved:
            await keep_resolved(connection, place, writes.resolved)

    def _why_resolved(self, rule: str, evaluation: Evaluation, changes: str, place: RunPlace) -> str:
        """What resolved a finding, in Chinese: what changed, what is missing now, what is found in its place."""
        reasons = [f"案件记录变化：{changes}"] if changes else []
        reasons += [
            f"现有记录缺少{'、'.join(each.missing)}，无法再判断"
            for each in evaluation.cannot_tells
            if each.rule == rule
        ]
        description = next((each.description for each in self.book.rules if each.code == rule), None)
        if description is None:
            return "；".join([*reasons, "该规则已不再适用"])
        found = {finding.rule for finding in evaluation.findings}
        reasons += [f"已由{each.rule}提示" for each in description.gives_way_to if each.rule in found]
        return "；".join(reasons) or f"规则、法律或参数的版本变化，或以{place.as_of.isoformat()}为准期限尚未届满"


async def _keep_judgements(
    connection: DatabaseConnection, judged: Sequence[_Judged], place: RunPlace, seen: int
) -> None:
    sets: dict[bytes, list[dict[str, Any]]] = {}
    digests: dict[int, bytes] = {}
    for each in judged:
        if each.evaluation.cannot_tells:
            answers = [{"rule": told.rule, "missing": told.missing} for told in each.evaluation.cannot_tells]
            digest = hashlib.blake2b(orjson.dumps(answers), digest_size=16).digest()
            sets[digest], digests[each.case_id] = answers, digest
    ids = await keep_cannot_tell(connection, sets) if sets else {}
    await keep_judgements(
        connection,
        place,
        seen,
        [
            {
                "case_id": each.case_id,
                "unchanged_since": each.evaluation.unchanged_since,
                "next_change_on": each.evaluation.next_change_on,
                "file_digest": each.digest.hex(),
                "cannot_tell_id": ids[digests[each.case_id]] if each.case_id in digests else None,
            }
            for each in judged
        ],
    )
