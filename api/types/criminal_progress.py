"""How far a case has come after its transfer, as clients see it (移送后刑事案件办理进展)."""

import asyncio
from datetime import date

import strawberry

from api.context import ApiInfo
from api.types.enums import register_enum
from api.types.follow_ups import CriminalCase
from schema import criminal_progress_records, follow_up_records, records
from schema.criminal_progress_records import CriminalStage
from supervision.calendars import shanghai_day
from supervision.criminal_progress import criminal_progress

register_enum(
    CriminalStage,
    "How far a case has come on the criminal side. 刑事案件办理阶段",
    {
        CriminalStage.TRANSFERRED: "Handed over to the police, who have not decided.",
        CriminalStage.RETURNED: "The police returned it, and it was not handed over again.",
        CriminalStage.NOT_FILED: "The police decided not to file.",
        CriminalStage.FILED: "Filed; nobody was detained or arrested as far as is recorded.",
        CriminalStage.DETAINED: "Somebody was detained or arrested, be it that this has ended.",
        CriminalStage.WITHDRAWN: "The police withdrew the case.",
        CriminalStage.CONCLUDED: "The investigation is over; what it ended with is not recorded.",
        CriminalStage.SENT_FOR_PROSECUTION: "Handed to the prosecutors.",
        CriminalStage.PROSECUTED: "Before the court.",
        CriminalStage.JUDGED: "Judged.",
    },
)


async def case_criminal_progress(
    root: strawberry.Parent[records.PenaltyCase], info: ApiInfo
) -> criminal_progress_records.CriminalProgress | None:
    """The progress of a case as of today; None before anything was handed over."""
    of_case = info.context.loaders.follow_ups_of
    transfers, criminal_cases = await asyncio.gather(
        of_case[follow_up_records.Transfer].load(root.id), of_case[follow_up_records.CriminalCase].load(root.id)
    )
    return criminal_progress(
        [each for each in transfers if isinstance(each, follow_up_records.Transfer)],
        [each for each in criminal_cases if isinstance(each, follow_up_records.CriminalCase)],
        shanghai_day(info.context.services.clock()),
    )


@strawberry.type(description="How far a case has come after its transfer. 移送后刑事案件办理进展")
class CriminalProgress:
    """`schema.criminal_progress_records.CriminalProgress` as clients see it."""

    stage: CriminalStage = strawberry.field(description="The furthest that is on record. 阶段")
    since: date | None = strawberry.field(description="When it was reached; null where no record says. 起始日期")
    days: int | None = strawberry.field(description="Calendar days from then to today. 已历天数")
    criminal_case: CriminalCase | None = strawberry.field(
        description="The case that tells of it, of several the one decided last; null where a transfer does. 刑事案件"
    )
