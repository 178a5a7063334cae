"""Clues are opened, and led from one department to another until they are closed."""

from typing import Final

from api.context import ApiInfo
from api.mutations.changing import Changed, given, make_change, read_id, read_ids, read_optional_text, read_text
from api.mutations.clue_opening import ClueOpening, open_clue
from api.mutations.clue_steps import (
    Asked,
    ClueChange,
    account_of_id,
    changed_clue,
    desk_and_head,
    head_for,
    just,
    step_taken,
)
from api.types.clue_inputs import (
    AcceptClueInput,
    AcknowledgeClueInput,
    AssignClueInput,
    CloseClueInput,
    OpenClueInput,
    ReturnClueInput,
    TransferClueInput,
)
from schema.access_vocabularies import Permission
from schema.clue_states import ClueState
from schema.supervision_vocabularies import ClueClass
from stores.postgres import DatabaseConnection
from supervision.clue import way_back
from supervision.clue_actions import Accept, Acknowledge, Assign, Close, ClueAction, Return, Transfer

_LONGEST_TITLE: Final = 200


async def open_clue_mutation(info: ApiInfo, input: OpenClueInput) -> ClueChange:  # noqa: A002  the contract's name
    """Open a clue for a department of one's own procuratorate."""
    context = info.context

    def read() -> ClueOpening:
        handler = given(input.handler_id)
        return ClueOpening(
            title=read_text(input.title, "title", _LONGEST_TITLE),
            text=read_optional_text(input.text, "text"),
            source=input.source,
            clue_class=given(input.class_) or ClueClass.OTHER,
            department=input.department,
            case_ids=read_ids(input.case_ids, "PenaltyCase", "caseIds"),
            anomaly_ids=read_ids(input.anomaly_ids, "Anomaly", "anomalyIds"),
            handler_id=None if handler is None else read_id(handler, "User", "handlerId"),
            due_on=given(input.due_on),
        )

    async def sees() -> None:
        read()

    async def change(connection: DatabaseConnection) -> Changed:
        opened = await open_clue(connection, context, read())
        return Changed(opened.id, opened.case_ids)

    outcome = await make_change(
        context,
        "openClue",
        input,
        needs=Permission.HANDLE_CLUES,
        forbidden="Only whoever handles clues opens one. Tell the department's head what you know.",
        sees=sees,
        change=change,
    )
    return await changed_clue(context, outcome)


async def assign_clue(info: ApiInfo, input: AssignClueInput) -> ClueChange:  # noqa: A002  the contract's name
    """Name who handles a clue."""

    def read() -> Asked:
        handler_id = read_id(input.handler_id, "User", "handlerId")

        async def asked(connection: DatabaseConnection, _state: ClueState) -> ClueAction:
            return Assign(handler=await account_of_id(connection, handler_id), due_on=given(input.due_on))

        return asked

    return await step_taken(info.context, input, "assignClue", read)


async def transfer_clue(info: ApiInfo, input: TransferClueInput) -> ClueChange:  # noqa: A002  the contract's name
    """Hand a clue over to another department."""
    context = info.context

    def read() -> Asked:
        home = given(input.procuratorate_id)
        procuratorate_id = None if home is None else read_id(home, "Procuratorate", "procuratorateId")
        reason = read_text(input.reason, "reason")

        async def asked(connection: DatabaseConnection, state: ClueState) -> ClueAction:
            desk, head = await desk_and_head(connection, context, state, input.department, procuratorate_id)
            return Transfer(to=desk, head=head, reason=reason)

        return asked

    return await step_taken(context, input, "transferClue", read)


async def accept_clue(info: ApiInfo, input: AcceptClueInput) -> ClueChange:  # noqa: A002  the contract's name
    """Accept a clue that was handed over, and name who handles it."""

    def read() -> Asked:
        handler_id = read_id(input.handler_id, "User", "handlerId")

        async def asked(connection: DatabaseConnection, _state: ClueState) -> ClueAction:
            return Accept(handler=await account_of_id(connection, handler_id), due_on=given(input.due_on))

        return asked

    return await step_taken(info.context, input, "acceptClue", read)


async def return_clue(info: ApiInfo, input: ReturnClueInput) -> ClueChange:  # noqa: A002  the contract's name
    """Give a clue back to whoever sent it."""
    context = info.context

    def read() -> Asked:
        reason = read_text(input.reason, "reason")

        async def asked(connection: DatabaseConnection, state: ClueState) -> ClueAction:
            back = way_back(state)
            head = None if back is None else await head_for(connection, context, back[0])
            return Return(reason=reason, head=head)

        return asked

    return await step_taken(context, input, "returnClue", read)


async def close_clue(info: ApiInfo, input: CloseClueInput) -> ClueChange:  # noqa: A002  the contract's name
    """Close a clue with a result, which goes back to whoever sent it."""

    def read() -> Asked:
        return just(Close(result=read_text(input.result, "result")))

    return await step_taken(info.context, input, "closeClue", read)


async def acknowledge_clue(info: ApiInfo, input: AcknowledgeClueInput) -> ClueChange:  # noqa: A002  the contract's name
    """Take note of a clue's result."""

    def read() -> Asked:
        return just(Acknowledge())

    return await step_taken(info.context, input, "acknowledgeClue", read)
