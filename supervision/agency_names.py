"""Which registered agency a name means that is not registered: a short name, a branch, a department's other name.

A case filed under the wrong agency is a wrong finding. So a name means an agency only where exactly one registered
agency fits, never one of another place or of another department; whatever is left open stays unresolved.

A short name (海淀局, 环保局, 西山分局) may need to be told by its sender: the context, another agency's or authority's
name, says of which place and of which department it can be.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from schema.agency_name import agency_name_key
from schema.vocabularies import NameDecision
from supervision.agency_places import (
    Part,
    Place,
    contradict,
    is_told_apart,
    last_stems,
    leading_place,
    means,
    whole_place,
)
from supervision.departments import LITERAL, Kinship, department_at_end, kinship

_ITSELF = re.compile(r"\(?本级\)?$")
_SITE = re.compile(r"(?:门户|官方)?(?:网站|官网|网)$")
_BRANCH: Final = "分局"
_HEAD = re.compile(r"^(.*(?:局|厅|委员会|委))([一-龥]{1,12})$")
_SHORTEST: Final = 2
_CITY: Final = 1


@dataclass(frozen=True, slots=True)
class Resolved:
    """The one agency a name means; `how` is None where it is registered under this very name."""

    agency_id: int
    how: NameDecision | None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Registered agencies that a name can mean, in the order of their ids: several, or one that may not be it."""

    agency_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name taken apart: the text of its place, its department (None: not said), and its branch's place.

    海淀局 is 海淀 without a department; a bare 西山分局 has neither place nor department.
    """

    place: str
    department: str | None
    branch: str | None

    @property
    def needs_context(self) -> bool:
        """Whether the name does not say by itself whose it is."""
        return self.department is None or not is_told_apart(whole_place(self.place))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a context says: a place, a department, or both."""

    place: Place
    department: str | None


@dataclass(frozen=True, slots=True)
class _Registered:
    """A registered agency by its name; the place of a branch is the last part of `place`."""

    id: int
    key: str
    place: Place
    department: str
    is_branch: bool


@dataclass(slots=True)
class AgencyNames:
    """The names of the register, so kept that those which a name can mean are found without a look at the others."""

    _keys: dict[int, str] = field(default_factory=dict)
    _by_key: dict[str, set[int]] = field(default_factory=dict)
    _by_stem: dict[str, dict[int, _Registered]] = field(default_factory=dict)
    _literals: dict[str, set[int]] = field(default_factory=dict)

    def enter(self, agency_id: int, name: str) -> None:
        """Enter an agency, or enter it anew under another name."""
        key = agency_name_key(name)
        if self._keys.get(agency_id) == key:
            return
        self._forget(agency_id)
        self._keys[agency_id] = key
        self._by_key.setdefault(key, set()).add(agency_id)
        taken_apart = _register(agency_id, key)
        if taken_apart is not None:
            self._by_stem.setdefault(taken_apart.place[-1].stem, {})[agency_id] = taken_apart
            if taken_apart.department.startswith(LITERAL):
                self._literals.setdefault(taken_apart.department, set()).add(agency_id)

    def _forget(self, agency_id: int) -> None:
        before = self._keys.pop(agency_id, None)
        if before is None:
            return
        self._by_key[before].discard(agency_id)
        for of_stem in self._by_stem.values():
            of_stem.pop(agency_id, None)
        for of_literal in self._literals.values():
            of_literal.discard(agency_id)

    def exactly(self, key: str) -> tuple[int, ...]:
        """The agencies registered under this name, as `agency_name_key` brings it into form."""
        return tuple(sorted(self._by_key.get(key, ())))

    def is_literal(self, department: str) -> bool:
        """Whether a registered agency is of this department, which is not in the list of departments."""
        return bool(self._literals.get(LITERAL + department))

    def at(self, place: str) -> Iterator[_Registered]:
        """The agencies of a place as it is written; the branches there, too."""
        for stem in last_stems(place):
            for known in self._by_stem.get(stem, {}).values():
                if means(place, known.place):
                    yield known

    def in_last_part(self, place: str) -> Iterator[_Registered]:
        """The agencies whose place's last part is written so."""
        for stem in last_stems(place):
            for known in self._by_stem.get(stem, {}).values():
                if means(place, known.place[-1:]):
                    yield known


def resolve_agency_name(sent: str, candidates: AgencyNames, context: str | None = None) -> Resolved | Ambiguous | None:
    """The registered agency a name means, those it can mean where it does not say enough, else None.

    `context` is what tells of the sender: an agency's or an authority's name.
    """
    key = agency_name_key(sent)
    exact = candidates.exactly(key)
    if exact:
        return _one_of(exact, None)
    bare = _ITSELF.sub("", key)
    exact = candidates.exactly(bare)
    if exact:
        return _one_of(exact, NameDecision.SHORT_NAME)
    name = _take_apart(bare, candidates)
    if name is None:
        return None
    told = _told(context) if name.needs_context else None
    if name.branch is None:
        return _resolve_full(name, candidates, told)
    if name.department is None:
        return _resolve_bare_branch(name.branch, candidates, told, context)
    return _resolve_branch(name, name.branch, candidates, told)


def name_of_decision(sent: str, candidates: AgencyNames, context: str | None) -> str:
    """What a decision about a name is kept under: the name, with its context where it needs one (海淀局(…))."""
    key = agency_name_key(sent)
    name = _take_apart(_ITSELF.sub("", key), candidates)
    if name is None or context is None or not name.needs_context or _told(context) is None:
        return key
    return f"{key}({agency_name_key(context)})"


def telling_context(texts: Iterable[str | None]) -> str | None:
    """The first of these that tells of a place or a department."""
    return next((text for text in texts if text is not None and _told(text) is not None), None)


def _one_of(agency_ids: Iterable[int], how: NameDecision | None) -> Resolved | Ambiguous | None:
    found = tuple(sorted(set(agency_ids)))
    if not found:
        return None
    return Resolved(found[0], how) if len(found) == 1 else Ambiguous(found)


def _register(agency_id: int, key: str) -> _Registered | None:
    """A registered name taken apart; None where it cannot be, and is only found as it is."""
    bare = _ITSELF.sub("", key)
    branch: Place = ()
    if bare.endswith(_BRANCH):
        head = _HEAD.match(bare.removesuffix(_BRANCH))
        if head is None:
            return None
        bare, of_branch = head[1], head[2]
        parts = whole_place(of_branch)
        branch = parts if parts is not None and len(parts) == 1 else (Part(of_branch, ""),)
    found = department_at_end(bare)
    if found is not None:
        rest, department = found
        place = whole_place(rest) or ((Part(rest, ""),) if len(rest) >= _SHORTEST else ())
    else:
        place = leading_place(bare)
        rest = bare[sum(len(part.stem) + len(part.unit) for part in place) :]
        if len(rest) < _SHORTEST:
            return None
        department = LITERAL + rest
    return _Registered(agency_id, key, place + branch, department, bool(branch)) if place else None


def _take_apart(bare: str, candidates: AgencyNames) -> _Name | None:
    branch: str | None = None
    if bare.endswith(_BRANCH):
        body = bare.removesuffix(_BRANCH)
        head = _HEAD.match(body)
        if head is None:
            return _Name("", None, body) if len(body) >= _SHORTEST else None
        bare, branch = head[1], head[2]
    found = department_at_end(bare)
    if found is not None:
        return _Name(*found, branch)
    for start in range(1, len(bare) - 1):
        # A department that is not in the list is one where the register knows it.
        if candidates.is_literal(bare[start:]):
            return _Name(bare[:start], LITERAL + bare[start:], branch)
    if branch is None and bare.endswith("局") and len(bare) > _SHORTEST:
        return _Name(bare.removesuffix("局"), None, None)
    return None


def _told(context: str | None) -> _Told | None:
    if context is None:
        return None
    key = _ITSELF.sub("", _SITE.sub("", agency_name_key(context)))
    if key.endswith(_BRANCH) and (head := _HEAD.match(key.removesuffix(_BRANCH))) is not None:
        key = head[1]
    found = department_at_end(key)
    place = leading_place(key if found is None else found[0])
    return _Told(place, found[1] if found else None) if place or found else None


def _is_of_sender(known: _Registered, told: _Told | None, *, department_too: bool) -> bool:
    if told is None:
        return True
    if contradict(told.place, known.place):
        return False
    return not department_too or told.department is None or kinship(told.department, known.department) is not None


def _unsure(fitting: Iterable[_Registered]) -> Ambiguous | None:
    """What may be meant where nothing tells the department; one alone may be meant as little as several."""
    found = tuple(sorted({known.id for known in fitting}))
    return Ambiguous(found) if found else None


def _choose(fitting: Iterable[_Registered], department: str | None) -> Resolved | Ambiguous | None:
    """The one of the very department, else the one of its other name."""
    by_kinship: dict[Kinship, set[int]] = {Kinship.SAME: set(), Kinship.RENAMED: set()}
    for known in fitting:
        kin = Kinship.SAME if department is None else kinship(department, known.department)
        if kin is not None:
            by_kinship[kin].add(known.id)
    return _one_of(by_kinship[Kinship.SAME], NameDecision.SHORT_NAME) or _one_of(
        by_kinship[Kinship.RENAMED], NameDecision.RENAMED
    )


def _resolve_full(name: _Name, candidates: AgencyNames, told: _Told | None) -> Resolved | Ambiguous | None:
    """A place and a department, of which a short name leaves one to its context."""
    if name.place:
        at_place = candidates.at(name.place)
    elif told is not None and told.place:
        at_place = candidates.at("".join(part.stem + part.unit for part in told.place))
    else:
        return None
    fitting = [known for known in at_place if _is_of_sender(known, told, department_too=name.department is None)]
    department = name.department or (told.department if told is not None else None)
    return _unsure(fitting) if department is None else _choose(fitting, department)


def _resolve_branch(
    name: _Name, branch: str, candidates: AgencyNames, told: _Told | None
) -> Resolved | Ambiguous | None:
    """A branch with its bureau's name: the branch where it is registered, else its bureau."""
    place = name.place or ("".join(part.stem + part.unit for part in told.place) if told is not None else "")
    if not place:
        return None
    branches = [
        known for known in candidates.in_last_part(branch) if known.is_branch and means(place, known.place[:-1])
    ]
    own = _choose(branches, name.department)
    if own is not None:
        return own
    bureaus = [
        known
        for known in candidates.at(place)
        if not known.is_branch and _is_of_sender(known, told, department_too=False)
    ]
    bureau = _choose(bureaus, name.department)
    return Resolved(bureau.agency_id, NameDecision.BRANCH) if isinstance(bureau, Resolved) else bureau


def _resolve_bare_branch(
    branch: str, candidates: AgencyNames, told: _Told | None, context: str | None
) -> Resolved | Ambiguous | None:
    """A branch without its bureau's name: the one registered there, else the bureau its context names."""
    there = [
        known
        for known in candidates.at(branch)
        if (known.is_branch or known.place[-1].level > _CITY) and _is_of_sender(known, told, department_too=True)
    ]
    if told is None or told.department is None:
        # Another department's branch there may not be registered: 海淀分局 is not just anybody's in 海淀.
        return _choose(there, None) if all(known.is_branch for known in there) else _unsure(there)
    own = _choose(there, told.department)
    if own is not None or context is None:
        return own
    bureau = resolve_agency_name(_SITE.sub("", agency_name_key(context)), candidates)
    if not isinstance(bureau, Resolved) or not told.place or told.place[-1].level > _CITY:
        return None
    return Resolved(bureau.agency_id, NameDecision.BRANCH)
