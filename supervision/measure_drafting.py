"""Drafts of measures (文书拟稿): a template of the kind with the facts of the cases filled in. Pure.

What comes out is a draft: a person reads it, changes what is to be changed, and issues it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from schema.records import Agency, PenaltyCase
from schema.vocabularies import MeasureKind
from supervision.law_files import package_yaml, read_mapping
from supervision.law_values import LawValue
from supervision.legible import legible
from supervision.sentences import chinese_amount, chinese_day

_PACKAGE: Final = "supervision.measure_templates"
GAP: Final = "＿＿"
"""What stands where the record does not say."""

_COURT: Final = "人民法院"

MOST_FACTS: Final = 600
"""Characters of a case's facts that a draft quotes; the file itself has all of them."""

MOST_TEXT: Final = 20_000
"""Characters of a draft, as many as are issued: what is about many cases quotes less of each."""

# Characters of a case's facts, and of what else is told of it.
_SHORTER: Final = ((MOST_FACTS, 5_000), (100, 100), (30, 30))
_MOST_ABOUT: Final = 100

_Text = Annotated[str, Field(min_length=1)]


class Limits(BaseModel):
    """What is said of the reply: by a named day, within the law's period, or without either."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    named: _Text
    lawful: _Text
    none: _Text


class Wording(BaseModel):
    """What is said before the cases and after them, to some addressees."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    opening: _Text
    closing: Annotated[tuple[_Text, ...], Field(min_length=1)]


class Template(BaseModel):
    """The words of a kind; `supervision.measure_templates` explains each field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: MeasureKind
    heading: _Text
    addressee: _Text | None = None
    opening: _Text
    each_case: _Text
    closing: Annotated[tuple[_Text, ...], Field(min_length=1)]
    limits: Limits
    court: Wording | None = None

    def wording(self, addressee: str) -> Wording:
        """What is said to an addressee: a court is told on what the supervision of its enforcement rests."""
        if self.court is not None and addressee.endswith(_COURT):
            return self.court
        return Wording(opening=self.opening, closing=self.closing)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedCase:
    """A case as a draft tells of it, with the explanations of what was found in it."""

    case: PenaltyCase
    findings: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The title and the text of a draft, and to whom it goes."""

    title: str
    text: str
    addressee: str


@cache
def templates() -> Mapping[MeasureKind, Template]:
    """The template of every kind. Raises ValueError for one that cannot be read, or is missing."""
    read = [Template.model_validate(read_mapping(text)) for _, text in package_yaml(_PACKAGE)]
    found = {template.kind: template for template in read}
    missing = [kind.value for kind in MeasureKind if kind not in found]
    if missing or len(read) != len(found):
        raise ValueError(f"Each kind of measure has one template; see those of {missing or 'two of one kind'}.")
    return found


def agency_addressed(addressee: str | None, cases: Sequence[PenaltyCase]) -> Agency | None:
    """The agency of one of the cases that an addressee names; None for the police, a court, anybody else."""
    return next((case.agency for case in cases if case.agency.name == addressee), None)


def default_addressee(kind: MeasureKind, cases: Sequence[PenaltyCase], police: str | None) -> str | None:
    """To whom a measure of a kind goes where nobody says: the agency of its first case, or the police.

    `police`: the organ to which that case was last handed over, where one is told of.
    """
    in_general = templates()[kind].addressee
    if in_general is None:
        return cases[0].agency.name if cases else None
    return police or in_general


def draft_text(
    kind: MeasureKind,
    cases: Sequence[DraftedCase],
    *,
    addressee: str,
    procuratorate: str | None,
    period: LawValue | None,
    named_limit_on: date | None,
) -> Draft:
    """A draft of a kind about some cases; `period` is what the law gives for the reply on the day of the draft."""
    template = templates()[kind]
    wording = template.wording(addressee)
    about = _about(cases)
    known = {
        "procuratorate": procuratorate or GAP,
        "addressee": addressee,
        "about": about,
        "period": "" if period is None else chinese_amount(period),
        "limit": "" if named_limit_on is None else chinese_day(named_limit_on),
    }
    limit = template.limits.none if period is None else template.limits.lawful
    ending = [
        *(each.format(**known) for each in wording.closing),
        (template.limits.named if named_limit_on is not None else limit).format(**known),
    ]
    for most_facts, most in _SHORTER:
        paragraphs = [wording.opening.format(**known), *_of_cases(template, cases, known, most_facts, most), *ending]
        # What a feed told is taken as it came; a draft is to be issued and printed as it stands.
        text = legible("\n".join(paragraphs))
        if len(text) <= MOST_TEXT:
            break
    title = f"关于{about}的{kind.label}" if cases else kind.label
    return Draft(title=legible(title), text=text, addressee=legible(addressee))


def _of_cases(
    template: Template, cases: Sequence[DraftedCase], known: Mapping[str, str], most_facts: int, most: int
) -> Iterator[str]:
    """A paragraph for each case, with at most so many characters of its facts, and of each other text."""
    for number, each in enumerate(cases, start=1):
        ordinal = f"{number}．" if len(cases) > 1 else ""
        yield ordinal + template.each_case.format(**known, **_facts_of(each, most_facts, most))
    if not cases:
        yield GAP


def _about(cases: Sequence[DraftedCase]) -> str:
    if not cases:
        return "有关情况"
    number = _cut(cases[0].case.document_number or cases[0].case.title or GAP, _MOST_ABOUT)
    more = f"等{len(cases)}件" if len(cases) > 1 else ""
    return f"{number}行政处罚案{more}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}……"


def _facts_of(drafted: DraftedCase, most_facts: int, most: int) -> dict[str, str]:
    case = drafted.case
    facts = _cut(" ".join((case.facts or "").split()), most_facts)
    return {
        "agency": case.agency.name,
        "document_number": case.document_number or GAP,
        "party": case.party.name or GAP,
        "decided_on": GAP if case.decided_on is None else chinese_day(case.decided_on),
        "content": _cut((case.penalty_content or GAP).rstrip("。；"), most),
        "facts": f"查明的违法事实：{facts.rstrip('。')}。" if facts else "",
        "findings": _cut("".join(f"经审查：{finding}" for finding in drafted.findings), most),
    }
