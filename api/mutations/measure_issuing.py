"""Drafting a measure from its template, and issuing one (制发监督措施)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import strawberry

from api.context import ApiInfo, Context
from api.mutations.changing import (
    KEY_DESCRIPTION,
    LONGEST_TEXT,
    REVISION_DESCRIPTION,
    Changed,
    RefusedError,
    UserErrorCode,
    given,
    make_change,
    read_id,
    read_ids,
    read_optional_text,
    read_text,
)
from api.mutations.measure import (
    FORBIDDEN,
    MeasureChange,
    keep,
    locked_measure,
    require_actor,
    require_current,
    require_measure,
    shown_outcome,
    taken,
)
from api.mutations.measure_addressees import LONGEST_ADDRESSEE, agency_readdressed, police_of
from api.mutations.measure_findings import findings_told
from api.types.measure import today_of
from schema import measure_records, records
from schema.access_vocabularies import Permission
from schema.measure_records import NewMeasure
from schema.vocabularies import MeasureKind
from stores.document_numbers import next_number
from stores.measure_changes import (
    add_cases,
    desks_of_clue,
    draft_measure,
    hold_cases_of_measure,
    is_told_by_feed,
    lock_cases_of_measure,
    lock_measure,
    name_and_superior,
)
from stores.postgres import DatabaseConnection
from supervision.measure import issue
from supervision.measure_actors import issues
from supervision.measure_deadlines import reply_period
from supervision.measure_drafting import Draft, agency_addressed, default_addressee, draft_text
from supervision.measure_kinds import (
    ABOUT_CASES,
    LIMIT_IS_THE_LAWS,
    MOST_CASES,
    measure_number,
    measure_series,
)

_LONGEST_TITLE: Final = 200
_ADDRESSEE: Final = "Who gets it where that is no agency of the platform: the police, a court. 受文单位"
_LIMIT: Final = "The last day for the reply that it names; left out: the law's. 载明的回复期限"
_URGENT: Final = "Of a pre-litigation proposal: whether the shorter period holds. 是否紧急"
_COPY: Final = "Whether the government's legal office is to get a copy. 是否抄送政府法制办"


@strawberry.input(description="A measure to be drafted from its template. 拟稿")
class DraftMeasureInput:
    """What `draftMeasure` takes."""

    kind: MeasureKind = strawberry.field(description="What it is to be. 种类")
    case_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The cases that it is about; a hundred at most. 所涉案件"
    )
    clue_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="From which clue. 来源线索")
    agency_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agency that gets it; left out: as the kind has it. 受文执法机关"
    )
    addressee: str | None = strawberry.field(default=strawberry.UNSET, description=_ADDRESSEE)
    title: str | None = strawberry.field(default=strawberry.UNSET, description="In place of the template's. 标题")
    text: str | None = strawberry.field(default=strawberry.UNSET, description="In place of the template's. 正文")
    reply_due_on: date | None = strawberry.field(default=strawberry.UNSET, description=_LIMIT)
    urgent: bool = strawberry.field(default=False, description=_URGENT)
    copy_to_legal_office: bool | None = strawberry.field(default=False, description=_COPY)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A measure to be issued, drafted before or not. 制发")
class IssueMeasureInput:
    """What `issueMeasure` takes."""

    kind: MeasureKind = strawberry.field(description="What it is; of a draft, the draft's. 种类")
    title: str = strawberry.field(description="Its title; 200 characters at most. 标题")
    text: str = strawberry.field(description="All of it; 20,000 characters at most. 正文")
    agency_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The agency that gets it. 受文执法机关"
    )
    addressee: str | None = strawberry.field(default=strawberry.UNSET, description=_ADDRESSEE)
    case_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The cases that it is about; of a draft, besides the draft's. 所涉案件"
    )
    clue_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="From which clue. 来源线索")
    reply_due_on: date | None = strawberry.field(default=strawberry.UNSET, description=_LIMIT)
    copy_to_legal_office: bool | None = strawberry.field(default=False, description=_COPY)
    urgent: bool = strawberry.field(default=False, description=_URGENT)
    measure_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The draft, which is issued as it is said here. 草稿"
    )
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for, of which all is there and in scope."""

    cases: Sequence[records.PenaltyCase]
    agency: records.Agency | None
    addressee: str | None
    clue_id: int | None
    named_limit_on: date | None

    @property
    def case_ids(self) -> tuple[int, ...]:
        return tuple(case.id for case in self.cases)

    @property
    def procuratorate_id(self) -> int | None:
        """Which procuratorate supervises whom it is about."""
        if self.cases:
            return self.cases[0].agency.procuratorate_id
        return None if self.agency is None else self.agency.procuratorate_id


async def draft_new_measure(info: ApiInfo, input: DraftMeasureInput) -> MeasureChange:  # noqa: A002  as the contract's
    """Keep a draft made from the kind's template."""
    context, today = info.context, today_of(info)
    asked: list[_Asked] = []

    async def sees() -> None:
        wanted = await _asked(context, input)
        asked.append(wanted if wanted.agency or wanted.addressee else await _to_default(context, wanted, input.kind))
        await findings_told(context, wanted.cases)

    async def change(connection: DatabaseConnection) -> Changed:
        [wanted] = asked
        await _require_unmoved(connection, wanted, context)
        draft = await _draft(context, connection, input.kind, wanted, urgent=input.urgent, today=today)
        new = replace(
            _new(context, input, wanted),
            addressee=draft.addressee,
            title=read_optional_text(input.title, "title", _LONGEST_TITLE) or draft.title,
            text=read_optional_text(input.text, "text", LONGEST_TEXT) or draft.text,
        )
        measure_id = await draft_measure(connection, new, now=context.services.clock(), today=today)
        return Changed(measure_id, wanted.case_ids)

    outcome = await make_change(
        context,
        "draftMeasure",
        input,
        needs=Permission.ISSUE_MEASURES,
        forbidden=FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await shown_outcome(context, outcome, None)


async def draft_of_case(
    connection: DatabaseConnection,
    context: Context,
    case: records.PenaltyCase,
    kind: MeasureKind,
    *,
    addressee: str | None,
    today: date,
) -> int:
    """Keep a draft about one case that is locked, without `addressee` to whom its kind goes; answers its id."""
    asked = _Asked(cases=[case], agency=None, addressee=addressee, clue_id=None, named_limit_on=None)
    wanted = asked if addressee else await _to_default(context, asked, kind)
    draft = await _draft(context, connection, kind, wanted, urgent=False, today=today)
    new = replace(_new(context, DraftMeasureInput(kind=kind), wanted), title=draft.title, text=draft.text)
    return await draft_measure(connection, new, now=context.services.clock(), today=today)


async def _to_default(context: Context, wanted: _Asked, kind: MeasureKind) -> _Asked:
    """The same, to whom its kind goes by itself."""
    police = await police_of(context, wanted.cases[0].id) if wanted.cases else None
    addressee = default_addressee(kind, wanted.cases, police)
    return replace(wanted, addressee=addressee, agency=agency_addressed(addressee, wanted.cases))


async def issue_measure(info: ApiInfo, input: IssueMeasureInput) -> MeasureChange:  # noqa: A002  the contract's name
    """Give a measure its number: one drafted before, or one said here for the first time."""
    context, today = info.context, today_of(info)
    draft_id = given(input.measure_id)
    asked: list[_Asked] = []

    async def sees() -> None:
        if draft_id is not None:
            draft = await require_measure(context, draft_id)
            # Known before the change, which so needs no second connection.
            await context.loaders.cases.load_many(list(draft.case_ids))
        asked.append(await _asked(context, input))

    async def change(connection: DatabaseConnection) -> Changed:
        [wanted] = asked
        if draft_id is None:
            draft = await _drafted(connection, context, input, wanted, today)
        else:
            draft = await _completed(connection, context, input, wanted, draft_id, today)
        _require_what_it_names(draft)
        if not issues(context.viewer, draft):
            raise RefusedError(
                UserErrorCode.NOT_ALLOWED,
                f"A {draft.kind.value} is issued by a department head or the chief. Draft it, and ask one of them.",
                "kind",
            )
        number = await _number(connection, draft, today)
        await keep(connection, context, taken(issue(draft, number, today)))
        return Changed(draft.id, draft.case_ids)

    outcome = await make_change(
        context,
        "issueMeasure",
        input,
        needs=Permission.ISSUE_MEASURES,
        forbidden=FORBIDDEN,
        sees=sees,
        change=change,
    )
    return await shown_outcome(context, outcome, draft_id)


async def _asked(context: Context, wanted: DraftMeasureInput | IssueMeasureInput) -> _Asked:
    """What was asked for. Refuses what is not there, or out of scope, with the field to blame."""
    case_ids = read_ids(wanted.case_ids, "PenaltyCase", "caseIds")
    cases = [case for case in await context.loaders.cases.load_many(case_ids) if case is not None]
    if len(cases) != len(case_ids):
        raise _absent("case", "caseIds")
    agency: records.Agency | None = None
    agency_text = given(wanted.agency_id)
    if agency_text is not None:
        agency = await context.loaders.agencies.load(read_id(agency_text, "Agency", "agencyId"))
        if agency is None:
            raise _absent("agency", "agencyId")
    addressee = read_optional_text(wanted.addressee, "addressee", LONGEST_ADDRESSEE)
    if agency is None:
        # Whoever is named as the agency of a case is that agency, and is shown what it was sent.
        agency = agency_addressed(addressee, cases)
    clue_text = given(wanted.clue_id)
    clue_id = None if clue_text is None else read_id(clue_text, "Clue", "clueId")
    limit = given(wanted.reply_due_on)
    if limit is not None and wanted.kind in LIMIT_IS_THE_LAWS:
        raise RefusedError(
            UserErrorCode.INVALID,
            f"The law sets the limit of a {wanted.kind.value}, from the day it is served. Leave `replyDueOn` out.",
            "replyDueOn",
        )
    if wanted.urgent and wanted.kind is not MeasureKind.PRE_LITIGATION_PROPOSAL:
        raise RefusedError(
            UserErrorCode.INVALID, "Only a PRE_LITIGATION_PROPOSAL has a shorter period. Leave `urgent` out.", "urgent"
        )
    return _Asked(
        cases=cases,
        agency=agency,
        addressee=addressee,
        clue_id=clue_id,
        named_limit_on=limit,
    )


async def _require_unmoved(connection: DatabaseConnection, wanted: _Asked, context: Context) -> None:
    """Hold the cases until the end of the transaction, and see that the clue may be known of."""
    if await lock_cases_of_measure(connection, wanted.case_ids) != sorted(wanted.case_ids):
        raise _absent("case", "caseIds")
    if wanted.clue_id is not None:
        desks = await desks_of_clue(connection, wanted.clue_id)
        if not any(context.scope.has_desk(desk) for desk in desks):
            raise _absent("clue", "clueId")


def _new(context: Context, wanted: DraftMeasureInput | IssueMeasureInput, asked: _Asked) -> NewMeasure:
    """The draft that was asked for, without its words."""
    account = context.viewer.account
    return NewMeasure(
        kind=wanted.kind,
        title="",
        text="",
        addressee=asked.addressee or ("" if asked.agency is None else asked.agency.name),
        agency_id=None if asked.agency is None else asked.agency.id,
        procuratorate_id=account.procuratorate_id or asked.procuratorate_id,
        department=account.department,
        author_id=account.id,
        clue_id=asked.clue_id,
        urgent=wanted.urgent,
        named_limit_on=asked.named_limit_on,
        copy_to_legal_office=bool(wanted.copy_to_legal_office),
        case_ids=asked.case_ids,
    )


async def _draft(
    context: Context, connection: DatabaseConnection, kind: MeasureKind, wanted: _Asked, *, urgent: bool, today: date
) -> Draft:
    """The words of the kind's template, with the facts of the cases and what was found in them."""
    addressee = wanted.addressee or (wanted.agency.name if wanted.agency else None)
    if addressee is None:
        raise _to_nobody()
    home = context.viewer.account.procuratorate_id or wanted.procuratorate_id
    name, _ = await name_and_superior(connection, home)
    return draft_text(
        kind,
        await findings_told(context, wanted.cases),
        addressee=addressee,
        procuratorate=name,
        period=reply_period(kind, today, context.services.law, urgent=urgent),
        named_limit_on=wanted.named_limit_on,
    )


async def _drafted(
    connection: DatabaseConnection, context: Context, wanted: IssueMeasureInput, asked: _Asked, today: date
) -> measure_records.Measure:
    """A draft kept in the same transaction in which it is issued."""
    await _require_unmoved(connection, asked, context)
    new = replace(
        _new(context, wanted, asked),
        title=read_text(wanted.title, "title", _LONGEST_TITLE),
        text=read_text(wanted.text, "text", LONGEST_TEXT),
    )
    if not new.addressee:
        raise _to_nobody()
    measure_id = await draft_measure(connection, new, now=context.services.clock(), today=today)
    known = await lock_measure(connection, measure_id)
    if known is None:
        raise _absent("case", "caseIds")
    return known


async def _completed(
    connection: DatabaseConnection,
    context: Context,
    wanted: IssueMeasureInput,
    asked: _Asked,
    draft_id: strawberry.ID,
    today: date,
) -> measure_records.Measure:
    """A draft as it is said to be issued; who writes it anew writes all of it anew."""
    known = await locked_measure(connection, draft_id)
    require_current(known, wanted.expected_revision, today)
    require_actor(context, known)
    await hold_cases_of_measure(connection, known.id, asked.case_ids)
    await _require_unmoved(connection, asked, context)
    if known.kind is not wanted.kind:
        raise RefusedError(UserErrorCode.INVALID, f"This draft is a {known.kind.value}. Draft another.", "kind")
    case_ids = tuple(sorted({*known.case_ids, *asked.case_ids}))
    if len(case_ids) > MOST_CASES:
        raise RefusedError(UserErrorCode.INVALID, f"A measure is about {MOST_CASES} cases at most.", "caseIds")
    await add_cases(connection, known.id, asked.case_ids)
    named = asked.addressee or (asked.agency.name if asked.agency else known.addressee)
    return replace(
        known,
        title=read_text(wanted.title, "title", _LONGEST_TITLE),
        text=read_text(wanted.text, "text", LONGEST_TEXT),
        addressee=named,
        agency_id=asked.agency.id if asked.agency else await agency_readdressed(context, known, asked.addressee),
        clue_id=asked.clue_id or known.clue_id,
        urgent=wanted.urgent or known.urgent,
        named_limit_on=asked.named_limit_on or known.named_limit_on,
        copy_to_legal_office=bool(wanted.copy_to_legal_office) or known.copy_to_legal_office,
        case_ids=case_ids,
    )


def _require_what_it_names(draft: measure_records.Measure) -> None:
    if draft.kind in ABOUT_CASES and not draft.case_ids:
        raise RefusedError(UserErrorCode.INVALID, f"A {draft.kind.value} names the case it is about.", "caseIds")


async def _number(connection: DatabaseConnection, draft: measure_records.Measure, today: date) -> str:
    """The next number of the procuratorate's for the kind and the year that no feed has told of."""
    name, _ = await name_and_superior(connection, draft.procuratorate_id)
    while True:
        count = await next_number(connection, draft.procuratorate_id, measure_series(draft.kind), today.year)
        number = measure_number(name, draft.kind, today.year, count)
        if not await is_told_by_feed(connection, number):
            return number


def _absent(what: str, field: str) -> RefusedError:
    """The answer for what is not there, and for what the viewer may not see."""
    return RefusedError(UserErrorCode.NOT_FOUND, f"There is no such {what}. Take `id` as a query returned it.", field)


def _to_nobody() -> RefusedError:
    return RefusedError(
        UserErrorCode.INVALID, "Say who gets it: `agencyId` for an agency, else `addressee`.", "agencyId"
    )
