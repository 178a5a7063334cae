"""Where a query's phrases stand in a text, and the fragments that show them.

Positions are found token by token (schema.tokens), as both engines match, so what is marked is what was found.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from html import escape

from schema.tokens import token_spans, token_text
from schema.vocabularies import SearchField
from stores.search.query_tree import AllOf, AnyOf, Node, Not, Phrase

Span = tuple[int, int]
"""Start and end of a part of a text, as a slice has them."""

_NEWLINES = str.maketrans(dict.fromkeys("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))
_SENTENCE_ENDS = frozenset("。！？；!?;\n\r")
_NEAR = 6
"""An edge of a fragment is moved by up to a sixth of its size to begin or end with a sentence."""


def find_spans(tree: Node | None, field: SearchField, text: str | None) -> list[Span]:
    """Find the phrases of a tree in a field's text: spans in order, those that overlap or touch merged into one.

    Excluded phrases and those of another field are not looked for. A span runs from its first token's start to its last
    token's end, punctuation between them included.
    """
    # Most fields hold no phrase of the query; to see that takes a third of the time of finding places.
    padded = f" {token_text(text)} "
    by_first_token: dict[str, list[tuple[str, ...]]] = {}
    for phrase in set(_phrases(tree, field)):
        if f" {' '.join(phrase)} " in padded:
            by_first_token.setdefault(phrase[0], []).append(phrase)
    if not by_first_token or not text:
        return []
    found: list[Span] = []
    spans = token_spans(text)
    tokens = tuple(token.text for token in spans)
    for index, token in enumerate(tokens):
        for phrase in by_first_token.get(token, ()):
            end = index + len(phrase)
            if tokens[index:end] == phrase:
                found.append((spans[index].start, spans[end - 1].end))
    return _merged(found)


def find_spans_outside(
    tree: Node | None, field: SearchField, text: str, covers: Sequence[tuple[int, int, str]]
) -> list[Span]:
    """The spans of a text of which some parts may not be known: no phrase is found in a covered part, or across one."""
    found: list[Span] = []
    for start, end in _between(_disjoint(covers), len(text)):
        found += [(start + first, start + last) for first, last in find_spans(tree, field, text[start:end])]
    return found


def _between(covers: Sequence[tuple[Span, str]], length: int) -> Iterator[Span]:
    """Find what covers leave of a text."""
    start = 0
    for (first, last), _ in covers:
        yield start, first
        start = last
    yield start, length


def _phrases(tree: Node | None, field: SearchField) -> Iterator[tuple[str, ...]]:
    match tree:
        case Phrase(tokens, named):
            if named in (None, field):
                yield tokens
        case AllOf(operands) | AnyOf(operands):
            for operand in operands:
                yield from _phrases(operand, field)
        case Not() | None:
            return


def fragments(
    text: str,
    spans: Sequence[Span],
    *,
    covers: Sequence[tuple[int, int, str]] = (),
    size: int = 60,
    limit: int = 3,
) -> list[str]:
    """Show the spans of a text in at most `limit` fragments of about `size` characters, as HTML.

    Fragments with the most spans are chosen, then the earlier ones, and come in the order of the text. Everything is
    escaped, matches stand in <em>, line ends are spaces. A cover (start, end, replacement) is a part of the text that
    may not be shown: its replacement stands there instead, is never cut, and is marked whole where a match touches the
    part. Of covers that overlap, the first one's replacement stands for all. A fragment can be longer than `size` by a
    third, and by a replacement; a match longer than `size` is cut.
    """
    shown, replacements, marks = _covered(text, spans, covers)
    windows: list[Span] = []
    while len(windows) < limit:
        candidates = [found for room in _rooms(windows, len(shown)) for found in _densest(marks, room, size)]
        if not candidates:
            break
        _, core, room = min(candidates)
        windows.append(_window(shown, core, room, size, replacements=replacements, marks=marks))
    return [_html(shown, window, marks) for window in sorted(windows)]


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Bring spans into order, and those that overlap or touch into one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _covered(
    text: str, spans: Sequence[Span], covers: Sequence[tuple[int, int, str]]
) -> tuple[str, list[Span], list[Span]]:
    """Put the replacements in: the text to show, where they stand in it, and where the spans do."""
    places: list[Span] = []
    replacements: list[Span] = []
    parts: list[str] = []
    length = 0
    for (start, end), replacement in _disjoint(covers):
        plain = text[places[-1][1] if places else 0 : start]
        parts += [plain, replacement]
        length += len(plain) + len(replacement)
        places.append((start, end))
        replacements.append((length - len(replacement), length))
    parts.append(text[places[-1][1] if places else 0 :])
    starts = [start for start, _ in places]

    def moved(position: int, cover: int, *, to: int) -> int:
        """Where a position went that the given cover is the last one before; inside it, to its start (0) or end (1)."""
        if cover < 0:
            return position
        if position < places[cover][1]:
            return replacements[cover][to]
        return position - places[cover][1] + replacements[cover][1]

    marks = (
        (moved(start, bisect_right(starts, start) - 1, to=0), moved(end, bisect_left(starts, end) - 1, to=1))
        for start, end in spans
    )
    return "".join(parts), replacements, _merged([(start, end) for start, end in marks if start < end])


def _disjoint(covers: Sequence[tuple[int, int, str]]) -> list[tuple[Span, str]]:
    """Bring covers into order, and those that overlap into one with the first one's replacement."""
    disjoint: list[tuple[Span, str]] = []
    for start, end, replacement in sorted(covers):
        if disjoint and start < disjoint[-1][0][1]:
            (first, last), kept = disjoint[-1]
            disjoint[-1] = ((first, max(end, last)), kept)
        elif start < end:
            disjoint.append(((start, end), replacement))
    return disjoint


def _rooms(windows: list[Span], length: int) -> list[Span]:
    """Find what the chosen windows leave free."""
    edges = [0, *(edge for window in sorted(windows) for edge in window), length]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _densest(marks: list[Span], room: Span, size: int) -> list[tuple[int, Span, Span]]:
    """Find where the most marks stand within `size` characters of a room: minus their number, their span, the room."""
    inside = [(start, end) for start, end in marks if room[0] <= start and end <= room[1]]
    best: list[tuple[int, Span, Span]] = []
    last = 0
    for first, (start, _) in enumerate(inside):
        last = max(last, first)
        while last + 1 < len(inside) and inside[last + 1][1] - start <= size:
            last += 1
        if not best or first - last - 1 < best[0][0]:
            best = [(first - last - 1, (start, inside[last][1]), room)]
    return best


def _window(shown: str, core: Span, room: Span, size: int, *, replacements: list[Span], marks: list[Span]) -> Span:
    """Widen the span of some marks to about `size` characters of its room; a longer one is cut.

    An edge is first placed so that the marks stand in the middle, then at a sentence's end when one is near, then, if
    it would cut another mark or a replacement, so that it leaves that out.
    """
    start, end = core
    if end - start > size:
        end = max([start + size, *(stop for begin, stop in replacements if begin < start + size < stop)])
    left = max(room[0], start - (size - (end - start)) // 2)
    right = min(room[1], max(end, left + size))
    left = max(room[0], min(left, right - size))
    near = size // _NEAR
    if left > 0:
        left = _nearest(shown, left, range(max(room[0], left - near), min(start, left + near) + 1))
    if right < len(shown):
        right = _nearest(shown, right, range(max(end, right - near), min(room[1], right + near) + 1))
    while left < start and shown[left].isspace():
        left += 1
    while right > end and shown[right - 1].isspace():
        right -= 1
    blocks = [*replacements, *marks]
    left = max([left, *(stop for begin, stop in blocks if begin < left < stop)])
    right = min([right, *(begin for begin, stop in blocks if begin < right < stop)])
    return min(left, start), max(right, end)


def _nearest(shown: str, edge: int, places: range) -> int:
    """Find the place nearest to an edge that has a sentence's end, or the text's, before it; else the edge itself."""
    ends = (place for place in places if place in (0, len(shown)) or shown[place - 1] in _SENTENCE_ENDS)
    return min(ends, key=lambda place: abs(place - edge), default=edge)


def _html(shown: str, window: Span, marks: list[Span]) -> str:
    parts: list[str] = []
    position, stop = window
    for mark in marks:
        start, end = max(mark[0], position), min(mark[1], stop)
        if start < end:
            parts += [escape(shown[position:start], quote=False), f"<em>{escape(shown[start:end], quote=False)}</em>"]
            position = end
    parts.append(escape(shown[position:stop], quote=False))
    return "".join(parts).translate(_NEWLINES)
