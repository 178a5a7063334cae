"""What the mutations of clues take, and what they answer."""

from datetime import date

import strawberry

from api.mutations.changing import KEY_DESCRIPTION, REVISION_DESCRIPTION, UserError
from api.types.clue import Clue
from schema.supervision_vocabularies import ClueClass, ClueSource, JointWork
from schema.vocabularies import Department

_CLUE = "The clue. 线索"
_HANDLER = "Somebody of the department, who is to answer for it. 承办人"
_UNSET = strawberry.UNSET


@strawberry.type(description="What became of a change of a clue. 线索操作结果")
class CluePayload:
    """`api.mutations.clue.ClueChange` as clients see it."""

    clue: Clue | None = strawberry.field(
        description="The clue as it stands now; of a refused change only where it was STALE. 线索"
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A clue to be opened for a department of one's own procuratorate. 登记线索")
class OpenClueInput:
    """What `openClue` takes."""

    title: str = strawberry.field(description="What it is about; 200 characters at most. 标题")
    text: str | None = strawberry.field(default=_UNSET, description="What is known. 内容")
    source: ClueSource = strawberry.field(description="Where it came from. 来源")
    department: Department = strawberry.field(description="Which is to handle it. 承办部门")
    case_ids: list[strawberry.ID] | None = strawberry.field(default=_UNSET, description="What it is about. 涉及案件")
    anomaly_ids: list[strawberry.ID] | None = strawberry.field(
        default=_UNSET, description="The findings that it came from; their cases are added. 异常"
    )
    handler_id: strawberry.ID | None = strawberry.field(default=_UNSET, description=_HANDLER)
    due_on: date | None = strawberry.field(
        default=_UNSET, description="The last day to close it; by default that of the limit of its class. 办理期限"
    )
    class_: ClueClass | None = strawberry.field(
        default=_UNSET, name="class", description="What it is a clue to; by default OTHER. 类别"
    )
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue, and who is to handle it. 分派线索")
class AssignClueInput:
    """What `assignClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    handler_id: strawberry.ID = strawberry.field(description=_HANDLER)
    due_on: date | None = strawberry.field(default=_UNSET, description="Another last day to close it. 办理期限")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue that somebody begins to review. 开始审查")
class BeginClueReviewInput:
    """What `beginClueReview` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    note: str | None = strawberry.field(default=_UNSET, description="What is to be said of it. 说明")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue that somebody begins to investigate. 开始调查")
class BeginClueInvestigationInput:
    """What `beginClueInvestigation` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    note: str | None = strawberry.field(default=_UNSET, description="What is to be said of it. 说明")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="What was done with a clue. 办理记录")
class RecordClueStepInput:
    """What `recordClueStep` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    note: str = strawberry.field(description="What was done; 2,000 characters at most. 办理情况")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue that gets more time. 延长线索办理期限")
class ExtendClueInput:
    """What `extendClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    due_on: date = strawberry.field(description="The later last day to close it. 办理期限")
    reason: str = strawberry.field(description="Why; 2,000 characters at most. 理由")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue, and the department that it is handed to. 线索移送")
class TransferClueInput:
    """What `transferClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    department: Department = strawberry.field(description="Which is to accept it. 接收部门")
    procuratorate_id: strawberry.ID | None = strawberry.field(
        default=_UNSET, description="Of which procuratorate; by default of the one that handles it. 接收检察院"
    )
    reason: str = strawberry.field(description="Why; 2,000 characters at most. 理由")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue that was handed over, and who is to handle it. 接收线索")
class AcceptClueInput:
    """What `acceptClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    handler_id: strawberry.ID = strawberry.field(description=_HANDLER)
    due_on: date | None = strawberry.field(default=_UNSET, description="Another last day to close it. 办理期限")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue that goes back to whoever sent it. 退回线索")
class ReturnClueInput:
    """What `returnClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    reason: str = strawberry.field(description="Why; 2,000 characters at most. 理由")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue, and the department that is asked to take part in it. 邀请会同办理")
class InviteToClueInput:
    """What `inviteToClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    department: Department = strawberry.field(description="Which. 会同部门")
    procuratorate_id: strawberry.ID | None = strawberry.field(
        default=_UNSET, description="Of which procuratorate; by default of the one that handles it. 会同检察院"
    )
    work: JointWork = strawberry.field(description="In what. 会同方式")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="What a department that was asked to take part thinks of a clue. 会同意见")
class GiveClueOpinionInput:
    """What `giveClueOpinion` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    work: JointWork = strawberry.field(description="In what it was asked to take part. 会同方式")
    opinion: str = strawberry.field(description="What it thinks; 2,000 characters at most. 意见")
    department: Department | None = strawberry.field(
        default=_UNSET, description="In the name of which; by default of one's own. 会同部门"
    )
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue, and what came of it. 办结线索")
class CloseClueInput:
    """What `closeClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    result: str = strawberry.field(description="What came of it; 2,000 characters at most. 办理结果")
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="A clue of whose result somebody takes note. 签收线索结果")
class AcknowledgeClueInput:
    """What `acknowledgeClue` takes."""

    clue_id: strawberry.ID = strawberry.field(description=_CLUE)
    expected_revision: int | None = strawberry.field(default=_UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=_UNSET, description=KEY_DESCRIPTION)
