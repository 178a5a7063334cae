"""How two records are connected: the shortest way from one to the other, over links of the cases in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, cast

import strawberry

from api.context import ApiInfo, Context
from api.ids import parse_global_id
from api.paging import MAX_PAGE
from api.readings import Slice
from api.types.fields import resolved
from api.types.link import link_reason
from api.types.node import Node, NodeRecord, may_know
from schema.clue_records import Clue
from schema.link_records import CaseLink
from schema.measure_records import Measure
from schema.records import Party, PenaltyCase
from schema.supervision_vocabularies import LinkKind
from stores.errors import BadUserInputError
from stores.links import KEPT_KINDS, links_of_cases
from supervision.links import MOST_STEPS, Search

_MOST_CASES: Final = 200
"""Whose links are read at one level."""

_MOST_LINKS: Final = 100
"""That are followed from one case, the newest of each kind first."""

_OF_ENDS: Final[Mapping[type[object], tuple[LinkKind, str]]] = {
    Clue: (LinkKind.SAME_CLUE, "该案在线索之中。"),
    Measure: (LinkKind.SAME_MEASURE, "该案在监督措施之中。"),
    Party: (LinkKind.SAME_PARTY, "该案的当事人。"),
}
"""How a record that is no case is tied to its cases."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way."""

    origin: NodeRecord
    target: NodeRecord
    kind: LinkKind
    reason: str
    across: bool


@dataclass(frozen=True, slots=True)
class Way:
    """The steps from one record to another, and how many links were not followed."""

    steps: Sequence[Step]
    connected: bool
    cut: int


@dataclass(frozen=True, slots=True)
class _End:
    """A record with the cases that it is, or is about: a hundred at most; `left` are those beyond."""

    record: NodeRecord
    case_ids: frozenset[int]
    left: int

    @property
    def is_case(self) -> bool:
        return isinstance(self.record, PenaltyCase)


StepParent = strawberry.Parent[Step]


def _from(root: StepParent) -> NodeRecord:
    return root.origin


def _to(root: StepParent) -> NodeRecord:
    return root.target


def _across(root: StepParent) -> bool:
    return root.across


@strawberry.type(description="One step of the way from one record to another. 关联路径中的一步")
class LinkStep:
    """`Step` as clients see it."""

    from_: Node = cast("Any", strawberry.field(resolver=_from, name="from", description="Where it begins. 起点"))
    to: Node = resolved(_to, "Where it leads. 终点")
    kind: LinkKind = strawberry.field(description="In what way the two are tied. 关联类别")
    reason: str = strawberry.field(description="Why, in Chinese; natural persons' names by role. 理由")
    across_departments: bool = resolved(_across, "Whether the two are different agencies'. 是否跨部门")


@strawberry.type(description="How two records are connected. 关联路径")
class LinkPath:
    """`Way` as clients see it."""

    steps: list[LinkStep] = strawberry.field(
        description="The shortest way, four steps at most; empty where there is none, or where both are one. 步骤"
    )
    connected: bool = strawberry.field(description="Whether there is a way. 是否关联")
    cut: int = strawberry.field(
        description="How many links were not followed, being too many: there may be a way over them. 未追踪的关联数"
    )


async def link_path(
    info: ApiInfo, from_: Annotated[strawberry.ID, strawberry.argument(name="from")], to: strawberry.ID
) -> Way | None:
    """The way from one record to another; null where one of them is not there, or not in scope."""
    context = info.context
    begun, wanted = await _end(context, from_, "from"), await _end(context, to, "to")
    if begun is None or wanted is None:
        return None
    if begun.record == wanted.record:
        return Way((), connected=True, cut=0)
    begun, wanted = await _reaching(context, begun, wanted), await _reaching(context, wanted, begun)
    others = (not begun.is_case) + (not wanted.is_case)
    search = Search(begun.case_ids, wanted.case_ids, MOST_STEPS - others)
    cut = begun.left + wanted.left
    while frontier := search.frontier:
        async with context.database.begin() as connection:
            read = frontier[:_MOST_CASES]
            links = await links_of_cases(connection, context.scope, read, KEPT_KINDS, most=_MOST_LINKS)
        cut += len(frontier) - len(read) + sum(each[0].total - len(each) for each in links.values() if each)
        search.widen(link for case_id in read for link in links[case_id])
    met = search.meeting
    if met is None:
        return Way((), connected=False, cut=cut)
    return Way(await _steps(info, begun, wanted, search.way(), met), connected=True, cut=cut)


async def _end(context: Context, node: str, argument: str) -> _End | None:
    """A record with the cases that it is, or is about."""
    type_name, key = parse_global_id(node)
    if type_name not in {"PenaltyCase", "Clue", "Measure", "Party"}:
        raise BadUserInputError(f"`{argument}` takes the id of a PenaltyCase, a Clue, a Measure or a Party.")
    if not may_know(context.viewer, type_name):
        return None
    loaders = context.loaders
    record = await loaders.by_type[type_name].load(key)
    if record is None:
        return None
    total = 0
    match record:
        case PenaltyCase():
            ids: Sequence[int] = [record.id]
        case Clue():
            ids = await loaders.clue_case_ids.load(Slice(record.id, MAX_PAGE - 1, None))
            total = await loaders.clue_case_counts.load(record.id)
        case Measure():
            ids = record.case_ids
        case _:
            ids = [case.id for case in await loaders.party_cases.load(Slice(record.id, MAX_PAGE - 1, None))]
            total = await loaders.party_case_counts.load(record.id)
    seen = [case.id for case in await loaders.cases.load_many(list(ids)) if case is not None]
    return _End(record, frozenset(seen), max(total - len(ids), 0))


async def _reaching(context: Context, end: _End, other: _End) -> _End:
    """An end with the other one among its cases, where it is one of those beyond the hundred."""
    case = other.record
    if not end.left or not isinstance(case, PenaltyCase):
        return end
    if isinstance(end.record, Party):
        held = case.party.id == end.record.id
    else:
        clues = await context.loaders.case_clues.load(Slice(case.id, MAX_PAGE - 1, None))
        held = any(clue.id == end.record.id for clue in clues)
    return replace(end, case_ids=end.case_ids | {case.id}) if held else end


async def _steps(info: ApiInfo, begun: _End, wanted: _End, way: Sequence[CaseLink], met: int) -> list[Step]:
    ids = [way[0].case_id, *(link.other_id for link in way)] if way else [met]
    loaded = await info.context.loaders.cases.load_many(ids)
    cases = {case.id: case for case in loaded if case is not None}
    steps = [
        Step(cases[link.case_id], cases[link.other_id], link.kind, _reason(info, cases, link), link.across)
        for link in way
    ]
    if not begun.is_case:
        kind, reason = _OF_ENDS[type(begun.record)]
        steps.insert(0, Step(begun.record, cases[ids[0]], kind, reason, across=False))
    if not wanted.is_case:
        kind, reason = _OF_ENDS[type(wanted.record)]
        steps.append(Step(cases[ids[-1]], wanted.record, kind, reason, across=False))
    return steps


def _reason(info: ApiInfo, cases: dict[int, PenaltyCase], link: CaseLink) -> str:
    # What ties them has the same name from both sides; a name is covered as the case that tells it covers it.
    told = link_reason(info, cases[link.case_id], link)
    return info.context.shown.text(cases[link.other_id], told) or ""
