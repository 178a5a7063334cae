"""What is asked of public-interest cases in tests, and a proposal to an agency."""

from typing import Any, Final

from api.ids import global_id
from tests.integration.feeding import Feed
from tests.integration.viewers import EASTERN

_PUBLIC: Final = """id number title domain agency { name } cases { documentNumber } status clueId measureId
  procuratorate { name } filedOn filingServiceDueOn decisionDueOn suspendedOn suedOn court outcome lastStepOn author
  revision history { on kind title actor node { id } }"""
FILE_PUBLIC: Final = f"""mutation($input: FilePublicInterestCaseInput!) {{ filePublicInterestCase(input: $input) {{
  publicInterestCase {{ {_PUBLIC} }} userErrors {{ field code message }} }} }}"""
STEP_PUBLIC: Final = f"""mutation($input: RecordPublicInterestStepInput!) {{ recordPublicInterestStep(input: $input) {{
  publicInterestCase {{ {_PUBLIC} }} userErrors {{ field code message }} }} }}"""
LIST_PUBLIC: Final = f"""query($filter: PublicInterestCasesFilter, $first: Int, $after: String) {{
  publicInterestCases(filter: $filter, first: $first, after: $after) {{
    totalCount pageInfo {{ endCursor hasNextPage }} nodes {{ {_PUBLIC} }} }} }}"""


def harm(agency_id: int, number: str = "东检行公立〔2024〕1号", **fields: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": "督促履行固体废物监管职责",
        "domain": "ENVIRONMENT",
        "agencyId": global_id("Agency", agency_id),
        "filedOn": "2024-02-07",
        **fields,
    }


async def proposal(
    feed: Feed,
    *,
    kind: str = "PRE_LITIGATION_PROPOSAL",
    number: str | None = "东检建〔2024〕1号",
    status: str = "SERVED",
) -> str:
    issued = "NULL, NULL, NULL" if number is None else f"'{number}', '2024-02-20', '2024-02-21'"
    status = "DRAFT" if number is None else status
    [row] = await feed.rows(
        f"""INSERT INTO measure (kind, status, title, text, addressee, agency_id, procuratorate_id, author_id,
               drafted_at, number, issued_on, served_on, reply_due_on)
            SELECT '{kind}', '{status}', '建议', '内容', name, id, procuratorate_id,
                   (SELECT min(id) FROM account), now(), {issued}, '2024-04-22' FROM agency WHERE name = :name
            RETURNING id""",  # noqa: S608  our own words
        name=EASTERN,
    )
    return global_id("Measure", row["id"])
