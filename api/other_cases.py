"""What a finding tells of its party's other cases (当事人另案): of those in scope, and of no others.

A finding may rest on what another agency decided about the same party: a second fine for one act, a third penalty
within two years. Whoever may not see that agency's cases is told that there is something, and not what.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from strawberry.dataloader import DataLoader

from api.loaders import Loaders
from schema.access_records import Scope
from schema.anomaly_records import Anomaly, Evidence
from schema.case_file import CaseFile, OtherCase
from stores.case_files import parsed_file
from stores.postgres import Database
from stores.rows import agencies_by_name

UNSHOWN: Final = "本项依据当事人的另案，另案不在查看范围内。"
"""What stands for a sentence that tells of a case out of scope."""

UNSHOWN_CHANGES: Final = "当事人的另案有变化，另案不在查看范围内，变化情况不予显示。"
"""What stands for why a finding changed where that tells of other cases."""

_OF_OTHERS: Final = ("other_case.", "otherCases.")
_CHANGE_OF_OTHERS: Final = "otherCase"
_MORE_CHANGES = re.compile(r"；另有[0-9]+处")


def tells_of_others(evidence: Sequence[Evidence]) -> bool:
    """Whether a finding rests on another case than its own."""
    return any(each.field.startswith(_OF_OTHERS) for each in evidence)


def own_evidence(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """What a finding rests on in its own case."""
    return tuple(each for each in evidence if not each.field.startswith(_OF_OTHERS))


class OtherCases:
    """The other cases of one request's findings."""

    def __init__(self, database: Database, loaders: Loaders, scope: Scope) -> None:
        """Nothing is looked at yet."""
        self._scope = scope
        self._loaders = loaders

        async def held(names: list[str]) -> list[bool]:
            async with database.begin() as connection:
                agencies = await agencies_by_name(connection, names)
            return [
                (known := agencies.get(name)) is not None and scope.holds(known.id, known.procuratorate_id)
                for name in names
            ]

        self._held: DataLoader[str, bool] = DataLoader(load_fn=held)

    async def shown_file(self, file: CaseFile) -> CaseFile:
        """A case file with those of its other cases that are in scope."""
        if self._scope.everything or not file.other_cases:
            return file
        return replace(file, other_cases=tuple([other for other in file.other_cases if await self._is_held(other)]))

    async def hides(self, anomaly: Anomaly) -> bool:
        """Whether a finding rests on a case out of scope; one whose other cases are not known any more does."""
        if self._scope.everything or not tells_of_others(anomaly.evidence):
            return False
        kept = await self._loaders.kept_inputs.load(anomaly.id)
        if kept is None:
            return True
        file = parsed_file(kept.file)
        return (await self.shown_file(file)).other_cases != file.other_cases

    async def hides_then(self, anomaly: Anomaly, explanation: str) -> bool:
        """Whether what a finding once said may tell of a case out of scope: of what it no longer says, any may."""
        if explanation == anomaly.explanation:
            return await self.hides(anomaly)
        return not self._scope.everything and tells_of_others(anomaly.evidence)

    def shown_changes(self, reason: str) -> str:
        """Why a finding changed, in one sentence for all where other cases had a part in it.

        Nobody knows any more whose cases those were, nor how many of those too many to tell were theirs.
        """
        if self._scope.everything:
            return reason
        if _CHANGE_OF_OTHERS in reason:
            return UNSHOWN_CHANGES
        return _MORE_CHANGES.sub("；另有若干处", reason)

    async def _is_held(self, other: OtherCase) -> bool:
        return other.agency_name is not None and await self._held.load(other.agency_name)
