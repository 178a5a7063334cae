"""What a draft tells of its cases: what was found in each, as the viewer may know it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from api.context import Context
from schema import records
from schema.vocabularies import AnomalyStatus
from supervision.measure_drafting import DraftedCase

_OPEN: Final = frozenset({AnomalyStatus.OPEN, AnomalyStatus.CONFIRMED})


async def findings_told(context: Context, cases: Sequence[records.PenaltyCase]) -> list[DraftedCase]:
    """Cases with what a draft tells of them; asked before a change, which so needs no second connection for it."""
    found = await asyncio.gather(*(_findings(context, case) for case in cases))
    return [DraftedCase(case=case, findings=told) for case, told in zip(cases, found, strict=True)]


async def _findings(context: Context, case: records.PenaltyCase) -> list[str]:
    """What was found in a case, but for what tells of a case out of scope."""
    found = await context.loaders.anomalies_of.load(case.id)
    return [
        each.explanation
        for each in found
        if each.status in _OPEN and context.gate.lets_part(each) and not await context.other_cases.hides(each)
    ]
