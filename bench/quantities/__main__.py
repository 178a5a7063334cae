"""`python -m bench.quantities`: precision and recall of each measure on both sets, speed, and what was misread."""

import sys
import time
from typing import Final

from bench.quantities.labelled import SETS, Score, labelled_sentences, scores
from schema.vocabularies import Domain, QuantityMeasure
from supervision.quantities.reading import read_quantities

_LENGTH: Final = 200
_TIMES: Final = 2_000
_FILLING: Final = "当事人在检查时未能提供有效的环境影响评价文件，未办理排污登记手续，应当依法予以行政处罚。" * 5
_TWO: Final = "经查，当事人于夜间将废机油3.5吨倾倒在村北的沟渠内，造成直接经济损失5.2万元。"


def _line(name: str, score: Score) -> str:
    return f"{name:22}{score.right:6}{score.wrong:7}{score.missed:8}{score.precision:11.3f}{score.recall:8.3f}"


def _microseconds(text: str) -> float:
    """The least of five times that a reading takes."""
    least = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(_TIMES):
            read_quantities(text, Domain.ENVIRONMENT)
        least = min(least, time.perf_counter() - started)
    return least / _TIMES * 1_000_000


def main() -> int:
    """Print both sets' figures. Status 1 where a sentence was misread."""
    misread = 0
    for name in SETS:
        sentences = tuple(labelled_sentences(name))
        result = scores(iter(sentences))
        print(f"\n{name}: {len(sentences)} sentences")
        print(f"{'':22}{'right':>6}{'wrong':>7}{'missed':>8}{'precision':>11}{'recall':>8}")
        for measure in QuantityMeasure:
            if measure in result.measures:
                print(_line(measure.value, result.measures[measure]))
        print(_line("total", result.total))
        for sentence, read in result.misread:
            misread += 1
            found = ", ".join(f"{measure.value} {value} {certainty.value}" for measure, value, certainty in read)
            print(f"misread: {sentence.text}\n    as {found or 'nothing'}")
    print(f"\n{_LENGTH} characters without a quantity: {_microseconds(_FILLING[:_LENGTH]):.0f} us")
    print(f"{_LENGTH} characters with two: {_microseconds((_TWO + _FILLING)[:_LENGTH]):.0f} us")
    return 1 if misread else 0


if __name__ == "__main__":
    sys.exit(main())
