"""The queries."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import strawberry

from api.auditing import audited, given_out
from api.case_search import DEFAULT_PAGE, Hit, read_hits
from api.context import ApiInfo, Context, selects
from api.ids import global_id, parse_global_id, record_id
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
from api.readings import Slice
from api.supervision_queries import SupervisionQueries
from api.types.audit import AuditAlert, AuditTrailConnection, audit_alerts, audit_trail
from api.types.cannot_tell import CannotTellCountConnection, cannot_tell_counts
from api.types.feed_run import FeedRunConnection
from api.types.fields import Needs, resolved
from api.types.follow_ups import WaitingRecordConnection
from api.types.node import Node, NodeRecord, may_know
from api.types.organisation import AgencyConnection
from api.types.penalty_case import CaseConnection, PenaltyCase, case_cursor
from api.types.rule import Rule, rule_by_id, rules
from api.types.search import CaseFilter, CaseSearch, read_filter
from api.types.statistics import StatisticsRow, read_rows
from api.types.suggestion import Suggestion
from api.types.user import User, user_by_id, viewer
from schema import follow_up_records, records
from schema.access_vocabularies import AuditAction, Permission
from schema.document_number import canonical_document_number
from schema.vocabularies import CaseSort, Domain, Facet, SearchEngineName, SuggestionKind
from stores.errors import BadUserInputError
from stores.feed_runs import count_runs, list_runs
from stores.follow_up_rows import WaitingPlace, count_waiting, list_waiting
from stores.postgres import DatabaseConnection
from stores.rows import cases_by_number, count_agencies, count_cases, list_agencies, list_cases
from stores.search.parser import parse_query
from stores.search.query_tree import SearchQuery
from stores.search.seam import SearchAnswer, SearchRequest, decode_position, effective_sort
from stores.suggestions import read_suggestions
from supervision.privacy import looks_like_person

Value = TypeVar("Value")
_DEFAULT_AGENCIES = 50
_DEFAULT_SUGGESTIONS = 10


def _read(info: ApiInfo, read: Callable[[DatabaseConnection], Awaitable[Value]]) -> Callable[[], Awaitable[Value]]:
    """A reading in a connection of its own, so that resolvers never share one."""

    async def reading() -> Value:
        async with info.context.database.begin() as connection:
            return await read(connection)

    return reading


async def _node(info: ApiInfo, node: str) -> NodeRecord | None:
    context = info.context
    type_name, key = parse_global_id(node)
    if not may_know(context.viewer, type_name):
        return None
    if type_name == "Rule":
        return rule_by_id(key, context.services.law)
    if type_name == "User":
        return await user_by_id(context, key)
    loader = context.loaders.by_type.get(type_name)
    if loader is not None:
        found: NodeRecord | None = await loader.load(key)
        if isinstance(found, records.Party):
            # Who looks at a party looks at its newest case, which watches and alerts go by.
            for case in await context.loaders.party_cases.load(Slice(found.id, 1, None)):
                given_out(info, case)
        return found
    raise BadUserInputError("This is no id of ours. Take `id` as a query returned it.")


async def node(info: ApiInfo, id: strawberry.ID) -> NodeRecord | None:  # noqa: A002  the contract's name
    """Any record by its id; null where there is none."""
    return await _node(info, id)


async def nodes(info: ApiInfo, ids: list[strawberry.ID]) -> list[NodeRecord | None]:
    """Records by their ids, in their order."""
    if len(ids) > MAX_PAGE:
        raise BadUserInputError(f"`ids` holds at most {MAX_PAGE} ids.")
    for text in ids:
        parse_global_id(text)
    return list(await asyncio.gather(*(_node(info, text) for text in ids)))


async def penalty_case(
    info: ApiInfo, document_number: str, agency_id: strawberry.ID | None = strawberry.UNSET
) -> records.PenaltyCase | None:
    """A case by its document number in any bracket style; null where there is none."""
    number = canonical_document_number(document_number)
    agency = None if (asked := given(agency_id)) is None else record_id(asked, "Agency", "agencyId")
    if number is None or "\x00" in number:
        return None
    found = await _read(info, lambda connection: cases_by_number(connection, info.context.scope, number, agency))()
    if len(found) > 1:
        raise BadUserInputError(
            "Several agencies use this document number. Say which with `agencyId`.",
            agencies=[{"id": global_id("Agency", case.agency.id), "name": case.agency.name} for case in found],
        )
    return found[0] if found else None


def cases(
    info: ApiInfo,
    filter: CaseFilter | None = strawberry.UNSET,  # noqa: A002  the contract's name
    sort: CaseSort | None = CaseSort.DECIDED_NEWEST,
    first: int | None = DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[records.PenaltyCase]:
    """Cases in order, from the record itself."""
    wanted, size = read_filter(filter), page_size(first, DEFAULT_PAGE)
    order = effective_sort(sort or CaseSort.DECIDED_NEWEST, SearchQuery(None, ""))
    place = decode_position(after, order) if after else None

    async def read(connection: DatabaseConnection) -> Sequence[records.PenaltyCase]:
        return await list_cases(connection, info.context.scope, wanted, order, first=size, after=place)

    async def page() -> Page[records.PenaltyCase]:
        found = await _read(info, read)()
        return make_page(found, size, after, lambda case: case_cursor(case, order))

    return Connection(page, _read(info, lambda connection: count_cases(connection, info.context.scope, wanted)))


def agencies(
    info: ApiInfo,
    domains: list[Domain] | None = strawberry.UNSET,
    networked: bool | None = strawberry.UNSET,
    first: int | None = _DEFAULT_AGENCIES,
    after: str | None = strawberry.UNSET,
) -> Connection[records.Agency]:
    """Agencies by region and name."""
    size, wanted = page_size(first, _DEFAULT_AGENCIES), domains or []
    bounded(wanted)
    joined = given(networked)
    place: tuple[str | None, str, int] | None = None
    if after:
        region, name, key = decode_cursor(after, "agency", (str, type(None)), str, int)
        place = (region, name, key)

    async def read(connection: DatabaseConnection) -> Sequence[records.Agency]:
        return await list_agencies(connection, domains=wanted, networked=joined, first=size, after=place)

    async def page() -> Page[records.Agency]:
        return make_page(
            await _read(info, read)(),
            size,
            after,
            lambda agency: encode_cursor("agency", agency.region, agency.name, agency.id),
        )

    return Connection(
        page, _read(info, lambda connection: count_agencies(connection, domains=wanted, networked=joined))
    )


def feed_runs(
    info: ApiInfo, first: int | None = DEFAULT_PAGE, after: str | None = strawberry.UNSET
) -> Connection[records.FeedRun]:
    """Runs, newest first."""
    size = page_size(first, DEFAULT_PAGE)
    place: tuple[datetime, int] | None = None
    if after:
        started_at, key = decode_cursor(after, "run", str, int)
        place = (_moment(started_at), key)

    async def page() -> Page[records.FeedRun]:
        found = await _read(
            info, lambda connection: list_runs(connection, info.context.scope, first=size, after=place)
        )()
        return make_page(found, size, after, lambda run: encode_cursor("run", run.started_at.isoformat(), run.id))

    return Connection(page, _read(info, lambda connection: count_runs(connection, info.context.scope)))


def _moment(text: str) -> datetime:
    """The time in a cursor. Raises BadUserInputError."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadUserInputError("This cursor does not belong to this list. Take `endCursor`.") from error


def waiting_records(
    info: ApiInfo, first: int | None = DEFAULT_PAGE, after: str | None = strawberry.UNSET
) -> Connection[follow_up_records.WaitingRecord]:
    """What waits for its case, the longest waiting first."""
    size = page_size(first, DEFAULT_PAGE)
    place: WaitingPlace | None = None
    if after:
        since, kind, key = decode_cursor(after, "waiting", str, str, int)
        place = (_moment(since), kind, key)

    async def read(connection: DatabaseConnection) -> Sequence[follow_up_records.WaitingRecord]:
        return await list_waiting(connection, info.context.scope, first=size, after=place)

    async def page() -> Page[follow_up_records.WaitingRecord]:
        found = await _read(info, read)()
        return make_page(
            found,
            size,
            after,
            lambda record: encode_cursor("waiting", record.since.isoformat(), record.kind.value, record.id),
        )

    return Connection(page, _read(info, lambda connection: count_waiting(connection, info.context.scope)))


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An answer with its hits; what was not selected was not computed, and nobody asks for it."""

    interpreted_as: str
    engine: SearchEngineName
    degraded: bool
    total_count: int | None
    edges: Sequence[Hit]
    page_info: PageInfo
    facets: SearchAnswer


async def search_cases(
    info: ApiInfo,
    query: str | None = strawberry.UNSET,
    filter: CaseFilter | None = strawberry.UNSET,  # noqa: A002  the contract's name
    sort: CaseSort | None = CaseSort.RELEVANCE,
    first: int | None = DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> SearchResult:
    """Search, asking the engine only for what the query selects."""
    parsed = parse_query(query or None)
    order = effective_sort(sort or CaseSort.RELEVANCE, parsed)
    context = info.context
    paged = selects(info, "edges") or selects(info, "pageInfo")
    size = page_size(first, DEFAULT_PAGE)
    request = SearchRequest(
        scope=context.scope,
        query=parsed,
        filter=read_filter(filter),
        sort=order,
        first=size if paged else 0,
        after=decode_position(after, order) if after else None,
        count=selects(info, "totalCount"),
        facets=frozenset(facet for facet in Facet if selects(info, "facets", facet.value)),
    )
    answer = await context.services.search.search(request)
    hits = await read_hits(context.loaders, answer, request) if selects(info, "edges") else []
    await context.audit.searched(info, answer.engine)
    context.audit.counted(info, answer.total)
    context.audit.gave(info, *(hit.node.id for hit in hits))
    cursors = [position.encode() for position in answer.positions]
    return SearchResult(
        interpreted_as=parsed.interpreted_as,
        engine=answer.engine,
        degraded=answer.degraded,
        total_count=answer.total,
        edges=hits,
        page_info=PageInfo(
            has_next_page=answer.has_next,
            has_previous_page=bool(after),
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        facets=answer,
    )


async def suggest(info: ApiInfo, prefix: str, first: int | None = _DEFAULT_SUGGESTIONS) -> list[records.Suggestion]:
    """What somebody who has typed a prefix may mean, from the record itself, whichever engine searches."""
    size = _DEFAULT_SUGGESTIONS if first is None else first
    if not 0 <= size <= MAX_PAGE:
        raise BadUserInputError(f"`first` is a number from 0 to {MAX_PAGE}.")
    found = await _read(info, lambda connection: read_suggestions(connection, info.context.scope, prefix, size))()
    may = await asyncio.gather(*(_may_be_suggested(info.context, suggestion) for suggestion in found))
    return [suggestion for suggestion, kept in zip(found, may, strict=True) if kept]


async def _may_be_suggested(context: Context, suggestion: records.Suggestion) -> bool:
    if suggestion.kind is SuggestionKind.AGENCY and suggestion.record_id is not None:
        agency = await context.loaders.agencies.load(suggestion.record_id)
        return agency is not None and context.scope.holds(agency.id, agency.procuratorate_id)
    # A sender's mistake about what a party is tells nobody a person's name.
    return not (suggestion.kind is SuggestionKind.PARTY and looks_like_person(suggestion.text))


@strawberry.type(description="What can be asked. 查询")
class Query(SupervisionQueries):
    """The root of every query."""

    node: Node | None = audited(AuditAction.VIEW, node, "Any record by its id. 按编号读取")
    nodes: list[Node | None] = audited(AuditAction.VIEW, nodes, "Records by their ids. 按编号批量读取")
    search_cases: CaseSearch = audited(
        AuditAction.SEARCH,
        search_cases,
        (
            'Full-text search. Words are ANDed; OR; -word or NOT excludes; "a phrase"; field:word (number party agency '
            "facts basis content); parentheses. A malformed query is BAD_USER_INPUT with the position. 案件检索"
        ),
    )
    suggest: list[Suggestion] = audited(
        AuditAction.SEARCH,
        suggest,
        (
            "What somebody who has typed a prefix may mean: numbers in any bracket style, organisations, agencies, "
            "statutes; what was typed in full first, then of each kind one after another. 检索建议"
        ),
    )
    penalty_case: PenaltyCase | None = audited(
        AuditAction.VIEW,
        penalty_case,
        (
            "A case by its number in any bracket style. Several agencies and no agencyId: BAD_USER_INPUT that lists "
            "them. 按文号查询案件"
        ),
    )
    cases: CaseConnection = audited(AuditAction.LIST, cases, "Cases in order. 案件列表")
    statistics: list[StatisticsRow] = audited(
        AuditAction.LIST,
        read_rows,
        (
            "Distinct cases and their money, in the order of the values, unknown ones last, with value null; without "
            "keys one row, of all cases. Keys with one value a case sum to totalCount. ANOMALY, RULE and CERTAINTY "
            "speak of one finding, OPEN or CONFIRMED, that the filter asks for: cases without one are in no row, those "
            "with several may be in several. Over 10,000 rows: BAD_USER_INPUT. 统计"
        ),
    )
    agencies: AgencyConnection = audited(AuditAction.LIST, agencies, "Agencies by region and name. 执法机关列表")
    feed_runs: FeedRunConnection = audited(
        AuditAction.LIST, feed_runs, "Runs, newest first. 导入批次列表", Needs(Permission.READ_FEED_RUNS)
    )
    viewer: User | None = resolved(viewer, "Who one is, and what one may see and do. 当前用户")
    rules: list[Rule] = resolved(rules, "The rules that apply on a day, with its law; else all. 监督规则列表")
    cannot_tell_counts: CannotTellCountConnection = audited(
        AuditAction.LIST,
        cannot_tell_counts,
        "Whose cases cannot be judged, and for want of which field, the most cases first. 无法判断统计",
        Needs(Permission.READ_FINDINGS),
    )
    waiting_records: WaitingRecordConnection = audited(
        AuditAction.LIST,
        waiting_records,
        "Records whose case has not arrived, the longest waiting first. 待关联记录列表",
    )
    audit_trail: AuditTrailConnection = audited(
        AuditAction.READ_AUDIT, audit_trail, "Who did what, newest first; reading it is written down too. 审计记录"
    )
    audit_alerts: list[AuditAlert] = audited(
        AuditAction.READ_AUDIT,
        audit_alerts,
        (
            "Who viewed many cases in little time, and who viewed watched names, newest first, 100 at most; without "
            "`from` of thirty days. 审计预警"
        ),
    )
