"""How alike the facts of two decisions are: by the pairs of neighbouring characters (两字组合) they share.

What says nothing of the act is left out first: days, digits, signs, the party's name and the words every officer writes
(`_ROUTINE`, `_PARTICLES`). So two different acts found on one inspection are not alike because of its wording.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

_ROUTINE: Final = re.compile(
    r"\d+\s*[年月日时分]|执法人员|检查人员|现场检查|监督检查|日常检查|检查时|检查|调查|经查明|经查|查明|查实|发现|进行|"
    "当事人|你单位|你公司|该单位|该公司|涉嫌|存在|以下|违法行为|上述|行为|事实"
)
_PARTICLES: Final = re.compile("[的了于在将对把被其等约及并和与从]")
# Two signs that no text has (Unicode keeps them for private use): what one covers matches nothing of the other.
_COVER: Final = "\ue000"
_OTHER_COVER: Final = "\ue001"
_RUNS: Final = re.compile(r"[\u3400-\u9fff]+")
_SHORTEST_PASSAGE: Final = 4
_LONGEST_PASSAGE: Final = 8
_MOST_PASSAGES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedWords:
    """A passage that two texts share, and where it begins in each (code points)."""

    quote: str
    position: int
    other_position: int


def likeness(one: str, other: str, *, party: str | None) -> int:
    """The share of pairs that both texts have, in whole percent of all their pairs: 100 where they say the same."""
    pairs, other_pairs = _pairs(one, party), _pairs(other, party)
    total = pairs.total() + other_pairs.total()
    shared = sum(min(count, other_pairs[pair]) for pair, count in pairs.items() if pair in other_pairs)
    return 200 * shared // total if total else 0


def longest_shared(one: str, other: str, *, party: str | None) -> SharedWords:
    """The longest passage both texts have, routine words and the party's name aside; empty where there is none."""
    told, other_told = _covered(one, party, _COVER), _covered(other, party, _OTHER_COVER)
    match = SequenceMatcher(None, told, other_told, autojunk=False).find_longest_match()
    return SharedWords(quote=one[match.a : match.a + match.size], position=match.a, other_position=match.b)


def telling_passages(text: str, *, party: str | None) -> tuple[str, ...]:
    """The longest passages of a text that tell of the act, three at most, each cut to what another may well share."""
    told = _covered(text, party, _COVER)
    runs = {run for run in _RUNS.findall(told) if len(run) >= _SHORTEST_PASSAGE}
    longest = sorted(runs, key=lambda run: (-len(run), told.index(run)))
    return tuple(run[:_LONGEST_PASSAGE] for run in longest[:_MOST_PASSAGES])


# A case is held against every other one of its party, and each of those against the others.
@lru_cache(maxsize=512)
def _pairs(text: str, party: str | None) -> Counter[str]:
    name = None if party is None else unicodedata.normalize("NFKC", party)
    told = _PARTICLES.sub("", _covered(unicodedata.normalize("NFKC", text), name, _COVER))
    letters = "".join(character for character in told if character.isalpha())
    return Counter(letters[place : place + 2] for place in range(len(letters) - 1))


def _covered(text: str, party: str | None, cover: str) -> str:
    """The text with what says nothing of the act covered, character for character."""
    told = text.replace(party, cover * len(party)) if party else text
    return _ROUTINE.sub(lambda found: cover * len(found.group()), told)
