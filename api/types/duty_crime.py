"""Duty-crime cases as clients see them (职务犯罪立案), and the steps that procuratorates' own cases take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import strawberry

from api import paging
from api.context import ApiInfo
from api.ids import global_id, record_id
from api.paging import (
    MAX_PAGE,
    Connection,
    Page,
    PageInfo,
    bounded,
    decode_cursor,
    encode_cursor,
    given,
    make_page,
    page_size,
)
from api.types.fields import resolved
from api.types.node import Node
from api.types.organisation import Agency, Procuratorate
from api.types.timeline import CaseEvent
from schema import duty_records, records
from schema.duty_vocabularies import DutyCrimeStatus
from schema.vocabularies import Department
from stores.duty_crimes import DutyCrimeFilter, FiledPlace, count_duty_crimes, list_duty_crimes
from stores.errors import BadUserInputError
from supervision.timeline import Cover

_DEFAULT_PAGE = 20

Parent = strawberry.Parent[duty_records.DutyCrimeCase]


@dataclass(frozen=True, slots=True)
class StepKind:
    """A kind of step as `CaseEvent.kind` tells it."""

    value: str


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """A step of a case that a procuratorate runs itself, as `CaseEvent` shows it."""

    on: date
    kind: StepKind
    label: str
    note: str
    actor: str
    record: duty_records.DutyCrimeCase | duty_records.PublicInterestCase

    def title(self, cover: Cover) -> str:
        """What was done, and why or with what outcome."""
        return "：".join(filter(None, (self.label, cover(self.note))))

    def actor_name(self, _cover: Cover) -> str:
        """Who wrote it down: a colleague, whose name is no secret."""
        return self.actor


def own_events(
    prefix: str,
    record: duty_records.DutyCrimeCase | duty_records.PublicInterestCase,
    steps: Sequence[duty_records.CaseStep],
) -> list[OwnEvent]:
    """The newest hundred steps, the earliest first."""
    return [
        OwnEvent(
            on=step.on,
            kind=StepKind(f"{prefix}.{step.event.value.lower().replace('_', '-')}"),
            label=step.event.label,
            note=step.note,
            actor=step.actor,
            record=record,
        )
        for step in steps[-MAX_PAGE:]
    ]


def procuratorate_field(description: str) -> Any:
    """Whose a record is."""

    async def of_record(root: strawberry.Parent[Any], info: ApiInfo) -> records.Procuratorate | None:
        if root.procuratorate_id is None:
            return None
        return await info.context.loaders.procuratorates.load(root.procuratorate_id)

    return resolved(of_record, description)


def number_field() -> Any:
    """The number of the decision to file a case, which somebody wrote."""

    def of_record(root: strawberry.Parent[Any], info: ApiInfo) -> str:
        return info.context.shown.number(root.number, root.person_names)

    return resolved(of_record, "Of the decision to file it. 立案决定书文号")


def clue_field() -> Any:
    """From which clue a record came."""

    def of_record(root: strawberry.Parent[Any]) -> strawberry.ID | None:
        return None if root.clue_id is None else strawberry.ID(global_id("Clue", root.clue_id))

    return resolved(of_record, "The id of the clue it came from; null: of none that one may see. 来源线索")


async def _agency(root: Parent, info: ApiInfo) -> records.Agency | None:
    return None if root.agency_id is None else await info.context.loaders.agencies.load(root.agency_id)


def _official(root: Parent, info: ApiInfo) -> str:
    return info.context.shown.person(root.official)


def _told(field: str, description: str) -> Any:
    def shown(root: Parent, info: ApiInfo) -> str | None:
        return info.context.shown.written(getattr(root, field), root.person_names)

    return resolved(shown, description)


async def _history(root: Parent, info: ApiInfo) -> Sequence[OwnEvent]:
    return own_events("duty-crime", root, await info.context.loaders.duty_crime_steps.load(root.id))


@strawberry.type(description="A case against an official. 职务犯罪案件")
class DutyCrimeCase(Node):
    """`schema.duty_records.DutyCrimeCase` as clients see it."""

    number: str = number_field()
    official: str = resolved(_official, "Who is suspected; masked by role. 涉案人员（按权限脱敏）")
    position: str | None = _told("position", "The official's position. 职务")
    agency: Agency | None = resolved(_agency, "The agency where the official serves. 所在执法机关")
    workplace: str | None = _told("workplace", "The same where it is no agency of ours. 所在单位")
    crime: str | None = _told("crime", "The suspected crime. 涉嫌罪名")
    status: DutyCrimeStatus = strawberry.field(description="How it stands. 状态")
    outcome: str | None = _told("outcome", "What came of it. 处理结果")
    clue_id: strawberry.ID | None = clue_field()
    procuratorate: Procuratorate | None = procuratorate_field("Whose it is. 办案检察院")
    department: Department = strawberry.field(description="Which investigates it. 办案部门")
    filed_on: date = strawberry.field(description="The day it was filed. 立案日期")
    last_step_on: date = strawberry.field(description="The day of its last step. 最近办理日期")
    author: str = strawberry.field(description="Who entered it. 登记人")
    revision: int = strawberry.field(description="How many steps it took; for `expectedRevision`. 版本")
    history: list[CaseEvent] = resolved(_history, "Its newest hundred steps, the earliest first. 办理经过")

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Tell a duty-crime case among nodes."""
        return isinstance(value, duty_records.DutyCrimeCase)


@strawberry.type(description="A duty-crime case and its cursor. 职务犯罪案件及游标")
class DutyCrimeCaseEdge:
    """An edge of DutyCrimeCaseConnection."""

    node: DutyCrimeCase = strawberry.field(description="The case. 案件")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Duty-crime cases, the latest filed first. 职务犯罪案件列表")
class DutyCrimeCaseConnection:
    """`api.paging.Connection` of duty-crime cases."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[DutyCrimeCaseEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[DutyCrimeCase] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


@strawberry.input(description="Which duty-crime cases; every part narrows the list. 筛选条件")
class DutyCrimeCasesFilter:
    """What `dutyCrimeCases` may be narrowed by."""

    statuses: list[DutyCrimeStatus] | None = strawberry.field(
        default=strawberry.UNSET, description="In these states. 状态"
    )
    departments: list[Department] | None = strawberry.field(
        default=strawberry.UNSET, description="Of these departments. 办案部门"
    )
    agency_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Of officials of these agencies; 100 at most. 所在执法机关"
    )
    from_: date | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="Filed on this day or later. 立案日期自"
    )
    to: date | None = strawberry.field(default=strawberry.UNSET, description="Filed on this day or earlier. 立案日期至")


def filed_place(cursor: str | None, kind: str) -> FiledPlace | None:
    """The place that a cursor of a list by days names. Raises BadUserInputError."""
    if not cursor:
        return None
    day, key = decode_cursor(cursor, kind, str, int)
    try:
        return date.fromisoformat(day), key
    except ValueError as error:
        raise BadUserInputError("This cursor does not belong to this list. Take `endCursor`.") from error


def duty_crime_cases(
    info: ApiInfo,
    filter: DutyCrimeCasesFilter | None = strawberry.UNSET,  # noqa: A002  the name of every list's argument
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[duty_records.DutyCrimeCase]:
    """The duty-crime cases of one's desks."""
    context, asked = info.context, given(filter)
    size, place = page_size(first, _DEFAULT_PAGE), filed_place(given(after), "duty-crime")
    wanted = DutyCrimeFilter()
    if asked is not None:
        statuses, departments = given(asked.statuses) or (), given(asked.departments) or ()
        agency_ids = given(asked.agency_ids) or ()
        bounded(statuses, departments, agency_ids)
        wanted = DutyCrimeFilter(
            statuses=tuple(statuses),
            departments=tuple(departments),
            agency_ids=tuple(record_id(each, "Agency", "agencyIds") for each in agency_ids),
            filed_from=given(asked.from_),
            filed_until=given(asked.to),
        )

    async def page() -> Page[duty_records.DutyCrimeCase]:
        async with context.database.begin() as connection:
            found = await list_duty_crimes(connection, context.scope, wanted, first=size, after=place)
        held = [each for each in found if context.scope.has_desk(each.desk)]
        return make_page(
            held, size, after, lambda each: encode_cursor("duty-crime", each.filed_on.isoformat(), each.id)
        )

    async def count() -> int:
        async with context.database.begin() as connection:
            return await count_duty_crimes(connection, context.scope, wanted)

    return Connection(page, count)
