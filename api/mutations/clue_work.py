"""What is done with a clue while somebody handles it, alone or with other departments."""

from api.context import ApiInfo
from api.mutations.changing import LONGEST_REASON, given, read_id, read_optional_text, read_text
from api.mutations.clue_steps import Asked, ClueChange, desk_and_head, just, step_taken
from api.types.clue_inputs import (
    BeginClueInvestigationInput,
    BeginClueReviewInput,
    ExtendClueInput,
    GiveClueOpinionInput,
    InviteToClueInput,
    RecordClueStepInput,
)
from schema.clue_states import ClueState
from stores.postgres import DatabaseConnection
from supervision.clue_actions import (
    BeginInvestigation,
    BeginReview,
    ClueAction,
    Extend,
    GiveOpinion,
    Invite,
    RecordStep,
)


async def begin_clue_review(info: ApiInfo, input: BeginClueReviewInput) -> ClueChange:  # noqa: A002  as everywhere
    """Begin to review a clue."""

    def read() -> Asked:
        return just(BeginReview(note=read_optional_text(input.note, "note", LONGEST_REASON) or ""))

    return await step_taken(info.context, input, "beginClueReview", read)


async def begin_clue_investigation(
    info: ApiInfo,
    input: BeginClueInvestigationInput,  # noqa: A002  as everywhere
) -> ClueChange:
    """Begin to investigate a clue."""

    def read() -> Asked:
        return just(BeginInvestigation(note=read_optional_text(input.note, "note", LONGEST_REASON) or ""))

    return await step_taken(info.context, input, "beginClueInvestigation", read)


async def record_clue_step(info: ApiInfo, input: RecordClueStepInput) -> ClueChange:  # noqa: A002  as everywhere
    """Say what was done with a clue."""

    def read() -> Asked:
        return just(RecordStep(note=read_text(input.note, "note")))

    return await step_taken(info.context, input, "recordClueStep", read)


async def extend_clue(info: ApiInfo, input: ExtendClueInput) -> ClueChange:  # noqa: A002  as everywhere
    """Give a clue more time."""

    def read() -> Asked:
        return just(Extend(due_on=input.due_on, reason=read_text(input.reason, "reason")))

    return await step_taken(info.context, input, "extendClue", read)


async def invite_to_clue(info: ApiInfo, input: InviteToClueInput) -> ClueChange:  # noqa: A002  as everywhere
    """Ask another department to take part in a clue."""
    context = info.context

    def read() -> Asked:
        home = given(input.procuratorate_id)
        procuratorate_id = None if home is None else read_id(home, "Procuratorate", "procuratorateId")

        async def asked(connection: DatabaseConnection, state: ClueState) -> ClueAction:
            desk, head = await desk_and_head(connection, context, state, input.department, procuratorate_id)
            return Invite(desk=desk, work=input.work, head=head)

        return asked

    return await step_taken(context, input, "inviteToClue", read)


async def give_clue_opinion(info: ApiInfo, input: GiveClueOpinionInput) -> ClueChange:  # noqa: A002  as everywhere
    """Say what a department that takes part thinks of a clue."""

    def read() -> Asked:
        return just(
            GiveOpinion(
                work=input.work, opinion=read_text(input.opinion, "opinion"), department=given(input.department)
            )
        )

    return await step_taken(info.context, input, "giveClueOpinion", read)
