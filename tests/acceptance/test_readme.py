"""What the README shows a user first is what happens."""

import json
import re
from collections.abc import Callable
from datetime import datetime

from api.app import Deployment
from indexer.loading import LoadOptions, load_feed
from schema.vocabularies import Domain
from stores.keys import KeyRing
from stores.postgres import Database
from tests.conftest import REPOSITORY
from tests.serving import serving

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


async def test_the_query_of_the_first_screen_has_the_answer_printed_below_it(
    database: Database, keys: KeyRing, clock: Callable[[], datetime]
) -> None:
    for file in sorted((REPOSITORY / "sample").glob("*.jsonl")):
        report = await load_feed(database, keys, file, options=LoadOptions(), clock=clock)
        assert report.accounts.rejected == 0
    request = re.search(r"-d '(\{.*?\})'\n```", README, re.DOTALL)
    answer = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert request is not None
    assert answer is not None
    async with serving(Deployment(database, None, clock, keys)) as client:
        response = await client.post("/graphql", json=json.loads(request.group(1)))
    assert response.json() == json.loads(answer.group(1))


def test_the_sample_has_at_least_sixty_cases_over_every_domain() -> None:
    lines = (REPOSITORY / "sample" / "3_penalty_cases.jsonl").read_text(encoding="utf-8").splitlines()
    agencies = (REPOSITORY / "sample" / "2_agencies.jsonl").read_text(encoding="utf-8").splitlines()
    domains = {domain for line in agencies for domain in json.loads(line)["domains"]}
    assert len(lines) >= 60
    assert domains == {domain.value for domain in Domain}
