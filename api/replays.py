"""A finding replayed for clients: kept inputs in, what this program finds in them out, persons shown by role."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import anyio.lowlevel
import orjson
from strawberry.dataloader import DataLoader

from api.loaders import Loaders
from api.masking import Shown, names_to_cover
from api.other_cases import UNSHOWN, OtherCases, tells_of_others
from schema.anomaly_records import Anomaly
from schema.case_file import CaseFile
from schema.records import PenaltyCase
from schema.vocabularies import PartyType
from stores.case_files import parsed_file
from supervision.answers import Finding
from supervision.calendars import Calendar
from supervision.case_changes import told_of
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.replaying import Replay, replay
from supervision.rule_books import parsed_law

_PERSONS = frozenset({"party.legalRepresentative"})
_OTHER_TEXT = re.compile(r"otherCase(\[\d+\])?\.(facts|legalBasis|violationType)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay shows."""

    as_of: date
    reproduced: bool
    explanation: str | None
    under_present_law: str | None
    rule_version: int
    present_rule_version: int | None
    inputs: str


def replay_loader(
    loaders: Loaders, others: OtherCases, shown: Shown, law: Law, calendar: Calendar
) -> DataLoader[int, Replayed | None]:
    """Replays of findings by id, each once a request however often it is asked for; None where its case is gone."""

    async def load(ids: list[int]) -> list[Replayed | None]:
        anomalies, kept = await loaders.anomalies.load_many(ids), await loaders.kept_inputs.load_many(ids)
        cases = await loaders.cases.load_many([0 if each is None else each.case_id for each in anomalies])
        laws: dict[int, tuple[LawValue, ...]] = {}
        replays: list[Replayed | None] = []
        for anomaly, inputs, case in zip(anomalies, kept, cases, strict=True):
            if anomaly is None or inputs is None or case is None:
                replays.append(None)
                continue
            if inputs.rule_book_id not in laws:
                laws[inputs.rule_book_id] = parsed_law(inputs.law)
            file = parsed_file(inputs.file)
            found = replay(anomaly.rule, file, laws[inputs.rule_book_id], law, calendar, inputs.as_of)
            seen = await others.shown_file(file)
            told = _covering_others if seen.other_cases != file.other_cases else _explanation
            replays.append(_replayed(shown, anomaly, case, seen, found, inputs.as_of, told))
            # Others are answered in between.
            await anyio.lowlevel.checkpoint()
        return replays

    return DataLoader(load_fn=load)


def _explanation(found: Finding) -> str:
    return found.explanation


def _covering_others(found: Finding) -> str:
    return UNSHOWN if tells_of_others(found.evidence) else found.explanation


def _replayed(
    shown: Shown,
    anomaly: Anomaly,
    case: PenaltyCase,
    file: CaseFile,
    found: Replay,
    as_of: date,
    told: Callable[[Finding], str],
) -> Replayed:
    then, now = found.under_law_of_then, found.under_present_law
    names = names_to_cover(case)
    return Replayed(
        as_of=as_of,
        reproduced=then is not None and _is_the_same(anomaly, then),
        explanation=None if then is None else shown.told(told(then), names),
        under_present_law=None if now is None else shown.told(told(now), names),
        rule_version=anomaly.rule_version,
        present_rule_version=None if then is None else then.version,
        inputs=orjson.dumps(_masked(shown, dict(told_of(file)), case), option=orjson.OPT_INDENT_2).decode(),
    )


def _is_the_same(anomaly: Anomaly, found: Finding) -> bool:
    return (anomaly.certainty, anomaly.due_on, anomaly.explanation, anomaly.evidence) == (
        found.certainty,
        found.due_on,
        found.explanation,
        found.evidence,
    )


def _masked(shown: Shown, told: dict[str, str], case: PenaltyCase) -> dict[str, str]:
    persons = {*_PERSONS, "party.name"} if told.get("party.type") == PartyType.PERSON.value else _PERSONS
    names = names_to_cover(case)
    return {
        field: shown.person(value) if field in persons else shown.told(value, names) or ""
        for field, value in told.items()
        # Whom another case's texts name is known of that case alone.
        if shown.scope.names or _OTHER_TEXT.fullmatch(field) is None
    }
