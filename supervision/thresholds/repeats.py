"""Two penalties within two years, then the act again (二年内受过两次以上行政处罚又实施)."""

from datetime import date
from typing import Final

from schema.anomaly_records import Evidence
from schema.case_file import OtherCase
from schema.vocabularies import Certainty
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.periods import months_after
from supervision.thresholds.amounts import forest_share_met
from supervision.thresholds.descriptions import RepeatThreshold
from supervision.thresholds.reading import Reading, lexicon
from supervision.thresholds.subject import Subject, Unknown, Weighed, hit_evidence

_MONTHS_A_YEAR: Final = 12


def weigh_repeat(threshold: RepeatThreshold, subject: Subject, law: Law, on: date) -> Weighed | Unknown | None:
    """Count the earlier penalties for acts of the kind that were decided before the act, none too long before its end.

    With the act's end unknown it may lie on any day until it was found: actEndedOn is missing where some day will do.
    """
    count, time = law.value(threshold.count, on=on), law.value(threshold.time, on=on)
    if count is None or time is None:
        return None
    record = subject.case.record
    earlier = _earlier(threshold, subject)
    share = _forest_share(threshold, subject, law, on)
    if len(earlier) < count.value or share is None:
        return None
    ended_on = record.act_ended_on
    if ended_on is None:
        latest = record.found_on or record.filed_on or record.decided_on
        is_open = latest is None or _can_lie_before(earlier, latest, time, int(count.value))
        return Unknown(fields=("actEndedOn",)) if is_open else None
    counted = [penalty for penalty in earlier if _decided(penalty) < ended_on <= _until(penalty, time)]
    if len(counted) < count.value:
        return None
    counted = sorted(sorted(counted, key=_is_doubtful)[: int(count.value)], key=_decided)
    certainty, shown, cited = share
    is_sure = certainty is Certainty.CERTAIN and not any(map(_is_doubtful, counted))
    hit = subject.reading.best(threshold.kind)
    return Weighed(
        certainty=Certainty.CERTAIN if is_sure else Certainty.POSSIBLE,
        law=(count, time, *cited),
        evidence=(
            *subject.domain_evidence(),
            *(() if hit is None else (hit_evidence(hit),)),
            *shown,
            *(fact for penalty in counted for fact in _penalty_evidence(penalty)),
        ),
    )


def _forest_share(
    threshold: RepeatThreshold, subject: Subject, law: Law, on: date
) -> tuple[Certainty, tuple[Evidence, ...], tuple[LawValue, ...]] | None:
    """Whether enough forest land was taken, where the threshold asks for some; None where it was not."""
    if threshold.forest_share is None or threshold.public is None or threshold.other is None:
        return Certainty.CERTAIN, (), ()
    share = law.value(threshold.forest_share, on=on)
    public, other = law.value(threshold.public, on=on), law.value(threshold.other, on=on)
    if share is None or public is None or other is None:
        return None
    reached = forest_share_met(subject, public, other, share)
    return None if reached is None else (*reached, (share, public, other))


def _earlier(threshold: RepeatThreshold, subject: Subject) -> list[OtherCase]:
    """The standing penalties for acts of the kind, each document once, the surer first; none beside another act."""
    record = subject.case.record
    if not _tells_of_kind(threshold, record.violation_type, subject.reading):
        return []
    found: dict[object, OtherCase] = {}
    for place, other in enumerate(sorted(subject.case.other_cases, key=_is_doubtful)):
        if other.revoked or other.decided_on is None or not threshold.is_of(other.domain or record.domain):
            continue
        # Of a case without facts the type of violation may say in other words what it says of this one.
        is_alike = other.facts is None and other.violation_type is not None
        if (is_alike and other.violation_type == record.violation_type) or _tells_of_kind(
            threshold, other.violation_type, Reading(other.facts or "", lexicon())
        ):
            key = place if other.document_number is None else (other.agency_name, other.document_number)
            found.setdefault(key, other)
    return list(found.values())


def _tells_of_kind(threshold: RepeatThreshold, violation_type: str | None, facts: Reading) -> bool:
    """Whether facts or the type of violation tell of an act of the kind."""
    texts = (facts, Reading(violation_type or "", lexicon()))
    if not any(any(text.hits(threshold.kind)) for text in texts):
        return False
    is_else = threshold.not_kind and any(any(text.hits(threshold.not_kind)) for text in texts)
    return not is_else or any(facts.hits(("waste_word",)))


def _is_doubtful(penalty: OtherCase) -> bool:
    """Whether it is not sure that the penalty is this party's, or in the same field."""
    return penalty.same_party is not Certainty.CERTAIN or penalty.domain is None


def _can_lie_before(earlier: list[OtherCase], latest: date, time: LawValue, count: int) -> bool:
    """Whether an act's end up to a day can follow that many penalties in time."""
    for last in sorted(earlier, key=_decided):
        day = _decided(last)
        if day >= latest:
            return False
        in_time = [penalty for penalty in earlier if _decided(penalty) <= day < _until(penalty, time)]
        if len(in_time) >= count:
            return True
    return False


def _decided(penalty: OtherCase) -> date:
    return penalty.decided_on or date.max


def _until(penalty: OtherCase, time: LawValue) -> date:
    """The last day within the time from the day a penalty took effect: its service, else its decision."""
    return months_after(penalty.served_on or _decided(penalty), time.length * _MONTHS_A_YEAR)


def _penalty_evidence(penalty: OtherCase) -> tuple[Evidence, ...]:
    facts = (
        ("documentNumber", penalty.document_number),
        ("decidedOn", _decided(penalty).isoformat()),
        ("servedOn", None if penalty.served_on is None else penalty.served_on.isoformat()),
    )
    return tuple(Evidence(field=f"otherCases.{name}", value=value) for name, value in facts if value is not None)
