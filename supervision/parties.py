"""When the parties of two cases are taken to be one (同一当事人), and which other cases can bear on a case.

A credit code says so for sure; a name says that it may be, unless two codes say otherwise. A natural person's name, or
one that covers a part of itself, says nothing.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from schema.case_file import OtherCase
from schema.feed_records import CaseRecord, PartyRecord
from schema.tokens import token_text
from schema.vocabularies import Certainty, Domain, PartyType
from supervision.credit_code import is_credit_code
from supervision.privacy import is_masked_name
from supervision.thresholds.descriptions import RepeatThreshold, thresholds


@dataclass(frozen=True, slots=True)
class Identity:
    """What a party is known by in other cases: a valid credit code, and its name's tokens as they are indexed."""

    code: str | None
    name: str | None


def identity_of(party: PartyRecord) -> Identity:
    """What a party is known by elsewhere."""
    return _identity(party.type, party.name, party.uscc)


# The cases of one party are read together, and each has its own record of it.
@lru_cache(maxsize=4_096)
def _identity(type_: PartyType, name: str | None, uscc: str | None) -> Identity:
    code = uscc if uscc is not None and is_credit_code(uscc) else None
    named = type_ is PartyType.ORGANIZATION and name is not None and not is_masked_name(name)
    return Identity(code, (token_text(name) or None) if named else None)


def same_party(one: Identity, other: Identity) -> Certainty | None:
    """How sure it is that two parties are one; None where nothing says so."""
    if one.code is not None and other.code is not None:
        return Certainty.CERTAIN if one.code == other.code else None
    return Certainty.POSSIBLE if one.name is not None and one.name == other.name else None


def can_bear_on(other: OtherCase, record: CaseRecord) -> bool:
    """Whether another case of its party can be evidence in a case, or keep it from being told.

    Never wrong about what cannot: it spares a case from being judged again for every other case of a busy party.
    """
    own_days = [record.act_ended_on, record.found_on, record.filed_on, record.decided_on]
    # Of a case whose decision is not known it cannot be told which of both was decided later.
    last = max((day for day in own_days if day is not None), default=None) if record.decided_on is not None else None
    if last is not None and other.decided_on is not None and other.decided_on > last:
        return False
    return _may_be_twice(other, record) or _is_repeated(other.domain or record.domain)


def _may_be_twice(other: OtherCase, record: CaseRecord) -> bool:
    """Whether nothing yet speaks against two fines for one act: the same conditions as the rule's but for the facts."""
    if other.fine == 0 or record.fine == 0:
        return False
    number = record.document_number
    if number is not None and number == other.document_number:
        return False
    days = ((record.act_ended_on, other.act_ended_on), (record.found_on, other.found_on))
    return any(own is None or others is None or own == others for own, others in days)


@cache
def _is_repeated(domain: Domain | None) -> bool:
    """Whether an act in this domain may become a crime by being done again."""
    return any(isinstance(each, RepeatThreshold) and each.is_of(domain) for each in thresholds())
