"""A finding replayed for clients: kept inputs in, what this program finds in them out, persons masked."""

from dataclasses import dataclass
from datetime import date

import orjson

from api.context import Context
from api.masking import covered_text, names_to_cover
from schema.anomaly_records import Anomaly
from schema.records import PenaltyCase
from schema.vocabularies import PartyType
from stores.anomalies import kept_inputs
from stores.case_files import parsed_file
from stores.errors import BadUserInputError
from supervision.answers import Finding
from supervision.case_changes import told_of
from supervision.privacy import mask_name
from supervision.replaying import replay
from supervision.rule_books import parsed_law

_PERSONS = frozenset({"party.legalRepresentative"})


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


async def replayed(anomaly: Anomaly, context: Context) -> Replayed:
    """Replay a finding. Raises BadUserInputError where its case is gone meanwhile."""
    case = await context.loaders.cases.load(anomaly.case_id)
    async with context.services.database.begin() as connection:
        kept = await kept_inputs(connection, anomaly.id)
    if case is None or kept is None:
        raise BadUserInputError("The case of this finding was deleted meanwhile. Search again.")
    file = parsed_file(kept.file)
    services = context.services
    found = replay(anomaly.rule, file, parsed_law(kept.law), services.law, services.calendar, kept.as_of)
    then, now = found.under_law_of_then, found.under_present_law
    names = names_to_cover(case)
    return Replayed(
        as_of=kept.as_of,
        reproduced=then is not None and _is_the_same(anomaly, then),
        explanation=None if then is None else covered_text(then.explanation, names),
        under_present_law=None if now is None else covered_text(now.explanation, names),
        rule_version=anomaly.rule_version,
        present_rule_version=None if then is None else then.version,
        inputs=orjson.dumps(_masked(dict(told_of(file)), case), option=orjson.OPT_INDENT_2).decode(),
    )


def _is_the_same(anomaly: Anomaly, found: Finding) -> bool:
    return (anomaly.certainty, anomaly.due_on, anomaly.explanation, anomaly.evidence) == (
        found.certainty,
        found.due_on,
        found.explanation,
        found.evidence,
    )


def _masked(told: dict[str, str], case: PenaltyCase) -> dict[str, str]:
    persons = {*_PERSONS, "party.name"} if told.get("party.type") == PartyType.PERSON.value else _PERSONS
    names = names_to_cover(case)
    return {
        field: mask_name(value) if field in persons else covered_text(value, names) or ""
        for field, value in told.items()
    }
