"""The frozen records of findings: what the rules say of a case, as it is kept and shown.

Texts are as they were found: whoever shows one covers natural persons' names in it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schema.vocabularies import AnomalyEventKind, AnomalyKind, AnomalyStatus, Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One fact an answer rests on.

    `field` has the feed contract's name: a case's own (`decidedOn`), or one of a record that followed, behind its kind
    (`transfer.transferredOn`). `value` is as the contract writes it; for text, `quote` holds the words and `position`
    where they begin (code points). A quote may name a natural person: whoever shows it masks it first.
    """

    field: str
    value: str
    quote: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A finding (异常) of one rule in one case as it stands now.

    `due_on` is the last lawful day; `done_on` the day a late act was done, to which days overdue are counted. `law` are
    the cited values of the law, whole. `as_of` is the day it was found as of.
    """

    id: int
    case_id: int
    rule: str
    kind: AnomalyKind
    status: AnomalyStatus
    certainty: Certainty
    due_on: date | None
    done_on: date | None
    explanation: str
    evidence: tuple[Evidence, ...]
    law: tuple[Mapping[str, Any], ...]
    rule_version: int
    as_of: date
    detected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyEvent:
    """A step of a finding's life with what the finding said after it; `actor` is None where the rules took it."""

    id: int
    anomaly_id: int
    event: AnomalyEventKind
    happened_at: datetime
    actor: str | None
    reason: str
    status: AnomalyStatus
    certainty: Certainty
    due_on: date | None
    explanation: str
    rule_version: int
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """That a rule cannot judge a case until the missing fields are known (无法判断)."""

    rule: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTellCount:
    """In how many cases of an agency a rule cannot judge for want of one field."""

    agency_id: int
    field: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInputs:
    """What a finding was found on: the case file and the law as JSON, the rules' versions, the day."""

    file: Mapping[str, Any]
    law: tuple[Mapping[str, Any], ...]
    rules: Mapping[str, int]
    as_of: date
