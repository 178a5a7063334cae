"""Quantities that the rules weigh, as an agency states them or its texts say them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import strawberry

from api.context import ApiInfo
from schema.records import PenaltyCase
from schema.vocabularies import Certainty
from supervision.quantities.weighing import WeighedQuantity, weigh_quantities

MOST_QUANTITIES: Final = 100
"""Of one case; a text that says more is no decision's."""


@strawberry.type(description="A quantity with the words it was read from. 涉案数量")
class Quantity:
    """`supervision.quantities.weighing.WeighedQuantity` as clients see it."""

    measure: str = strawberry.field(description="What is measured, as feeds name it (hazardous_waste). 计量项目")
    value: Decimal = strawberry.field(description="How much, in the unit. 数值")
    unit: str = strawberry.field(description="t, mu, m3, yuan, count or times. 单位（吨、亩、立方米、元、株、倍）")
    quote: str | None = strawberry.field(
        description="The words of the text that say it, or that differ from it; persons by role. 原文"
    )
    certainty: Certainty = strawberry.field(
        description="POSSIBLE where the text doubts, estimates or attributes it. 确定程度"
    )
    disagrees: bool = strawberry.field(
        description="Whether the agency states it and its text says something else. 与原文是否不一致"
    )


def case_quantities(root: strawberry.Parent[PenaltyCase], info: ApiInfo) -> Sequence[Quantity]:
    """A case's quantities, a hundred at most: what the agency states first."""
    texts = (root.facts, root.penalty_content, root.title)
    weighed = weigh_quantities(root.quantities, texts, root.domain)[:MOST_QUANTITIES]
    shown = info.context.shown
    quotes = {place: shown.quotes(root, text) for place, text in enumerate(texts) if text} if weighed else {}
    return [_shown(quantity, quotes) for quantity in weighed]


def _shown(quantity: WeighedQuantity, quotes: Mapping[int, Callable[[int, int], str]]) -> Quantity:
    quote = None
    if quantity.mention is not None and quantity.text is not None:
        quote = quotes[quantity.text](quantity.mention.start, quantity.mention.end)
    return Quantity(
        measure=quantity.measure.value,
        value=quantity.value,
        unit=quantity.unit,
        quote=quote,
        certainty=quantity.certainty,
        disagrees=quantity.disagrees,
    )
