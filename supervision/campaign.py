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


def refuse_closing(status: CampaignStatus, *, may_manage: bool) -> str | None:
    """Why a campaign is not closed by somebody; None: it may be. `may_manage`: it is of a procuratorate in scope."""
    if not may_manage:
        return "This campaign is a superior procuratorate's: only that one closes it. Ask its campaign office."
    if status is CampaignStatus.CLOSED:
        return "This campaign is CLOSED already. Read its summary."
    return None
