"""Triage (评估、审查、分流): which department looks at what, and what a decision about a case does.

A case enters the queue of the department that leads the programme when it is entered, and a department's own when a
finding opens that is its business. Nothing but a person's decision takes it out again; a finding that opens later,
opens again, or was only possible and becomes certain brings it back, whatever was decided before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schema.access_records import Account
from schema.access_vocabularies import Role
from schema.supervision_vocabularies import ClueClass, TriageDecision
from schema.triage_records import AwaitedCase
from schema.vocabularies import AnomalyKind, Department, MeasureKind

LEADING: Final = Department.INVESTIGATION_SUPERVISION
"""侦查监督, which leads the programme: every entered case waits for its decision."""

DEPARTMENT_OF: Final[Mapping[AnomalyKind, Department]] = MappingProxyType(
    {
        AnomalyKind.NOT_TRANSFERRED: LEADING,
        AnomalyKind.LATE_TRANSFER: LEADING,
        AnomalyKind.PENALTY_FOR_CRIME: LEADING,
        AnomalyKind.NOT_FILED: LEADING,
        AnomalyKind.FILED_NOT_INVESTIGATED: LEADING,
        AnomalyKind.STALLED_INVESTIGATION: LEADING,
        AnomalyKind.ENFORCEMENT_NOT_APPLIED: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.ENFORCEMENT_REFUSED: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.STALLED_ENFORCEMENT: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.UNLAWFUL_ENFORCEMENT: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.UNLAWFUL_COERCIVE_MEASURE: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.INACTION: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.SLOW_ACTION: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.IMPROPER_ACTION: Department.CIVIL_ADMINISTRATIVE,
        AnomalyKind.LATE_ENTRY: Department.CASE_MANAGEMENT,
        AnomalyKind.INCOMPLETE_ENTRY: Department.CASE_MANAGEMENT,
    }
)
"""Whose business a finding of a kind is; PostgreSQL's department_of_finding() says the same where findings open."""

_OF_THE_COURT: Final = frozenset({AnomalyKind.ENFORCEMENT_REFUSED, AnomalyKind.STALLED_ENFORCEMENT})
_DUTY: Final = frozenset({Department.ANTI_CORRUPTION, Department.ANTI_DERELICTION})
_CLASSES: Final = (
    (
        frozenset({AnomalyKind.NOT_TRANSFERRED, AnomalyKind.LATE_TRANSFER, AnomalyKind.PENALTY_FOR_CRIME}),
        ClueClass.SUSPECTED_CRIME,
    ),
    (frozenset({AnomalyKind.NOT_FILED}), ClueClass.FILING_SUPERVISION),
    (
        frozenset({AnomalyKind.FILED_NOT_INVESTIGATED, AnomalyKind.STALLED_INVESTIGATION}),
        ClueClass.INVESTIGATION_SUPERVISION,
    ),
    (
        frozenset(
            {
                AnomalyKind.ENFORCEMENT_NOT_APPLIED,
                AnomalyKind.ENFORCEMENT_REFUSED,
                AnomalyKind.STALLED_ENFORCEMENT,
                AnomalyKind.UNLAWFUL_ENFORCEMENT,
            }
        ),
        ClueClass.ENFORCEMENT_SUPERVISION,
    ),
    (frozenset(AnomalyKind), ClueClass.ADMINISTRATIVE_VIOLATION),
)
"""What a clue is one to that comes of findings of some kinds; the first that holds of one of them."""

_MEASURES: Final = {
    ClueClass.SUSPECTED_CRIME: MeasureKind.TRANSFER_OPINION,
    ClueClass.FILING_SUPERVISION: MeasureKind.REASONS_REQUEST,
    ClueClass.INVESTIGATION_SUPERVISION: MeasureKind.REMINDER,
}

_LATE_AFTER_NOTICE: Final = "filing.late-after-notice"

_FOR_ALL: Final = frozenset({Role.CHIEF, Role.CASE_MANAGEMENT, Role.LOCAL_ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision does: from whose queues the case leaves, and for which department it was; None: for all."""

    leaves: frozenset[Department]
    department: Department | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a decision cannot be made, and what can be done instead."""

    sentence: str


def needs_of(decision: TriageDecision, department: Department | None) -> Refusal | None:
    """What a decision lacks, or has too much of: a clue goes to a department, and nothing else does."""
    if decision is TriageDecision.CLUE and department is None:
        return Refusal("A clue goes to a department. Say to which.")
    if decision is not TriageDecision.CLUE and department is not None:
        return Refusal(f"{decision.value} goes to no department: `department` is for CLUE. Leave it out.")
    return None


def decide(account: Account, case: AwaitedCase) -> Decided | Refusal:
    """What a decision of somebody about a case does.

    It is made for one's own department, and takes the case out of that one's queue; who acts for all departments, as
    the chief and case management do, takes it out of all. A department in whose queue it is not may say something of
    it all the same, once.
    """
    if frozenset(account.roles) & _FOR_ALL:
        if case.waiting:
            return Decided(leaves=case.waiting, department=None)
        return Refusal("This case waits for nobody's decision: it was decided of. Read `triage`.")
    own = account.department
    if own is None:
        return Refusal(
            "A decision is made for a department, and your account has none. Ask the administrator to give it one."
        )
    if own in case.waiting:
        return Decided(leaves=frozenset({own}), department=own)
    if case.decided & {own, None}:
        return Refusal(
            f"This case does not wait for a decision of {own.value}: it was decided of. Read `triage`. "
            "It comes back when a finding opens or becomes certain; a clue or a measure can be made at any time."
        )
    return Decided(leaves=frozenset(), department=own)


def clue_class_of(department: Department, kinds: Iterable[AnomalyKind]) -> ClueClass:
    """What a clue is one to: by the department that it goes to, else by the findings that it comes of."""
    if department in _DUTY:
        return ClueClass.DUTY_CRIME
    return _class_of(kinds)


def measure_kind_of(kinds: Iterable[AnomalyKind], *, disobeyed: bool = False) -> MeasureKind:
    """What kind of measure answers to findings of some kinds: a recommendation (检察建议) where none fits better.

    What was handed over late was handed over: no opinion that asks for it (监督移送) answers to that. Police who
    disobeyed a filing notice are told to put that right; they are not asked for reasons any more.
    """
    if disobeyed:
        return MeasureKind.CORRECTION_NOTICE
    return _MEASURES.get(_class_of(frozenset(kinds) - {AnomalyKind.LATE_TRANSFER}), MeasureKind.RECOMMENDATION)


def is_notice_disobeyed(rules: Iterable[str]) -> bool:
    """Whether the rules found that the police did not file in time after a filing notice (通知立案书).

    刑事诉讼规则 2012 art 560, 2019 art 564: a correction notice (纠正违法通知书) follows.
    """
    return _LATE_AFTER_NOTICE in rules


def answers_to_the_court(kinds: Iterable[AnomalyKind]) -> bool:
    """Whether all that was found is a court's doing (非诉执行监督), and so a recommendation goes to it."""
    found = frozenset(kinds)
    return bool(found) and found <= _OF_THE_COURT


def _class_of(kinds: Iterable[AnomalyKind]) -> ClueClass:
    found = frozenset(kinds)
    return next((of_class for some, of_class in _CLASSES if some & found), ClueClass.OTHER)
