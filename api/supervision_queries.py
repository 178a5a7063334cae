"""The queries of supervision: queues, ledgers, lists and figures."""

import strawberry

from api.auditing import audited
from api.campaign_queries import activities, campaigns
from api.clue_ledger import clues
from api.link_path import LinkPath, link_path
from api.measure_lists import measures
from api.types.activity import ActivityConnection
from api.types.campaign import CampaignConnection
from api.types.clue import ClueConnection
from api.types.county_report import (
    CountyRank,
    CountyReportConnection,
    OfficeDutyConnection,
    campaign_office_duties,
    county_ranking,
    county_reports,
)
from api.types.custody import CustodyConnection, custodies
from api.types.duty_crime import DutyCrimeCaseConnection, duty_crime_cases
from api.types.fields import Needs
from api.types.measure import MeasureConnection
from api.types.public_interest import PublicInterestCaseConnection, public_interest_cases
from api.types.triage import TriageQueueConnection, triage_queue
from api.types.typical_case import TypicalCaseConnection, typical_cases
from schema.access_vocabularies import AuditAction, Permission


@strawberry.type
class SupervisionQueries:
    """The part of `api.queries.Query` about what becomes of findings."""

    triage_queue: TriageQueueConnection = audited(
        AuditAction.LIST,
        triage_queue,
        (
            "What waits for a decision at one's departments, or at some of them: what is certain first, then what is "
            "overdue most, then what waits longest. Only a decision takes a case out. 分流队列"
        ),
        Needs(Permission.READ_FINDINGS),
    )
    clues: ClueConnection = audited(
        AuditAction.LIST,
        clues,
        "The ledger of the clues that one's departments have or had a part in, by due day. 线索台账",
        Needs(Permission.READ_CLUES),
    )
    measures: MeasureConnection = audited(
        AuditAction.LIST,
        measures,
        "Measures, newest first; an agency's clerk sees those it was sent. 监督措施台账",
        Needs(Permission.READ_MEASURES),
    )
    campaigns: CampaignConnection = audited(
        AuditAction.LIST,
        campaigns,
        "Campaigns of one's own procuratorate, of those below and above it, the newest first; `caseId`: those that a "
        "case is in. 专项活动列表",
        Needs(Permission.READ_CAMPAIGNS),
    )
    activities: ActivityConnection = audited(
        AuditAction.LIST,
        activities,
        "Activities of one's own procuratorate and of those below it, the newest first. 活动列表",
        Needs(Permission.READ_CAMPAIGNS),
    )
    custodies: CustodyConnection = audited(
        AuditAction.LIST,
        custodies,
        "Every coercive measure of criminal cases with its limits, by its last lawful day. 刑事强制措施期限检查",
        Needs(Permission.READ_CRIMINAL_CASES),
    )
    duty_crime_cases: DutyCrimeCaseConnection = audited(
        AuditAction.LIST,
        duty_crime_cases,
        "The duty-crime cases of one's departments, the latest filed first. 职务犯罪案件列表",
        Needs(Permission.READ_CLUES),
    )
    public_interest_cases: PublicInterestCaseConnection = audited(
        AuditAction.LIST,
        public_interest_cases,
        "The public-interest cases of the procuratorates in scope, the latest filed first. 公益诉讼案件列表",
        Needs(Permission.READ_MEASURES),
    )
    county_reports: CountyReportConnection = audited(
        AuditAction.LIST,
        county_reports,
        "What the counties in scope owe and have sent for periods that ended, the latest due first. 县级院报告列表",
        Needs(Permission.READ_MEASURES),
    )
    county_ranking: list[CountyRank] = audited(
        AuditAction.LIST,
        county_ranking,
        "The counties in scope by their places among all of their city, the first hundred. 县级院年度考评排名",
        Needs(Permission.READ_MEASURES),
    )
    campaign_office_duties: OfficeDutyConnection = audited(
        AuditAction.LIST,
        campaign_office_duties,
        "What is late, owed or waiting in the procuratorates in scope, and who has to see to it. 活动办公室督办事项",
        Needs(Permission.READ_MEASURES),
    )
    typical_cases: TypicalCaseConnection = audited(
        AuditAction.LIST,
        typical_cases,
        "Typical cases whose record is in scope, the latest marked first. 典型案例列表",
        Needs(Permission.READ_FINDINGS),
    )
    link_path: LinkPath | None = audited(
        AuditAction.VIEW,
        link_path,
        (
            "How two records are connected: the shortest way over cases that one may see, four steps at most. Cases, "
            "clues, measures and parties; similar facts are no step. Null where one of the two is not there. 关联路径"
        ),
    )
