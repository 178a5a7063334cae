"""The case files of the record: read, weighed, and each with the other cases of its party that can bear on it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexer.case_files import weighed_quantities
from schema.case_file import CaseFile, OtherCase
from stores.case_files import ReadFile, ReadOther, read_files, read_others
from stores.postgres import DatabaseConnection
from supervision.parties import Identity, can_bear_on, identity_of, same_party


class KeptCases:
    """Some cases of the record as they were read; each becomes a whole case file by itself."""

    def __init__(self, read: Sequence[ReadFile], others: Iterable[ReadOther]) -> None:
        """Keep what was read."""
        self.read = read
        self._shelf = _OthersShelf(others)

    def whole(self, case: ReadFile) -> CaseFile:
        """A case with what its texts weigh and with the party's other cases that can bear on it."""
        record = case.file.record
        return replace(
            case.file,
            quantities=weighed_quantities(record),
            other_cases=tuple(self._shelf.bearing_on(case, identity_of(record.party))),
        )


async def read_cases(connection: DatabaseConnection, case_ids: Sequence[int]) -> KeptCases:
    """Read cases, by their ids, and the other cases of their parties; a case that is gone is left out."""
    read = await read_files(connection, case_ids)
    known = [each.party_id for each in read if identity_of(each.file.record.party) != Identity(None, None)]
    return KeptCases(read, await read_others(connection, known) if known else ())


class _OthersShelf:
    """Cases by what their parties are known by."""

    def __init__(self, others: Iterable[ReadOther]) -> None:
        """Put each where its code and its name are looked for."""
        self._by_code: defaultdict[str, list[tuple[ReadOther, Identity]]] = defaultdict(list)
        self._by_name: defaultdict[str, list[tuple[ReadOther, Identity]]] = defaultdict(list)
        for each in others:
            identity = identity_of(each.party)
            if identity.code is not None:
                self._by_code[identity.code].append((each, identity))
            if identity.name is not None:
                self._by_name[identity.name].append((each, identity))

    def bearing_on(self, case: ReadFile, identity: Identity) -> list[OtherCase]:
        """The other cases of a case's party that can bear on it, by their ids."""
        found: dict[int, OtherCase] = {}
        candidates = (
            *(self._by_code.get(identity.code, ()) if identity.code is not None else ()),
            *(self._by_name.get(identity.name, ()) if identity.name is not None else ()),
        )
        for each, others_identity in candidates:
            certainty = same_party(identity, others_identity)
            if certainty is None or each.case_id == case.case_id or each.case_id in found:
                continue
            if can_bear_on(each.other, case.file.record):
                found[each.case_id] = replace(each.other, same_party=certainty)
        return [found[case_id] for case_id in sorted(found)]
