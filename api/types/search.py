"""What `searchCases` takes and answers."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal

import strawberry

from api.case_search import LabelledCount, label_facet
from api.context import ApiInfo
from api.ids import record_id
from api.labels import checked_rules
from api.paging import MAX_PAGE, PageInfo, given
from api.types.fields import resolved
from api.types.penalty_case import PenaltyCase
from schema.vocabularies import AnomalyKind, Certainty, Domain, Facet, SearchEngineName
from stores.errors import BadUserInputError
from stores.search import seam
from stores.search.seam import SearchAnswer

_REGION_DIGITS = 6


@strawberry.input(description="Which cases: OR within a list, AND between fields; an empty list asks nothing. 筛选条件")
class CaseFilter:
    """`stores.search.seam.CaseFilter` as clients write it."""

    domains: list[Domain] | None = strawberry.field(default=strawberry.UNSET, description="Any of these domains. 领域")
    agency_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="Decided by any of these agencies. 执法机关"
    )
    regions: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="GB/T 2260 codes; a city's includes its counties. 行政区划代码"
    )
    decided_from: date | None = strawberry.field(default=strawberry.UNSET, description="Inclusive. 决定日期起")
    decided_to: date | None = strawberry.field(default=strawberry.UNSET, description="Inclusive. 决定日期止")
    fine_min: Decimal | None = strawberry.field(
        default=strawberry.UNSET, description="In yuan, inclusive. 罚款下限（元）"
    )
    fine_max: Decimal | None = strawberry.field(
        default=strawberry.UNSET, description="In yuan, inclusive. 罚款上限（元）"
    )
    party_uscc: str | None = strawberry.field(
        default=strawberry.UNSET, description="The party's unified social credit code. 统一社会信用代码"
    )
    anomalies: list[AnomalyKind] | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "Any of these kinds; with `certainty` and `rules` it must hold of ONE finding that is OPEN or CONFIRMED. "
            "Facets and statistics count only such findings of the cases. 异常类别"
        ),
    )
    certainty: Certainty | None = strawberry.field(
        default=strawberry.UNSET, description="Of that one finding. 确定程度"
    )
    rules: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Any of these rules, by code such as transfer.late. 规则"
    )
    has_clue: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether there is a clue about it, of those that one may see. 是否有线索（仅限可见线索）",
    )
    has_measure: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether there is a measure about it, of those that one may see. 是否有监督措施（仅限可见措施）",
    )


def read_filter(filter_: CaseFilter | None) -> seam.CaseFilter:
    """Check a filter and read its ids. Raises BadUserInputError, naming the field."""
    if not filter_:
        return seam.CaseFilter()
    for name in ("domains", "agency_ids", "regions", "anomalies", "rules"):
        if len(getattr(filter_, name) or ()) > MAX_PAGE:
            raise BadUserInputError(f"A filter's list holds at most {MAX_PAGE} values.")
    regions = tuple(filter_.regions or ())
    for region in regions:
        if not (len(region) == _REGION_DIGITS and region.isascii() and region.isdigit()):
            raise BadUserInputError("A region is a GB/T 2260 code of six digits, such as 411300.")
    uscc = given(filter_.party_uscc)
    return seam.CaseFilter(
        domains=tuple(filter_.domains or ()),
        agency_ids=tuple(record_id(agency_id, "Agency", "agencyIds") for agency_id in filter_.agency_ids or ()),
        regions=regions,
        decided_from=given(filter_.decided_from),
        decided_to=given(filter_.decided_to),
        fine_min=given(filter_.fine_min),
        fine_max=given(filter_.fine_max),
        party_uscc=None if uscc is None else _code(uscc),
        anomalies=tuple(filter_.anomalies or ()),
        certainty=given(filter_.certainty),
        rules=checked_rules(filter_.rules),
        has_clue=given(filter_.has_clue),
        has_measure=given(filter_.has_measure),
    )


def _code(uscc: str) -> str:
    if "\x00" in uscc or not uscc.isascii():
        raise BadUserInputError("`partyUscc` is a credit code of 18 letters and digits.")
    return uscc.strip().upper()


@strawberry.type(description="Where a field matches; matches stand in <em>, all else is escaped. 命中片段")
class Highlight:
    """`api.case_search.FieldHighlight` as clients see it."""

    field: str = strawberry.field(description="The field's name. 字段")
    fragments: list[str] = strawberry.field(description="HTML, of the places with most matches. 片段")


@strawberry.type(description="A case found. 命中案件")
class CaseHit:
    """`api.case_search.Hit` as clients see it."""

    node: PenaltyCase = strawberry.field(description="The case. 案件")
    cursor: str = strawberry.field(description="For `after`. 游标")
    score: float | None = strawberry.field(description="By relevance only: the sum of the best fields' weights. 相关度")
    highlights: list[Highlight] = strawberry.field(description="Computed only when selected. 高亮")


@strawberry.type(description="How many hits have a value. 分面计数")
class FacetValue:
    """`api.case_search.LabelledCount` as clients see it."""

    value: str = strawberry.field(description="As the filter takes it. 取值")
    label: str = strawberry.field(description="The Chinese term or name. 名称")
    count: int = strawberry.field(description="Hits that have it. 命中数")


def _facet(facet: Facet) -> Callable[..., Awaitable[list[LabelledCount]]]:
    async def labelled(root: strawberry.Parent[SearchAnswer], info: ApiInfo) -> list[LabelledCount]:
        return await label_facet(info.context.loaders, facet, root.facets[facet])

    return labelled


@strawberry.type(
    description=(
        "Counts of all hits, each computed only when selected; 100 values at most. Of findings those count that are "
        "OPEN or CONFIRMED and that the filter asks for. 分面"
    )
)
class CaseFacets:
    """The facets of a search."""

    domains: list[FacetValue] = resolved(_facet(Facet.DOMAINS), "By domain. 领域")
    agencies: list[FacetValue] = resolved(_facet(Facet.AGENCIES), "By agency; `value` is its id. 执法机关")
    regions: list[FacetValue] = resolved(_facet(Facet.REGIONS), "By the agency's region. 行政区划")
    years: list[FacetValue] = resolved(_facet(Facet.YEARS), "By the year of the decision. 决定年度")
    anomalies: list[FacetValue] = resolved(_facet(Facet.ANOMALIES), "By the kinds of the hits' findings. 异常类别")
    rules: list[FacetValue] = resolved(_facet(Facet.RULES), "By the rules of the hits' findings. 规则")
    certainties: list[FacetValue] = resolved(
        _facet(Facet.CERTAINTIES), "By the certainty of the hits' findings. 确定程度"
    )


@strawberry.type(description="An answer to a search. 检索结果")
class CaseSearch:
    """`api.queries.SearchResult` as clients see it."""

    total_count: int = strawberry.field(description="Exact. 总数")
    edges: list[CaseHit] = strawberry.field(description="The page of hits. 命中")
    page_info: PageInfo = strawberry.field(description="Where the page stands. 分页信息")
    facets: CaseFacets | None = strawberry.field(description="Computed only when selected. 分面")
    interpreted_as: str = strawberry.field(description="The query as understood, synonyms included. 检索式解释")
    engine: SearchEngineName = strawberry.field(description="Who answered. 检索引擎")
    degraded: bool = strawberry.field(
        description="The configured engine did not answer and the other one did. 是否降级"
    )
