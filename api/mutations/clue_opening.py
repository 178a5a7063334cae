"""Opening a clue, in the transaction of whatever it comes of: a person opens one, or triage does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.context import Context
from api.mutations.changing import RefusedError, UserErrorCode
from schema.access_records import Account, Desk
from schema.supervision_vocabularies import ClueClass, ClueSource
from schema.vocabularies import Department
from stores.accounts import accounts_by_id
from stores.anomalies import anomalies_by_id
from stores.clues import NewClue, insert_clue, lock_cases, name_of_procuratorate, procuratorate_of_case
from stores.document_numbers import next_number
from stores.postgres import DatabaseConnection
from supervision.calendars import shanghai_day
from supervision.clue import not_of_the_desk, open_clue_state
from supervision.clue_actions import Refusal
from supervision.clue_limits import default_due_day
from supervision.clue_numbers import clue_number, clue_series


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueOpening:
    """A clue that is to be opened for a department of the opener's procuratorate; without a day, the limit's last."""

    title: str
    text: str | None = None
    source: ClueSource
    clue_class: ClueClass = ClueClass.OTHER
    department: Department
    case_ids: Sequence[int] = ()
    anomaly_ids: Sequence[int] = ()
    handler_id: int | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenedClue:
    """The id of a clue that was opened, and of the cases it is about: those named, and those of its findings."""

    id: int
    case_ids: Sequence[int]


async def open_clue(connection: DatabaseConnection, context: Context, opening: ClueOpening) -> OpenedClue:
    """Open a clue in the name of whoever calls. Raises RefusedError, which undoes the transaction."""
    now = context.services.clock()
    today = shanghai_day(now)
    case_ids = await _cases(connection, context, opening)
    home = context.viewer.account.procuratorate_id
    if home is None and case_ids:
        home = await procuratorate_of_case(connection, case_ids[0])
    desk = Desk(home, opening.department)
    state = open_clue_state(
        context.viewer,
        desk,
        await _handler(connection, opening.handler_id, desk),
        due_on=opening.due_on or default_due_day(opening.clue_class, today),
        today=today,
    )
    if isinstance(state, Refusal):
        raise RefusedError(UserErrorCode.NOT_ALLOWED, state.sentence, state.field)
    number = await next_number(connection, home, clue_series(opening.department), today.year)
    place = await name_of_procuratorate(connection, home)
    clue_id = await insert_clue(
        connection,
        NewClue(
            number=clue_number(place, opening.department, today.year, number),
            title=opening.title,
            text=opening.text,
            source=opening.source,
            clue_class=opening.clue_class,
            case_ids=case_ids,
            anomaly_ids=opening.anomaly_ids,
        ),
        state,
        now=now,
    )
    return OpenedClue(clue_id, case_ids)


async def _handler(connection: DatabaseConnection, account_id: int | None, desk: Desk) -> Account | None:
    """The account that was named to handle a clue."""
    if account_id is None:
        return None
    found = (await accounts_by_id(connection, [account_id])).get(account_id)
    if found is None:
        refusal = not_of_the_desk(desk)
        raise RefusedError(UserErrorCode.NOT_ALLOWED, refusal.sentence, refusal.field)
    return found


async def _cases(connection: DatabaseConnection, context: Context, opening: ClueOpening) -> list[int]:
    """The cases that a clue is about, locked: of those named the first stays first."""
    findings = await anomalies_by_id(connection, opening.anomaly_ids) if opening.anomaly_ids else {}
    if len(findings) < len(opening.anomaly_ids):
        raise RefusedError(
            UserErrorCode.NOT_FOUND, "There is no such finding. Take `id` as a query returned it.", "anomalyIds"
        )
    wanted = list(dict.fromkeys((*opening.case_ids, *(findings[each].case_id for each in opening.anomaly_ids))))
    if wanted and len(await lock_cases(connection, context.scope, wanted)) < len(wanted):
        raise RefusedError(
            UserErrorCode.NOT_FOUND, "There is no such case. Take `id` as a query returned it.", "caseIds"
        )
    return wanted
