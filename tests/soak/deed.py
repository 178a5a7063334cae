"""What somebody asks of the application, and what the pure machines say must come of it."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from api.ids import parse_global_id
from schema.access_records import Viewer
from schema.access_vocabularies import Permission
from schema.clue_states import ClueState
from schema.measure_records import Measure
from schema.triage_records import AwaitedCase
from supervision.duty_crime import DutyCrimeState
from supervision.public_interest import PublicInterestState
from tests.integration.graphql_client import Json
from tests.soak.city import City

Commit = Callable[[Json], None]
"""What a change leaves in the model, when the application answers with its record."""


State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Known(Generic[State]):
    """A record as the machine has it, with its revision; what a case is besides, in `about`."""

    state: State
    revision: int = 1
    about: tuple[Any, ...] = ()


@dataclass
class Model:
    """All that was ever accepted: records by id, keys by who used them."""

    clues: dict[int, Known[ClueState]] = field(default_factory=dict)
    measures: dict[int, Known[Measure]] = field(default_factory=dict)
    duty_crimes: dict[int, Known[DutyCrimeState]] = field(default_factory=dict)
    public_interest: dict[int, Known[PublicInterestState]] = field(default_factory=dict)
    awaited: dict[int, AwaitedCase] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[str, Json]] = field(default_factory=dict)
    opened: dict[tuple[str, str], int] = field(default_factory=dict)
    """Which clue was opened under a key."""
    results: dict[int, str] = field(default_factory=dict)
    """Of each clue that was closed, what was said of it."""
    numbers: set[str] = field(default_factory=set)
    accepted: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)

    def copy(self) -> "Model":
        """The model as it stands, to try an order on."""
        return Model(**{name: type(getattr(self, name))(getattr(self, name)) for name in self.__dataclass_fields__})


@dataclass
class Town:
    """The people, and what is known of what they did."""

    city: City
    seed: int
    model: Model = field(default_factory=Model)


PAYLOADS: Final[Mapping[str, str]] = {
    "clue": "clue { id number status revision }",
    "measure": "measure { id number status revision }",
    "dutyCrimeCase": "dutyCrimeCase { id status revision }",
    "publicInterestCase": "publicInterestCase { id status revision }",
    "penaltyCase": "penaltyCase { id revision } clue { id number revision } measure { id number status revision }",
}


@dataclass
class Deed(ABC):
    """A mutation that somebody asks for."""

    town: Town
    by: str
    mutation: str
    input: Json

    payload = "clue"
    needs = Permission.HANDLE_CLUES
    alone = False
    """Whether it makes a record, or rests on what the model does not follow, and so is not raced."""

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        return self.town.city.viewers[self.by]

    @property
    def document(self) -> str:
        """The document that asks for it."""
        name = self.mutation[0].upper() + self.mutation[1:]
        return f"""mutation($input: {name}Input!) {{ {self.mutation}(input: $input) {{
          {PAYLOADS[self.payload]} userErrors {{ field code message }} }} }}"""

    def forbidden(self) -> bool:
        """Whether somebody may not even ask."""
        return not self.viewer.may(self.needs)

    @abstractmethod
    def sees(self) -> str | None:
        """The code of what is refused before the key is looked at."""

    @abstractmethod
    def change(self) -> str | Commit:
        """The code of what is refused of the locked record; else what the change leaves."""

    def judged(self) -> str | Commit:
        """The code with which the application must refuse it; else what it leaves."""
        if self.forbidden():
            return "FORBIDDEN"
        refused = self.sees()
        if refused is not None:
            return refused
        key, model = self.input.get("idempotencyKey"), self.town.model
        if key == "":
            return "INVALID"
        made = (self.mutation, {name: value for name, value in self.input.items() if name != "idempotencyKey"})
        if key is not None and (self.by, key) in model.keys:
            return _nothing if model.keys[self.by, key] == made else "IDEMPOTENCY_MISMATCH"
        changed = self.change()
        if isinstance(changed, str):
            return changed

        def commit(record: Json) -> None:
            changed(record)
            self.town.model.accepted[self.mutation] += 1
            if key is not None:
                self.town.model.keys[self.by, key] = made

        return commit

    def hidden(self) -> bool:
        """Whether it was done before, and whoever did it does not see any more what it made."""
        return False

    def current(self) -> int | None:
        """The revision of the record that it is about."""
        return None

    def stale(self) -> bool:
        """Whether it rests on another revision than the record's."""
        wanted = self.input.get("expectedRevision")
        return wanted is not None and wanted != self.current()


def _nothing(_record: Json) -> None:
    """The same again changes nothing again."""


def is_id(text: str, type_name: str) -> bool:
    """Whether this is the id of a record of a type."""
    return parse_global_id(text)[0] == type_name


def number_of(global_id: str) -> int:
    """The number in a global id."""
    return parse_global_id(global_id)[1]


def unreadable(text: object) -> bool:
    """Whether a text says nothing, or is none that can be kept."""
    return isinstance(text, str) and (not text.strip() or "\x00" in text)
