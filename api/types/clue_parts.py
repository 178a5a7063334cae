"""What belongs to a clue: hand-overs, departments that take part, and who is owed the result."""

from dataclasses import dataclass
from datetime import datetime

import strawberry

from api.context import ApiInfo
from api.types.fields import resolved
from api.types.organisation import Procuratorate
from api.types.user import User
from schema import clue_records, records
from schema.access_records import Account
from schema.clue_records import Clue
from schema.supervision_vocabularies import HandOverOutcome, JointWork
from schema.vocabularies import Department


@dataclass(frozen=True, slots=True)
class ShownHandOver:
    """A hand-over with its clue, which says what of its texts may be shown."""

    clue: Clue
    part: clue_records.ClueHandOver


@dataclass(frozen=True, slots=True)
class ShownParticipation:
    """A participation with its clue, which says what of its texts may be shown."""

    clue: Clue
    part: clue_records.ClueParticipation


HandOverParent = strawberry.Parent[ShownHandOver]
ParticipationParent = strawberry.Parent[ShownParticipation]
ReceiptParent = strawberry.Parent[clue_records.ClueReceipt]


async def _account(info: ApiInfo, account_id: int | None) -> Account | None:
    return None if account_id is None else await info.context.loaders.accounts.load(account_id)


async def _procuratorate(info: ApiInfo, procuratorate_id: int | None) -> records.Procuratorate | None:
    return None if procuratorate_id is None else await info.context.loaders.procuratorates.load(procuratorate_id)


def _from_department(root: HandOverParent) -> Department:
    return root.part.from_desk.department


def _to_department(root: HandOverParent) -> Department:
    return root.part.to_desk.department


async def _from_procuratorate(root: HandOverParent, info: ApiInfo) -> records.Procuratorate | None:
    return await _procuratorate(info, root.part.from_desk.procuratorate_id)


async def _to_procuratorate(root: HandOverParent, info: ApiInfo) -> records.Procuratorate | None:
    return await _procuratorate(info, root.part.to_desk.procuratorate_id)


async def _sender(root: HandOverParent, info: ApiInfo) -> Account | None:
    return await _account(info, root.part.sender_id)


def _reason(root: HandOverParent, info: ApiInfo) -> str:
    return info.context.shown.written(root.part.reason, root.clue.person_names) or ""


def _sent_at(root: HandOverParent) -> datetime:
    return root.part.sent_at


def _outcome(root: HandOverParent) -> HandOverOutcome | None:
    return root.part.outcome


async def _ended_by(root: HandOverParent, info: ApiInfo) -> Account | None:
    return await _account(info, root.part.ended_by)


def _ended_at(root: HandOverParent) -> datetime | None:
    return root.part.ended_at


@strawberry.type(description="A clue handed from one department to another. 线索互转")
class ClueHandOver:
    """`ShownHandOver` as clients see it."""

    from_department: Department = resolved(_from_department, "Whence. 移送部门")
    from_procuratorate: Procuratorate | None = resolved(_from_procuratorate, "Of which procuratorate. 移送检察院")
    to_department: Department = resolved(_to_department, "Where to. 接收部门")
    to_procuratorate: Procuratorate | None = resolved(_to_procuratorate, "Of which procuratorate. 接收检察院")
    sender: User | None = resolved(_sender, "Who handed it over. 移送人")
    reason: str = resolved(_reason, "Why; persons by role. 移送理由（自然人按权限脱敏）")
    sent_at: datetime = resolved(_sent_at, "When. 移送时间")
    outcome: HandOverOutcome | None = resolved(_outcome, "How it ended; null while it waits for acceptance. 结果")
    ended_by: User | None = resolved(_ended_by, "Who accepted or returned it. 接收或退回人")
    ended_at: datetime | None = resolved(_ended_at, "When. 接收或退回时间")


def _work(root: ParticipationParent) -> JointWork:
    return root.part.work


def _department(root: ParticipationParent) -> Department:
    return root.part.desk.department


async def _invited_procuratorate(root: ParticipationParent, info: ApiInfo) -> records.Procuratorate | None:
    return await _procuratorate(info, root.part.desk.procuratorate_id)


async def _invited_by(root: ParticipationParent, info: ApiInfo) -> Account | None:
    return await _account(info, root.part.invited_by)


def _invited_at(root: ParticipationParent) -> datetime:
    return root.part.invited_at


def _opinion(root: ParticipationParent, info: ApiInfo) -> str | None:
    return info.context.shown.written(root.part.opinion, root.clue.person_names)


async def _opinion_by(root: ParticipationParent, info: ApiInfo) -> Account | None:
    return await _account(info, root.part.opinion_by)


def _opinion_at(root: ParticipationParent) -> datetime | None:
    return root.part.opinion_at


@strawberry.type(description="A department that takes part in a clue of another. 会同办理")
class ClueParticipation:
    """`ShownParticipation` as clients see it."""

    work: JointWork = resolved(_work, "In what. 会同方式")
    department: Department = resolved(_department, "Which. 会同部门")
    procuratorate: Procuratorate | None = resolved(_invited_procuratorate, "Of which procuratorate. 会同检察院")
    invited_by: User | None = resolved(_invited_by, "Who asked it. 邀请人")
    invited_at: datetime = resolved(_invited_at, "When. 邀请时间")
    opinion: str | None = resolved(_opinion, "What it thinks; persons by role. 会同意见（自然人按权限脱敏）")
    opinion_by: User | None = resolved(_opinion_by, "Who said so. 意见人")
    opinion_at: datetime | None = resolved(_opinion_at, "When. 意见时间")


async def _owed(root: ReceiptParent, info: ApiInfo) -> Account | None:
    return await _account(info, root.account_id)


async def _acknowledged_by(root: ReceiptParent, info: ApiInfo) -> Account | None:
    return await _account(info, root.acknowledged_by)


@strawberry.type(description="Somebody who is owed a clue's result. 线索结果反馈")
class ClueReceipt:
    """`schema.clue_records.ClueReceipt` as clients see it."""

    owed: User | None = resolved(_owed, "Who is to hear of it. 反馈对象")
    acknowledged_at: datetime | None = strawberry.field(description="When it was taken note of. 签收时间")
    acknowledged_by: User | None = resolved(_acknowledged_by, "By that person, or who stands in. 签收人")
