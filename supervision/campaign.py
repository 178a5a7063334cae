"""The life of a special campaign (专项活动): whose it is, and when it ends. Pure."""

from schema.access_records import Scope
from schema.campaign_vocabularies import CampaignStatus
from schema.records import Procuratorate


def scope_of_campaign(procuratorate: Procuratorate | None, subordinates: tuple[int, ...]) -> Scope:
    """Whose cases a campaign selects: those of the procuratorate that runs it and of all below it; None: all.

    Its findings may be asked for, and nobody's name: whoever sees the campaign would learn of whom its cases are.
    """
    if procuratorate is None:
        return Scope(everything=True, findings=True)
    highest = procuratorate.parent_id is None
    return Scope(procuratorate_ids=subordinates, unassigned=highest, findings=True)


def refuse_closing(status: CampaignStatus, procuratorate_id: int | None, scope: Scope) -> str | None:
    """Why a campaign is not closed by somebody of this scope; None: it may be.

    One of the whole platform is no city's, though a city sees what is nobody's.
    """
    if not scope.everything and procuratorate_id is None:
        return "This campaign is the whole platform's: only who sees all of it closes it. Ask who runs the platform."
    if not scope.supervises(procuratorate_id):
        return "This campaign is a superior procuratorate's: only that one closes it. Ask its campaign office."
    if status is CampaignStatus.CLOSED:
        return "This campaign is CLOSED already. Read its summary."
    return None
