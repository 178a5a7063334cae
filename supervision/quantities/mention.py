"""What is read from a text: a quantity, the words it was read from, and how they assert it."""

from dataclasses import dataclass
from decimal import Decimal

from schema.vocabularies import Certainty, QuantityMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityMention:
    """A quantity as one place of a text states it.

    `value` is exact, in `unit`, the one `schema.vocabularies.UNITS` gives for the measure. `quote` is the text from
    `start` to `end` (code points): the amount together with its object. `substance`: the object's word (废机油, 总铬).
    `acts` are the words for what was done in its sentence, in order: storing alone (贮存) is told from 倾倒 by them.
    `is_total` says that the amount includes others the sentence states (共计, or a whole of which 其中 names a part).
    """

    measure: QuantityMeasure
    value: Decimal
    unit: str
    substance: str | None
    quote: str
    start: int
    end: int
    certainty: Certainty
    acts: tuple[str, ...]
    is_total: bool
