"""Assigning the reviews of files, and recording what they came to."""

from collections.abc import Sequence
from dataclasses import dataclass

import strawberry

from api.context import ApiInfo, Context
from api.mutations.campaign import stands_as
from api.mutations.changing import (
    KEY_DESCRIPTION,
    REVISION_DESCRIPTION,
    Changed,
    Outcome,
    RefusedError,
    UserError,
    UserErrorCode,
    make_change,
    read_id,
    read_optional_text,
    read_text,
    require_revision,
)
from api.paging import MAX_PAGE
from api.types.file_review import FileReview
from schema import campaign_records
from schema.access_records import Account
from schema.access_vocabularies import Permission
from schema.campaign_records import AnsweredItem, KnownReview
from schema.campaign_vocabularies import ChecklistAnswer, FileReviewOutcome
from stores.accounts import Standing, accounts_by_id, find_account, standings_of
from stores.campaigns import hold_campaign
from stores.file_reviews import keep_assigned, keep_reviewed, lock_review
from stores.postgres import DatabaseConnection
from supervision.access import permissions_of, scope_of
from supervision.checklists import checklist_of
from supervision.file_review import Blamed, ReviewRefusal, acts_for, assign, record

_LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class FileReviewChange:
    """A file review that was assigned or recorded, or why it was not."""

    file_review: campaign_records.FileReview | None
    user_errors: Sequence[UserError]


@strawberry.type(description="What became of an assignment. 阅卷分配结果")
class AssignFileReviewPayload:
    """`FileReviewChange` as clients see it."""

    file_review: FileReview | None = strawberry.field(description="The review as it stands now. 阅卷检查")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.type(description="What became of a record of a review. 阅卷登记结果")
class RecordFileReviewPayload:
    """`FileReviewChange` as clients see it."""

    file_review: FileReview | None = strawberry.field(description="The review as it stands now. 阅卷检查")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; else empty. 错误")


@strawberry.input(description="A file review, and who is to do it. 分配阅卷检查")
class AssignFileReviewInput:
    """What `assignFileReview` takes."""

    file_review_id: strawberry.ID = strawberry.field(description="The review. 阅卷检查")
    reviewer_login: str = strawberry.field(description="As what the reviewer signs in. 阅卷人登录名")
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.input(description="The answer to an item of the checklist. 检查项答案")
class ChecklistAnswerInput:
    """What `recordFileReview` takes for each item."""

    item: str = strawberry.field(description="The item's code. 检查项代码")
    answer: ChecklistAnswer = strawberry.field(description="What was found. 答案")
    note: str | None = strawberry.field(
        default=strawberry.UNSET, description="What there is to say of it; 2,000 characters at most. 备注"
    )


@strawberry.input(description="A file review, and what it came to. 登记阅卷检查")
class RecordFileReviewInput:
    """What `recordFileReview` takes."""

    file_review_id: strawberry.ID = strawberry.field(description="The review. 阅卷检查")
    outcome: FileReviewOutcome = strawberry.field(description="What it came to. 阅卷结果")
    answers: list[ChecklistAnswerInput] = strawberry.field(
        description="Of every item of the campaign's checklist; fewer where more files are needed. 检查项答案"
    )
    note: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why, where a problem was found or more files are needed; 2,000 characters at most. 备注",
    )
    expected_revision: int | None = strawberry.field(default=strawberry.UNSET, description=REVISION_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


async def assign_file_review(
    info: ApiInfo,
    input: AssignFileReviewInput,  # noqa: A002  the contract's name
) -> FileReviewChange:
    """Give a review to a reviewer, who sees the case and reviews files."""
    context, wanted = info.context, input

    async def sees() -> None:
        read_text(wanted.reviewer_login, "reviewerLogin")
        await _seen(context, wanted.file_review_id)

    async def change(connection: DatabaseConnection) -> Changed:
        known = await _locked(connection, context, wanted.file_review_id, wanted.expected_revision)
        reviewer = await _reviewer(connection, context, wanted.reviewer_login, known.case_id)
        campaign = await hold_campaign(connection, known.campaign_id)
        if campaign is None:
            raise _no_such_review()
        step = assign(_state(known), reviewer.id, campaign.status)
        if isinstance(step, ReviewRefusal):
            raise _refused(step)
        await keep_assigned(
            connection,
            known.id,
            reviewer_id=step.reviewer_id,
            actor_id=context.viewer.account.id,
            revision=step.revision,
            now=context.services.clock(),
        )
        return Changed(known.id, [known.case_id])

    outcome = await make_change(
        context,
        "assignFileReview",
        wanted,
        needs=Permission.MANAGE_CAMPAIGNS,
        forbidden="Only campaign offices, heads of departments and chiefs assign reviews. Ask one of them.",
        sees=sees,
        change=change,
    )
    return await _answered(context, outcome, wanted.file_review_id)


async def record_file_review(
    info: ApiInfo,
    input: RecordFileReviewInput,  # noqa: A002  the contract's name
) -> FileReviewChange:
    """Record what a review came to, by its reviewer or who stands in."""
    context, wanted = info.context, input

    async def sees() -> None:
        if len(wanted.answers) > MAX_PAGE:
            raise RefusedError(UserErrorCode.INVALID, f"`answers` holds at most {MAX_PAGE} answers.", "answers")
        read_optional_text(wanted.note, "note", _LONGEST_NOTE)
        for each in wanted.answers:
            read_optional_text(each.note, "answers", _LONGEST_NOTE)
        await _seen(context, wanted.file_review_id)

    async def change(connection: DatabaseConnection) -> Changed:
        known = await _locked(connection, context, wanted.file_review_id, wanted.expected_revision)
        campaign = await hold_campaign(connection, known.campaign_id)
        if campaign is None:
            raise _no_such_review()
        checklist = checklist_of(campaign.kind)
        questions = {each.item: each.question for each in checklist}
        answers = [
            AnsweredItem(
                item=each.item,
                question=questions.get(each.item, ""),
                answer=each.answer,
                note=read_optional_text(each.note, "answers", _LONGEST_NOTE),
            )
            for each in wanted.answers
        ]
        note = read_optional_text(wanted.note, "note", _LONGEST_NOTE)
        stands_in = await _acts_for(connection, context, known.reviewer_id)
        step = record(
            _state(known),
            checklist,
            answers,
            wanted.outcome,
            note,
            campaign=campaign.status,
            acts_for_reviewer=stands_in,
        )
        if isinstance(step, ReviewRefusal):
            raise _refused(step)
        await keep_reviewed(
            connection,
            known.id,
            outcome=wanted.outcome,
            answers=answers,
            note=note,
            reviewer_id=step.reviewer_id,
            actor_id=context.viewer.account.id,
            revision=step.revision,
            now=context.services.clock(),
        )
        return Changed(known.id, [known.case_id])

    outcome = await make_change(
        context,
        "recordFileReview",
        wanted,
        needs=Permission.REVIEW_FILES,
        forbidden="Only who handles cases reviews files. Ask the case's officer, or their head.",
        sees=sees,
        change=change,
    )
    return await _answered(context, outcome, wanted.file_review_id)


async def _answered(context: Context, outcome: Outcome, asked: str) -> FileReviewChange:
    review_id = stands_as(outcome, "FileReview", asked)
    if review_id is None:
        return FileReviewChange(None, outcome.user_errors)
    context.loaders.forget()
    return FileReviewChange(await context.loaders.file_reviews.load(review_id), outcome.user_errors)


async def _seen(context: Context, asked: str) -> None:
    if await context.loaders.file_reviews.load(read_id(asked, "FileReview", "fileReviewId")) is None:
        raise _no_such_review()


async def _locked(
    connection: DatabaseConnection, context: Context, asked: str, expected: int | None
) -> campaign_records.FileReview:
    known = await lock_review(connection, context.scope, read_id(asked, "FileReview", "fileReviewId"))
    if known is None:
        raise _no_such_review()
    require_revision(known.revision, expected, f"it is {known.status.value}")
    return known


async def _reviewer(connection: DatabaseConnection, context: Context, login: str, case_id: int) -> Account:
    """The account of a login, where it may review the file of a case."""
    found = await find_account(connection, login.strip())
    case = await context.loaders.cases.load(case_id)
    if found is not None and case is not None and found.disabled_at is None:
        home = found.procuratorate_id
        standings = {} if home is None else await standings_of(connection, [home])
        standing = standings.get(home or 0, Standing())
        scope = scope_of(found, standing.subordinates, highest=standing.highest)
        may = Permission.REVIEW_FILES in permissions_of(found.roles)
        if may and scope.holds(case.agency.id, case.agency.procuratorate_id):
            return found
    raise RefusedError(
        UserErrorCode.NOT_FOUND,
        "Nobody of this login may review this file. Choose an officer of the procuratorate that supervises the agency, "
        "or of one above it.",
        "reviewerLogin",
    )


async def _acts_for(connection: DatabaseConnection, context: Context, reviewer_id: int | None) -> bool:
    if reviewer_id is None:
        return False
    reviewer = (await accounts_by_id(connection, [reviewer_id]))[reviewer_id]
    return acts_for(context.viewer.account, reviewer, frozenset(context.scope.procuratorate_ids))


def _state(known: campaign_records.FileReview) -> KnownReview:
    return KnownReview(
        status=known.status, reviewer_id=known.reviewer_id, outcome=known.outcome, revision=known.revision
    )


def _refused(refusal: ReviewRefusal) -> RefusedError:
    of_state = refusal.blamed in {Blamed.STATE, Blamed.REVIEWER}
    code = UserErrorCode.NOT_ALLOWED if of_state else UserErrorCode.INVALID
    return RefusedError(code, refusal.sentence, refusal.blamed.value)


def _no_such_review() -> RefusedError:
    """The answer for a review that is not there, and for one that the viewer may not see."""
    return RefusedError(
        UserErrorCode.NOT_FOUND, "There is no such file review. Take `id` as a query returned it.", "fileReviewId"
    )
