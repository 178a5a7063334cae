"""After any change of the record and a sync the index answers as the record does: nothing in it is of yesterday."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from schema.access_records import EVERYTHING
from schema.tokens import several_token_texts, token_text
from schema.vocabularies import AnomalyStatus, CaseSort, Domain, Facet, SearchField
from stores.search.query_tree import SearchQuery
from stores.search.seam import CaseFilter, SearchRequest, effective_sort
from tests.integration.anomaly_rows import Found, write_findings
from tests.integration.indexing_cases import PARTY, add_cases, delete_case
from tests.integration.search_findings import FOUND
from tests.integration.search_generation import filters, queries
from tests.integration.search_reference import Known, hold_both_to_it
from tests.integration.search_shelf import Shelf, Shelves

WORDS = ["危险", "废物", "危废", "倾倒", "露天", "焚烧秸秆", "，", "〇", "A1", "3.5吨", "〔2021〕", "环保局"]
REGIONS = ["411300", "411323", "410122", None]
USCCS = ["91411300MA40AAA10R", None]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=5).map("".join)
_COLUMNS = ("number", "filing_number", "title", "violation_type", "facts", "basis", "content")

_WRITE = text(f"UPDATE case_text SET {', '.join(f'{name} = :{name}' for name in _COLUMNS)} WHERE case_id = :id")  # noqa: S608  our own columns
_PLACE = text(
    "UPDATE penalty_case SET domain = :domain, decided_on = :decided_on, fine = :fine, revision = revision + 1"
    " WHERE id = :id"
)
_PARTY = text(
    "UPDATE party SET name = :name, name_tokens = :tokens, uscc = :uscc"
    " WHERE id = (SELECT party_id FROM penalty_case WHERE id = :id)"
)
_AGENCY = text("UPDATE agency SET aliases = :aliases, name_tokens = :tokens, region = :region WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Content:
    """What a case says, but for its party and its agency."""

    texts: Mapping[str, str]
    domain: Domain
    decided_on: date | None
    fine: Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happens: to the case of that place, or to the agency of all."""

    to: str
    place: int = 0
    content: Content | None = None
    names: tuple[str, ...] = ()
    code: str | None = None
    found: Found | None = None


CONTENTS = st.builds(
    Content,
    st.fixed_dictionaries(dict.fromkeys(_COLUMNS, TEXTS)),
    st.sampled_from(Domain),
    st.none() | st.dates(date(2013, 1, 1), date(2025, 12, 31)),
    st.none() | st.integers(0, 10**7).map(lambda fen: Decimal(fen).scaleb(-2)),
)
NAMES = st.lists(TEXTS.filter(bool), max_size=3).map(tuple)
PLACES = st.integers(0, 9)
# A finding that is opened, changed, decided of or resolved: whichever comes to a case that has one of its rule.
FINDINGS = st.builds(replace, st.sampled_from(FOUND), status=st.sampled_from(AnomalyStatus))
CHANGES = st.one_of(
    st.builds(Change, st.just("added"), content=CONTENTS),
    st.builds(Change, st.just("rewritten"), PLACES, CONTENTS),
    st.builds(Change, st.just("deleted"), PLACES),
    st.builds(Change, st.just("party"), PLACES, names=NAMES, code=st.sampled_from(USCCS)),
    st.builds(Change, st.just("agency"), names=NAMES, code=st.sampled_from(REGIONS)),
    st.builds(Change, st.just("found"), PLACES, found=FINDINGS),
    st.builds(Change, st.just("found"), PLACES, found=FINDINGS),
    st.just(Change("synced")),
)
ASKED = st.tuples(
    queries([*WORDS, "危险废物倾倒", "露天焚烧秸秆A1", "3.5吨危废，露天"]),
    filters(regions=[region for region in REGIONS if region]),
    st.none() | st.sampled_from([code for code in USCCS if code]),
    st.sampled_from(CaseSort),
)


@dataclass(slots=True)
class World:
    """A shelf, and what its cases must look like."""

    shelf: Shelf
    cases: dict[int, Content] = field(default_factory=dict)
    parties: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    findings: dict[int, dict[str, Found]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    region: str | None = None

    async def apply(self, change: Change) -> None:
        """Change the record, and with it what it must look like; what is to happen to no case does not happen."""
        if change.to == "synced":
            await self.shelf.sync()
        elif change.to == "agency":
            self.aliases, self.region = change.names, change.code
            tokens = several_token_texts((self.shelf.agency, *change.names))
            values = {"aliases": list(change.names), "tokens": tokens, "region": change.code}
            await self._execute(_AGENCY, self.shelf.agency_id, **values)
        elif change.to == "added":
            (case_id,) = await add_cases(self.shelf.database, agency=self.shelf.agency)
            self.parties[case_id] = (PARTY, None)
            await self._write(case_id, change.content)
        elif self.cases:
            await self._change_case(sorted(self.cases)[change.place % len(self.cases)], change)

    async def _change_case(self, case_id: int, change: Change) -> None:
        if change.to == "deleted":
            await delete_case(self.shelf.database, case_id)
            del self.cases[case_id]
        elif change.to == "rewritten":
            await self._write(case_id, change.content)
        elif change.found is not None:
            self.findings.setdefault(case_id, {})[change.found.rule] = change.found
            await write_findings(self.shelf.database, {case_id: [change.found]})
        else:
            name = "".join(change.names) or self.parties[case_id][0]
            self.parties[case_id] = (name, change.code)
            await self._execute(_PARTY, case_id, name=name, tokens=token_text(name), uscc=change.code)

    async def _write(self, case_id: int, content: Content | None) -> None:
        assert content is not None
        self.cases[case_id] = content
        await self._execute(_WRITE, case_id, **{name: token_text(said) for name, said in content.texts.items()})
        values = {"domain": content.domain.value, "decided_on": content.decided_on, "fine": content.fine}
        await self._execute(_PLACE, case_id, **values)

    async def _execute(self, statement: Any, record_id: int, **values: Any) -> None:
        async with self.shelf.database.begin() as connection:
            await connection.execute(statement, {"id": record_id, **values})

    def known(self) -> list[Known]:
        """The cases as a search must see them."""
        return [self._known(case_id, content) for case_id, content in self.cases.items()]

    def _known(self, case_id: int, content: Content) -> Known:
        said, (party, uscc) = content.texts, self.parties[case_id]
        texts: dict[SearchField, tuple[str, ...]] = {
            SearchField.NUMBER: (said["number"], said["filing_number"]),
            SearchField.PARTY: (party,),
            SearchField.AGENCY: (self.shelf.agency, *self.aliases),
            **{name: (said[name],) for name in SearchField if name in said and name is not SearchField.NUMBER},
        }
        return Known(
            label=str(case_id),
            case_id=case_id,
            agency_id=self.shelf.agency_id,
            domain=content.domain,
            region=self.region,
            uscc=uscc,
            decided_on=content.decided_on,
            fine=content.fine,
            findings=[found for found in self.findings.get(case_id, {}).values() if found.active],
            texts={name: [token_text(each) for each in written] for name, written in texts.items()},
        )

    def request(self, query: SearchQuery, fields: Mapping[str, Any], uscc: str | None, sort: CaseSort) -> SearchRequest:
        """A request about the shelf's cases and no other."""
        return SearchRequest(
            scope=EVERYTHING,
            query=query,
            filter=CaseFilter(**fields, agency_ids=(self.shelf.agency_id,), party_uscc=uscc),
            sort=effective_sort(sort, query),
            first=100,
            after=None,
            count=True,
            facets=frozenset(Facet),
        )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    begun_with=st.lists(CONTENTS, min_size=1, max_size=6),
    changes=st.lists(CHANGES, max_size=8),
    asked_for=st.lists(ASKED, min_size=1, max_size=4),
)
async def test_the_index_answers_as_the_record_does_whatever_happened_to_it(
    shelves: Shelves, begun_with: Sequence[Content], changes: Sequence[Change], asked_for: Sequence[Any]
) -> None:
    world = World(await shelves.new())
    for content in begun_with:
        await world.apply(Change("added", content=content))
    await world.shelf.sync()
    for change in [*changes, Change("synced")]:
        await world.apply(change)
    for query, fields, uscc, sort in asked_for:
        request = world.request(query, fields, uscc, sort)
        await hold_both_to_it(world.shelf.engines, world.known(), request, size=3)
    everything, code = SearchQuery(None, ""), USCCS[0]
    by_code = world.request(everything, {}, code, CaseSort.FINE_HIGHEST)
    await hold_both_to_it(world.shelf.engines, world.known(), by_code, size=3)
    request = world.request(everything, {}, None, CaseSort.DECIDED_NEWEST)
    assert await hold_both_to_it(world.shelf.engines, world.known(), request, size=3) == len(world.cases)
