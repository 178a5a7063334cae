"""The vocabularies of clues as GraphQL enums."""

from api.types.enums import register_enum
from schema.supervision_vocabularies import ClueClass, ClueRise, ClueSource, ClueStatus, HandOverOutcome, JointWork

register_enum(
    ClueSource,
    "Where a clue came from. 线索来源",
    {
        ClueSource.TRIAGE: "A case that was decided of.",
        ClueSource.FINDING: "A finding.",
        ClueSource.CITIZEN_REPORT: "A citizen's report.",
        ClueSource.VISIT: "A visit.",
        ClueSource.CASE_CHECK: "A check of cases.",
        ClueSource.PREVENTION_SURVEY: "A survey for prevention.",
        ClueSource.OTHER_DEPARTMENT: "Another department.",
        ClueSource.SUPERIOR: "The superior procuratorate.",
    },
)
register_enum(
    ClueClass,
    "What a clue is a clue to. 线索类别",
    {
        ClueClass.SUSPECTED_CRIME: "A suspected crime that was not handed over.",
        ClueClass.FILING_SUPERVISION: "A case that should be filed, or should not.",
        ClueClass.INVESTIGATION_SUPERVISION: "Something wrong in an investigation.",
        ClueClass.DUTY_CRIME: "A crime of an official.",
        ClueClass.ADMINISTRATIVE_VIOLATION: "Something unlawful that an agency did.",
        ClueClass.ENFORCEMENT_SUPERVISION: "Something wrong in an enforcement.",
        ClueClass.PUBLIC_INTEREST: "Harm to the public interest.",
        ClueClass.OTHER: "Any other.",
    },
)
register_enum(
    ClueStatus,
    "The life of a clue. 线索状态",
    {
        ClueStatus.NEW: "Opened, and with its opener.",
        ClueStatus.ASSIGNED: "Somebody was named to handle it.",
        ClueStatus.UNDER_REVIEW: "Under review.",
        ClueStatus.INVESTIGATING: "Being investigated.",
        ClueStatus.TRANSFERRED: "Handed over; it waits for acceptance.",
        ClueStatus.RETURNED: "Came back to whoever had sent it.",
        ClueStatus.CLOSED: "Closed with a result.",
    },
)
register_enum(
    ClueRise,
    "To whom a dormant clue has risen. 休眠线索提级",
    {
        ClueRise.DEPARTMENT_HEAD: "The head of the department that handles it.",
        ClueRise.CHIEF: "The head of the procuratorate.",
    },
)
register_enum(
    JointWork,
    "How another department takes part in a clue. 会同方式",
    {
        JointWork.JOINT_REVIEW: "It reviews the clue too.",
        JointWork.CO_INVESTIGATION: "It investigates the clue too.",
    },
)
register_enum(
    HandOverOutcome,
    "How a hand-over of a clue ended. 移送结果",
    {
        HandOverOutcome.ACCEPTED: "It was accepted. 已接收",
        HandOverOutcome.RETURNED: "It came back. 已退回",
    },
)
