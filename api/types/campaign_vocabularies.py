"""The vocabularies of campaigns and activities as GraphQL enums."""

from api.types.enums import register_enum
from schema.campaign_vocabularies import (
    ActivityEventKind,
    ActivityKind,
    CampaignKind,
    CampaignStatus,
    ChecklistAnswer,
    FileReviewEventKind,
    FileReviewOutcome,
    FileReviewStatus,
    ParticipantCategory,
)

register_enum(
    CampaignKind,
    "What a special campaign is about. 专项活动类别",
    {
        CampaignKind.ENVIRONMENTAL_CRIME: "Crimes against the environment and resources.",
        CampaignKind.FOOD_DRUG_CRIME: "Crimes against the safety of food and drugs.",
        CampaignKind.NON_LITIGATION_ENFORCEMENT: "Penalties that courts are to enforce.",
        CampaignKind.PLATFORM_ENTRY: "What was entered into the platform since 2013.",
        CampaignKind.OTHER: "Anything else.",
    },
)
register_enum(
    CampaignStatus,
    "Whether cases still join a campaign. 专项活动状态",
    {CampaignStatus.OPEN: "Cases join.", CampaignStatus.CLOSED: "It has ended, with a summary."},
)
register_enum(
    FileReviewStatus,
    "The state of a file review. 阅卷检查状态",
    {
        FileReviewStatus.UNASSIGNED: "Nobody reviews it yet.",
        FileReviewStatus.ASSIGNED: "It waits for its reviewer.",
        FileReviewStatus.REVIEWED: "Its outcome is recorded.",
    },
)
register_enum(
    FileReviewOutcome,
    "What a file review came to. 阅卷结果",
    {
        FileReviewOutcome.NOTHING_WRONG: "Nothing is wrong.",
        FileReviewOutcome.PROBLEM_FOUND: "A problem was found.",
        FileReviewOutcome.NEEDS_MORE_FILES: "More files are needed.",
    },
)
register_enum(
    FileReviewEventKind,
    "A step of a file review. 阅卷检查环节",
    {
        FileReviewEventKind.ASSIGNED: "It was given to a reviewer.",
        FileReviewEventKind.REVIEWED: "An outcome was recorded.",
    },
)
register_enum(
    ChecklistAnswer,
    "The answer to an item of a checklist, which says what is right. 检查项答案",
    {
        ChecklistAnswer.YES: "It is so.",
        ChecklistAnswer.NO: "It is not, which is a problem.",
        ChecklistAnswer.NOT_APPLICABLE: "It does not apply.",
    },
)
register_enum(
    ActivityKind,
    "What a procuratorate did beyond single cases. 活动类别",
    {
        ActivityKind.JOINT_MEETING: "A meeting with agencies.",
        ActivityKind.VISIT: "A visit.",
        ActivityKind.PREVENTION_SURVEY: "A survey for prevention.",
        ActivityKind.TRAINING: "Training in an agency.",
    },
)
register_enum(
    ActivityEventKind,
    "A step of an activity's record. 活动登记环节",
    {
        ActivityEventKind.RECORDED: "It was recorded.",
        ActivityEventKind.OUTCOME_RECORDED: "What came of it was recorded.",
    },
)
register_enum(
    ParticipantCategory,
    "As what somebody took part. 参加人员类别",
    {
        ParticipantCategory.PROSECUTOR: "Of a procuratorate.",
        ParticipantCategory.AGENCY_STAFF: "Of an agency.",
        ParticipantCategory.DEPUTY: "A deputy to a people's congress.",
        ParticipantCategory.CPPCC_MEMBER: "A member of the political consultative conference.",
        ParticipantCategory.PEOPLES_SUPERVISOR: "A people's supervisor.",
        ParticipantCategory.SPECIAL_PROSECUTOR: "A specially invited prosecutor.",
        ParticipantCategory.OTHER: "Anybody else.",
    },
)
