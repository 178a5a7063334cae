"""Links: which records a case is tied to, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import strawberry

from api import paging
from api.context import ApiInfo
from api.links import LinkSlice
from api.masking import names_to_cover
from api.paging import MAX_PAGE, Connection, Page, PageInfo, decode_cursor, encode_cursor, make_page, page_size
from api.types.fields import resolved
from api.types.node import Node, NodeRecord
from schema import records
from schema.link_records import CaseLink as Link
from schema.link_records import LinkPlace
from schema.supervision_vocabularies import LinkKind
from stores.errors import BadUserInputError
from stores.links import KEPT_KINDS
from supervision.links import reason_of

_DEFAULT_PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link with both cases."""

    case: records.PenaltyCase
    other: records.PenaltyCase
    link: Link


LinkParent = strawberry.Parent[ShownLink]


def link_reason(info: ApiInfo, case: records.PenaltyCase, link: Link) -> str:
    """Why a case is tied to another, without names that the viewer may not see."""
    shown = info.context.shown
    if link.kind is LinkKind.SAME_CAMPAIGN:
        # Of whom a campaign's name may tell no case says.
        link = replace(link, through=shown.written(link.through, ()))
    return shown.told(reason_of(link, shown.name(case.party)), names_to_cover(case)) or ""


def _kind(root: LinkParent) -> LinkKind:
    return root.link.kind


def _node(root: LinkParent) -> NodeRecord:
    return root.other


def _reason(root: LinkParent, info: ApiInfo) -> str:
    # What ties the two stands in the records of both, and names whom either names.
    return info.context.shown.text(root.other, link_reason(info, root.case, root.link)) or ""


def _across(root: LinkParent) -> bool:
    return root.link.across


@strawberry.type(description="Another record, of another agency maybe, that a case is tied to, and why. 关联")
class CaseLink:
    """`schema.link_records.CaseLink` as clients see it."""

    kind: LinkKind = resolved(_kind, "In what way. 关联类别")
    node: Node = resolved(_node, "The other case. 关联案件")
    reason: str = resolved(_reason, "Why, in Chinese; natural persons' names by role. 关联理由（自然人按权限脱敏）")
    across_departments: bool = resolved(_across, "Whether the other is another agency's. 是否跨部门")


@strawberry.type(description="A link and its cursor. 关联及游标")
class CaseLinkEdge:
    """An edge of CaseLinkConnection."""

    node: CaseLink = strawberry.field(description="The link. 关联")
    cursor: str = strawberry.field(description="For `after`. 游标")


@strawberry.type(description="Links of a case by kind, the newest other case first. 关联列表")
class CaseLinkConnection:
    """`api.paging.Connection` of a case's links."""

    total_count: int = resolved(paging.total_count, "Exact. 总数")
    edges: list[CaseLinkEdge] = resolved(paging.edges, "The page with its cursors. 边")
    nodes: list[CaseLink] = resolved(paging.nodes, "The page. 节点")
    page_info: PageInfo = resolved(paging.page_info, "Where the page stands. 分页信息")


def case_links(
    root: strawberry.Parent[records.PenaltyCase],
    info: ApiInfo,
    kinds: list[LinkKind] | None = strawberry.UNSET,
    first: int | None = _DEFAULT_PAGE,
    after: str | None = strawberry.UNSET,
) -> Connection[ShownLink]:
    """The links of a case: what the record tells of, then cases with similar facts."""
    size, case, context = page_size(first, _DEFAULT_PAGE), root, info.context
    if len(kinds or ()) > MAX_PAGE:
        raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    place = _read_place(after) if after else None
    kept = tuple(kind for kind in KEPT_KINDS if not kinds or kind in kinds)
    similar = not kinds or LinkKind.SIMILAR_FACTS in kinds
    of_similar = place is not None and place.kind is LinkKind.SIMILAR_FACTS
    if place is not None and not of_similar and place.kind not in kept:
        raise _foreign_cursor()

    async def page() -> Page[ShownLink]:
        found: Sequence[Link] = []
        if kept and not of_similar:
            found = await context.links.pages.load(LinkSlice(case.id, kept, size, place))
        if similar and len(found) <= size:
            alike = await context.links.similar.load(case.id)
            bound = place.other_id if of_similar and place is not None else None
            found = [*found, *(each for each in alike if bound is None or each.other_id < bound)][: size + 1]
        others = await context.loaders.cases.load_many([link.other_id for link in found])
        shown = [ShownLink(case, other, link) for link, other in zip(found, others, strict=True) if other is not None]
        return make_page(shown, size, after, lambda each: encode_cursor("link", each.link.kind, each.link.other_id))

    async def count() -> int:
        of_record = await context.links.counts.load((case.id, kept)) if kept else 0
        return of_record + (len(await context.links.similar.load(case.id)) if similar else 0)

    return Connection(page, count)


def _read_place(cursor: str) -> LinkPlace:
    kind, other_id = decode_cursor(cursor, "link", str, int)
    try:
        return LinkPlace(kind=LinkKind(kind), other_id=other_id)
    except ValueError as error:
        raise _foreign_cursor() from error


def _foreign_cursor() -> BadUserInputError:
    return BadUserInputError("This cursor does not belong to this list. Take `endCursor` of the page before.")
