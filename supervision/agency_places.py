"""The place in an agency's name (河南省南阳市卧龙区): its parts, and whether two names mean one place."""

import re
from dataclasses import dataclass
from typing import Final

_UNIT = r"特别行政区|自治区|自治州|自治县|自治旗|地区|省|盟|市(?!区)|县|旗(?!区)|区"
_PART = re.compile(rf"([一-龥]{{1,12}}?)({_UNIT})")
_LEVELS: Final = {
    **dict.fromkeys(("省", "自治区", "特别行政区"), 0),
    **dict.fromkeys(("市", "自治州", "盟", "地区"), 1),
    **dict.fromkeys(("区", "县", "旗", "自治县", "自治旗"), 2),
}
_SHORTEST_BARE: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a place: 海淀 and 区; the unit of a branch's place may be left out, and is empty then."""

    stem: str
    unit: str

    @property
    def level(self) -> int:
        """0 province, 1 city, 2 county or district."""
        return _LEVELS.get(self.unit, 2)


Place = tuple[Part, ...]


def whole_place(text: str) -> Place | None:
    """The parts of a text that is a place and nothing else, each with its unit; None for any other, and for none."""
    parts: list[Part] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            return None
        parts.append(Part(found[1], found[2]))
        position = found.end()
    return tuple(parts) or None


def leading_place(text: str) -> Place:
    """The parts a text begins with; none where it begins with no place."""
    parts: list[Part] = []
    position = 0
    while found := _PART.match(text, position):
        parts.append(Part(found[1], found[2]))
        position = found.end()
    return tuple(parts)


def is_told_apart(place: Place | None) -> bool:
    """Whether a place is one in all the country by itself: a district's name is not, and a bare one is not."""
    return place is not None and (place[-1].unit != "区" or len(place) > 1)


def last_stems(text: str) -> set[str]:
    """The stems with which a place's text may end, whether its unit stands there or not: 海淀 of 北京市海淀区."""
    stems = {text[start:] for start in range(len(text))}
    for unit in _LEVELS:
        if text.endswith(unit):
            bare = text[: -len(unit)]
            stems |= {bare[start:] for start in range(len(bare))}
    return stems


def means(text: str, place: Place) -> bool:
    """Whether a text means a place: its last part stands there, those above it may, and units may be left out.

    More may stand in front of a whole place that is one in all the country: 河南省 in front of 南阳市.
    """
    if len(text) < _SHORTEST_BARE:
        return False
    last = place[-1]
    if re.fullmatch(_above(place[:-1]) + _spelled(last), text):
        return True
    if last.unit in {"", "区"} and len(place) == 1:
        return False
    whole = "".join(part.stem + part.unit for part in place)
    above = whole_place(text.removesuffix(whole)) if text.endswith(whole) else None
    if above is None:
        return False
    # A city may lie in another (南阳市邓州市); nothing else lies in its like.
    return above[-1].level < place[0].level or (above[-1].unit == place[0].unit == "市" and above[-1] != place[0])


def _spelled(part: Part) -> str:
    unit = re.escape(part.unit) if part.unit else "[区县市]"
    return f"{re.escape(part.stem)}(?:{unit})?"


def _above(parts: Place) -> str:
    return "".join(f"(?:{_spelled(part)})?" for part in parts)


def contradict(told: Place, place: Place) -> bool:
    """Whether a place that was told of a sender is not that of an agency, nor one around it."""
    for part in told:
        same_level = [other for other in place if other.level == part.level]
        if same_level and not any(other.stem == part.stem for other in same_level):
            return True
    return False
