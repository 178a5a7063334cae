"""The Relay node: a record with an id among all records."""

from collections.abc import Mapping
from typing import Final

import strawberry

from api.ids import global_id
from schema.access_records import Account, Viewer
from schema.access_vocabularies import Permission
from schema.activity_records import Activity
from schema.anomaly_records import Anomaly, Rule
from schema.campaign_records import Campaign, FileReview
from schema.clue_records import Clue
from schema.county_report_records import TypicalCase
from schema.duty_records import DutyCrimeCase, PublicInterestCase
from schema.follow_up_records import FollowUp
from schema.measure_records import Measure
from schema.records import Agency, FeedRun, Party, PenaltyCase, Procuratorate

NEEDED: Final[Mapping[str, Permission]] = {
    "Anomaly": Permission.READ_FINDINGS,
    "CriminalCase": Permission.READ_CRIMINAL_CASES,
    "FeedRun": Permission.READ_FEED_RUNS,
    "Clue": Permission.READ_CLUES,
    "Measure": Permission.READ_MEASURES,
    "Activity": Permission.READ_CAMPAIGNS,
    "Campaign": Permission.READ_CAMPAIGNS,
    "FileReview": Permission.READ_CAMPAIGNS,
    "DutyCrimeCase": Permission.READ_CLUES,
    "TypicalCase": Permission.READ_FINDINGS,
    "PublicInterestCase": Permission.READ_MEASURES,
}
"""What one must be permitted to know of any record of a type; of the other types the scope alone decides."""

NodeRecord = (
    Account
    | Activity
    | Agency
    | Anomaly
    | Campaign
    | Clue
    | DutyCrimeCase
    | FeedRun
    | FileReview
    | FollowUp
    | Measure
    | Party
    | PenaltyCase
    | Procuratorate
    | PublicInterestCase
    | Rule
    | TypicalCase
)


def node_id(root: strawberry.Parent[NodeRecord]) -> strawberry.ID:
    """The id of any record that is a node; a record's class has its type's name, but an account is a User."""
    name = "User" if isinstance(root, Account) else type(root).__name__
    return strawberry.ID(global_id(name, root.id))


def may_know(viewer: Viewer, type_name: str) -> bool:
    """Whether somebody may know of any record of a type; which ones, the scope says."""
    needed = NEEDED.get(type_name)
    return needed is None or viewer.may(needed)


@strawberry.interface(description="A record that can be fetched by its id. 可按编号读取的记录")
class Node:
    """What has a global id."""

    id: strawberry.ID = strawberry.field(resolver=node_id, description="The id among all records. 全局编号")
