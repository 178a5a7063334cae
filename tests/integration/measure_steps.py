"""Asking for measures as people do: drafted, issued, served, answered, on days that a test sets."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from api.ids import global_id
from schema.access_vocabularies import Role
from stores.postgres import Database
from tests.integration.graphql_client import Client
from tests.integration.viewers import SignedIn, Viewers

SHANGHAI = ZoneInfo("Asia/Shanghai")

MEASURE = """id number kind status title text addressee agency { name } procuratorate { name } department
  author { name } urgent issuedOn servedOn replyDueOn repliedOn reply checkedOn rectification copyToLegalOffice copiedOn
  escalatedTo { name } revision document history { on kind title actor }
  cases { totalCount nodes { documentNumber } }"""

_INPUTS = {
    "draftMeasure": "DraftMeasure",
    "issueMeasure": "IssueMeasure",
    "serveMeasure": "ServeMeasure",
    "copyMeasureToLegalOffice": "CopyMeasureToLegalOffice",
    "recordReply": "RecordReply",
    "recordRectification": "RecordRectification",
    "escalateMeasure": "EscalateMeasure",
    "withdrawMeasure": "WithdrawMeasure",
}


def mutation(name: str, shown: str = MEASURE) -> str:
    """The document of a change of measures."""
    return f"""mutation($input: {_INPUTS[name]}Input!) {{ {name}(input: $input) {{
      measure {{ {shown} }} userErrors {{ field code message }} }} }}"""


@dataclass
class Days:
    """A clock that stands still until a test moves it."""

    today: date = field(default_factory=lambda: date(2024, 6, 3))

    def __call__(self) -> datetime:
        return datetime.combine(self.today, time(10), SHANGHAI)

    def go(self, day: str) -> None:
        self.today = date.fromisoformat(day)


async def do(client: Client, name: str, **wanted: Any) -> Any:
    """The measure after a step that must be taken."""
    answer = (await client.ask(mutation(name), input=wanted))[name]
    assert answer["userErrors"] == [], answer
    return answer["measure"]


async def refused(client: Client, name: str, **wanted: Any) -> Any:
    """The one error of a step that must be refused; the measure too where one is answered."""
    answer = (await client.ask(mutation(name), input=wanted))[name]
    [error] = answer["userErrors"]
    return {**error, "measure": answer["measure"]}


async def issued(client: Client, kind: str, case_id: int | None = None, **fields: Any) -> Any:
    """A measure issued about a case, to the police where nothing else is said."""
    wanted: dict[str, Any] = {"kind": kind, "title": "标题", "text": "正文", "addressee": "东县公安局", **fields}
    if case_id is not None:
        wanted["caseIds"] = [global_id("PenaltyCase", case_id)]
    return await do(client, "issueMeasure", **wanted)


async def served_measure(client: Client, kind: str, case_id: int, on: str, **fields: Any) -> Any:
    """A measure issued and served on a day."""
    measure = await issued(client, kind, case_id, **fields)
    return await do(client, "serveMeasure", measureId=measure["id"], servedOn=on)


@dataclass(frozen=True, slots=True)
class Daily(Client):
    """Somebody in a role at a place, who signs in anew on every day that a test sets."""

    office: "Office"
    role: Role
    place: str | None

    async def post(self, document: str, /, **variables: Any) -> httpx.Response:
        """The whole answer to an operation."""
        return await (await self._today()).post(document, **variables)

    async def get(self, path: str) -> httpx.Response:
        """The answer to a link."""
        return await (await self._today()).get(path)

    async def _today(self) -> SignedIn:
        return await self.office.of_today()(self.role, self.place)


@dataclass(frozen=True, slots=True)
class Office:
    """Viewers whose tokens outlast the days that a test sets."""

    database: Database
    client: Client
    days: Days
    viewers: dict[date, Viewers] = field(default_factory=dict)

    async def __call__(self, role: Role, place: str | None = None) -> Daily:
        """Whoever acts in a role at a place, as `Viewers` has it."""
        return Daily(self.client.http, self.client.services, self, role, place)

    def of_today(self) -> Viewers:
        """Who is signed in today."""
        return self.viewers.setdefault(self.days.today, Viewers(self.database, self.client))
