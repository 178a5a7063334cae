"""What the API serves, compared with the contract its clients were promised, and with the SDL that is committed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
    print_ast,
)

from api.graphql_schema import schema, sdl
from tests.conftest import REPOSITORY, SHARED

CONTRACT = SHARED / "contract" / "schema.graphql"
PRINTED = REPOSITORY / "schema" / "schema.graphql"

NOT_YET_SERVED = frozenset[str]()
"""What the contract promises and later issues bring; whoever serves one takes it off this list."""

SERVED_BESIDES = frozenset(
    """
    CaseChange CaseChangeConnection CaseChangeEdge PenaltyCase.history
    FeedRunChange FeedRunChangeConnection FeedRunChangeEdge FieldChange FeedRun.changes
    SkippedLine FeedRun.skipped FeedRun.warnings FeedRun.reason FeedRun.agency FeedRun.loadedBy
    Act CoerciveMeasure CoerciveMeasureType ProcuratorialMeasure Reconsideration RemedyOutcome RemedyType
    TransferDecision WaitingRecord WaitingRecordConnection WaitingRecordEdge
    PenaltyCase.reconsiderations PenaltyCase.coerciveMeasures PenaltyCase.procuratorialMeasures
    Transfer.reportedOn Transfer.decision Transfer.refusalReason
    CriminalCase.noticeToAgencyOn CriminalCase.activity
    EnforcementCase.receivedOn EnforcementCase.acceptedOn EnforcementCase.refusedOn EnforcementCase.refusalReason
    EnforcementCase.rulingReason EnforcementCase.overturnedOn EnforcementCase.enforcedBy EnforcementCase.costs
    EnforcementCase.actions
    PenaltyCase.timeline(skipNewest) PenaltyCase.timelineCount
    Query.waitingRecords
    CriminalProgress CriminalStage PenaltyCase.criminalProgress
    AnomalyEvent AnomalyEventConnection AnomalyEventEdge AnomalyEventKind AnomalyReplay CitedLaw
    Anomaly.asOf Anomaly.history Anomaly.law Anomaly.permalink Anomaly.replay Anomaly.ruleVersion Evidence.position
    Rule.version Rule.titleEn Rule.condition Rule.conditionEn Rule.due
    CannotTellCount CannotTellCountConnection CannotTellCountEdge Query.cannotTellCounts
    DismissAnomalyInput.idempotencyKey ConfirmAnomalyInput.idempotencyKey
    Permission User.agency User.login User.permissions
    AlertKind AuditAction AuditAlert AuditEntry AuditEntryEdge AuditFilter AuditTrailConnection
    Query.auditTrail Query.auditAlerts
    Measure.urgent Measure.procuratorate Measure.department Measure.author Measure.issuedOn Measure.checkedOn
    Measure.copiedOn Measure.escalatedTo Measure.document
    DraftMeasureInput CopyMeasureToLegalOfficeInput Mutation.draftMeasure Mutation.copyMeasureToLegalOffice
    IssueMeasureInput.urgent IssueMeasureInput.measureId
    IssueMeasureInput.expectedRevision IssueMeasureInput.idempotencyKey
    ServeMeasureInput.expectedRevision ServeMeasureInput.idempotencyKey
    RecordReplyInput.expectedRevision RecordReplyInput.idempotencyKey
    RecordRectificationInput.expectedRevision RecordRectificationInput.idempotencyKey
    EscalateMeasureInput.expectedRevision EscalateMeasureInput.idempotencyKey
    WithdrawMeasureInput.expectedRevision WithdrawMeasureInput.idempotencyKey
    CaseFacets.rules CaseFacets.certainties StatisticsKey.RULE StatisticsKey.CERTAINTY
    ClueClass ClueRise ClueHandOver ClueParticipation ClueReceipt HandOverOutcome JointWork
    Clue.class Clue.procuratorate Clue.opener Clue.risenTo Clue.openedAt Clue.lastStepAt Clue.closedAt Clue.handOvers
    Clue.participations Clue.receipts
    ClueFilter.classes ClueFilter.sources ClueFilter.unacknowledged ClueFilter.risenTo
    OpenClueInput.class AcceptClueInput.dueOn Coercion.ordinaryDueOn
    BeginClueReviewInput BeginClueInvestigationInput RecordClueStepInput ExtendClueInput InviteToClueInput
    GiveClueOpinionInput
    Mutation.beginClueReview Mutation.beginClueInvestigation Mutation.recordClueStep Mutation.extendClue
    Mutation.inviteToClue Mutation.giveClueOpinion
    OpenClueInput.idempotencyKey AssignClueInput.idempotencyKey TransferClueInput.idempotencyKey
    AcceptClueInput.idempotencyKey ReturnClueInput.idempotencyKey CloseClueInput.idempotencyKey
    AcknowledgeClueInput.idempotencyKey AssignClueInput.expectedRevision TransferClueInput.expectedRevision
    AcceptClueInput.expectedRevision ReturnClueInput.expectedRevision CloseClueInput.expectedRevision
    AcknowledgeClueInput.expectedRevision
    TriageCaseInput.measureKind TriageCaseInput.expectedRevision TriageCaseInput.idempotencyKey
    TriageDecisionConnection TriageDecisionEdge TriageDecisionRecord PenaltyCase.triage
    LinkPath LinkStep Query.linkPath
    TriageQueueConnection TriageQueueEdge TriageQueueItem Query.triageQueue
    Campaign CampaignConnection CampaignEdge CampaignKind CampaignPayload CampaignProgress CampaignStatus
    ChecklistAnswer ChecklistAnswerInput ChecklistItem AnsweredItem FileReview FileReviewConnection FileReviewEdge
    FileReviewEvent FileReviewEventKind FileReviewOutcome FileReviewStatus OpenCampaignInput CloseCampaignInput
    AssignFileReviewInput AssignFileReviewPayload RecordFileReviewInput RecordFileReviewPayload Query.campaigns
    Mutation.openCampaign Mutation.closeCampaign Mutation.assignFileReview Mutation.recordFileReview
    Activity ActivityConnection ActivityEdge ActivityEvent ActivityEventKind ActivityFilter ActivityKind
    ActivityPayload Participant ParticipantCategory ParticipantInput RecordActivityInput RecordActivityOutcomeInput
    Query.activities Mutation.recordActivity Mutation.recordActivityOutcome
    CustodiesFilter Custody CustodyConnection CustodyEdge CustodyState Query.custodies
    DutyCrimeCase DutyCrimeCaseConnection DutyCrimeCaseEdge DutyCrimeCasesFilter DutyCrimeEventKind DutyCrimePayload
    DutyCrimeStatus FileDutyCrimeCaseInput RecordDutyCrimeStepInput Query.dutyCrimeCases
    Mutation.fileDutyCrimeCase Mutation.recordDutyCrimeStep
    PublicInterestCase PublicInterestCaseConnection PublicInterestCaseEdge PublicInterestCasesFilter
    PublicInterestEventKind PublicInterestPayload PublicInterestStatus FilePublicInterestCaseInput
    RecordPublicInterestStepInput Query.publicInterestCases
    Mutation.filePublicInterestCase Mutation.recordPublicInterestStep
    CountyFigures CountyRank CountyReport CountyReportConnection CountyReportEdge CountyReportKind CountyReportPayload
    CountyReportState CountyReportsFilter RecordCountyReportInput OfficeDuty OfficeDutyConnection OfficeDutyEdge
    OfficeDutyKind Query.countyReports Query.countyRanking Query.campaignOfficeDuties Mutation.recordCountyReport
    TypicalCase TypicalCaseConnection TypicalCaseEdge TypicalCasesFilter TypicalCasePayload MarkTypicalCaseInput
    WithdrawTypicalCaseInput Query.typicalCases Mutation.markTypicalCase Mutation.withdrawTypicalCase
    """.split()  # noqa: SIM905  a list of a hundred quoted names would be hard to read
)
"""What we serve beyond the contract, which lets us add names; whoever adds one puts it on this list."""

Definition = (
    ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode | EnumTypeDefinitionNode
)


def shapes(document: DocumentNode) -> Mapping[str, str]:
    """Every name of a schema with what it is: `Type`, `Type.field`, `Type.field(argument)`, `Enum.VALUE`."""
    return {
        name: shape
        for definition in document.definitions
        for name, shape in _shapes_of(definition)
        if definition.kind != "schema_definition"
    }


def _shapes_of(definition: Any) -> Iterator[tuple[str, str]]:
    name = definition.name.value
    yield name, definition.kind
    for interface in getattr(definition, "interfaces", None) or ():
        yield f"{name} implements {interface.name.value}", "interface"
    for value in getattr(definition, "values", None) or ():
        yield f"{name}.{value.name.value}", "value"
    for field in getattr(definition, "fields", None) or ():
        default = getattr(field, "default_value", None)
        yield f"{name}.{field.name.value}", print_ast(field.type) + (f" = {print_ast(default)}" if default else "")
        for argument in getattr(field, "arguments", None) or ():
            default = f" = {print_ast(argument.default_value)}" if argument.default_value else ""
            yield f"{name}.{field.name.value}({argument.name.value})", print_ast(argument.type) + default


def owner(name: str) -> str:
    """What a name is part of: an argument's field, a field's or a value's type."""
    return name.partition("(")[0] if "(" in name else re.split(r"[. ]", name)[0]


@pytest.fixture(scope="module")
def contract() -> Mapping[str, str]:
    if not CONTRACT.exists():
        pytest.skip("../shared, where the contract lies, is not beside this checkout")
    return shapes(parse(CONTRACT.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def ours() -> Mapping[str, str]:
    return shapes(parse(sdl()))


def test_what_both_have_is_the_same(contract: Mapping[str, str], ours: Mapping[str, str]) -> None:
    shared = contract.keys() & ours.keys()
    assert {name: ours[name] for name in shared} == {name: contract[name] for name in shared}
    assert len(shared) > 150


def test_what_the_contract_has_and_we_do_not_is_listed(contract: Mapping[str, str], ours: Mapping[str, str]) -> None:
    missing = {name for name in contract if name not in ours}
    # Of a type or a field that is missing as a whole, the parts are not listed.
    assert {name for name in missing if name == owner(name) or owner(name) not in missing} == NOT_YET_SERVED


def test_what_we_serve_beyond_the_contract_is_listed(contract: Mapping[str, str], ours: Mapping[str, str]) -> None:
    added = {name for name in ours if name not in contract}
    assert {name for name in added if name == owner(name) or owner(name) not in added} == SERVED_BESIDES


def test_every_type_field_argument_of_an_input_and_value_is_described_in_both_languages() -> None:
    undescribed = []
    for type_ in schema._schema.type_map.values():  # noqa: SLF001  Strawberry prints the schema but does not hand it out
        if type_.name.startswith("__") or type_.name in {"ID", "String", "Int", "Float", "Boolean"}:
            continue
        parts: dict[str, Any] = {type_.name: type_}
        for member, part in {**getattr(type_, "fields", {}), **getattr(type_, "values", {})}.items():
            parts[f"{type_.name}.{member}"] = part
        undescribed += [name for name, part in parts.items() if not _is_bilingual(part.description)]
    assert undescribed == []


def _is_bilingual(description: str | None) -> bool:
    return (
        description is not None
        and re.search(r"[A-Za-z]{2,}", description) is not None
        and re.search(r"[\u4e00-\u9fff]", description) is not None
    )


def test_the_committed_sdl_is_what_the_api_serves() -> None:
    assert PRINTED.read_text(encoding="utf-8") == sdl(), "type: jiandu sdl --write"
