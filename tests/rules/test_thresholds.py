"""The judge of the criminal thresholds against its cases, and every threshold for what it must have."""

from datetime import timedelta
from itertools import pairwise

import pytest

from indexer.rule_examples import CaseOnRecord
from schema.vocabularies import Certainty
from supervision.answers import Missing, ThresholdMet
from supervision.law_files import law_values
from supervision.laws import Law
from supervision.thresholds.descriptions import ThresholdFileError, parse_thresholds, thresholds
from supervision.thresholds.judge import judge_thresholds
from supervision.thresholds.reading import Reading, lexicon
from tests.rules.threshold_cases import ThresholdCase, threshold_cases

LAW = Law(law_values(), thresholds=judge_thresholds)
CASES = list(threshold_cases())
CODES = [threshold.code for threshold in thresholds()]
FIELDS_OF_LISTS = (
    "named",
    "unless",
    "certain_with",
    "certain_beside",
    "substances",
    "any_of",
    "beside",
    "alone",
    "kind",
    "not_kind",
)
VALUES = {code: versions for code, versions in LAW.versions.items() if code.startswith("threshold.")}


def judged(case: CaseOnRecord) -> ThresholdMet | Missing | None:
    return LAW.threshold_met(case.case_file())


def met_cases(code: str) -> list[tuple[ThresholdCase, ThresholdMet]]:
    found = []
    for _, case in CASES:
        if case.met is not None and case.met.code == code:
            answer = judged(case)
            assert isinstance(answer, ThresholdMet)
            found.append((case, answer))
    return found


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{stem}: {case.name}") for stem, case in CASES])
def test_the_judge_answers_as_its_cases_say(case: ThresholdCase) -> None:
    answer = judged(case)
    if case.met is not None:
        assert isinstance(answer, ThresholdMet), answer
        assert (answer.code, answer.certainty) == (case.met.code, case.met.certainty), answer
        if case.met.law:
            sources = list(dict.fromkeys(value.source for value in answer.law))
            assert len(sources) == len(case.met.law), sources
            assert all(words in source for words, source in zip(case.met.law, sources, strict=True)), sources
    elif case.cannot_tell is not None:
        assert answer == Missing(fields=case.cannot_tell)
    else:
        assert answer is None


@pytest.mark.parametrize("code", CODES)
def test_a_threshold_is_shown_met_with_what_it_rests_on(code: str) -> None:
    shown = met_cases(code)
    assert shown
    for case, answer in shown:
        facts = case.case_file().record.facts or ""
        assert answer.law
        assert answer.title
        for evidence in answer.evidence:
            assert evidence.value
            if evidence.quote is not None:
                assert evidence.position is not None
                assert facts[evidence.position :].startswith(evidence.quote)


def test_every_version_of_every_value_is_shown() -> None:
    shown = {
        (value.code, value.effective_from) for code in CODES for _, answer in met_cases(code) for value in answer.law
    }
    there = {(code, value.effective_from) for code, versions in VALUES.items() for value in versions}
    assert there - shown == set()


def test_every_value_is_a_threshold_s_and_every_threshold_s_value_is_there() -> None:
    named = {
        value
        for threshold in thresholds()
        for value in threshold.model_dump().values()
        if isinstance(value, str) and value.startswith("threshold.")
    }
    assert named == VALUES.keys()


def test_every_list_of_words_that_a_threshold_names_is_there_and_every_list_is_named() -> None:
    named = {
        name
        for threshold in thresholds()
        for value in threshold.model_dump().values()
        if isinstance(value, tuple)
        for name in value
        if name in lexicon().words
    }
    in_code = {"passed_on", "given_away", "kept", "taken", "waste_word", "other_matter"}
    assert named | in_code == lexicon().words.keys()
    for threshold in thresholds():
        for field in FIELDS_OF_LISTS:
            assert set(getattr(threshold, field, ())) <= lexicon().words.keys()


def test_versions_of_a_value_follow_each_other_without_a_gap() -> None:
    for code, versions in VALUES.items():
        for earlier, later in pairwise(versions):
            assert earlier.effective_until is not None
            assert later.effective_from - earlier.effective_until == timedelta(days=1), code


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("thresholds: [{code: a, form: words, title_zh: 甲, law: threshold.a}]", "any_of"),
        ("thresholds: [{code: a, form: guess, title_zh: 甲}]", "form"),
        ("thresholds: {", "thresholds.yaml"),
        (
            "thresholds: [&a {code: a, form: words, title_zh: 甲, law: b, any_of: [c]}, *a]",
            "a stands twice",
        ),
        (
            "thresholds: [{code: a, form: repeat, title_zh: a, domains: [], count: b, time: c, kind: [d], other: e}]",
            "belong together",
        ),
    ],
)
def test_a_file_of_thresholds_that_is_wrong_says_where(text: str, reason: str) -> None:
    with pytest.raises(ThresholdFileError, match=reason):
        parse_thresholds(text)


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("经查，你单位私设暗管排放电镀废水", Certainty.CERTAIN),
        ("群众举报你单位利用暗管排放废水", Certainty.POSSIBLE),
        ("经检查，未发现你单位有渗坑、暗管", None),
        ("该单位未私设暗管", None),
        ("举报所称暗管，经查不存在", None),
        ("违反了《水污染防治法》第三十九条“禁止利用暗管排放水污染物”的规定", None),
        ("第三十九条规定：“通过暗管、渗井排放水污染物的”", None),
        ("违反关于不得通过暗管排放的规定", None),
        ("违反国家规定通过暗管排放", Certainty.CERTAIN),
        ("通过暗管排放废水，不存在从轻情节", Certainty.CERTAIN),
        ("未经处理的废水通过暗管排放", Certainty.CERTAIN),
        ("《关于整治暗管的通知》", None),
        ("经称重名称若干，通过暗管排放", Certainty.CERTAIN),
        ("经排查发现在禁止排污的河道私设暗管", Certainty.CERTAIN),
        ("向禁止排放的河道经称重通过暗管排放", Certainty.CERTAIN),
        ("禁止利用暗管排放", None),
        ("其曾因私设暗管被处罚", None),
    ],
)
def test_a_word_counts_where_the_facts_assert_it(text: str, certainty: Certainty | None) -> None:
    hit = Reading(text, lexicon()).best(("hidden_pipe",))
    assert (None if hit is None else hit.certainty) is certainty
