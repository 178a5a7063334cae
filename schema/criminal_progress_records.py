"""How far a case has come on the criminal side (刑事案件办理进展): the shape of the answer."""

from dataclasses import dataclass
from datetime import date

from schema.follow_up_records import CriminalCase
from schema.vocabularies import Labelled


class CriminalStage(Labelled):
    """The furthest that what is on record tells of; the members stand in the order of the procedure."""

    TRANSFERRED = "TRANSFERRED", "已移送，待决定"
    RETURNED = "RETURNED", "已退回"
    NOT_FILED = "NOT_FILED", "不予立案"
    FILED = "FILED", "已立案侦查"
    DETAINED = "DETAINED", "已拘留或逮捕"
    WITHDRAWN = "WITHDRAWN", "已撤销案件"
    CONCLUDED = "CONCLUDED", "侦查终结"
    SENT_FOR_PROSECUTION = "SENT_FOR_PROSECUTION", "已移送审查起诉"
    PROSECUTED = "PROSECUTED", "已提起公诉"
    JUDGED = "JUDGED", "已判决"


@dataclass(frozen=True, slots=True, kw_only=True)
class CriminalProgress:
    """The stage, the day it was reached (None where no record says), and calendar days from then to today.

    `criminal_case` tells of it; None where a transfer does.
    """

    stage: CriminalStage
    since: date | None
    days: int | None
    criminal_case: CriminalCase | None
