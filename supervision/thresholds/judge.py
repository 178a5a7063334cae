"""`judge_thresholds`: which criminal threshold a case meets, under the law of the act and that of the decision."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.feed_records import CaseRecord
from schema.vocabularies import Certainty, QuantityMeasure
from supervision.answers import Missing, ThresholdMet
from supervision.evidence import days_of
from supervision.law_values import LawValue
from supervision.laws import Law
from supervision.thresholds.amounts import weigh_amount, weigh_forest, weigh_goods
from supervision.thresholds.descriptions import (
    AmountThreshold,
    ForestThreshold,
    GoodsThreshold,
    RepeatThreshold,
    Threshold,
    WordsThreshold,
    thresholds,
)
from supervision.thresholds.reading import Hit, any_of, lexicon
from supervision.thresholds.repeats import weigh_repeat
from supervision.thresholds.subject import Subject, Unknown, Weighed, hit_evidence, weakest

_PENALTIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """The thresholds by what they look at, each with its place in the file.

    `fields` is what stands in the fields of each, by its code, where that is a single text; `trigger` finds any word
    that one of `by_words` needs.
    """

    by_measure: dict[QuantityMeasure, tuple[tuple[int, Threshold], ...]]
    by_words: tuple[tuple[int, Threshold], ...]
    by_repeat: tuple[tuple[int, Threshold], ...]
    fields: dict[str, tuple[str, ...]]
    trigger: re.Pattern[str]


def judge_thresholds(case: CaseFile, law: Law) -> ThresholdMet | Missing | None:
    """The threshold a case meets, a CERTAIN one before a POSSIBLE one; Missing where that cannot be told of one."""
    possible = _possible(case)
    if not possible:
        return None
    subject = Subject(case)
    best: ThresholdMet | None = None
    missing: dict[str, None] = {}
    for _, threshold in sorted(possible, key=lambda found: found[0]):
        answer = _judge(threshold, subject, law)
        if isinstance(answer, Missing):
            missing.update(dict.fromkeys(answer.fields))
        elif answer is not None and answer.certainty is Certainty.CERTAIN:
            return answer
        elif answer is not None:
            best = best or answer
    if best is not None:
        return best
    return Missing(fields=tuple(missing)) if missing else None


def _possible(case: CaseFile) -> list[tuple[int, Threshold]]:
    """The thresholds a case could meet at all; none of most cases, which this makes cheap."""
    book = _book()
    domain = case.record.domain
    found: dict[int, Threshold] = {}
    for quantity in case.quantities:
        found.update(book.by_measure.get(quantity.measure, ()))
    facts = case.record.facts
    if facts is not None and book.trigger.search(facts) is not None:
        found.update(book.by_words)
    if len(case.other_cases) >= _PENALTIES:
        found.update(book.by_repeat)
    return [(place, threshold) for place, threshold in found.items() if threshold.is_of(domain)]


def _judge(threshold: Threshold, subject: Subject, law: Law) -> ThresholdMet | Missing | None:
    """Hold a threshold against the text in force when the act ended and the one in force on the decision.

    With the act's end unknown the texts of the days that are known must be one; else it is POSSIBLE.
    """
    record = subject.case.record
    known, last = _days(record)
    if last is None:
        # Only a case that meets it under some text lacks a day.
        is_met = any(_weigh(threshold, subject, law, day) is not None for day in _version_days(threshold, law))
        return Missing(fields=("actEndedOn", "decidedOn")) if is_met else None
    weighed = _weigh_each(threshold, subject, law, known)
    at_last = weighed[last]
    if at_last is None or (record.act_ended_on is not None and None in weighed.values()):
        return None
    unknown = [answer for answer in weighed.values() if isinstance(answer, Unknown)]
    met = [answer for answer in weighed.values() if isinstance(answer, Weighed)]
    if isinstance(at_last, Unknown) or (record.act_ended_on is not None and unknown):
        return Missing(fields=tuple(dict.fromkeys(field for answer in unknown for field in answer.fields)))
    certainty = weakest(answer.certainty for answer in met)
    if record.act_ended_on is None and len({_texts(answer) for answer in weighed.values()}) > 1:
        certainty = Certainty.POSSIBLE
    return ThresholdMet(
        code=threshold.code,
        title=threshold.title_zh,
        certainty=certainty,
        evidence=(*_day_evidence(record), *_merged_evidence(met)),
        law=tuple(dict.fromkeys(value for answer in [*met[1:], met[0]] for value in answer.law)),
    )


def _days(record: CaseRecord) -> tuple[list[date], date | None]:
    """The days whose texts count, and of these the one of the decision, else of what came last before it."""
    before = [day for day in (record.found_on, record.filed_on) if day is not None]
    decision = record.decided_on or (before[-1] if before else None)
    if record.act_ended_on is not None:
        last = decision or record.act_ended_on
        return list(dict.fromkeys((record.act_ended_on, last))), last
    days = before if record.decided_on is None else [*before, record.decided_on]
    return list(dict.fromkeys(days)), decision


def _weigh_each(
    threshold: Threshold, subject: Subject, law: Law, days: list[date]
) -> dict[date, Weighed | Unknown | None]:
    """What holds under the law of each day; days on which all that it may cite is the same are weighed once."""
    codes = _codes(threshold, law)
    by_texts: dict[tuple[date, ...], Weighed | Unknown | None] = {}
    weighed: dict[date, Weighed | Unknown | None] = {}
    for day in days:
        texts = tuple(_begun(law.value(code, on=day), day) for code in codes)
        if texts not in by_texts:
            by_texts[texts] = _weigh(threshold, subject, law, day)
        weighed[day] = by_texts[texts]
    return weighed


def _begun(version: LawValue | None, day: date) -> date:
    """What tells a version from the value's others: its first day; where none is in force, the day is like no other."""
    return day if version is None else version.effective_from


def _weigh(threshold: Threshold, subject: Subject, law: Law, on: date) -> Weighed | Unknown | None:
    match threshold:
        case AmountThreshold():
            return weigh_amount(threshold, subject, law, on)
        case GoodsThreshold():
            return weigh_goods(threshold, subject, law, on)
        case ForestThreshold():
            return weigh_forest(threshold, subject, law, on)
        case RepeatThreshold():
            return weigh_repeat(threshold, subject, law, on)
        case WordsThreshold():
            return _weigh_words(threshold, subject, law, on)


def _weigh_words(threshold: WordsThreshold, subject: Subject, law: Law, on: date) -> Weighed | None:
    value = law.value(threshold.law, on=on)
    hits = None if value is None else _words_met(threshold, subject)
    if value is None or hits is None:
        return None
    return Weighed(
        certainty=Certainty.POSSIBLE,
        law=(value,),
        evidence=(*(() if threshold.domains is None else subject.domain_evidence()), *map(hit_evidence, hits)),
    )


def _words_met(threshold: WordsThreshold, subject: Subject) -> tuple[Hit, ...] | None:
    alone = subject.reading.best(threshold.alone) if threshold.alone else None
    if alone is not None:
        return (alone,)
    for hit in subject.reading.hits(threshold.any_of):
        if not threshold.beside:
            return (hit,)
        beside = next(subject.reading.hits(threshold.beside, *subject.reading.sentence_at(hit.start)), None)
        if beside is not None:
            return (hit, beside)
    return None


def _version_days(threshold: Threshold, law: Law) -> list[date]:
    """A day of each version of the values that a threshold may cite."""
    return sorted({version.effective_from for code in _codes(threshold, law) for version in law.versions[code]})


def _codes(threshold: Threshold, law: Law) -> list[str]:
    """The values that a threshold may cite."""
    versions = law.versions
    return [word for word in _book().fields[threshold.code] if word in versions]


def _texts(answer: Weighed | Unknown | None) -> tuple[LawValue, ...]:
    return answer.law if isinstance(answer, Weighed) else ()


def _day_evidence(record: CaseRecord) -> tuple[Evidence, ...]:
    if record.act_ended_on is not None:
        return days_of(None, actEndedOn=record.act_ended_on, decidedOn=record.decided_on)
    return days_of(None, foundOn=record.found_on, filedOn=record.filed_on, decidedOn=record.decided_on)


def _merged_evidence(met: list[Weighed]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(shown for answer in met for shown in answer.evidence))


@cache
def _book() -> _Book:
    places = list(enumerate(thresholds()))
    by_measure: dict[QuantityMeasure, list[tuple[int, Threshold]]] = {}
    for place, threshold in places:
        if isinstance(threshold, AmountThreshold | GoodsThreshold | ForestThreshold):
            for measure in threshold.measures:
                by_measure.setdefault(measure, []).append((place, threshold))
    by_words = [(place, found) for place, found in places if isinstance(found, WordsThreshold)]
    words = lexicon().words
    needed = {word for _, found in by_words for name in (*found.any_of, *found.alone) for word in words[name]}
    return _Book(
        by_measure={measure: tuple(found) for measure, found in by_measure.items()},
        by_words=tuple(by_words),
        by_repeat=tuple((place, found) for place, found in places if isinstance(found, RepeatThreshold)),
        fields={
            found.code: tuple(value for value in found.model_dump().values() if isinstance(value, str))
            for _, found in places
        },
        trigger=any_of(needed),
    )
