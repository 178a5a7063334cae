"""The vocabularies of campaigns and activities; each member's value is the name clients see."""

from schema.vocabularies import Labelled


class CampaignKind(Labelled):
    """What a special campaign (专项活动) is about; `supervision/checklists.py` says what is checked in each."""

    ENVIRONMENTAL_CRIME = "ENVIRONMENTAL_CRIME", "破坏环境资源犯罪专项立案监督"
    FOOD_DRUG_CRIME = "FOOD_DRUG_CRIME", "危害食品药品安全犯罪专项立案监督"
    NON_LITIGATION_ENFORCEMENT = "NON_LITIGATION_ENFORCEMENT", "非诉执行专项监督"
    PLATFORM_ENTRY = "PLATFORM_ENTRY", "2013年以来处罚案件录入专项检查"
    OTHER = "OTHER", "其他专项活动"


class CampaignStatus(Labelled):
    """Whether cases still join a campaign."""

    OPEN = "OPEN", "进行中"
    CLOSED = "CLOSED", "已结束"


class FileReviewStatus(Labelled):
    """The life of a file review (阅卷检查); `supervision/file_review.py` says who takes it to the next state."""

    UNASSIGNED = "UNASSIGNED", "待分配"
    ASSIGNED = "ASSIGNED", "待阅卷"
    REVIEWED = "REVIEWED", "已阅卷"


class FileReviewOutcome(Labelled):
    """What a file review came to."""

    NOTHING_WRONG = "NOTHING_WRONG", "未发现问题"
    PROBLEM_FOUND = "PROBLEM_FOUND", "发现问题"
    NEEDS_MORE_FILES = "NEEDS_MORE_FILES", "需补充调卷"


class FileReviewEventKind(Labelled):
    """The steps of a file review's life."""

    ASSIGNED = "ASSIGNED", "分配"
    REVIEWED = "REVIEWED", "阅卷"


class ChecklistAnswer(Labelled):
    """What a reviewer answers to an item: each item says what is right, so that NO is a problem."""

    YES = "YES", "是"
    NO = "NO", "否"
    NOT_APPLICABLE = "NOT_APPLICABLE", "不适用"


class ActivityKind(Labelled):
    """What a procuratorate did beyond single cases."""

    JOINT_MEETING = "JOINT_MEETING", "联席会议"
    VISIT = "VISIT", "走访"
    PREVENTION_SURVEY = "PREVENTION_SURVEY", "预防调查"
    TRAINING = "TRAINING", "送法进机关"


class ActivityEventKind(Labelled):
    """The steps of an activity's record."""

    RECORDED = "RECORDED", "登记"
    OUTCOME_RECORDED = "OUTCOME_RECORDED", "登记成效"


class ParticipantCategory(Labelled):
    """As what somebody took part in an activity."""

    PROSECUTOR = "PROSECUTOR", "检察人员"
    AGENCY_STAFF = "AGENCY_STAFF", "执法机关人员"
    DEPUTY = "DEPUTY", "人大代表"
    CPPCC_MEMBER = "CPPCC_MEMBER", "政协委员"
    PEOPLES_SUPERVISOR = "PEOPLES_SUPERVISOR", "人民监督员"
    SPECIAL_PROSECUTOR = "SPECIAL_PROSECUTOR", "特约检察员"
    OTHER = "OTHER", "其他"
