"""Asking as somebody, and what of every field was seen: shown, masked, hidden or forbidden."""

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from supervision.privacy import mask_name
from tests.acceptance.access_table import AccessTable, Seen
from tests.integration.access_probes import Probe
from tests.integration.access_questions import Asked
from tests.integration.access_record import AccessRecord
from tests.integration.access_viewers import Place, Viewer
from tests.integration.feeding import PERSON_NUMBER
from tests.integration.graphql_client import Client

NAMING: Final = frozenset(
    {
        *("name", "text", "finding text", "criminal text", "run text", "clue text", "measure text", "campaign text"),
        *("duty crime text", "program text"),
    }
)
"""The classes whose values name persons."""

COLLEAGUES: Final = frozenset({"Measure.author"})
"""Who did something is told with it, to whoever is shown it, whatever else they may know of accounts."""

ECHOED: Final = frozenset({"CaseSearch.interpretedAs"})
"""Says what was asked."""


@dataclass
class Walk:
    """What one viewer was answered."""

    viewer: Viewer
    table: AccessTable
    record: AccessRecord
    seen: dict[tuple[str, bool], set[Seen | None]] = field(default_factory=lambda: defaultdict(set))
    """By field, and whether the record is in scope; None: something that names nobody."""
    asked: set[str] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    """What was answered with an error and not with FORBIDDEN."""
    engines: set[str] = field(default_factory=set)
    """Which answered the searches."""

    async def ask(self, client: Client, probes: Iterable[Probe]) -> None:
        """Ask all questions."""
        for probe in probes:
            self.asked |= {each.field for each in probe.question.root.all()}
            response = await client.http.post(
                "/graphql",
                json={"query": probe.question.document, "variables": probe.question.variables},
                headers={"authorization": self.viewer.authorization},
            )
            assert response.status_code == 200, response.text
            self.note(probe, response.json())

    def note(self, probe: Probe, answer: Mapping[str, Any]) -> None:
        """Note what an answer shows."""
        root = probe.question.root
        self._find_leaks(probe, answer)
        errors = answer.get("errors") or ()
        codes = {error["extensions"]["code"] for error in errors}
        data = (answer.get("data") or {}).get(root.key)
        if codes == {"FORBIDDEN"}:
            for place in Place if probe.mixed else [probe.place]:
                for each in root.all():
                    self._note(each.field, place, Seen.FORBIDDEN)
            return
        if root.name == "searchCases" and data:
            self.engines.add(data["engine"])
        for error in errors:
            self.trouble.append(
                f"{probe.question.name} of {probe.place}: {error['extensions']['code']} {error['message']}"
            )
        if probe.mixed:
            self._count(probe, data)
        if self.table.class_of[root.field].name == "self":
            # What is below is the viewer's own, and where that belongs.
            self._note(root.field, None, Seen.SHOWN if data else Seen.HIDDEN)
            return
        for place in Place if probe.mixed else [probe.place]:
            told = self._only_of(place, data) if probe.mixed and place else data
            self._note(root.field, place, Seen.HIDDEN if _not_found(told) else Seen.SHOWN)
            self._descend(root, [told], place)

    def _note(self, name: str, place: Place | None, seen: Seen | None) -> None:
        if not self.table.class_of[name].by_scope:
            self.seen[name, True].add(seen)
        elif place is not None:
            self.seen[name, place in self.viewer.scope].add(seen)

    def _descend(self, asked: Asked, values: Sequence[Any], place: Place | None) -> None:
        for below in asked.below:
            found = [each[below.key] for value in values for each in _records(value) if _has(each, below)]
            naming = self.table.class_of[below.field].name in NAMING
            for seen in {_seen_of(value, below, naming=naming) for value in found} or {Seen.HIDDEN}:
                self._note(below.field, place, seen)
            if below.field not in COLLEAGUES:
                self._descend(below, found, place)

    def _count(self, probe: Probe, data: Any) -> None:
        """What is counted must be there."""
        if (
            isinstance(data, dict)
            and {"totalCount", "edges"} <= data.keys()
            and data["totalCount"] != len(data["edges"])
        ):
            shown = len(data["edges"])
            self.leaks.append(f"{probe.question.name}: counts {data['totalCount']} where {shown} are shown")

    def _only_of(self, place: Place, data: Any) -> Any:
        """What of an answer is an agency's."""
        words = (place.word, place.login, self.record.agencies[place])

        def ours(items: Sequence[Any]) -> list[Any]:
            return [item for item in items if any(word in told for told in _own_texts(item) for word in words)]

        if data is None or isinstance(data, list):
            return data and ours(data)
        lists = {name: ours(data[name]) for name in ("edges", "nodes") if name in data}
        found = next(iter(lists.values()))
        page = data["pageInfo"] if found else None
        return {**data, **lists, "totalCount": len(found), "pageInfo": page} | (
            {} if "nodes" in data else {"facets": None}
        )

    # What must be nowhere ------------------------------------------------------------------------------------------

    def secrets(self) -> dict[str, str]:
        """What must be in no answer to this viewer, and what it would tell."""
        cells = {name: each.cells[self.viewer.role].within for name, each in self.table.classes.items()}
        found = {PERSON_NUMBER: "an identity number"}
        for place in Place:
            if place not in self.viewer.scope or cells["case"].rank < Seen.MASKED.rank:
                found |= {place.word: f"something of {place}", f"{place.word[0]}敏": f"a person of {place}"}
            if cells["name"] is not Seen.SHOWN:
                found[place.person] = f"a person of {place} by name"
                found[place.person[1:]] = f"a person of {place} by given name"
            told_in = (
                ("finding", place.finding),
                ("criminal", place.criminal),
                ("run", place.run),
                ("clue", place.clue),
            )
            for class_name, word in told_in:
                if cells[class_name] in {Seen.HIDDEN, Seen.FORBIDDEN}:
                    found[word] = f"a {class_name} of {place}"
        return found

    def _find_leaks(self, probe: Probe, answer: Mapping[str, Any]) -> None:
        root = probe.question.root
        if root.name == "auditTrail" and probe.place is None:
            # Tells what colleagues typed, whoever's records they typed of.
            return
        texts = list(_texts({"": answer.get("data"), "errors": answer.get("errors")}))
        for secret, what in self.secrets().items():
            if any(secret in each for each in texts):
                said = next(each for each in texts if secret in each)
                self._leak(probe, what, said[max(said.index(secret) - 20, 0) : said.index(secret) + 40])
        told = set(texts)
        for place in set(Place) - self.viewer.scope:
            for each in self.record.all_ids(place) & told:
                self._leak(probe, f"a record of {place}", each)
            if not probe.names_agencies and self.record.agencies[place] in told:
                self._leak(probe, f"that {place} has something", self.record.agencies[place])

    def _leak(self, probe: Probe, what: str, text: str) -> None:
        of = f" of {probe.place.name}" if probe.place else ""
        self.leaks.append(
            f"{probe.question.name}{of} {dict(probe.question.variables)}: tells {what}: {' '.join(text.split())}"
        )

    def said(self, several: Iterable[str]) -> str:
        """For whoever reads what failed: who saw it, and each thing once."""
        whom = f"{self.viewer.name} ({self.viewer.role}):"
        return "\n  ".join([whom, *dict.fromkeys(several)])

    # The table -----------------------------------------------------------------------------------------------------

    def differences(self, *, unseen: Mapping[str, str]) -> list[str]:
        """Where what was seen is not what the table says."""
        found = []
        for (name, in_scope), several in sorted(self.seen.items()):
            expected = self.table.cell(name, self.viewer.role).of(in_scope=in_scope)
            seen = most(several)
            if name in unseen and expected.rank >= Seen.MASKED.rank and seen in {None, Seen.HIDDEN}:
                continue
            if seen is not expected:
                where = "" if not self.table.class_of[name].by_scope else " in scope" if in_scope else " out of scope"
                found.append(f"{name}{where}: {seen or 'names nobody'} and not {expected}")
        return found

    def excesses(self) -> list[str]:
        """Where more was seen than the table says."""
        found = []
        for (name, in_scope), several in sorted(self.seen.items()):
            expected, seen = self.table.cell(name, self.viewer.role).of(in_scope=in_scope), most(several)
            if (seen or Seen.MASKED).rank > max(expected.rank, Seen.HIDDEN.rank):
                found.append(
                    f"{name}{' in scope' if in_scope else ' out of scope'}: {seen or 'told'} and not {expected}"
                )
        return found


def most(several: Iterable[Seen | None]) -> Seen | None:
    """The most that was seen; None where all that was seen names nobody."""
    ranked = sorted((each for each in several if each is not None), key=lambda seen: seen.rank)
    best = ranked[-1] if ranked else None
    told = None in several
    return None if told and (best is None or best.rank < Seen.MASKED.rank) else best


def _records(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [each for several in value for each in _records(several)]
    return [value] if isinstance(value, dict) else []


def _has(record: Mapping[str, Any], asked: Asked) -> bool:
    return asked.key in record and asked.only_on in {None, record.get("__typename")}


def _not_found(told: Any) -> bool:
    """Whether a change was refused as what it is about is unknown."""
    return isinstance(told, dict) and any(error["code"] == "NOT_FOUND" for error in told.get("userErrors", ()))


def _own_texts(item: Mapping[str, Any]) -> Iterable[str]:
    """What a record says of itself and of its agency, and not of other records."""
    record: Mapping[str, Any] = item.get("node", item)
    yield from (each for each in record.values() if isinstance(each, str))
    if isinstance(record.get("penaltyCase"), dict):
        yield from _own_texts(record["penaltyCase"])
    if isinstance(record.get("agency"), dict):
        yield record["agency"]["id"]
    yield from (key["value"] or "" for key in record.get("keys", ()))


def _seen_of(value: Any, asked: Asked, *, naming: bool) -> Seen | None:
    if not _told(value, asked):
        return Seen.HIDDEN
    if not naming:
        return Seen.SHOWN
    text = _plain(json.dumps(value, ensure_ascii=False))
    if any(place.person in text for place in Place):
        return Seen.SHOWN
    return Seen.MASKED if any(mask_name(place.person) in text for place in Place) else None


def _told(value: Any, asked: Asked) -> bool:
    """Whether a value tells anything: it is neither null nor empty nor zero, nor is all below it."""
    if isinstance(value, list):
        return any(_told(each, asked) for each in value)
    if isinstance(value, dict):
        return any(_told(value[below.key], below) for below in asked.below if _has(value, below))
    if isinstance(value, bool):
        return value or asked.type_name != "PageInfo"
    if asked.returns == "Decimal":
        return value is not None and float(value) != 0
    return value not in (None, "", 0)


def _plain(text: str) -> str:
    """A text without the marks of a highlight."""
    return html.unescape(re.sub("</?em>", "", text))


def _texts(value: Any, key: str = "") -> Iterable[str]:
    """Every text of an answer, without what it says was asked."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name != "interpretedAs":
                yield from _texts(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, key)
    elif isinstance(value, str):
        yield _plain(value)
