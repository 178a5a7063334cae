"""Links of one request: what ties its cases to others, read once for each level."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from strawberry.dataloader import DataLoader

from api.loaders import Loaders
from schema.access_records import Scope
from schema.link_records import CaseLink, LinkPlace
from schema.records import PenaltyCase
from schema.supervision_vocabularies import LinkKind
from schema.tokens import tokens
from stores.links import Candidate, candidates_by_passages, count_links_of_cases, links_of_cases
from stores.postgres import Database
from supervision.calendars import shanghai_day
from supervision.laws import Law
from supervision.likeness import likeness, telling_passages

_MOST_CANDIDATES: Final = 40
_ALIKE: Final = "penalty.facts-alike"


@dataclass(frozen=True, slots=True)
class LinkSlice:
    """A page of the links of one case, of kinds that the record tells of."""

    of: int
    kinds: tuple[LinkKind, ...]
    first: int
    after: LinkPlace | None


class Links:
    """The links of one request."""

    def __init__(
        self, database: Database, loaders: Loaders, scope: Scope, law: Law, clock: Callable[[], datetime]
    ) -> None:
        """Nothing is read yet."""
        self._database, self._loaders, self._scope = database, loaders, scope
        self._law, self._clock = law, clock
        self.pages: DataLoader[LinkSlice, list[CaseLink]] = DataLoader(load_fn=self._pages)
        self.counts: DataLoader[tuple[int, tuple[LinkKind, ...]], int] = DataLoader(load_fn=self._counts)
        self.similar: DataLoader[int, list[CaseLink]] = DataLoader(load_fn=self._similar)

    async def _pages(self, slices: list[LinkSlice]) -> list[list[CaseLink]]:
        found: dict[LinkSlice, list[CaseLink]] = {}
        async with self._database.begin() as connection:
            for kinds, first, after in dict.fromkeys((each.kinds, each.first, each.after) for each in slices):
                ids = [each.of for each in slices if (each.kinds, each.first, each.after) == (kinds, first, after)]
                read = await links_of_cases(connection, self._scope, ids, kinds, most=first + 1, after=after)
                found |= {LinkSlice(of, kinds, first, after): links for of, links in read.items()}
        return [found[each] for each in slices]

    async def _counts(self, keys: list[tuple[int, tuple[LinkKind, ...]]]) -> list[int]:
        found: dict[tuple[int, tuple[LinkKind, ...]], int] = {}
        async with self._database.begin() as connection:
            for kinds in dict.fromkeys(kinds for _, kinds in keys):
                ids = [of for of, asked in keys if asked == kinds]
                counted = await count_links_of_cases(connection, self._scope, ids, kinds)
                found |= {(of, kinds): count for of, count in counted.items()}
        return [found[key] for key in keys]

    async def _similar(self, ids: list[int]) -> list[list[CaseLink]]:
        """The cases with similar facts, the newest first: of the newest that share a passage those alike enough."""
        limit = self._law.value(_ALIKE, on=shanghai_day(self._clock()))
        cases = {case.id: case for case in await self._loaders.cases.load_many(ids) if case is not None and case.facts}
        if limit is None:
            return [[] for _ in ids]
        passages = {
            case.id: [tuple(tokens(each)) for each in telling_passages(case.facts or "", party=case.party.name)]
            for case in cases.values()
        }
        async with self._database.begin() as connection:
            found = await candidates_by_passages(connection, self._scope, passages, most=_MOST_CANDIDATES)
        # Some thousand comparisons take a second, in which others are answered.
        compared = await asyncio.to_thread(_compared, cases, found, int(limit.value))
        return [compared.get(case_id, []) for case_id in ids]


def _compared(
    cases: Mapping[int, PenaltyCase], found: Mapping[int, Sequence[Candidate]], limit: int
) -> dict[int, list[CaseLink]]:
    return {
        case_id: [
            CaseLink(
                case_id=case_id,
                other_id=each.case_id,
                kind=LinkKind.SIMILAR_FACTS,
                through=str(alike),
                across=each.agency_id != cases[case_id].agency.id,
            )
            for each in candidates
            if (alike := likeness(cases[case_id].facts or "", each.facts, party=cases[case_id].party.name)) > limit
        ]
        for case_id, candidates in found.items()
    }
