"""Whose a row is: the agency it names by a registered name or a code, else the one its name was decided to mean."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from indexer.feeds.columns import SOURCE_NAME, SOURCE_USCC
from schema.feed_records import CaseRecord, CaseReference, RowError, RowWarning
from schema.vocabularies import FeedErrorCode, NameDecision
from stores.agency_names import DecidedName, keep_decision, read_decisions
from stores.postgres import DatabaseConnection
from stores.register import Register, RegisteredAgency, register_agency
from supervision.agency_names import (
    AgencyNames,
    Ambiguous,
    Resolved,
    name_of_decision,
    resolve_agency_name,
    telling_context,
)
from supervision.credit_code import is_credit_code

_SHOWN_CANDIDATES: Final = 5
_REMEMBERED: Final = 10_000
"""Names whose answer is remembered; a file with more is no agency's, and is only slower."""

Answer = tuple[RegisteredAgency, str | None] | RowError
"""An agency and the decided name it was found by (None: a registered one), or why there is none."""


@dataclass(slots=True)
class AgencyFinder:
    """Finds the agencies of a load's rows, and keeps what it decides. `turn` waits until the connection is free."""

    connection: DatabaseConnection
    register: Register
    run_id: int
    sender: str | None
    register_agencies: bool
    turn: Callable[[], Awaitable[object]]
    _decisions: dict[str, DecidedName] = field(default_factory=dict)
    _names: AgencyNames = field(default_factory=AgencyNames)
    _entered: int = 0
    _answers: dict[tuple[str, str | None, str | None], Answer] = field(default_factory=dict)

    async def start(self) -> None:
        """Read what was decided before."""
        self._decisions = await read_decisions(self.connection)

    async def find(self, record: CaseRecord | CaseReference) -> Answer:
        """Whose a row is; UNKNOWN_AGENCY where nobody's name or code fits, or several agencies'."""
        name, code = record.agency_name, record.agency_uscc
        if name is not None and code is None and is_credit_code(name):
            name, code = None, name  # a sender is named by either
        known = self.register.find(name, code)
        if known is not None:
            return known, None
        if name is None:
            return _unknown()
        self._learn_names()
        context = telling_context(self._told_of_sender(record))
        asked = (name, code, context)
        answer = self._answers.get(asked)
        if answer is None:
            answer = await self._decide(name, code, context)
            self._learn_names()
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[asked] = answer
        return answer

    def _learn_names(self) -> None:
        """Enter what the register has got meanwhile; an answer may be another then."""
        for known in self.register.entered_since(self._entered):
            self._names.enter(known.id, known.name)
            self._entered += 1
            self._answers.clear()

    def _told_of_sender(self, record: CaseRecord | CaseReference) -> list[str | None]:
        """What tells who sent a row, the nearest first."""
        told: list[str | None] = []
        if isinstance(record, CaseRecord):
            told.append(record.published_extras.get(SOURCE_NAME))
            told.append(self._name_of_code(record.published_extras.get(SOURCE_USCC)))
        return [*told, self._name_of_code(self.sender) or self.sender]

    def _name_of_code(self, code: str | None) -> str | None:
        known = self.register.find(None, code) if code else None
        return known.name if known is not None else None

    async def _decide(self, name: str, code: str | None, context: str | None) -> Answer:
        sent = name_of_decision(name, self._names, context)
        bare = name_of_decision(name, self._names, None)
        of_bare = self._decisions.get(bare)
        if sent not in self._decisions and of_bare is not None and of_bare.how is NameDecision.BY_HAND:
            sent = bare  # whoever decided about the name alone meant it from whatever sender
        decided = self._decisions.get(sent)
        if decided is not None:
            return self._as_decided(sent, decided, code)
        resolved = resolve_agency_name(name, self._names, context)
        if isinstance(resolved, Ambiguous) and not self.register_agencies:
            return self._ambiguous(resolved)
        if not isinstance(resolved, Resolved):
            return await self._register_unknown(name, code)
        known = self.register.of_id(resolved.agency_id)
        if resolved.how is None:
            return known, None
        decided = DecidedName(known.id, resolved.how)
        if _is_contradicted(decided, known, code):
            return await self._register_unknown(name, code)
        await self.turn()
        await keep_decision(self.connection, sent, known.id, resolved.how, run_id=self.run_id, note=None)
        self._decisions[sent] = decided
        return known, sent

    def _as_decided(self, sent: str, decided: DecidedName, code: str | None) -> Answer:
        if decided.agency_id is None:
            return _refused(
                "This name was refused by hand (jiandu feed names): it means no agency. Give the registered name."
            )
        known = self.register.of_id(decided.agency_id)
        if _is_contradicted(decided, known, code):
            return _refused(
                f"This name was taken to be {known.name}, whose credit code is another one. Give the registered name, "
                "or correct the code."
            )
        return known, sent

    def _ambiguous(self, resolved: Ambiguous) -> RowError:
        names = [self.register.of_id(agency_id).name for agency_id in resolved.agency_ids[:_SHOWN_CANDIDATES]]
        more = len(resolved.agency_ids) - len(names)
        others = f", or {more} more" if more else ", or one that is not registered" if len(names) == 1 else ""
        return _refused(
            f"The agency's name is ambiguous: it can be {', '.join(names)}{others}. Give the registered name, or "
            "decide with `jiandu feed rename`."
        )

    async def _register_unknown(self, name: str, code: str | None) -> Answer:
        if not self.register_agencies:
            return _unknown()
        await self.turn()
        return await register_agency(self.connection, self.register, name, code), None


def name_warning(sent: str, agency: RegisteredAgency) -> RowWarning:
    """What a person should look at: that a name which is not registered was taken to be an agency's."""
    return RowWarning(column="agency", message=f"{sent} was taken to be {agency.name}.")


def _is_contradicted(decided: DecidedName, known: RegisteredAgency, code: str | None) -> bool:
    """Whether a row's code says that it is another agency's; a branch may have a code of its own."""
    of_its_own = decided.how in {NameDecision.BRANCH, NameDecision.BY_HAND}
    return not of_its_own and code is not None and known.uscc is not None and code != known.uscc


def _unknown() -> RowError:
    return _refused("The agency is not in the register. Load its agency record first, or give --register-agencies.")


def _refused(message: str) -> RowError:
    return RowError(code=FeedErrorCode.UNKNOWN_AGENCY, column="agency", message=message)
