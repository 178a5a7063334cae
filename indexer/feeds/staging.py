"""From a parsed case row to the row that is staged: identity, party, tokens, digest, encryption."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from indexer.feeds.domains import infer_domain
from schema.feed_records import CaseRecord, ParsedRow, PartyRecord, RowWarning
from schema.tokens import fold, token_text
from schema.vocabularies import PartyType
from stores.case_loading import Json, StagedCase, StagedContent, StagedRow
from stores.keys import KeyRing
from stores.register import RegisteredAgency
from supervision.credit_code import is_credit_code
from supervision.privacy import find_person_names, mask_identity_number

_COVERED = re.compile(r"[*＊×●]+|[xX]{2,}|某+")
_LIKE_SIGNS = re.compile(r"([%_\\])")

_LONGEST_NAME_KEY = 1_000
"""Bytes of a name that is its own key; an index takes no more than 2,700."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Encrypts what was sent, bound to its run and its place in the file."""

    keys: KeyRing
    run: str

    def __call__(self, row: ParsedRow) -> bytes:
        """The row as it is kept."""
        return self.keys.encrypt(row.raw, bound_to=row_binding(self.run, row.ordinal))


def row_binding(run: str, ordinal: int) -> bytes:
    """What a kept row's ciphertext is bound to."""
    return f"{run}/{ordinal}".encode()


def warnings_json(warnings: Iterable[RowWarning]) -> Json:
    """Warnings as they are stored beside the row."""
    return Json([{"column": warning.column, "message": warning.message} for warning in warnings])


def stage_case(
    row: ParsedRow, record: CaseRecord, agency: RegisteredAgency, seal: Seal, row_digest: bytes, agency_sent: str | None
) -> StagedCase:
    """The staged row of a case record of a registered agency, which may have come under a name that was decided."""
    party = record.party
    party_key = _party_key(party, seal.keys)
    derived_key = _derived_key(record, agency.id, party_key)
    identity_number = party.identity_number
    return StagedCase(
        StagedRow(
            ordinal=row.ordinal,
            digest=_digest(record, seal.keys),
            row_digest=row_digest,
            row_warnings=len(row.warnings),
            source=record.source,
            identity=_identity(record, derived_key),
            agency_id=agency.id,
            agency_sent=agency_sent,
            document_number=record.document_number,
            filing_number=record.filing_number,
            derived_key=derived_key,
            former_keys=[key for former in agency.formerly if (key := _derived_key(record, former, party_key))],
            source_updated_at=record.source_updated_at,
            party_key=party_key,
            party_cover=None if party.name is None else _cover(party.name),
            party_type=party.type,
            party_name=party.name,
            party_uscc=party.uscc,
            party_identity_hash=None if identity_number is None else seal.keys.hash_identity(identity_number),
            party_identity_masked=None if identity_number is None else mask_identity_number(identity_number),
            legal_representative=party.legal_representative,
            representative_names=list(find_person_names(None, PartyType.ORGANIZATION, party.legal_representative, ())),
            t_party=token_text(party.name),
        ),
        StagedContent(
            ordinal=row.ordinal,
            line=row.line,
            title=record.title,
            domain=record.domain or infer_domain(agency.domains, agency.name, record.legal_basis),
            domain_given=record.domain is not None,
            violation_type=record.violation_type,
            facts=record.facts,
            legal_basis=record.legal_basis,
            penalty_kinds=list(record.penalty_kinds),
            penalty_content=record.penalty_content,
            fine=record.fine,
            confiscated=record.confiscated,
            act_ended_on=record.act_ended_on,
            found_on=record.found_on,
            filed_on=record.filed_on,
            decided_on=record.decided_on,
            served_on=record.served_on,
            payment_due_on=record.payment_due_on,
            paid_on=record.paid_on,
            paid_amount=record.paid_amount,
            entered_at=record.entered_at,
            deferred_until=record.deferred_until,
            service_method=record.service_method,
            quantities=Json(
                [
                    {
                        "measure": quantity.measure,
                        "value": str(quantity.value),
                        "unit": quantity.unit,
                        "substance": quantity.substance,
                    }
                    for quantity in record.quantities
                ]
            ),
            harm=list(record.harm),
            person_names=list(record.person_names),
            published_extras=Json(record.published_extras),
            t_number=token_text(record.document_number),
            t_filing_number=token_text(record.filing_number),
            t_title=token_text(record.title),
            t_agency=agency.name_tokens,
            t_violation_type=token_text(record.violation_type),
            t_facts=token_text(record.facts),
            t_basis=token_text(record.legal_basis),
            t_content=token_text(record.penalty_content),
            key_id=seal.keys.newest,
            raw=seal(row),
            warnings=warnings_json(row.warnings),
        ),
    )


def _identity(record: CaseRecord, derived_key: bytes | None) -> str:
    if record.document_number is not None:
        return f"number:{record.document_number}"
    if record.filing_number is not None:
        return f"filing:{record.filing_number}"
    if derived_key is None:
        raise ValueError("a case row that nothing is known by must have been rejected by its reader")
    return f"derived:{derived_key.hex()}"


def _party_key(party: PartyRecord, keys: KeyRing) -> str | None:
    """What the party is known by in other cases; None for a person without a number and for a covered name."""
    if party.uscc is not None and is_credit_code(party.uscc):
        return f"uscc:{party.uscc}"
    if party.identity_number is not None:
        return f"id:{keys.hash_identity(party.identity_number).hex()}"
    if party.name is None or party.type is PartyType.PERSON or _COVERED.search(party.name):
        return None
    folded = "".join(fold(party.name).split()).encode()
    if len(folded) > _LONGEST_NAME_KEY:
        return f"digest:{hashlib.sha256(folded).hexdigest()}"
    return f"name:{folded.decode()}"


def _cover(name: str) -> str | None:
    """A LIKE pattern of the names that a covered one may stand for: 张** is 张%; None for a name without a cover."""
    pattern = _COVERED.sub("%", _LIKE_SIGNS.sub(r"\\\1", name))
    return pattern if _COVERED.search(name) else None


def _derived_key(record: CaseRecord, agency_id: int, party_key: str | None) -> bytes | None:
    """A digest of agency, party and decision date, or of agency, party and facts; None where those say too little."""
    party = party_key or (record.party.name and f"own:{''.join(fold(record.party.name).split())}")
    if party and record.decided_on is not None:
        known_by = f"{agency_id}\n{party}\n{record.decided_on.isoformat()}"
    elif record.facts is not None:
        known_by = f"{agency_id}\n{party or ''}\n{''.join(fold(record.facts).split())}"
    else:
        return None
    return hashlib.sha256(known_by.encode()).digest()


def _digest(record: CaseRecord, keys: KeyRing) -> bytes:
    """The same for two rows that say the same; keyed, because identity numbers are in it."""
    plain = orjson.dumps(record, default=str, option=orjson.OPT_SORT_KEYS)
    return keys.hash_bytes(plain)


Known = tuple[int, str | bytes]
"""An agency, and a number or a derived key by which it knows a case."""


class Waves:
    """Sorts rows into waves in which no two can mean one case, keeping the order of rows that can.

    Two rows that share no number can still depend on one another: one may share its decision number with a third, the
    other the filing number, and whether that is still the case's own is told by the order of all three. So rows are
    kept in order that hang together through any chain of numbers.
    """

    def __init__(self) -> None:
        """Begin with no row."""
        self._waves: list[list[StagedCase]] = []
        self._chain_of: dict[Known, Known] = {}
        self._last_wave: dict[Known, int] = {}

    def __len__(self) -> int:
        """How many rows wait."""
        return sum(len(wave) for wave in self._waves)

    def add(self, staged: StagedCase) -> None:
        """Put a row behind every row it hangs together with."""
        row = staged.row
        known_by = [
            (row.agency_id, key)
            for key in (
                row.document_number and f"number:{row.document_number}",
                row.filing_number and f"filing:{row.filing_number}",
                row.derived_key,
            )
            if key
        ]
        chains = {self._chain(key) for key in known_by}
        place = max((self._last_wave.get(chain, -1) for chain in chains), default=-1) + 1
        if chains:
            joined = chains.pop()
            for chain in chains:
                self._chain_of[chain] = joined
            self._last_wave[joined] = place
        if place == len(self._waves):
            self._waves.append([])
        self._waves[place].append(staged)

    def _chain(self, key: Known) -> Known:
        """The key that stands for all those that hang together with this one."""
        while (nearer := self._chain_of.setdefault(key, key)) != key:
            self._chain_of[key] = key = self._chain_of.setdefault(nearer, nearer)
        return key

    def take(self) -> Iterator[list[StagedCase]]:
        """The waves in order; nothing waits afterwards."""
        waves, self._waves, self._chain_of, self._last_wave = self._waves, [], {}, {}
        yield from waves
