"""The case files of the record: read, weighed, and each with the other cases of its party that can bear on it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexer.case_files import weighed_quantities
from schema.case_file import CaseFile, OtherCase
from stores.case_files import ReadFile, ReadOther, read_files, read_others
from stores.postgres import DatabaseConnection
from supervision.parties import Identity, can_bear_on, identity_of, same_party


async def whole_files(connection: DatabaseConnection, case_ids: Sequence[int]) -> dict[int, CaseFile]:
    """The files of cases with what their texts weigh and with the party's other cases that can bear on them."""
    read = await read_files(connection, case_ids)
    identities = {each.case_id: identity_of(each.file.record.party) for each in read}
    known = [each for each in read if identities[each.case_id] != Identity(None, None)]
    others = await read_others(connection, [each.party_id for each in known]) if known else []
    shelf = _OthersShelf(others)
    return {
        each.case_id: replace(
            each.file,
            quantities=weighed_quantities(each.file.record),
            other_cases=tuple(shelf.bearing_on(each, identities[each.case_id])),
        )
        for each in read
    }


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
