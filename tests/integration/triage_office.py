"""What tests of triage ask, and what they look at."""

from typing import Any

from api.ids import global_id
from schema.vocabularies import Department
from tests.integration.feeding import Feed
from tests.integration.graphql_client import Client

LEADING, CIVIL = Department.INVESTIGATION_SUPERVISION, Department.CIVIL_ADMINISTRATIVE

DECIDE = """mutation($input: TriageCaseInput!) { triageCase(input: $input) {
  penaltyCase { id revision triage { totalCount nodes {
    decision reason department decidedBy } } } userErrors { field code message } } }"""


async def waiting(feed: Feed) -> list[str]:
    rows = await feed.rows(
        "SELECT c.document_number, q.department FROM triage_queue q JOIN penalty_case c ON c.id = q.case_id "
        "ORDER BY 1, 2 DESC"
    )
    return [f"{row['document_number']} {row['department']}" for row in rows]


async def case_id(feed: Feed, number: str = "1号") -> str:
    [row] = await feed.rows("SELECT id FROM penalty_case WHERE document_number = :number", number=number)
    return global_id("PenaltyCase", row["id"])


async def decided(client: Client, /, **wanted: Any) -> Any:
    return (await client.ask(DECIDE, input={"decision": "NO_ACTION", "reason": "已核实", **wanted}))["triageCase"]
