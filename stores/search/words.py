"""The words of the field: how a run of Han characters is segmented, and which words mean the same.

Both are applied to queries only, never to what is indexed: changing `data/` needs no reindex.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

import rjieba
import yaml

from schema.tokens import tokens

Tokens = tuple[str, ...]

_PARTICLES = frozenset("的之和与及或而并且在对于将把从向以由被为等了")
"""Characters that join words and belong to neither: beside 的, another word may stand in the decision."""

_LEADING = frozenset("未不无非已应须勿各该本再曾均另")
"""Characters that belong to the word after them: 未取得, 不合格."""


class Segmenter:
    """Cuts runs of Han characters into words, by the general dictionary and the words of the field."""

    def __init__(self, words: Iterable[str]) -> None:
        """Load the general dictionary (a tenth of a second) and add the words of the field, which are never cut."""
        self._jieba = rjieba.Jieba()
        for word in words:
            self._jieba.add_word(word, None, None)

    def words(self, run: str) -> list[str]:
        """Cut a run of Han characters into words that together are the run, each character once and in order.

        A single character says little alone, so it never stays alone unless it is a particle: neighbouring single
        characters become one word (a name that no dictionary knows: 张三), one alone joins the word before it (a
        suffix: 污染 罪), or the word after it where it leads or nothing can take it before. Without the statistical
        model for unknown words: the same run is always cut the same way, whatever stands around it.
        """
        words: list[str] = []
        singles = ""
        for word in self._jieba.cut(run, False):
            if len(word) == 1 and word not in _PARTICLES:
                singles += word
                continue
            _append(words, singles, word)
            singles = ""
        _append(words, singles, None)
        return words


def _append(words: list[str], singles: str, following: str | None) -> None:
    """Append pending single characters and the word that follows them, joined as `Segmenter.words` says."""
    lone = len(singles) == 1
    takes_before = bool(words) and words[-1] not in _PARTICLES
    takes_after = following is not None and following not in _PARTICLES
    if lone and takes_after and (singles in _LEADING or not takes_before):
        words.append(f"{singles}{following}")
        return
    if lone and takes_before:
        words[-1] += singles
    elif singles:
        words.append(singles)
    if following is not None:
        words.append(following)


def _data(name: str) -> str:
    return resources.files("stores.search").joinpath("data", name).read_text("utf-8")


def dictionary() -> list[str]:
    """The words of the field in the order of the file; a line starting with # is a heading."""
    lines = (line.strip() for line in _data("dictionary.txt").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def synonym_groups() -> list[list[str]]:
    """The groups of words that mean the same, as the file has them."""
    groups: list[list[str]] = yaml.safe_load(_data("synonyms.yaml"))
    return groups


@cache
def segmenter() -> Segmenter:
    """The segmenter, built at the first call; every synonym is a word of the field too."""
    synonyms = (term for group in synonym_groups() for term in group)
    return Segmenter(dict.fromkeys([*dictionary(), *synonyms]))


@cache
def _synonyms() -> Mapping[Tokens, Sequence[Tokens]]:
    """Each term's synonyms, by tokens, built at the first call."""
    synonyms: dict[Tokens, list[Tokens]] = {}
    for group in synonym_groups():
        terms = [tuple(tokens(term)) for term in group]
        for term in terms:
            known = synonyms.setdefault(term, [])
            known += [other for other in terms if other != term and other not in known]
    return synonyms


def synonyms_of(word: Tokens) -> Sequence[Tokens]:
    """The other words that mean the same as this one, without those that only mean the same as they do.

    A term of two groups ties them to itself, not to each other: 市场监督管理局 succeeded both 工商局 and 食药监局,
    which were never the same.
    """
    return _synonyms().get(word, ())
