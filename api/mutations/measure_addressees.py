"""Whom the records of cases name as those to be addressed in a measure, as the viewer may read them."""

from typing import Final

from api.context import Context
from schema.follow_up_records import EnforcementCase, Transfer
from schema.measure_records import Measure
from supervision.measure_drafting import agency_addressed

LONGEST_ADDRESSEE: Final = 200


async def police_of(context: Context, case_id: int) -> str | None:
    """The organ of the police to which a case was last handed over; None where no record names it."""
    told = await context.loaders.follow_ups_of[Transfer].load(case_id)
    return _last([each.to_organ for each in told if isinstance(each, Transfer)])


async def court_of(context: Context, case_id: int) -> str:
    """The court that was last asked to enforce a case; in general words where no record names it."""
    told = await context.loaders.follow_ups_of[EnforcementCase].load(case_id)
    return _last([each.court for each in told if isinstance(each, EnforcementCase)]) or "人民法院"


async def agency_readdressed(context: Context, draft: Measure, addressee: str | None) -> int | None:
    """The id of the agency to which a draft goes that is addressed anew: another where a case of it names another."""
    if addressee in {None, draft.addressee}:
        return draft.agency_id
    cases = await context.loaders.cases.load_many(list(draft.case_ids))
    agency = agency_addressed(addressee, [case for case in cases if case is not None])
    return None if agency is None else agency.id


def _last(names: list[str | None]) -> str | None:
    """The last name that can stand as an addressee."""
    return next((name for name in reversed(names) if name and len(name) <= LONGEST_ADDRESSEE), None)
