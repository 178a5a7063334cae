"""The frozen records of findings: what the rules say of a case, as it is kept and shown.

Texts are as they were found: whoever shows one covers natural persons' names in it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schema.vocabularies import AnomalyDecision, AnomalyEventKind, AnomalyKind, AnomalyStatus, Certainty


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

    `due_on` is the last lawful day. `overdue_days` are calendar days behind it: to the late act, else to the day the
    record was last judged as of. `law` are the cited values of the law, whole. `as_of` is the day it was found as of.
    """

    id: int
    case_id: int
    rule: str
    kind: AnomalyKind
    status: AnomalyStatus
    certainty: Certainty
    due_on: date | None
    overdue_days: int | None
    explanation: str
    evidence: tuple[Evidence, ...]
    law: tuple[Mapping[str, Any], ...]
    rule_version: int
    as_of: date
    detected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnomaly:
    """What decides of a finding's life when it is judged again; the three of a decision are None together."""

    status: AnomalyStatus
    certainty: Certainty
    due_on: date | None
    done_on: date | None
    explanation: str
    rule_version: int
    evidence_digest: bytes
    decision: AnomalyDecision | None
    decided_certainty: Certainty | None
    decided_digest: bytes | None


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
class Rule:
    """A rule as it is shown: its description, and `law`, the texts it rests on as of some day, in one sentence."""

    id: int
    code: str
    version: int
    kind: AnomalyKind
    title: str
    title_en: str
    condition: str
    condition_en: str
    due: str
    law: str
    effective_from: date
    effective_until: date | None


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
    """What a finding was found on: the case file and the law as JSON, and the day.

    The law is the same object for all findings of one rule book.
    """

    rule_book_id: int
    file: Mapping[str, Any]
    law: tuple[Mapping[str, Any], ...]
    as_of: date
