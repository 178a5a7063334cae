"""Reading case files: what the rules see of several cases, in two statements whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schema.case_file import CaseFile, OtherCase
from schema.feed_records import PartyRecord
from stores.named_statements import named_statements

_FILES: Final = TypeAdapter(CaseFile)
_OTHERS: Final = TypeAdapter(OtherCase)
_PARTIES: Final = TypeAdapter(PartyRecord)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A case file as it was read: without quantities, which are weighed, and without the party's other cases."""

    case_id: int
    party_id: int
    file: CaseFile


@dataclass(frozen=True, slots=True)
class ReadOther:
    """A case of a party that may be another's: `other.same_party` is still to be said."""

    case_id: int
    party: PartyRecord
    other: OtherCase


async def read_files(connection: AsyncConnection, case_ids: Sequence[int]) -> list[ReadFile]:
    """The files of cases as they are now, by id; one that is gone is left out."""
    rows = await connection.execute(text(named_statements("case_files.sql")["files"]), {"case_ids": sorted(case_ids)})
    return [ReadFile(row.case_id, row.party_id, _FILES.validate_json(row.file)) for row in rows]


async def read_others(connection: AsyncConnection, party_ids: Sequence[int]) -> list[ReadOther]:
    """The cases of parties and of those that have the same code or name, theirs included."""
    rows = await connection.execute(
        text(named_statements("case_files.sql")["others"]), {"party_ids": sorted(set(party_ids))}
    )
    return [ReadOther(row.case_id, _PARTIES.validate_json(row.party), _OTHERS.validate_json(row.other)) for row in rows]


def written_file(file: CaseFile) -> bytes:
    """A whole case file as JSON: the same bytes for the same file."""
    return _FILES.dump_json(file)


def parsed_file(written: Any) -> CaseFile:
    """A case file from what was written of it, as PostgreSQL gives it back."""
    return _FILES.validate_python(written)
