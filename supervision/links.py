"""Links (关联): why one case is tied to another, in a sentence, and the way from one to the other. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from schema.link_records import CaseLink
from schema.supervision_vocabularies import LinkKind

MOST_STEPS: Final = 4
"""So many links a way has at most; a longer one says little."""

_THROUGH: Final[Mapping[LinkKind, str]] = {
    LinkKind.SAME_TRANSFER: "移送公安机关的情况相同：{through}",
    LinkKind.SAME_CLUE: "同属线索{through}",
    LinkKind.SAME_MEASURE: "同列于监督措施{through}",
    LinkKind.SAME_CAMPAIGN: "同属专项活动“{through}”",
    LinkKind.SIMILAR_FACTS: "违法事实相似（相同的两字组合占{through}%）",
}


def reason_of(link: CaseLink, party: str) -> str:
    """Why two cases are tied, in Chinese; `party` is the name of the case's own party as it may be shown."""
    if link.kind is LinkKind.SAME_PARTY:
        return f"当事人相同：{party}。" if party else "当事人相同。"
    said = _THROUGH[link.kind].format(through=link.through or "（未编号）")
    return f"{said}。" if link.several == 1 else f"{said}，等{link.several}项。"


@dataclass(slots=True)
class Search:
    """The search for the shortest way between two sets of cases, from both sides, a level at a time.

    Whoever drives it asks `frontier` which cases' links to read next, and tells them to `widen`.
    """

    begun: frozenset[int]
    wanted: frozenset[int]
    steps: int
    _came: dict[int, CaseLink | None] = field(init=False)
    _goes: dict[int, CaseLink | None] = field(init=False)
    _edges: tuple[list[int], list[int]] = field(init=False)
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self._came = dict.fromkeys(sorted(self.begun))
        self._goes = dict.fromkeys(sorted(self.wanted))
        self._edges = (list(self._came), list(self._goes))
        self._left = self.steps

    @property
    def _forward(self) -> bool:
        return len(self._edges[0]) <= len(self._edges[1])

    @property
    def frontier(self) -> list[int]:
        """The cases whose links are to be read; none where the search is over."""
        if self.meeting is not None or self._left == 0 or not all(self._edges):
            return []
        return self._edges[0 if self._forward else 1]

    @property
    def meeting(self) -> int | None:
        """A case that both sides have reached."""
        return min(self._came.keys() & self._goes.keys(), default=None)

    def widen(self, links: Iterable[CaseLink]) -> None:
        """Go one level further on the side of `frontier`, by the links of its cases."""
        known = self._came if self._forward else self._goes
        place = 0 if self._forward else 1
        found: list[int] = []
        for link in links:
            if link.other_id not in known:
                known[link.other_id] = link
                found.append(link.other_id)
        self._edges[place][:] = found
        self._left -= 1

    def way(self) -> list[CaseLink]:
        """The links from where it began to where it was to go; empty where both are one, or there is none."""
        met = self.meeting
        if met is None:
            return []
        links: list[CaseLink] = []
        at = met
        while (link := self._came[at]) is not None:
            links.insert(0, link)
            at = link.case_id
        at = met
        while (link := self._goes[at]) is not None:
            links.append(turned(link))
            at = link.case_id
        return links


def turned(link: CaseLink) -> CaseLink:
    """The same link seen from its other end."""
    return CaseLink(
        case_id=link.other_id,
        other_id=link.case_id,
        kind=link.kind,
        through=link.through,
        several=link.several,
        across=link.across,
    )
